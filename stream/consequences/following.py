"""What a replayed date touches beyond itself: what the warehouse has done about it, and what is left to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from sinks.closing.dates import open_dates
from sinks.closing.references import newest_through
from sinks.consequences.pending import Pending, note
from sinks.consequences.resting import dates_fitted_on, event_times, is_learned, trained_parts
from sinks.database.connection import Connection
from sinks.differences.rows import side_changes
from sinks.differences.vectors import recomputed
from sinks.ledger.files import stored_files
from sinks.warehouse import Warehouse
from stream.config import Dataset
from stream.consequences.model import Consequence, Kind


@dataclass(frozen=True, slots=True)
class Following:
    """Tells what a replayed date touches, inside the transaction in which it changed, and writes down what is left."""

    warehouse: Warehouse
    datasets: Mapping[str, Dataset]

    def follow(
        self, before: Connection, dataset: str, date: str, *, rows: int, is_refitted: bool
    ) -> tuple[Consequence, ...]:
        """What a date touches of which so many records came out otherwise. `before`: the warehouse without the
        transaction; `is_refitted`: its parameters were made anew."""
        after, own = self.warehouse.connection, (dataset, date)
        opened = [each for each in _open(after) if each not in {own, *_open(before)}]
        moved = {key: count for key in opened if (count := _moved(before, after, *key))}
        vectors = [each for each in recomputed(before, after) if (each.dataset, each.date) != own]
        found = list[Pending]()
        if rows or moved:
            found = list(self._resting(before, [own, *moved], {(each.dataset, each.date) for each in vectors}))
            found = [each for each in found if not (is_refitted and _is_of(each, own))]
            note(after, found)
        views = groupby(
            sorted(vectors, key=lambda each: (each.dataset, each.view)), lambda each: (each.dataset, each.view)
        )
        return (
            *_by_dataset("rows", moved),
            *(_of_view(*key, [(each.date, each.rows) for each in found]) for key, found in views),
            *_by_dataset("kpis", dict.fromkeys(self._with("kpis", opened), 0)),
            *_by_dataset("exports", dict.fromkeys(self._with("exports", [own, *opened]), 0)),
            *left(found),
            *_references(after, [own, *moved] if rows or moved else []),
        )

    def _with(self, what: Literal["kpis", "exports"], dates: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
        """The dates of datasets that have any."""
        tables = self.warehouse.tables
        return (each for each in dates if each[0] in tables and getattr(tables[each[0]], what))

    def _resting(
        self, before: Connection, touched: Sequence[tuple[str, str]], with_vectors: set[tuple[str, str]]
    ) -> Iterator[Pending]:
        after, (_, cause) = self.warehouse.connection, touched[0]
        for name, date in touched:
            dataset = self.datasets.get(name)
            if dataset is not None and dataset.wanted:
                fitted = dates_fitted_on(after, name, date, dataset.config.parameters.window_dates)
                yield from (Pending("parameters", name, each, cause) for each in fitted)
        for name, table in self.warehouse.tables.items():
            dates = sorted({date for of, date in {*touched, *with_vectors} if of == name})
            for model in table.models if dates else ():
                if model.online is not None and is_learned(after, model.name, name, dates):
                    yield Pending("learner", name, model.name, cause)
                if model.batch is not None and _is_trained_on(before, after, model.name, name, dates):
                    yield Pending("model", name, model.name, cause)


def with_verdicts(
    found: Sequence[Consequence], date: tuple[str, str], otherwise: Iterable[tuple[str, str]]
) -> tuple[Consequence, ...]:
    """What a date of a dataset touched, and the other dates of which rules over whole dates said something else when
    all of it was closed."""
    verdicts = _by_dataset("verdicts", dict.fromkeys({*otherwise} - {date}, 0))
    return (*(each for each in found if not each.command), *verdicts, *(each for each in found if each.command))


def left(found: Iterable[Pending]) -> list[Consequence]:
    """What is to be done, with the commands that do it: parameters first, in the order of dates."""
    listed = list(found)
    parameters = {(each.dataset, each.subject): 0 for each in listed if each.kind == "parameters"}
    told = [*_by_dataset("parameters", parameters)]
    for each in listed:
        if each.kind != "parameters":
            command = f"ade-stream train {each.subject}" + (" --online" if each.kind == "learner" else "")
            told.append(Consequence(each.kind, each.dataset, each.subject, (), 0, command))
    return told


def still(found: Iterable[Consequence], pending: Iterable[Pending]) -> tuple[Consequence, ...]:
    """Consequences without what has been done since: what is left are the `pending` ones alone."""
    known = list(pending)
    dates = {(each.dataset, each.subject) for each in known if each.kind == "parameters"}
    models = {(each.kind, each.subject) for each in known}
    told = list[Consequence]()
    for each in found:
        if each.kind == "parameters":
            rest = {(each.dataset, date): 0 for date in each.dates if (each.dataset, date) in dates}
            told += _by_dataset("parameters", rest)
        elif each.command is None or each.kind == "reference" or (each.kind, each.subject) in models:
            told.append(each)
    return tuple(told)


def _is_of(each: Pending, date: tuple[str, str]) -> bool:
    return each.kind == "parameters" and (each.dataset, each.subject) == date


def _open(connection: Connection) -> list[tuple[str, str]]:
    return [(dataset, date) for dataset, dates in open_dates(connection).items() for date in dates]


def _moved(before: Connection, after: Connection, dataset: str, date: str) -> int:
    """How many rows of a date changed sides."""
    files = list(stored_files(after, "dataset = ? AND date = ? AND state <> 'superseded'", dataset, date))
    sides = side_changes(before, after, dataset, files)
    return sides.added + sides.gone


def _is_trained_on(before: Connection, after: Connection, model: str, dataset: str, dates: Sequence[str]) -> bool:
    """Whether events of the dates, as they were or are, lie within a part of the rows of any version."""
    parts = list(trained_parts(after, model))
    times = [each for side in (before, after) if parts and (each := event_times(side, dataset, dates))]
    return any(part.first_us <= last and first <= part.last_us for part in parts for first, last in times)


def _references(connection: Connection, touched: Iterable[tuple[str, str]]) -> Iterator[Consequence]:
    """Those that are made of rows up to a date that is not before the first one touched, and so of these, or may be."""
    first = {name: min(dates) for name, dates in _dates_of(touched).items()}
    for name, date in sorted(first.items()):
        through = newest_through(connection, name)
        if through is not None and date <= through:
            command = f"ade-stream quality profile {name} --new-reference {through}"
            yield Consequence("reference", name, "", (through,), 0, command)


def _dates_of(touched: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, date in touched:
        found.setdefault(name, []).append(date)
    return found


def _by_dataset(kind: Kind, counts: Mapping[tuple[str, str], int]) -> Iterator[Consequence]:
    for dataset, found in groupby(sorted(counts), lambda key: key[0]):
        dates = tuple(date for _, date in found)
        command = f"ade-stream replay --from {dates[0]} --to {dates[-1]} --dataset {dataset} --refit"
        count = sum(counts[dataset, date] for date in dates)
        yield Consequence(kind, dataset, "", dates, count, command if kind == "parameters" else None)


def _of_view(dataset: str, view: str, found: Sequence[tuple[str, int]]) -> Consequence:
    dates = tuple(sorted(date for date, _ in found))
    return Consequence("vectors", dataset, view, dates, sum(rows for _, rows in found), None)
