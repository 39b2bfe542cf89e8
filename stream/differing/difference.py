"""What would be otherwise of an execution date: rows, rules, figures, vectors, KPIs, scores, compared and placed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from processors.parameters.model import Fitted, Parameters, Statistic
from sinks.database.connection import Connection
from sinks.differences.figures import KpiChange, ScoreChange, kpi_changes, score_changes, scores
from sinks.differences.rejects import reject_changes
from sinks.differences.rows import CellChange, RowChanges, row_changes
from sinks.differences.vectors import vector_changes
from sinks.differences.verdicts import VerdictChange, verdict_changes
from sinks.ledger.files import FileEntry, stored_files
from sinks.parameters.versions import RecordedParameters
from sinks.rows.rejects import Place, Rejects
from stream.consequences.model import Consequence
from stream.replay import Replayed

_FIGURES_SHOWN = 50


@dataclass(frozen=True, slots=True)
class FigureChange:
    """A figure that is another. `group`: of the rows that have these cells in the columns `by`; empty for all rows."""

    kind: str
    column: str
    by: tuple[str, ...]
    group: tuple[str | None, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CellExample:
    """A cell that would be another, as text; None where it is null."""

    row: int
    path: str
    line: int
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class ColumnDifference:
    """In how many rows a column's cell would be another."""

    column: str
    rows: int
    examples: tuple[CellExample, ...]


