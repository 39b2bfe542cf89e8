"""What a person wants to accept, against what the config says and what the files have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from processors.columns import Column
from processors.errors import ConfigError
from processors.naming.identifiers import LENGTH_MAX, folded, identifier, told_apart
from processors.naming.matching import declared
from processors.schemas.amendments import Amendment
from sinks.ledger.files import FileEntry
from stream.config import Dataset, DatasetConfig
from stream.config.amending import ADDED_TYPE, amended, taken_names, with_amendments
from stream.config.columns import type_name
from stream.config.editing import with_column, with_name
from stream.config.loading import config_files, load_config, read_config

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Request:
    """`source`: the column's name in the files' header. It becomes a column, of the `type` and with the `name` where
    these are given; or, with `existing`, one more name of that column."""

    dataset: str
    source: str
    type: str | None = None
    name: str | None = None
    existing: str | None = None

    def __post_init__(self) -> None:
        if self.existing is not None and (self.type is not None or self.name is not None):
            raise ConfigError("with --as a column keeps its type and name; leave --type and --name out.")


@dataclass(frozen=True, slots=True)
class Written:
    """A dataset's YAML: where it is, what it says, and what it is to say."""

    path: Path
    text: str
    changed: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What a request comes to: a column that the contract has from then on, and the dataset with it.

    `amendment`: says the same as the changed YAML, until that is written. `files`: those that have the column under
    the name that is accepted.
    """

    request: Request
    written: Written
    amendment: Amendment
    dataset: Dataset
    config: DatasetConfig
    files: tuple[FileEntry, ...]

    @property
    def column(self) -> Column:
        """The column as the contract has it then."""
        return next(each for each in self.dataset.columns if each.name == self.amendment.column)

    def names_in(self, header: Sequence[str]) -> tuple[str, ...]:
        """The names in a header that are the column by what is accepted."""
        found = declared(header, self.dataset.columns)
        mine = (name for name, each in found.items() if each.name == self.column.name)
        if self.amendment.kind == "name":
            return tuple(name for name in mine if folded(name) == folded(self.request.source))
        return tuple(mine)


def config_path(configs: Path, dataset: str) -> Path:
    """The file that describes a dataset. Raises ConfigError where none does."""
    described = {load_config(path).name: path for path in config_files(configs)}
    if dataset not in described:
        raise ConfigError(f"no config describes a dataset {dataset!r}; there are {', '.join(described)}.")
    return described[dataset]


def is_known(request: Request, dataset: Dataset) -> bool:
    """Whether the config has the name already: an earlier call was cut off, or a person wrote it. Then only the history
    is left to do. Raises ConfigError where the config says something else of it."""
    known = _column_named(request.source, dataset.columns)
    if known is None:
        return False
    wanted = request.existing or request.name
    if wanted is not None and wanted != known.name:
        raise ConfigError(f"{request.source!r} is the column {known.name} already, not {wanted}.")
    if request.type is not None and _written(request.type) != known.type.written:
        raise ConfigError(
            f"{request.source!r} is the column {known.name} already, of the type {known.type.written}. Write another "
            "type into the config; `ade-stream replay` reads its history with it."
        )
    return True


def _written(kind: str) -> str:
    """A type that a person gives, as a config writes it. Raises ConfigError where it is none."""
    try:
        return type_name(kind).replace(" ", "")
    except ValueError as error:
        raise ConfigError(f"--type {kind!r}: {error}.") from error


def check_found(request: Request, dataset: Dataset, entries: Iterable[FileEntry]) -> None:
    """Raises ConfigError where no file has a column of that name which the config does not know; it lists those."""
    files: dict[str, int] = {}
    for entry in entries:
        known = declared(entry.file.header, dataset.columns)
        for name in (each for each in entry.file.header if each not in known):
            files[name] = files.get(name, 0) + 1
    if request.source in files:
        return
    first = [f"{name!r} ({count} {'file' if count == 1 else 'files'})" for name, count in list(files.items())[:_SHOWN]]
    more = f" and {len(files) - _SHOWN} more" if len(files) > _SHOWN else ""
    there = f"It does not know {', '.join(first)}{more}" if files else "It knows all columns that they have"
    raise ConfigError(
        f"no file of {request.dataset} has a column {request.source!r} that the config does not know. {there}."
    )


def plan(
    request: Request, path: Path, text: str, amendments: Sequence[Amendment], entries: Sequence[FileEntry]
) -> Plan:
    """What is to be done. `request`: with a type. `amendments`: those of the dataset.

    Raises ConfigError where the config cannot have it.
    """
    alone = read_config(path, text)
    if (known := _column_named(request.source, alone.columns)) is not None:
        kind = "name" if request.existing else "add"
        amendment = Amendment(request.dataset, kind, known.name, request.source, known.type.written)  # type: ignore[arg-type]
        changed = text
    else:
        amendment = _amendment(request, alone)
        changed = _changed(request, path, text, alone, amendment)
    others = [each for each in amendments if each.source != request.source]
    after, _ = with_amendments(read_config(path, changed), others)
    config = amended(after.config, others).config
    drafted = Plan(request, Written(path, text, changed), amendment, after, config, ())
    files = tuple(entry for entry in entries if drafted.names_in(entry.file.header))
    return Plan(request, drafted.written, amendment, after, config, files)


def told_before(request: Request, amendments: Iterable[Amendment]) -> Amendment | None:
    """What an earlier call, or a file, made of the name."""
    return next((each for each in amendments if each.source == request.source and each.kind == "add"), None)


def default_name(source: str, config: DatasetConfig) -> str:
    """What a column is called whose name in the header is `source`. Raises ConfigError where that has no letters."""
    if not identifier(source):
        raise ConfigError(f"{source!r} has no letters for the name of a column; --name says how it is to be called.")
    return told_apart([identifier(source)], taken_names(config), LENGTH_MAX)[0]


def _column_named(source: str, columns: Iterable[Column]) -> Column | None:
    return next((column for column in columns if source in column.names), None)


def _amendment(request: Request, alone: Dataset) -> Amendment:
    if request.existing is not None:
        return Amendment(request.dataset, "name", request.existing, request.source)
    name = request.name or default_name(request.source, alone.config)
    return Amendment(request.dataset, "add", name, request.source, request.type or ADDED_TYPE)


def _changed(request: Request, path: Path, text: str, alone: Dataset, amendment: Amendment) -> str:
    """The YAML with the column, or the name."""
    try:
        if amendment.kind == "name":
            return with_name(text, amendment.column, _names(request, alone), request.source)
        described: Mapping[str, object] = {"source": request.source} if amendment.column != request.source else {}
        return with_column(text, amendment.column, {"type": amendment.type, **described, "optional": True})
    except ValueError as error:
        raise ConfigError(
            f"{path}: {error}. Add {request.source!r} to it by hand, and run this once more for the history."
        ) from error


def _names(request: Request, alone: Dataset) -> list[str]:
    """The names that the existing column has so far."""
    found = next((column for column in alone.columns if column.name == request.existing), None)
    if found is None:
        there = ", ".join(column.name for column in alone.columns)
        raise ConfigError(f"{request.dataset} has no column {request.existing!r}; its columns are {there}.")
    return list(found.names)
