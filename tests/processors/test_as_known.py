"""Vectors as they were known: of rows before the instant that had come in by then, and of no others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.columns import ColumnType
from processors.feature_views.as_known import known_vectors
from processors.feature_views.evaluating import vectors
from processors.feature_views.model import FeatureView
from processors.feature_views.reaching import in_order, stretches
from processors.feature_views.sql.definition import Definition
from processors.feature_views.sql.parsing import parse_view

COLUMNS = (
    ("shop", ColumnType("string")),
    ("till", ColumnType("integer")),
    ("at", ColumnType("timestamp")),
    ("amount", ColumnType("integer")),
)
BY = "PARTITION BY shop, till ORDER BY _event_us RANGE BETWEEN"


def view(*frames: str) -> FeatureView:
    """Count, sum and greatest amount over each of some frames, such as `5 PRECEDING AND 1 PRECEDING`."""
    kinds = ("count(*)", "sum(amount)", "max(amount)")
    features = [f"{kind} OVER w{n} AS f{n}_{place}" for n in range(len(frames)) for place, kind in enumerate(kinds)]
    windows = [f"w{n} AS ({BY} {frame})" for n, frame in enumerate(frames)]
    sql = f"SELECT {', '.join(features)} FROM stg_sales WINDOW {', '.join(windows)}"
    return parse_view(Definition("v", 1, "sales", ("shop", "till"), "at", sql), COLUMNS)


RECENT = view("5 PRECEDING AND 1 PRECEDING", "9 PRECEDING AND 3 PRECEDING")
EVER = view("5 PRECEDING AND 1 PRECEDING", "UNBOUNDED PRECEDING AND 2 PRECEDING")
#: The reach of each of their windows: how far back it begins and ends.
REACHES = {RECENT: ((5, 1), (9, 3)), EVER: ((5, 1), (10**6, 2))}


class Row(NamedTuple):
    shop: str
    till: int
    at: int
    came: int
    amount: int | None


class Probe(NamedTuple):
    shop: str
    till: int
    at: int


SHOPS, TILLS, TIMES = st.sampled_from(["a", "b"]), st.integers(1, 2), st.integers(-3, 25)
ROWS = st.lists(st.builds(Row, SHOPS, TILLS, TIMES, TIMES, st.none() | st.integers(-9, 9)), max_size=40)
PROBES = st.lists(st.builds(Probe, SHOPS, st.integers(1, 3), TIMES), max_size=30)
VIEWS = st.sampled_from([RECENT, EVER])


def of_rows(rows: Sequence[Row]) -> pa.RecordBatch:
    """As the warehouse gives them."""
    [amount] = RECENT.inputs
    columns = [pa.array([row[place] for row in rows], kind) for place, kind in enumerate(KINDS)]
    ids = pa.array(range(len(rows)), pa.int64())
    names = ["shop", "till", "_event_us", "_committed_us", amount.name, "_id"]
    return pa.RecordBatch.from_arrays([*columns, ids], names=names)


KINDS = (pa.string(), pa.int64(), pa.int64(), pa.int64(), pa.int64())


def of_probes(probes: Sequence[Probe]) -> pa.RecordBatch:
    """The same of probes."""
    columns = [pa.array([probe[place] for probe in probes], kind) for place, kind in enumerate(KINDS[:3])]
    return pa.RecordBatch.from_arrays(columns, names=["shop", "till", "_event_us"])


def expected(of: FeatureView, rows: Sequence[Row], probe: Probe, *, as_known: bool) -> list[int | None]:
    """The features, row by row."""
    found: list[int | None] = []
    for start, end in REACHES[of]:
        within = [
            row
            for row in rows
            if (row.shop, row.till) == (probe.shop, probe.till)
            and probe.at - start <= row.at <= probe.at - end
            and (row.came <= probe.at or not as_known)
        ]
        amounts = [row.amount for row in within if row.amount is not None]
        found += [len(within), sum(amounts) if amounts else None, max(amounts, default=None)]
    return found


def lists(found: pa.RecordBatch) -> list[list[int | None]]:
    """By row."""
    return [list(row.values()) for row in found.to_pylist()]


@settings(deadline=None)
@given(VIEWS, ROWS, PROBES, st.integers(1, 50))
def test_rows_count_from_the_moment_at_which_they_came_in(
    of: FeatureView, rows: list[Row], probes: list[Probe], pairs_max: int
) -> None:
    found = known_vectors(of, of_rows(rows), of_probes(probes), pairs_max)
    assert lists(found) == [expected(of, rows, probe, as_known=True) for probe in probes]


@settings(deadline=None)
@given(VIEWS, ROWS, PROBES)
def test_where_every_row_came_in_at_once_nothing_is_different(
    of: FeatureView, rows: list[Row], probes: list[Probe]
) -> None:
    given_at_once = of_rows([row._replace(came=-100) for row in rows])
    plain = vectors(of, given_at_once.drop_columns(["_committed_us"]), of_probes(probes))
    assert known_vectors(of, given_at_once, of_probes(probes)) == plain


@pytest.mark.parametrize(("came", "count"), [(10, 1), (11, 0)])
def test_a_row_that_came_in_at_the_instant_is_known(came: int, count: int) -> None:
    found = known_vectors(RECENT, of_rows([Row("a", 1, 8, came, 5)]), of_probes([Probe("a", 1, 10)]))
    assert found["f0_0"].to_pylist() == [count]


@pytest.mark.parametrize("came", [-100, 10])
def test_a_row_at_the_instant_itself_is_not_seen(came: int) -> None:
    found = known_vectors(RECENT, of_rows([Row("a", 1, 10, came, 5)]), of_probes([Probe("a", 1, 10)]))
    assert found["f0_0"].to_pylist() == [0]


@settings(deadline=None)
@given(VIEWS, ROWS, PROBES)
def test_the_rows_of_the_stretches_are_all_that_probes_look_at(
    of: FeatureView, rows: list[Row], probes: list[Probe]
) -> None:
    asked = of_probes(probes)
    asked = asked.take(pa.array(in_order(of, asked)))
    wanted = [tuple(row.values()) for row in stretches(of, asked).to_pylist()]
    met = [row for row in rows for *key, first, last in wanted if [*row[:2]] == key and first <= row.at <= last]
    assert len(met) == len(set(map(id, met)))
    found = vectors(of, of_rows(met).drop_columns(["_committed_us"]), asked)
    in_their_order = [Probe(*row.values()) for row in asked.to_pylist()]
    assert lists(found) == [expected(of, rows, probe, as_known=False) for probe in in_their_order]
