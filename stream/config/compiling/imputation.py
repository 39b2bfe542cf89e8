"""From what a config says of outliers and missing values to the steps that put something else into cells."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from processors.casting.casting import cast
from processors.cleaning.imputing import Impute, Substitute
from processors.cleaning.outliers import Outlier, Outliers
from processors.cleaning.refilling import Refilled
from processors.columns import ColumnType
from processors.parameters.model import Statistic, StatisticKind
from processors.parameters.writing import written
from processors.validation import Rule
from stream.config.compiling.cell_rules import CellRule
from stream.config.compiling.draft import Draft, Location, claim
from stream.config.compiling.identity import fixed_by
from stream.config.imputation import ImputationConfig, Method, OutliersConfig
from stream.config.models import DatasetConfig

_NUMBERS = {"integer", "number", "decimal"}
_KINDS: Mapping[Method, StatisticKind] = {"median": "median", "mean": "mean", "mode": "mode", "previous": "last"}
_ROUNDED = {"median", "mean"}
#: The actions by which a fence gets into a cell, or into the reason of a reject.
_TOLD = {"clip", "quarantine"}
_K = {"iqr": 1.5, "zscore": 3.0, "mad": 3.5}


def add_outliers(draft: Draft, where: Location, config: Mapping[str, OutliersConfig]) -> None:
    found = [_outlier(draft, (*where, column), column, said) for column, said in config.items()]
    if outliers := tuple(outlier for outlier in found if outlier is not None):
        draft.steps.append(Outliers(outliers))


def add_imputing(draft: Draft, where: Location, config: Mapping[str, ImputationConfig]) -> None:
    found = [substitute(draft, (*where, column), column, said) for column, said in config.items()]
    if substitutes := tuple(each for each in found if each is not None):
        draft.steps.append(Impute(substitutes))


def refilled(draft: Draft, where: Location, rule: Rule, said: ImputationConfig) -> Refilled | None:
    """A rule whose cells are refilled."""
    if rule.column is None:
        draft.fault((*where, "action"), "the action impute needs a rule of one column, whose cell gets the value")
        return None
    put = substitute(draft, (*where, "impute"), rule.column, said)
    if put is None:
        return None
    if put.constant is not None and _breaks(rule, put):
        draft.fault((*where, "impute", "constant"), f"{said.constant!r} breaks the rule itself: {rule.message}")
    return Refilled(rule, put, _source(draft, rule.column))


def substitute(draft: Draft, where: Location, column: str, said: ImputationConfig) -> Substitute | None:
    """What is put into cells of a column; None where that is at fault."""
    if not _is_changeable(draft, where, column):
        return None
    kind = draft.types[column]
    if said.with_ is None:
        return _constant(draft, where, column, str(said.constant))
    if said.with_ in {"median", "mean"} and kind.name not in _NUMBERS:
        why = f"{said.with_} is made of numbers, and {column!r} is of type {kind.written}; mode and previous are not"
        draft.fault((*where, "with"), why)
        return None
    if not all(_is_group(draft, (*where, "by"), column, name) for name in said.by):
        return None
    statistic = Statistic(_KINDS[said.with_], column, said.by)
    return Substitute(column, kind, statistic, by=tuple(draft.types[name] for name in said.by))


def _constant(draft: Draft, where: Location, column: str, text: str) -> Substitute | None:
    kind = draft.types[column]
    values, _ = cast(pl.Series([text]), kind, ())
    if values.null_count():
        draft.fault((*where, "constant"), f"{text!r} is no {kind.written}, as which {column!r} is cast")
        return None
    return Substitute(column, kind, constant=written(values)[0])


def _is_group(draft: Draft, where: Location, column: str, by: str) -> bool:
    if not _is_declared(draft, where, by):
        return False
    if by == column:
        draft.fault(where, f"{by!r} is the column itself; its groups would have nothing to impute")
    return by != column


def _outlier(draft: Draft, where: Location, column: str, said: OutliersConfig) -> Outlier | None:
    changes = said.action in {"clip", "null"}
    if not (_is_changeable if changes else _is_declared)(draft, where, column):
        return None
    kind = draft.types[column]
    if kind.name not in _NUMBERS:
        draft.fault(where, f"fences are made of numbers, and {column!r} is of type {kind.written}")
        return None
    k = _K[said.fences] if said.k is None else said.k
    outlier = Outlier(column, _source(draft, column), kind, said.fences, k, said.action)
    if said.action == "quarantine":
        claim(draft, where, outlier.rule)
    return outlier


def _is_changeable(draft: Draft, where: Location, column: str) -> bool:
    """Whether the cells of a column may be given other values."""
    if not _is_declared(draft, where, column):
        return False
    why = fixed_by(draft.config, column)
    if why is not None:
        draft.fault(where, why)
    return why is None


def _is_declared(draft: Draft, where: Location, column: str) -> bool:
    if not draft.known(where, column):
        return False
    if column not in draft.config.columns:
        draft.fault(where, f"{column!r} is computed from other columns, which parameters are fitted on instead")
    return column in draft.config.columns


def _source(draft: Draft, column: str) -> str:
    """The name in the header under which `_rescued` keeps what came."""
    return (draft.config.columns[column].source or (column,))[0]


def _breaks(rule: Rule, put: Substitute) -> bool:
    """Whether a constant breaks the rule that it is to mend."""
    broken = rule.check.broken()
    if broken.meta.root_names() != [put.column]:
        return False
    plain = ColumnType(put.type.name, put.type.precision, put.type.scale)
    values, _ = cast(pl.Series(put.column, [put.constant]), plain, ())
    return bool(values.to_frame(put.column).select(broken).item())


def rounded(config: DatasetConfig) -> set[str]:
    """The columns into which figures come as their type has them: medians, means and fences."""
    found: set[str] = set()
    for step in config.processors:
        if step.quality:
            found.update(name for name, each in step.quality.outliers.items() if each.action in _TOLD)
            found.update(name for name, each in step.quality.impute.items() if each.with_ in _ROUNDED)
        for rule in step.validation.rules if step.validation else ():
            if isinstance(rule, CellRule) and rule.impute is not None and rule.impute.with_ in _ROUNDED:
                found |= {rule.column} - {None}
    return found