@dataclass(frozen=True, slots=True)
class RuleDifference:
    """A rule that would refuse other records: how many `before` and `after`, how many that it refuses `newly`, and that
    it does no longer."""

    rule: str
    before: int
    after: int
    newly: int
    no_longer: int
    newly_examples: tuple[Place, ...]
    no_longer_examples: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class ViewDifference:
    """A view of which vectors would be `changed`, `added`, or `gone`; `features`: those with other values."""

    view: str
    changed: int
    added: int
    gone: int
    features: tuple[ColumnDifference, ...]
    added_examples: tuple[Place, ...]
    gone_examples: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What would be otherwise of a date, which is replayed or touched by one that is.

    `changed`, `added`, `gone`: staged rows with another cell, that would come, and that would go, in the files of the
    date; `elsewhere`: whether rows of other dates would change sides by its replay. `figures`: how many figures would
    be others; `figure_changes`: the first of them. `parameters`: the version, new where it is greater than any that is
    recorded. `verdicts`: of rules over whole dates. `score`: points of 100; None: not assessed; `scores`: which of its
    dimensions would have others.
    """

    dataset: str
    date: str
    is_replayed: bool
    files: int
    records: int
    accepted_before: int
    accepted: int
    changed: int
    added: int
    gone: int
    elsewhere: bool
    columns: tuple[ColumnDifference, ...]
    added_examples: tuple[Place, ...]
    gone_examples: tuple[Place, ...]
    rules: tuple[RuleDifference, ...]
    verdicts: tuple[VerdictChange, ...]
    score_before: float | None
    score: float | None
    scores: tuple[ScoreChange, ...]
    kpis: tuple[KpiChange, ...]
    views: tuple[ViewDifference, ...]
    parameters_before: int | None
    parameters: int | None
    figures: int
    figure_changes: tuple[FigureChange, ...]
    consequences: tuple[Consequence, ...] = ()

    @property
    def is_none(self) -> bool:
        """Whether all would be what it is."""
        rows = self.changed or self.added or self.gone or self.elsewhere
        is_refitted = self.parameters != self.parameters_before
        told = self.rules or self.verdicts or self.scores or self.kpis or self.views
        return not (rows or told or is_refitted)


@dataclass(frozen=True, slots=True)
class Compared:
    """A date of a dataset as two connections see it: `after` within a transaction, and `before` without. `is_closed`:
    it was summed up in that; `views`: of which its vectors were computed anew. Else it is what it was."""

    before: Connection
    after: Connection
    dataset: str
    date: str
    is_closed: bool
    views: tuple[str, ...]

    def difference(self, done: Replayed | None) -> Difference:
        """All of it. `done`: what replaying the date did, if it was replayed."""
        was, now = self._files(self.before), self._files(self.after)
        compared = was if self.is_closed else []
        rows = row_changes(self.before, self.after, self.dataset, compared)
        had, has = (scores(each, self.dataset, self.date) for each in (self.before, self.after))
        old, new = (RecordedParameters(each).of_date(self.dataset, self.date) for each in (self.before, self.after))
        figures = list(_figure_changes(old, new))
        return Difference(
            dataset=self.dataset,
            date=self.date,
            is_replayed=done is not None,
            files=len(was),
            records=sum(entry.records for entry in was),
            accepted_before=sum(entry.accepted for entry in was),
            accepted=sum(entry.accepted for entry in now),
            changed=rows.changed,
            added=rows.added,
            gone=rows.gone,
            elsewhere=done is not None and done.elsewhere,
            columns=self._columns(rows),
            added_examples=self._places(rows.come_examples),
            gone_examples=self._places(rows.gone_examples),
            rules=tuple(self._rules(compared)),
            verdicts=tuple(verdict_changes(self.before, self.after, self.dataset, self.date)),
            score_before=had.get("score"),
            score=has.get("score"),
            scores=tuple(score_changes(had, has)),
            kpis=tuple(kpi_changes(self.before, self.after, self.dataset, self.date)),
            views=tuple(self._views(was)),
            parameters_before=None if old is None else old.version,
            parameters=None if new is None else new.version,
            figures=len(figures),
            figure_changes=tuple(figures[:_FIGURES_SHOWN]),
        )

    def _files(self, connection: Connection) -> list[FileEntry]:
        condition = "dataset = ? AND date = ? AND state <> 'superseded'"
        return list(stored_files(connection, condition, self.dataset, self.date))

    def _rules(self, files: Sequence[FileEntry]) -> Iterator[RuleDifference]:
        for rule, each in reject_changes(self.before, self.after, files).items():
            if each.newly or each.no_longer:
                examples = map(self._places, (each.newly_examples, each.no_longer_examples))
                yield RuleDifference(rule, each.before, each.after, each.newly, each.no_longer, *examples)

    def _views(self, files: Sequence[FileEntry]) -> Iterator[ViewDifference]:
        for view in self.views:
            found = vector_changes(self.before, self.after, self.dataset, view, files)
            if found.changed or found.added or found.gone:
                examples = map(self._places, (found.come_examples, found.gone_examples))
                yield ViewDifference(view, found.changed, found.added, found.gone, self._columns(found), *examples)

    def _places(self, rows: Sequence[int]) -> tuple[Place, ...]:
        return tuple(map(Rejects(self.before).place, rows))

    def _columns(self, rows: RowChanges) -> tuple[ColumnDifference, ...]:
        return tuple(
            ColumnDifference(name, changes.rows, tuple(map(self._example, changes.examples)))
            for name, changes in rows.columns.items()
        )

    def _example(self, change: CellChange) -> CellExample:
        place = Rejects(self.before).place(change.row)
        return CellExample(change.row, place.path, place.line, change.before, change.after)


def _figure_changes(had: Parameters | None, has: Parameters | None) -> Iterator[FigureChange]:
    """Figures of all rows first, of each statistic."""
    before, after = _figures(had), _figures(has)
    for key in sorted({**before, **after}, key=lambda each: len(each[1]) > 0):
        statistic, group = key
        if (old := before.get(key, ())) != (new := after.get(key, ())):
            yield FigureChange(statistic.kind, statistic.column, statistic.by, group, old, new)


def _figures(parameters: Parameters | None) -> Mapping[tuple[Statistic, tuple[str | None, ...]], tuple[str, ...]]:
    fitted: tuple[Fitted, ...] = () if parameters is None else parameters.fitted
    return {(each.statistic, group): values for each in fitted for group, values in [((), each.values), *each.groups]}
