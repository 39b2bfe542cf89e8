"""What contracts have gained beside their YAML, laid over it. What the YAML says itself wins."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from processors.naming.identifiers import LENGTH_MAX, folded, identifier, told_apart
from processors.naming.matching import declared
from processors.schemas.amendments import Amendment
from processors.schemas.model import join_types
from stream.config.columns import ColumnConfig
from stream.config.compiling.dataset import Dataset, compile_dataset
from stream.config.compiling.identity import identifying
from stream.config.compiling.imputation import rounded
from stream.config.learning.compiling import with_compiled_models
from stream.config.models import DatasetConfig
from stream.config.views.compiling import with_compiled_views

#: Of what an undeclared column is, until a person says otherwise: its text.
ADDED_TYPE = "string"
#: SQLite has no table of more than 2,000 columns; some are ours.
COLUMNS_MAX = 1900

#: An amendment that is not taken, and why.
LeftOut: TypeAlias = tuple[Amendment, str]


@dataclass(frozen=True, slots=True)
class Amended:
    """A config with its amendments: those that are `taken`, and those that are left out, each with the reason. One that
    the YAML has made needless is neither."""

    config: DatasetConfig
    taken: tuple[Amendment, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


def amended(config: DatasetConfig, amendments: Iterable[Amendment]) -> Amended:
    """The config with the amendments, one on the other, as far as nothing is wrong with what comes of it."""
    wanted, whole = list(amendments), Amended(config)
    for each in wanted:
        whole = _with(whole, each)
    if len(whole.taken) < 2 or not compile_dataset(whole.config)[1]:
        return _sound(Amended(config), whole) if whole.taken else whole
    sound = Amended(config)
    for each in wanted:
        sound = _sound(sound, _with(sound, each))
    return sound


def _sound(before: Amended, after: Amended) -> Amended:
    """`after`, unless its last amendment does not go with the rest of the config."""
    faults = compile_dataset(after.config)[1] if after.config is not before.config else []
    if not faults:
        return after
    where, why = faults[0]
    refused = (after.taken[-1], f"{'.'.join(map(str, where))}: {why}")
    return replace(before, left_out=(*after.left_out, refused))


def _with(before: Amended, amendment: Amendment) -> Amended:
    config, refused = before.config, _refused(before.config, amendment)
    if refused:
        return replace(before, left_out=(*before.left_out, (amendment, refused)))
    columns = _amended_columns(config, amendment)
    if columns is None:
        return before
    return replace(before, config=config.model_copy(update={"columns": columns}), taken=(*before.taken, amendment))


def _amended_columns(config: DatasetConfig, amendment: Amendment) -> dict[str, ColumnConfig] | None:
    """The columns with the amendment; None where the config has it already, or has not what it amends."""
    if amendment.kind == "add":
        if _is_declared(config, amendment):
            return None
        [name] = told_apart([amendment.column], taken_names(config), LENGTH_MAX)
        described = {"type": amendment.type, "source": amendment.source, "optional": True}
        column = ColumnConfig.model_validate(described)
        return {**config.columns, name: column}
    column_now = config.columns.get(amendment.column)
    if column_now is None:
        return None
    changed = column_now.model_copy(update=_change(amendment, column_now))
    return None if changed == column_now else {**config.columns, amendment.column: changed}


def _change(amendment: Amendment, column: ColumnConfig) -> dict[str, object]:
    match amendment.kind:
        case "widen":
            return {"type": join_types(column.type, amendment.type)}
        case "name":
            names = column.source or (amendment.column,)
            return {"source": names if amendment.source in names else (*names, amendment.source)}
        case _:
            return {"optional": True}


def _refused(config: DatasetConfig, amendment: Amendment) -> str:
    """Why the amendment may not be; empty where it may."""
    if amendment.kind == "add" and len(config.columns) >= COLUMNS_MAX:
        return f"the table has {len(config.columns)} columns, and more than {COLUMNS_MAX} it does not gain by itself"
    if amendment.kind == "widen" and amendment.column in identifying(config):
        return "the column says which record is a duplicate, and what was the same before would not be any more"
    if amendment.kind == "widen" and amendment.column in rounded(config):
        return "the column takes medians, means or fences rounded to its type, and records before would have others"
    return ""


def _is_declared(config: DatasetConfig, added: Amendment) -> bool:
    """Whether a column has the header's name to the letter; or means the same and has the added column's name."""
    for name, column in config.columns.items():
        names = column.source or (name,)
        same = name.lower() == added.column.lower() and folded(added.source) in {
            folded(each) for each in (name, *names)
        }
        if same or added.source in names:
            return True
    return False


def taken_names(config: DatasetConfig) -> set[str]:
    """The names that columns of the table have, in lower case: SQL does not tell them apart by it."""
    computed = (name for step in config.processors if step.features for name in step.features.columns)
    return {name.lower() for name in (*config.columns, *computed)}


def header_amendments(dataset: Dataset, header: Sequence[str]) -> list[Amendment]:
    """What a file with this header asks of the contract, as far as the dataset lets it evolve."""
    found, config = declared(header, dataset.columns), dataset.config
    asked: list[Amendment] = []
    if config.modes.new_columns == "evolve":
        new = {place: name for place, name in enumerate(header, 1) if name not in found}
        named = [identifier(name) or f"column_{place}" for place, name in new.items()]
        names = told_apart(named, taken_names(config) | {column.name.lower() for column in dataset.columns}, LENGTH_MAX)
        asked += [
            Amendment(dataset.name, "add", column, source, ADDED_TYPE)
            for column, source in zip(names, new.values(), strict=True)
        ]
    if config.modes.missing_columns == "evolve":
        there = {column.name for column in found.values()}
        asked += [
            Amendment(dataset.name, "optional", column.name)
            for column in dataset.columns
            if not column.optional and column.name not in there
        ]
    return asked


def with_amendments(
    dataset: Dataset, amendments: Iterable[Amendment], fixed: Collection[str] = ()
) -> tuple[Dataset, tuple[LeftOut, ...]]:
    """The dataset with further amendments beside those that it has, and those that are left out.

    A column that is not widened keeps its type from then on, as those do that are `fixed`: what does not fit is
    rescued.
    """
    whole = amended(dataset.config, dict.fromkeys((*dataset.table.amendments, *amendments)))
    narrow = {amendment.column for amendment, _ in whole.left_out if amendment.kind == "widen"}
    stay = dataset.fixed | narrow | {*fixed}
    compiled, _ = compile_dataset(whole.config, stay)
    contract = replace(compiled.table.contract, written=dataset.table.contract.as_written if whole.taken else None)
    table = replace(compiled.table, amendments=whole.taken, contract=contract, config=dataset.table.config)
    after = replace(dataset, columns=compiled.columns, table=table, chain=compiled.chain, fixed=stay)
    return with_compiled_models(with_compiled_views(after)), whole.left_out
