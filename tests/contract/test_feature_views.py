"""The vectors that a warehouse keeps are those of its staged rows, whatever came, went and changed, in any order."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Literal, TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processors.feature_views.model import FeatureView
from sinks.base import Swap
from sinks.feature_views import changes, recomputing
from sinks.feature_views import rows as feature_rows
from sinks.table import Table
from sinks.warehouse import Warehouse
from tests.sinks.contents import rows
from tests.sinks.drafts import Accepted, Draft, Refused, judged, store, store_all
from tests.sinks.oracle import expected
from tests.sinks.views import VIEWS, everything, latest, latest_of, oracle, row, stored, with_views

TABLE = with_views(*VIEWS)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SPAN_ROWS = 5

#: Few codes, so that keys meet; few instants, so that rows are at the same time; late ones, since spans come anyhow.
cells = st.tuples(
    st.sampled_from([str(code) for code in range(40)]),
    st.sampled_from(["ann", "bob", None]),
    st.sampled_from([1, 2, -5, 2**62, None]),
    st.sampled_from([0.1, 2.5, -3.0, 1e300, 0.0, None]),
    st.sampled_from([Decimal("1.10"), Decimal("-2.05"), Decimal("9999999.99"), None]),
    st.one_of(st.none(), st.integers(0, 40).map(lambda at: EPOCH + timedelta(microseconds=at))),
)
records = st.one_of(st.builds(Accepted, cells), st.builds(Accepted, cells), st.just(Refused()))


@dataclass(frozen=True, slots=True)
class Together:
    """Spans that are committed in one transaction, which is `kept` or rolled back."""

    drafts: tuple[Draft, ...]
    kept: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """Spans that wait together for their commit."""

    drafts: tuple[Draft, ...]


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A file whose generation goes, and the spans of the one that takes its place."""

    superseded: int
    drafts: tuple[Draft, ...]


Step: TypeAlias = Draft | Together | Waiting | Rewritten | None


def spans(file_ids: st.SearchStrategy[int]) -> st.SearchStrategy[Draft]:
    """A span of some file, of which there are three; dates go by files."""
    return st.builds(
        lambda file_id, number, its: Draft(file_id, number * SPAN_ROWS + 1, tuple(its), f"2026-11-2{file_id % 2}"),
        file_ids,
        st.integers(0, 2),
        st.lists(records, min_size=SPAN_ROWS, max_size=SPAN_ROWS),
    )


@st.composite
def steps(draw: st.DrawFn) -> list[Step]:
    """Commits alone, waiting and together, generations that take the place of others, and None where a new process
    begins."""
    found: list[Step] = []
    live, newest = [1, 2, 3], 3
    for kind in draw(
        st.lists(st.sampled_from(["span", "span", "waiting", "waiting", "together", "rewritten", "opened"]), max_size=9)
    ):
        span = spans(st.sampled_from(live))
        if kind == "span":
            found.append(draw(span))
        elif kind == "together":
            found.append(Together(tuple(draw(st.lists(span, min_size=1, max_size=3))), draw(st.booleans())))
        elif kind == "waiting":
            found.append(Waiting(tuple(draw(st.lists(span, min_size=2, max_size=5)))))
        elif kind == "rewritten":
            old, newest = draw(st.sampled_from(live)), newest + 1
            live = [newest if each == old else each for each in live]
            its = draw(st.lists(spans(st.just(newest)), min_size=1, max_size=3, unique_by=lambda each: each.first))
            found.append(Rewritten(old, tuple(its)))
        else:
            found.append(None)
    return found


def played(path: Path, told: Sequence[Step], table: Table = TABLE) -> list[Draft]:
    """Take all steps; the last verdicts on the spans that are left."""
    last: dict[tuple[int, int], Draft] = {}
    warehouse = Warehouse(path, [table])
    for step in told:
        if step is None:
            warehouse.close()
            warehouse = Warehouse(path, [table])
        for draft in _take(warehouse, step, table):
            last[draft.file_id, draft.first] = draft
        if isinstance(step, Rewritten):
            last = {place: draft for place, draft in last.items() if draft.file_id != step.superseded}
    warehouse.close()
    return list(last.values())


def _take(warehouse: Warehouse, step: Step, table: Table) -> Iterator[Draft]:
    match step:
        case Draft():
            store(warehouse, judged(table, step))
            yield step
        case Together():
            with warehouse.transaction(keep=step.kept):
                for draft in step.drafts:
                    store(warehouse, judged(table, draft))
            yield from step.drafts if step.kept else ()
        case Waiting():
            store_all(warehouse, [judged(table, draft) for draft in step.drafts])
            yield from step.drafts
        case Rewritten():
            for draft, part in zip(step.drafts, _parts(len(step.drafts)), strict=True):
                store(warehouse, judged(table, replace(draft, swap=Swap(step.superseded, part))))
            yield from step.drafts


def _parts(count: int) -> list[Literal["begin", "within", "end", "whole"]]:
    within: list[Literal["within"]] = ["within"] * (count - 2)
    return ["whole"] if count == 1 else ["begin", *within, "end"]


def check(path: Path, drafts: Sequence[Draft], table: Table = TABLE) -> None:
    """The warehouse has the vectors that the rows of these spans have, worked out row by row; and builds them so."""
    staged = expected(table, drafts).staged
    kept = {view.name: everything(path, view) for view in table.views}
    for view in table.views:
        vectors = oracle(view, staged)
        assert stored(path, view) == vectors, view.name
        assert [row for (row,) in latest(path, view)] == latest_of(view, staged)
        counted = rows(path, "SELECT rows FROM meta_feature_registry WHERE view = ?", view.name)
        assert counted == [(len(vectors),)]
    for views in ((), table.views):
        Warehouse(path, [replace(table, views=views)]).close()
    assert {view.name: everything(path, view) for view in table.views} == kept


@given(steps())
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_vectors_are_those_of_the_staged_rows_whatever_happened(told: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "w.db"
        check(path, played(path, told))


@given(steps())
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
def test_memory_that_is_too_small_for_all_at_once_changes_no_vector(told: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patched:
        patched.setattr(feature_rows, "ROWS_AT_ONCE", 2)
        patched.setattr(changes, "ROWS_AT_ONCE", 3)
        patched.setattr(recomputing, "ROWS_MAX", 2)
        path = Path(folder) / "w.db"
        check(path, played(path, told))


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_a_row_behind_very_many_writes_no_vector_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, view: FeatureView
) -> None:
    monkeypatch.setattr(recomputing, "ROWS_MAX", 2)
    path, table = tmp_path / "w.db", with_views(view)
    old = Draft(1, 1, tuple(row(str(code), "ann", code) for code in range(5)), "2026-11-20")
    new = Draft(2, 1, (row("9", "ann", 6),), "2026-11-21")
    told = "SELECT changes FROM meta_feature_dates WHERE date = '2026-11-20'"
    played(path, [old], table)
    changes = rows(path, told)
    played(path, [new], table)
    assert rows(path, told) == changes
    check(path, [old, new], table)
