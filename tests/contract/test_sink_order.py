"""Which record is the first with its key does not depend on the order of commits, on repetition, or on old verdicts."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processors.columns import ColumnType
from sinks.relations import levels
from sinks.table import Monotonic, Reference, Relation, Table, Unique
from sinks.warehouse import Warehouse
from tests.sinks.contents import balances, content_hash, counted
from tests.sinks.drafts import Accepted, Draft, Malformed, Record, Refused, judged, store
from tests.sinks.oracle import expected, stored

COLUMNS = (("code", ColumnType("string")), ("number", ColumnType("integer")), ("price", ColumnType("number")))

#: Few values, so that keys meet; texts that look like numbers, so that they meet only where they are equal as texts.
CODES = st.sampled_from(["a", "A", "7", "007", "7.0", "1e1", "10", "", " ", "it's", "a,b", "NULL", "ø", None])
NUMBERS = st.sampled_from([7, 0, -1, 10, 2**63 - 1, None])
PRICES = st.sampled_from([7.0, 0.1, 0.30000000000000004, 0.3, 0.0, -0.0, 1e300, None])

RULES = (
    Unique("by_code", ("code",)),
    Unique("by_number", ("number",), severity="warning", action="drop"),
    Unique("by_price", ("price",)),
    Unique("by_pair", ("code", "number"), action="drop"),
    Unique("by_price_and_code", ("price", "code"), severity="info"),
    Unique("same_record", ("code", "number", "price"), exact=True),
    Unique("same_code", ("code",), exact=True, action="drop"),
    Unique("last_code", ("code",), keep="last"),
    Unique("last_record", ("code", "number", "price"), exact=True, keep="last", action="drop"),
    Unique("code_in_file", ("code",), scope="file"),
    Unique("number_on_date", ("number",), scope="date", keep="last"),
    Unique("pair_in_file", ("number", "code"), scope="file", action="drop"),
    Monotonic("rising", "number"),
    Monotonic("rising_strictly", "number", strict=True, action="drop"),
    Monotonic("falling", "number", decreasing=True, severity="warning"),
    Monotonic("falling_strictly", "number", decreasing=True, strict=True),
    Reference("same_price", ("number",), "sales", ("price",)),
    Reference("other_pair", ("code", "number"), "sales", ("code", "price"), action="drop"),
)
DATES = ("2026-11-20", "2026-11-21")

accepted = st.builds(Accepted, st.tuples(CODES, NUMBERS, PRICES))
refused = st.sampled_from([Refused(), Refused("not_wanted", "drop")])
columned = st.one_of(accepted, accepted, accepted, refused)


@dataclass(frozen=True, slots=True)
class Story:
    """A table, the last verdict on each of its spans, and the commits that lead there."""

    table: Table
    drafts: tuple[Draft, ...]
    commits: tuple[Draft, ...]


def sales(rules: Sequence[Relation], *, raw: bool) -> Table:
    """The dataset with some of the rules."""
    return Table(
        "sales",
        COLUMNS,
        None,
        tuple(rule for rule in rules if isinstance(rule, Unique)),
        raw=raw,
        monotonic=tuple(rule for rule in rules if isinstance(rule, Monotonic)),
        references=tuple(rule for rule in rules if isinstance(rule, Reference)),
    )


@st.composite
def spans(draw: st.DrawFn) -> list[Draft]:
    """Contiguous spans of up to three files."""
    drafts = []
    for file_id in range(1, draw(st.integers(1, 3)) + 1):
        first = 1
        for _ in range(draw(st.integers(1, 3))):
            records = draw(
                st.lists(st.one_of(columned, columned, columned, st.just(Malformed())), min_size=1, max_size=5)
            )
            drafts.append(Draft(file_id, first, tuple(records), DATES[file_id % 2]))
            first += len(records)
    return drafts


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Spans in any order; some were judged otherwise before, some are committed again."""
    table = sales(draw(st.lists(st.sampled_from(RULES), unique=True, max_size=4)), raw=draw(st.booleans()))
    drafts = draw(spans())
    commits = [*draw(st.permutations(drafts)), *draw(st.lists(st.sampled_from(drafts), max_size=3))]
    final = set()
    for place in reversed(range(len(commits))):
        key = commits[place].span
        if key in final and draw(st.booleans()):
            commits[place] = _judged_otherwise(draw, commits[place])
        final.add(key)
    return Story(table, tuple(drafts), tuple(commits))


def _judged_otherwise(draw: st.DrawFn, draft: Draft) -> Draft:
    """The same records with other rows dropped, kept, or under other keys; what has no columns stays so."""
    records: list[Record] = [each if isinstance(each, Malformed) else draw(columned) for each in draft.records]
    return Draft(draft.file_id, draft.first, tuple(records), draft.date)


def committed(folder: str, table: Table, commits: Iterable[Draft]) -> Path:
    """The warehouse in `folder` after the commits."""
    path = Path(folder) / "warehouse.db"
    with Warehouse(path, [table]) as warehouse:
        for draft in commits:
            store(warehouse, judged(table, draft))
    return path


def cut(drafts: Sequence[Draft]) -> list[Draft]:
    """The same records in spans of one record each."""
    return [
        Draft(draft.file_id, draft.first + place, (record,), draft.date)
        for draft in drafts
        for place, record in enumerate(draft.records)
    ]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stories())
def test_the_tables_after_any_order_of_commits_are_those_that_the_last_verdicts_ask_for(story: Story) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = committed(folder, story.table, story.commits)
        assert stored(path, story.table) == expected(story.table, story.drafts)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stories(), st.integers(0, 12))
def test_the_tables_are_the_same_in_whatever_level_keys_stand_and_when_a_process_ends_in_between(
    story: Story, ended: int
) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(levels, "LIMITS", (3, 8))
        committed(folder, story.table, story.commits[:ended])
        path = committed(folder, story.table, story.commits[ended:])
        assert stored(path, story.table) == expected(story.table, story.drafts)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stories())
def test_any_order_of_commits_gives_the_content_hash_of_the_canonical_order(story: Story) -> None:
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        path, canonical = committed(one, story.table, story.commits), committed(other, story.table, story.drafts)
        assert content_hash(path, "sales") == content_hash(canonical, "sales")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stories())
def test_the_content_hash_does_not_depend_on_where_the_spans_were_cut(story: Story) -> None:
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        whole, single = committed(one, story.table, story.drafts), committed(other, story.table, cut(story.drafts))
        assert content_hash(whole, "sales") == content_hash(single, "sales")


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stories())
def test_the_balance_of_each_file_counts_the_rows_that_are_there(story: Story) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = committed(folder, story.table, story.commits)
        assert balances(path) == counted(path, "sales")


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stories())
def test_a_receipt_tells_how_many_rows_of_its_span_are_staged_behind_the_commit(story: Story) -> None:
    with tempfile.TemporaryDirectory() as folder, Warehouse(Path(folder) / "w.db", [story.table]) as warehouse:
        for draft in story.commits:
            receipt = store(warehouse, judged(story.table, draft))
            within = (draft.ids[0], draft.ids[-1])
            staged = warehouse.connection.integer("SELECT count(*) FROM stg_sales WHERE _id BETWEEN ? AND ?", *within)
            assert (receipt.accepted, receipt.accepted + receipt.rejected) == (staged, len(draft.ids))
