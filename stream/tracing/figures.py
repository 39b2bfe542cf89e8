"""The figures of the rows before by which cells of a record were imputed, or held to be outliers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from processors.cleaning.outliers import OUTLIER
from processors.parameters.model import Fitted, Parameters
from processors.parameters.observing import CLIPPED, IMPUTED, REMOVED
from processors.tracing import Passage, as_text

_BY_FIGURES = (IMPUTED, CLIPPED, REMOVED, OUTLIER)


@dataclass(frozen=True, slots=True)
class Figure:
    """A statistic of a column as a version of the parameters has it: of all `rows`, or of the `group` of them that
    agree with the record in the columns `by`. `through`: the last date whose rows it is made of."""

    version: int
    through: str | None
    kind: str
    column: str
    by: tuple[str, ...]
    group: tuple[str | None, ...]
    rows: int
    values: tuple[str, ...]


def figures(parameters: Parameters | None, steps: Iterable[Passage], row: Mapping[str, Any]) -> Iterator[Figure]:
    """Those of the columns in which steps changed a cell by them. `row`: as it is stored."""
    flags = {flag.partition(".") for passage in steps for flag in passage.flags}
    columns = {column for kind, _, column in flags if kind in _BY_FIGURES}
    for fitted in parameters.fitted if parameters is not None else ():
        if parameters is not None and fitted.statistic.column in columns:
            yield _figure(parameters, fitted, row)


def _figure(parameters: Parameters, fitted: Fitted, row: Mapping[str, Any]) -> Figure:
    statistic = fitted.statistic
    mine = tuple(as_text(row.get(name)) for name in statistic.by)
    group = next((values for key, values in fitted.groups if key == mine), None)
    of = (mine, group) if group is not None else ((), fitted.values)
    named = parameters.version, parameters.through, statistic.kind, statistic.column, statistic.by
    return Figure(*named, of[0], fitted.rows, of[1])
