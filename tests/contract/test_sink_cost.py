"""What a commit costs depends on its own rows, not on how many there are already."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import pytest

from processors.columns import ColumnType, TypeName
from sinks.base import Judged
from sinks.table import Table, Unique
from sinks.warehouse import Warehouse
from tests.sinks.drafts import Accepted, Cell, Draft, judged, store

ROWS, COMMITS = 2000, 20
FEWER, SOONER = 600, 14
GIVEN_UP_SECONDS = 3.0
SAME = Table("sales", (("code", ColumnType("string")),), unique=(Unique("by_code", ("code",)),))


def same_key(number: int) -> Draft:
    """A span whose rows all have the one key."""
    return Draft(1, 1 + number * ROWS, (Accepted(("k",)),) * ROWS)


def own_keys(kind: TypeName, number: int) -> Draft:
    """A span whose rows have keys of their own, but for ten that repeat keys of the first span."""
    first = 1 + number * FEWER
    keys = [place if place < 10 else first + place for place in range(FEWER)]
    return Draft(1, first, tuple(Accepted((_key(kind, key),)) for key in keys))


def _key(kind: TypeName, number: int) -> Cell:
    keys: dict[TypeName, Cell] = {"string": f"K{number}", "integer": number, "number": number + 0.5}
    return keys[kind]


def seconds(commit: Callable[[Judged], object], verdicts: Iterable[Judged]) -> list[float]:
    """How long each commit takes; when one takes far too long, the rest is given up as endless."""
    times: list[float] = []
    for verdict in verdicts:
        started = time.perf_counter()
        commit(verdict)
        times.append(time.perf_counter() - started)
        if times[-1] > GIVEN_UP_SECONDS:
            return [*times, *[math.inf] * 4]
    return times


def growth(times: list[float]) -> float:
    """How many times slower the last commits are than the early ones; the fastest of four count."""
    return min(times[-4:]) / min(times[1:5])


def by_code(kind: TypeName) -> Table:
    """A table with a key of this type."""
    return Table("sales", (("code", ColumnType(kind)),), unique=(Unique("by_code", ("code",)),))


def test_a_commit_of_a_key_that_thousands_have_writes_as_many_rows_as_the_one_before(tmp_path: Path) -> None:
    written = []
    with Warehouse(tmp_path / "w.db", [SAME]) as warehouse:
        for number in range(4):
            before = warehouse.connection.integer("SELECT total_changes()")
            store(warehouse, judged(SAME, same_key(number)))
            written.append(warehouse.connection.integer("SELECT total_changes()") - before)
    assert set(written[1:]) == {written[1]}


def test_a_commit_of_a_key_that_thousands_have_does_not_get_slower(tmp_path: Path) -> None:
    with Warehouse(tmp_path / "w.db", [SAME]) as warehouse:
        verdicts = [judged(SAME, same_key(number)) for number in range(COMMITS)]
        assert growth(seconds(partial(store, warehouse), verdicts)) < 6


@pytest.mark.parametrize("kind", ["string", "integer", "number"])
def test_a_commit_with_some_duplicates_does_not_get_slower(tmp_path: Path, kind: TypeName) -> None:
    table = by_code(kind)
    with Warehouse(tmp_path / "w.db", [table]) as warehouse:
        verdicts = [judged(table, own_keys(kind, number)) for number in range(SOONER)]
        assert growth(seconds(partial(store, warehouse), verdicts)) < 6


@pytest.mark.parametrize("kind", ["string", "integer"])
def test_replacing_a_span_does_not_get_slower_with_the_spans_around_it(tmp_path: Path, kind: TypeName) -> None:
    table = by_code(kind)
    with Warehouse(tmp_path / "w.db", [table]) as warehouse:

        def twice(verdict: Judged) -> None:
            store(warehouse, verdict)
            store(warehouse, verdict)

        assert growth(seconds(twice, [judged(table, own_keys(kind, number)) for number in range(SOONER)])) < 6
