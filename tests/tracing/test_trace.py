"""Where a record comes from, how it stands, and what today's config makes of it."""

from __future__ import annotations

import gzip
import threading
from pathlib import Path
from typing import Any

import pytest

from processors.errors import ConfigError
from sinks.rows.rejects import Choice
from stream.rejects.retry import retry_chosen, retry_corrected
from stream.schemas.contracts import load_contracts
from stream.tracing.trace import Trace, trace
from tests.sinks import contents
from tests.sinks.test_accept import Bench
from tests.system.drops import write

STEPS = [{"schema": {}}, {"quality": {"duplicates": ["key"]}}]
LINES = ("code,n", "a, 7", " b,NA", "c,x", "a,9", "d", '"e\nf",3', "g,1")


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Seven records: two good ones, a misfit, a duplicate, one of too few fields, one of two lines, a good one."""
    bench = Bench(tmp_path)
    say(bench)
    bench.land("1", *LINES)
    return bench


def say(bench: Bench, *rules: dict[str, Any], **changes: Any) -> None:
    """The config, with these rules."""
    settings = {"processors": STEPS, "key": ["code"], "null_tokens": ["", "NA"], **changes}
    bench.say(*([{"validation": {"rules": list(rules)}}] if rules else []), **settings)


def traced(bench: Bench, name: str) -> Trace:
    """The trace of one record, as the command has it."""
    return trace(bench.config.parent, bench.landing, bench.warehouse, "sales", name)


@pytest.mark.parametrize(
    ("line", "state", "text"),
    [
        (2, "staged", "a, 7"),
        (3, "staged", " b,NA"),
        (4, "rejected", "c,x"),
        (5, "duplicate", "a,9"),
        (6, "rejected", "d"),
        (7, "staged", '"e\nf",3'),
        (9, "staged", "g,1"),
    ],
)
@pytest.mark.parametrize("raw", [True, False])
def test_a_record_is_told_as_it_came_with_where_it_stands(
    bench: Bench, line: int, state: str, text: str, raw: bool
) -> None:
    say(bench, raw=raw)
    bench.load()
    found = traced(bench, f"sales/1.csv:{line}")
    assert (found.standing.state, found.origin.line) == (state, line)
    assert found.came.record is not None
    assert found.came.record.text == text
    content = (bench.landing / "sales" / "1.csv").read_bytes()
    assert content[found.origin.byte_start : found.origin.byte_end] == f"{text}\n".encode()
    assert traced(bench, str(found.origin.row_id)) == found


def test_every_record_is_what_todays_config_makes_of_it(bench: Bench) -> None:
    bench.load()
    assert [traced(bench, str((1 << 32) + record)).today.is_stored for record in range(1, 8)] == 7 * [True]


def test_a_duplicate_leads_to_the_record_that_came_first(bench: Bench) -> None:
    bench.load()
    found = traced(bench, "sales/1.csv:5").standing
    assert (found.relations, found.lost_to["duplicate_key"].line) == ({"duplicate_key": "broken"}, 2)


def test_a_key_that_is_null_is_not_compared(bench: Bench) -> None:
    bench.land("2", "code,n", "NA,1")
    bench.load()
    assert traced(bench, "sales/2.csv:2").standing.relations == {"duplicate_key": "unknown"}


def test_a_record_without_columns_says_why_and_meets_no_step(bench: Bench) -> None:
    bench.load()
    found = traced(bench, "sales/1.csv:6")
    assert found.came.record is not None
    assert (found.came.record.cells, found.steps) == (None, ())
    assert [reason["rule"] for reason in found.malformed] == ["field_count"]


def test_a_rule_that_came_later_would_reject_the_row(bench: Bench) -> None:
    bench.load()
    say(bench, {"check": "range", "column": "n", "max": 5})
    found = traced(bench, "sales/1.csv:2").today
    assert (found.is_stored, found.told) == (False, "Today's config rejects it (n_range); a replay would.")


def test_a_rule_that_only_warns_would_change_the_flags(bench: Bench) -> None:
    bench.load()
    say(bench, {"check": "range", "column": "n", "max": 5, "action": "warn"})
    found = traced(bench, "sales/1.csv:2").today
    assert found.told == "Today's config gives another row; a replay would change _flags."
    [difference] = found.differences
    assert (difference.stored, difference.today) == (None, "n_range")


def test_a_changed_type_is_told_cell_by_cell(bench: Bench) -> None:
    bench.load()
    say(bench, columns={"code": {"type": "string", "case": "upper"}, "n": {"type": "string"}})
    found = traced(bench, "sales/1.csv:2").today
    assert [(each.column, each.stored, each.today) for each in found.differences] == [
        ("code", "a", "A"),
        ("n", 7, "7"),
        ("_flags", None, "trimmed.n,cased.code"),
    ]


def test_a_reject_that_todays_config_takes_says_how_it_comes_in(bench: Bench) -> None:
    bench.load()
    say(bench, columns={"code": {"type": "string"}, "n": {"type": "string"}})
    found = traced(bench, "sales/1.csv:4")
    assert (found.standing.state, found.today.is_stored) == ("rejected", False)
    assert "`ade-stream rejects retry` brings it in" in found.today.told


def test_a_rejects_other_reasons_are_told(bench: Bench) -> None:
    bench.load()
    say(bench, {"check": "matches", "column": "code", "pattern": "[ab]"})
    assert traced(bench, "sales/1.csv:4").today.told == (
        "Today's config rejects it with other reasons (type, code_matches); a replay would change them."
    )


def test_a_uniqueness_rule_that_has_gone_would_let_the_duplicate_in(bench: Bench) -> None:
    bench.load()
    say(bench, processors=[{"schema": {}}, {"quality": {}}])
    assert "has no rule duplicate_key" in traced(bench, "sales/1.csv:5").today.told


def test_a_rule_that_stops_its_file_is_told(bench: Bench) -> None:
    bench.load()
    say(bench, {"check": "range", "column": "n", "max": 5, "action": "fail"})
    assert traced(bench, "sales/1.csv:2").today.told.startswith("Today's config does not take it: ")


def test_what_replay_then_does_is_what_trace_said(bench: Bench) -> None:
    bench.load()
    say(bench, {"check": "range", "column": "n", "max": 5, "action": "warn"})
    retry_chosen(load_contracts(bench.config.parent, bench.warehouse), bench.warehouse, Choice(), threading.Event())
    assert traced(bench, "sales/1.csv:4").today.is_stored


def test_a_correction_is_told_beside_what_came_and_judged(bench: Bench, tmp_path: Path) -> None:
    bench.load()
    fixed = write(tmp_path / "fixed.csv", f"_id,code,n,_raw\n{(1 << 32) + 3},c,5,\n")
    retry_corrected(load_contracts(bench.config.parent, bench.warehouse), bench.warehouse, fixed, threading.Event())
    found = traced(bench, "sales/1.csv:4")
    assert found.came.record is not None
    assert found.came.corrected is not None
    assert (found.came.record.text, found.came.corrected.text) == ("c,x", "c,5")
    assert (found.standing.state, found.today.is_stored) == ("staged", True)


def test_a_correction_without_a_raw_layer_leaves_what_came_in_the_file(bench: Bench, tmp_path: Path) -> None:
    say(bench, raw=False)
    bench.load()
    fixed = write(tmp_path / "fixed.csv", f"_id,code,n,_raw\n{(1 << 32) + 3},c,5,\n")
    retry_corrected(load_contracts(bench.config.parent, bench.warehouse), bench.warehouse, fixed, threading.Event())
    found = traced(bench, "sales/1.csv:4").came
    assert found.record is not None
    assert found.corrected is not None
    assert (found.source, found.record.text, found.corrected.text) == ("landing file", "c,x", "c,5")


def test_a_file_that_has_gone_leaves_what_the_warehouse_knows(bench: Bench) -> None:
    say(bench, raw=False)
    bench.load()
    (bench.landing / "sales" / "1.csv").unlink()
    found = traced(bench, "sales/1.csv:2")
    assert "its file is not in the landing folder any more: sales/1.csv." in found.came.missing
    assert (found.steps, found.today.is_stored) == ((), None)
    assert found.standing.row is not None
    assert found.standing.row["code"] == "a"
    assert traced(bench, "sales/1.csv:4").came.source == "reject"


def test_a_file_that_has_changed_proves_nothing(bench: Bench) -> None:
    say(bench, raw=False)
    bench.load()
    bench.land("1", "code,n", "a,99", *LINES[2:])
    assert "no longer those that were loaded" in traced(bench, "sales/1.csv:2").came.missing


def test_an_archived_file_is_found_in_the_archive(bench: Bench) -> None:
    say(bench, raw=False, files={"settle_seconds": 0, "after": "archive"})
    bench.load()
    assert (bench.landing / ".archive" / "sales" / "1.csv").exists()
    found = traced(bench, "sales/1.csv:2").came
    assert found.record is not None
    assert (found.source, found.record.text) == ("landing file", "a, 7")


def test_a_compressed_file_is_read_as_it_was(bench: Bench) -> None:
    say(bench, raw=False)
    path = bench.landing / "sales" / "1.csv"
    path.write_bytes(gzip.compress(path.read_bytes()))
    bench.load()
    found = traced(bench, "sales/1.csv:9").came
    assert found.record is not None
    assert (found.source, found.record.cells) == ("landing file", {"code": "g", "n": "1"})


def test_a_record_far_into_a_file_of_many_spans_is_found(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.say(limits={"batch_rows": 7}, raw=False)
    bench.land("1", "code,n", *(f"c{number},{number}" for number in range(50)))
    bench.load()
    for line in (2, 8, 9, 16, 51):
        found = traced(bench, f"sales/1.csv:{line}")
        assert found.standing.row is not None
        assert (found.standing.row["n"], found.today.is_stored) == (line - 2, True)


def test_a_row_that_a_newer_generation_replaced_says_so(bench: Bench) -> None:
    bench.load()
    row = traced(bench, "sales/1.csv:2").origin.row_id
    bench.land("1", "code,n", "z,1", "y,2")
    bench.load()
    old = traced(bench, str(row))
    assert (old.standing.state, old.today.is_stored, old.standing.row) == ("superseded", None, None)
    new = traced(bench, "sales/1.csv:2")
    assert (new.origin.generation, new.standing.state) == (2, "staged")


def test_what_evolves_is_traced_as_a_replay_would_have_it(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    modes = {"new_columns": "evolve", "misfits": "evolve", "missing_columns": "rescue"}
    bench.say(processors=[{"schema": modes}, {"quality": {}}])
    bench.land("1", "code,n,note", "a,1,x", "b,2.5,NA")
    bench.load()
    found = traced(bench, "sales/1.csv:3")
    assert found.today.is_stored
    assert found.standing.row is not None
    assert (found.standing.row["n"], found.standing.row["note"]) == (2.5, "NA")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("sales/1.csv:1", "no record begins in sales/1.csv line 1. Its first record begins in line 2."),
        ("sales/1.csv:8", "no record begins in sales/1.csv line 8. The record before it begins in line 7."),
        ("sales/1.csv:99", "line 99. The record before it begins in line 9."),
        ("sales/9.csv:2", "sales/9.csv: no such file is recorded. `ade-stream why FILE` says why."),
        ("1.csv:2", "1.csv: no such file is recorded, but sales/1.csv: which one is meant?"),
        ("sales/1.csv", "'sales/1.csv' names no record; write a row id, or path:line"),
        (":3", "':3' names no record"),
        ("12", "no record has the row id 12: no file with the id 0 is recorded."),
        (str((1 << 32) + 8), f"sales/1.csv has no record 8, which row {(1 << 32) + 8} would be; it has 7."),
        (str(1 << 70), "no record has the row id"),
        ("sales/\x1b[31m.csv:2", r"sales/\x1b[31m.csv: no such file is recorded."),
    ],
)
def test_a_name_that_means_no_record_is_told_with_what_there_is(bench: Bench, name: str, told: str) -> None:
    bench.load()
    with pytest.raises(ConfigError) as refused:
        traced(bench, name)
    assert told in str(refused.value)


def test_files_of_one_name_in_several_folders_are_all_named(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.say()
    for day in ("2026-11-20", "2026-11-21"):
        bench.land(f"dt={day}/1", "code,n", "a,1")
    bench.load()
    both = "sales/dt=2026-11-20/1.csv, sales/dt=2026-11-21/1.csv: which one is meant?"
    with pytest.raises(ConfigError, match=both):
        traced(bench, "1.csv:2")


def test_a_dataset_that_no_config_describes_is_told(bench: Bench) -> None:
    bench.load()
    with pytest.raises(ConfigError, match="no config describes a dataset 'sale'; there are sales"):
        trace(bench.config.parent, bench.landing, bench.warehouse, "sale", "sales/1.csv:2")


def test_tracing_changes_nothing(bench: Bench) -> None:
    bench.load()
    before = contents.everything(bench.warehouse)
    for record in range(1, 8):
        traced(bench, str((1 << 32) + record))
    assert contents.everything(bench.warehouse) == before


def test_imputed_cells_and_outliers_are_traced_with_the_parameters_that_they_had(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    quality = {"impute": {"n": "median"}, "outliers": {"n": {"fences": "iqr", "action": "clip"}}}
    bench.say(processors=[{"schema": {}}, {"quality": quality}], null_tokens=["", "NA"], parameters={"warmup_rows": 9})
    lines = [f"c{number},{number}" for number in range(1, 10)]
    bench.land("dt=2026-11-20/1", "code,n", *lines, "far,900", "none,NA")
    bench.load()
    far, none = (traced(bench, f"sales/dt=2026-11-20/1.csv:{line}") for line in (11, 12))
    [clipped] = [change for step in far.steps if step.step == "outliers" for change in step.changes if change.flags]
    assert (clipped.before, clipped.flags, far.today.is_stored) == ("900", ("clipped.n",), True)
    [imputed] = [change for step in none.steps if step.step == "impute" for change in step.changes]
    assert (imputed.after, imputed.flags, none.today.is_stored) == ("5", ("imputed.n",), True)
