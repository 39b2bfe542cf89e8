"""Who is the first, told by example; the law for all cases is in tests/contract/test_sink_order.py."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from processors.columns import ColumnType
from sinks.base import Receipt
from sinks.database.connection import Connection
from sinks.files import row_id
from sinks.relations import levels
from sinks.table import Table, Unique
from sinks.warehouse import Warehouse
from tests.sinks import contents
from tests.sinks.drafts import Accepted, Draft, Refused, judged, path_of, store

COLUMNS = (("code", ColumnType("string")), ("number", ColumnType("number")))
TABLE = Table("sales", COLUMNS, unique=(Unique("by_code", ("code",)), Unique("by_number", ("number",))))
EARLY, LATE = row_id(1, 1), row_id(2, 1)


def commit(path: Path, *drafts: Draft, table: Table = TABLE) -> list[Receipt]:
    """The drafts, in this order."""
    with Warehouse(path, [table]) as warehouse:
        return [store(warehouse, judged(table, draft)) for draft in drafts]


def test_a_smaller_row_id_that_is_committed_later_takes_the_first_place(tmp_path: Path) -> None:
    commit(tmp_path / "w.db", Draft(2, 1, (Accepted(("a", 1.0)),)), Draft(1, 1, (Accepted(("a", 2.0)),)))
    assert contents.staged(tmp_path / "w.db", "sales", "number") == {EARLY: (2.0,)}


def test_a_receipt_counts_the_rows_of_other_spans_that_changed_sides(tmp_path: Path) -> None:
    drafts = (Draft(2, 1, (Accepted(("a", 1.0)),)), Draft(1, 1, (Accepted(("a", 2.0)),)))
    assert [each.rejudged for each in commit(tmp_path / "w.db", *drafts)] == [0, 1]


def test_a_row_is_staged_when_the_first_with_its_key_is_refused(tmp_path: Path) -> None:
    drafts = (Draft(1, 1, (Accepted(("a", 1.0)),)), Draft(2, 1, (Accepted(("a", 2.0)),)), Draft(1, 1, (Refused(),)))
    commit(tmp_path / "w.db", *drafts)
    assert contents.staged(tmp_path / "w.db", "sales", "number") == {LATE: (2.0,)}


def test_a_row_that_wins_under_one_rule_names_only_the_rule_under_which_it_still_loses(tmp_path: Path) -> None:
    firsts = Draft(1, 1, (Accepted(("b", 1.0)),)), Draft(1, 2, (Accepted(("a", 2.0)),))
    commit(tmp_path / "w.db", *firsts, Draft(2, 1, (Accepted(("a", 1.0)),)), Draft(1, 2, (Refused(),)))
    assert contents.reject_rules(tmp_path / "w.db")[LATE] == ["by_number"]


def test_a_row_that_lost_under_one_rule_and_loses_under_another_names_both_in_the_order_of_the_config(
    tmp_path: Path,
) -> None:
    drafts = (
        Draft(1, 2, (Accepted(("b", 1.0)),)),
        Draft(2, 1, (Accepted(("a", 1.0)),)),
        Draft(1, 1, (Accepted(("a", 2.0)),)),
    )
    commit(tmp_path / "w.db", *drafts)
    assert contents.reject_rules(tmp_path / "w.db") == {LATE: ["by_code", "by_number"]}


def test_a_row_that_lost_still_holds_its_other_keys(tmp_path: Path) -> None:
    drafts = [
        Draft(1, place, (Accepted(cells),)) for place, cells in enumerate([("a", 1.0), ("a", 2.0), ("b", 2.0)], 1)
    ]
    commit(tmp_path / "w.db", *drafts)
    assert contents.reject_rules(tmp_path / "w.db") == {row_id(1, 2): ["by_code"], row_id(1, 3): ["by_number"]}


def test_the_reason_says_where_the_first_stands(tmp_path: Path) -> None:
    commit(tmp_path / "w.db", Draft(1, 7, (Accepted(("a", 1.0)),)), Draft(2, 1, (Accepted(("a", 2.0)),)))
    message = contents.reasons(tmp_path / "w.db")[LATE][0]["message"]
    assert message == f"this code was first seen in {path_of(1)} line 8"


def test_a_null_is_left_out_of_the_raw_record_of_a_duplicate_without_a_raw_layer(tmp_path: Path) -> None:
    table = Table("sales", COLUMNS, unique=TABLE.unique[:1], raw=False)
    commit(tmp_path / "w.db", Draft(1, 1, (Accepted(("a", None)), Accepted(("a", None)))), table=table)
    [(raw,)] = contents.rows(tmp_path / "w.db", "SELECT raw FROM rejects")
    assert json.loads(str(raw)) == {"code": "a"}


def test_an_exact_duplicate_of_an_empty_text_is_no_null(tmp_path: Path) -> None:
    table = Table("sales", COLUMNS, unique=(Unique("same", ("code", "number"), exact=True),))
    commit(tmp_path / "w.db", Draft(1, 1, (Accepted(("", 1.0)), Accepted((None, 1.0)))), table=table)
    assert len(contents.staged(tmp_path / "w.db", "sales", "number")) == 2


LAST = Table("sales", COLUMNS, unique=(Unique("by_code", ("code",), keep="last"),))


def test_the_last_of_several_may_stay(tmp_path: Path) -> None:
    commit(tmp_path / "w.db", Draft(2, 1, (Accepted(("a", 1.0)),)), Draft(1, 1, (Accepted(("a", 2.0)),)), table=LAST)
    assert contents.staged(tmp_path / "w.db", "sales", "number") == {LATE: (1.0,)}
    assert contents.reasons(tmp_path / "w.db")[EARLY][0]["message"] == f"this code came again in {path_of(2)} line 2"


def test_where_the_last_stays_each_of_the_others_lost_to_the_next_one(tmp_path: Path) -> None:
    drafts = {file: Draft(file, 1, (Accepted(("a", float(file))),)) for file in (1, 2, 3, 4)}
    commit(tmp_path / "w.db", *(drafts[file] for file in (1, 2, 4, 3)), Draft(2, 1, (Refused(),)), table=LAST)
    lost = contents.rows(tmp_path / "w.db", "SELECT _id >> 32, first_id >> 32 FROM meta_duplicates ORDER BY 1")
    assert lost == [(1, 3), (3, 4)]


@pytest.mark.parametrize("replaced", [1, 2])
def test_another_choice_takes_hold_for_all_rows_of_a_key_where_one_of_them_is_committed_anew(
    tmp_path: Path, replaced: int
) -> None:
    drafts = {file: Draft(file, 1, (Accepted(("a", float(file))),)) for file in (1, 2, 3)}
    commit(tmp_path / "w.db", *drafts.values(), table=Table("sales", COLUMNS, unique=TABLE.unique[:1]))
    commit(tmp_path / "w.db", drafts[replaced], table=LAST)
    if replaced == 2:  # it had lost, and loses again: which of the others stays is not asked
        commit(tmp_path / "w.db", drafts[3], table=LAST)
    assert contents.staged(tmp_path / "w.db", "sales", "number") == {row_id(3, 1): (3.0,)}


@pytest.mark.parametrize("table", [Table("sales", COLUMNS, unique=TABLE.unique[:1]), LAST])
def test_what_is_said_of_a_row_that_loses_to_the_same_one_is_not_written_anew_with_another_span(
    tmp_path: Path, table: Table
) -> None:
    drafts = [Draft(file, 1, (Accepted(("a", float(file))),)) for file in (1, 2)]
    commit(tmp_path / "w.db", *drafts, table=table)
    [loser, winner] = drafts if table is LAST else reversed(drafts)
    with Connection(tmp_path / "w.db") as connection:
        connection.run("UPDATE rejects SET path = 'as it was'")
    receipts = commit(tmp_path / "w.db", winner, table=table)
    assert contents.rows(tmp_path / "w.db", "SELECT _id >> 32, path FROM rejects") == [(loser.file_id, "as it was")]
    assert receipts[0].rejudged == 0


def test_a_key_may_be_used_once_in_each_file_and_on_each_date(tmp_path: Path) -> None:
    rules = Unique("in_file", ("code",), scope="file"), Unique("on_date", ("number",), scope="date")
    drafts = [
        Draft(1, 1, (Accepted(("a", 1.0)), Accepted(("a", 2.0))), "2026-11-20"),
        Draft(2, 1, (Accepted(("a", 1.0)),), "2026-11-20"),
        Draft(3, 1, (Accepted(("a", 1.0)),), "2026-11-21"),
    ]
    commit(tmp_path / "w.db", *drafts, table=Table("sales", COLUMNS, unique=rules))
    assert contents.reject_rules(tmp_path / "w.db") == {row_id(1, 2): ["in_file"], row_id(2, 1): ["on_date"]}


def test_keys_are_found_in_whatever_level_they_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(levels, "LIMITS", (4, 16))
    rows = [Accepted((f"k{number % 90}", float(number))) for number in range(100)]
    drafts = [Draft(1, 1 + first, tuple(rows[first : first + 5])) for first in range(0, 100, 5)]
    commit(tmp_path / "w.db", *drafts, *drafts[::3])
    assert contents.reject_rules(tmp_path / "w.db") == {row_id(1, 91 + place): ["by_code"] for place in range(10)}
