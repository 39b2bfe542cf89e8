"""Rows of datasets that refer to each other: the order in which anything comes, goes and is repeated makes no
difference."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processors.columns import ColumnType
from sinks.base import Swap
from sinks.table import Reference, Table, Unique
from sinks.warehouse import Warehouse
from tests.sinks import contents
from tests.sinks.drafts import Accepted, Cell, Draft, Refused, judged, store
from tests.sinks.oracle import expected, stored

TEXT, WHOLE, NUMBER = ColumnType("string"), ColumnType("integer"), ColumnType("number")
CODES, NUMBERS = st.sampled_from(["a", "7", "", None]), st.sampled_from([7, 0, 2**63 - 1, None])
PRICES = st.sampled_from([7.0, 0.0, 0.5, None])

#: Two datasets that refer to each other, one of them to itself too.
SALES = Table(
    "sales",
    (("code", TEXT), ("number", WHOLE)),
    unique=(Unique("by_code", ("code",)),),
    references=(
        Reference("known_code", ("code",), "people", ("name",)),
        Reference("known_pair", ("number", "code"), "people", ("price", "name"), action="drop"),
    ),
)
PEOPLE = Table(
    "people",
    (("name", TEXT), ("price", NUMBER), ("boss", TEXT)),
    unique=(Unique("one_name", ("name",), keep="last"),),
    raw=False,
    references=(
        Reference("known_boss", ("boss",), "people", ("name",)),
        Reference("known_code", ("price",), "sales", ("number",)),
    ),
)
TABLES = {table.dataset: table for table in (SALES, PEOPLE)}
CELLS: Mapping[str, st.SearchStrategy[tuple[Cell, ...]]] = {
    "sales": st.tuples(CODES, NUMBERS),
    "people": st.tuples(CODES, PRICES, CODES),
}
#: A dataset and a span of one of its files.
Commit: TypeAlias = tuple[str, Draft]


@dataclass(frozen=True, slots=True)
class History:
    """The last verdict on each span, and the commits that lead there."""

    last: tuple[Commit, ...]
    commits: tuple[Commit, ...]


def records(dataset: str) -> st.SearchStrategy[Accepted | Refused]:
    """Records of a dataset, most of them accepted."""
    accepted = CELLS[dataset].map(Accepted)
    return st.one_of(accepted, accepted, accepted, st.just(Refused()))


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Spans of both datasets in any order; some were judged otherwise before, some are committed again."""
    last: list[Commit] = []
    for file_id in range(1, 1 + draw(st.integers(2, 4))):
        dataset, first = "sales" if file_id % 2 else "people", 1
        for _ in range(draw(st.integers(1, 2))):
            drawn = draw(st.lists(records(dataset), min_size=1, max_size=4))
            last.append((dataset, Draft(file_id, first, tuple(drawn))))
            first += len(drawn)
    earlier = [(dataset, judged_otherwise(draw, dataset, draft)) for dataset, draft in last if draw(st.booleans())]
    repeated = draw(st.lists(st.sampled_from(last), max_size=2))
    return History(tuple(last), (*draw(st.permutations(earlier)), *draw(st.permutations([*last, *repeated]))))


def judged_otherwise(draw: st.DrawFn, dataset: str, draft: Draft) -> Draft:
    """The same span with other verdicts."""
    return replace(draft, records=tuple(draw(records(dataset)) for _ in draft.records))


def committed(folder: str, commits: Iterable[Commit]) -> Path:
    """A new warehouse in `folder` after the commits."""
    path = Path(folder) / "w.db"
    with Warehouse(path, TABLES.values()) as warehouse:
        for dataset, draft in commits:
            store(warehouse, judged(TABLES[dataset], draft))
    return path


def told(commits: Sequence[Commit], dataset: str) -> list[Draft]:
    """The drafts of one dataset."""
    return [draft for name, draft in commits if name == dataset]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories())
def test_the_tables_after_any_order_of_commits_are_those_that_the_last_verdicts_ask_for(history: History) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = committed(folder, history.commits)
        for name, other in (("sales", "people"), ("people", "sales")):
            others = TABLES[other], told(history.last, other)
            assert stored(path, TABLES[name]) == expected(TABLES[name], told(history.last, name), others)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories())
def test_any_order_of_commits_gives_one_content_hash(history: History) -> None:
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        path, canonical = committed(one, history.commits), committed(other, history.last)
        for name in TABLES:
            assert contents.content_hash(path, name) == contents.content_hash(canonical, name)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories())
def test_receipts_tell_how_the_balances_of_all_files_change(history: History) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = committed(folder, history.commits)
        counted = contents.counted(path, "sales") | contents.counted(path, "people")
        assert contents.balances(path) == counted


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories(), st.data())
def test_a_generation_that_takes_the_place_of_another_leaves_what_it_alone_would_have(
    history: History, data: st.DataObject
) -> None:
    superseded = max(draft.file_id for _, draft in history.last)
    dataset = "sales" if superseded % 2 else "people"
    drawn = data.draw(st.lists(records(dataset), min_size=2, max_size=5))
    cut = data.draw(st.integers(1, len(drawn) - 1))
    begin = Draft(9, 1, tuple(drawn[:cut]), swap=Swap(superseded, "begin"))
    end = Draft(9, 1 + cut, tuple(drawn[cut:]), swap=Swap(superseded, "end"))
    alone = [(dataset, replace(draft, swap=None)) for draft in (begin, end)]
    kept = [(name, draft) for name, draft in history.last if draft.file_id != superseded]
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        path = committed(one, [*history.commits, (dataset, begin), (dataset, end)])
        fresh = committed(other, [*kept, *alone])
        for name, table in TABLES.items():
            found, wanted = stored(path, table), stored(fresh, table)
            found.balances.pop(superseded, None)
            assert (found, name) == (wanted, name)
