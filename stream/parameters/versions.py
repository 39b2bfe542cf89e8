"""The versions of a dataset's parameters, as `quality parameters` shows them."""

from __future__ import annotations

from dataclasses import dataclass

from processors.errors import ConfigError
from sinks.parameters.versions import RecordedVersion
from sinks.reading import WarehouseReader


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a column: of all `rows` that have a value there, and of the groups of them that agree in the columns
    `by`, each with its cells."""

    kind: str
    column: str
    by: tuple[str, ...]
    rows: int
    values: tuple[str, ...]
    groups: tuple[tuple[tuple[str | None, ...], tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Version:
    """`through`: the last date whose rows it is made of; None where it is made of the first records of a file. `dates`:
    of how many it is that with which their rows were judged, from `first_date` to `last_date`."""

    dataset: str
    version: int
    through: str | None
    fitted_at: str
    dates: int
    first_date: str | None
    last_date: str | None
    figures: tuple[Figure, ...]


def versions_of(recorded: WarehouseReader, dataset: str, version: int | None) -> list[Version]:
    """All versions of a dataset, or one. Raises ConfigError where there is none."""
    found = recorded.parameters.versions(dataset, version)
    if not found:
        which = f"no version {version} of the" if version is not None else "no"
        raise ConfigError(
            f"there are {which} parameters of a dataset {dataset!r}. They are made when files are loaded of a dataset "
            "with a step that wants some, such as impute or outliers."
        )
    return [_version(each) for each in found]


def _version(each: RecordedVersion) -> Version:
    parameters = each.parameters
    figures = (
        Figure(of.statistic.kind, of.statistic.column, of.statistic.by, of.rows, of.values, of.groups)
        for of in parameters.fitted
    )
    identity = parameters.dataset, parameters.version, parameters.through, each.fitted_at
    return Version(*identity, each.dates, each.first_date, each.last_date, tuple(figures))
