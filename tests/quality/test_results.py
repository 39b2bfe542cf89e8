"""Results are exact: whatever was loaded, replayed, retried or superseded, they are what the rows themselves say."""

from __future__ import annotations

import csv
import threading
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sinks.database.connection import Connection
from sinks.reading import WarehouseReader
from sinks.results.examples import Examples
from sinks.results.results import Scope, results
from sinks.rows.rejects import Choice
from sinks.warehouse import Warehouse
from stream.config import Dataset
from stream.config.loading import load_config
from stream.rejects.export import as_csv, prepare
from stream.rejects.retry import retry_chosen, retry_corrected
from stream.replay import replay
from tests.quality.counting import check_exact, read, unexpected, viewed, without_a_number
from tests.sinks import contents
from tests.sinks.landings import cut, dataset, land, load, replayed, rules
from tests.system.processes import Place, ade

COLUMNS: dict[str, Any] = {"id": "string", "amount": "integer", "note": "string", "price": "number"}
HEADER = "id,amount,note,price"
KEY = {"quality": {"duplicates": ["key"]}}
RANGE = {"check": "range", "column": "amount", "min": 0}
LARGE = {"check": "range", "column": "amount", "max": 7, "action": "warn", "name": "large"}
NOTE = {"check": "not_null", "column": "note", "action": "warn", "severity": "warning"}
BY_NOTE = {"check": "unique", "columns": ["note"], "name": "note_unique"}
DAYS = ("2026-11-19", "2026-11-20", "2026-11-21")
LINES = st.sampled_from(
    [
        *(
            f"{key},{amount},{note},{price}"
            for key in ("a", "b", "")
            for amount in (1, -1, 9)
            for note in ("n", "m", "")
            for price in ("1.5", "")
        ),
        *("a,x,n,1", "b,1,n,y", "c,x,m,y", "only", "a,1,n,1,surplus", HEADER, "d,,,"),
    ]
)
FILES = st.lists(st.lists(LINES, max_size=8), min_size=1, max_size=3)
EXACT = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


def sales(*steps: Any, **more: Any) -> Dataset:
    """The dataset of these tests."""
    return dataset("sales", COLUMNS, *(steps or (KEY, rules(RANGE, LARGE, NOTE, BY_NOTE))), key=["id"], **more)


def landed(folder: Path, *files: Sequence[str]) -> Path:
    """A landing folder with a file a day."""
    for day, lines in zip(DAYS, files, strict=False):
        land(folder, f"sales/{day}.csv", HEADER, *lines)
    return folder


def check(path: Path, described: Dataset) -> None:
    """Results are exact, and a rule on the amount has no answer where there is no number."""
    check_exact(path, described)
    missing, unknown = viewed(path, "sales", "missing_count"), without_a_number(path, described, "amount")
    assert {span: missing[span, "large"] for span in unknown} == unknown


@pytest.mark.parametrize("misfits", ["quarantine", "rescue"])
@given(files=FILES, rows=st.integers(1, 9))
@EXACT
def test_results_are_what_the_rows_say(
    tmp_path_factory: pytest.TempPathFactory, misfits: str, files: list[list[str]], rows: int
) -> None:
    folder, described = tmp_path_factory.mktemp("exact"), sales(modes={"misfits": misfits})
    load(folder / "w.db", landed(folder / "landing", *files), cut({"sales": described}, rows))
    check(folder / "w.db", described)


@given(files=FILES, stricter=st.booleans())
@EXACT
def test_results_are_what_the_rows_say_when_they_were_replayed(
    tmp_path_factory: pytest.TempPathFactory, files: list[list[str]], stricter: bool
) -> None:
    folder, after = tmp_path_factory.mktemp("replay"), sales(rules(LARGE, BY_NOTE)) if stricter else sales()
    load(folder / "w.db", landed(folder / "landing", *files), {"sales": sales()})
    replayed(folder / "w.db", {"sales": after}, DAYS)
    check(folder / "w.db", after)


@given(files=FILES)
@EXACT
def test_results_are_what_the_rows_say_when_rejects_were_retried(
    tmp_path_factory: pytest.TempPathFactory, files: list[list[str]]
) -> None:
    folder, described = tmp_path_factory.mktemp("retry"), sales()
    load(folder / "w.db", landed(folder / "landing", *files), {"sales": described})
    retry_chosen({"sales": described}, folder / "w.db", Choice(), threading.Event())
    check(folder / "w.db", described)


@given(files=FILES)
@EXACT
def test_results_are_what_the_rows_say_when_rejects_were_corrected(
    tmp_path_factory: pytest.TempPathFactory, files: list[list[str]]
) -> None:
    folder, described = tmp_path_factory.mktemp("correct"), sales()
    load(folder / "w.db", landed(folder / "landing", *files), {"sales": described})
    correct(folder / "w.db", described)
    check(folder / "w.db", described)


def correct(path: Path, described: Dataset) -> None:
    """Give every reject that has fields the amount 2, through an export."""
    with WarehouseReader(path) as recorded:
        text = "".join(as_csv(recorded, prepare(recorded, Choice(), {"sales": described})))
    lines = [line | {"amount": "2"} for line in csv.DictReader(text.splitlines(keepends=True))]
    if not lines:
        return
    source = path.with_suffix(".csv")
    with source.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, lines[0].keys())
        writer.writeheader()
        writer.writerows(lines)
    retry_corrected({"sales": described}, path, source, threading.Event())


@given(files=FILES, rows=st.integers(1, 9))
@EXACT
def test_files_dates_and_runs_add_up_to_the_dataset(
    tmp_path_factory: pytest.TempPathFactory, files: list[list[str]], rows: int
) -> None:
    folder = tmp_path_factory.mktemp("sums")
    load(folder / "w.db", landed(folder / "landing", *files), cut({"sales": sales()}, rows))
    path, whole = folder / "w.db", read(folder / "w.db", Scope("sales"))
    days = DAYS[: len(files)]
    spans = [int(str(span)) for (span,) in contents.rows(path, "SELECT span_id FROM meta_spans ORDER BY 1")]
    for parts in (
        [Scope("sales", date=day) for day in days],
        [Scope("sales", path=f"sales/{day}.csv") for day in days],
        [Scope("sales", span_id=span) for span in spans],
    ):
        assert added(read(path, each) for each in parts) == whole


def added(parts: Any) -> dict[str, tuple[int, int, int]]:
    """Counts of several scopes as one."""
    counts = Counter[tuple[str, int]]()
    for part in parts:
        counts.update({(name, place): count for name, found in part.items() for place, count in enumerate(found)})
    return {name: (counts[name, 0], counts[name, 1], counts[name, 2]) for name in sorted({name for name, _ in counts})}


def test_the_rows_of_a_generation_that_was_superseded_have_no_results(tmp_path: Path) -> None:
    path, described = tmp_path / "w.db", sales()
    load(path, landed(tmp_path / "landing", ["a,-1,n,1", "b,x,m,1", "b,1,o,1"]), {"sales": described})
    load(path, landed(tmp_path / "landing", ["a,1,n,1", "b,-1,m,2"]), {"sales": described})
    check_exact(path, described)
    assert read(path, Scope("sales"))["amount_range"] == (2, 0, 1)


def test_a_key_that_comes_to_another_file_changes_the_results_of_both(tmp_path: Path) -> None:
    path, described = tmp_path / "w.db", sales()
    load(path, landed(tmp_path / "landing", ["a,1,n,1"], ["a,1,m,1"]), {"sales": described})
    assert read(path, Scope("sales", date=DAYS[1]))["duplicate_key"] == (1, 0, 1)
    load(path, landed(tmp_path / "landing", ["z,1,n,1"], ["a,1,m,1"]), {"sales": described})
    assert read(path, Scope("sales", date=DAYS[1]))["duplicate_key"] == (1, 0, 0)
    check_exact(path, described)


def test_a_record_without_a_key_is_missing_under_its_rule_and_no_duplicate(tmp_path: Path) -> None:
    load(tmp_path / "w.db", landed(tmp_path / "landing", [",1,n,1", ",1,m,1", "a,1,o,1"]), {"sales": sales()})
    assert read(tmp_path / "w.db", Scope("sales"))["duplicate_key"] == (3, 2, 0)


def test_a_record_that_two_new_columns_refuse_counts_once(tmp_path: Path) -> None:
    described = sales(modes={"new_columns": "quarantine"})
    land(tmp_path / "landing", f"sales/{DAYS[0]}.csv", f"{HEADER},x,y", "a,1,n,1,p,q", "b,1,m,1,,")
    load(tmp_path / "w.db", tmp_path / "landing", {"sales": described})
    assert read(tmp_path / "w.db", Scope("sales"))["new_column"] == (2, 0, 1)
    retry_chosen({"sales": described}, tmp_path / "w.db", Choice(), threading.Event())
    check_exact(tmp_path / "w.db", described)


def test_a_cell_that_is_a_misfit_no_more_has_an_answer(tmp_path: Path) -> None:
    path, columns = tmp_path / "w.db", COLUMNS | {"amount": "number"}
    load(path, landed(tmp_path / "landing", ["a,1.5,n,1", "b,,m,1", "c,x,o,1"]), {"sales": sales()})
    assert read(path, Scope("sales"))["amount_range"] == (3, 3, 0)
    wider = dataset("sales", columns, KEY, rules(RANGE, LARGE, NOTE, BY_NOTE), key=["id"])
    retry_chosen({"sales": wider}, path, Choice(), threading.Event())
    assert read(path, Scope("sales"))["amount_range"] == (3, 2, 0)


def test_a_cell_that_is_refilled_counts_once_however_often_its_record_is_judged(tmp_path: Path) -> None:
    refilled = {**RANGE, "max": 5, "action": "impute", "impute": {"constant": 0}}
    path, described = tmp_path / "w.db", sales(KEY, rules(refilled, {"check": "not_null", "column": "note"}))
    load(path, landed(tmp_path / "landing", ["a,-1,,1", "b,9,m,1", "c,2,o,1"]), {"sales": described})
    assert read(path, Scope("sales"))["amount_range"] == (3, 0, 2)
    retry_chosen({"sales": described}, path, Choice(), threading.Event())
    assert read(path, Scope("sales"))["amount_range"] == (3, 0, 2)
    correct(path, described)
    assert read(path, Scope("sales"))["amount_range"] == (3, 0, 1)
    with Connection(path, read_only=True) as connection:
        found = results(connection, Scope("sales"))
        [example] = Examples(connection, "sales", found.scope).of(found.rules)["amount_range"]
    assert (example.line, example.value) == (3, "9")


def test_a_cell_of_a_record_that_is_refused_counts_where_it_would_be_refilled(tmp_path: Path) -> None:
    refilled = {**RANGE, "max": 5, "action": "impute", "impute": {"constant": 0}}
    path, described = tmp_path / "w.db", sales(KEY, rules(refilled))
    load(path, landed(tmp_path / "landing", ["a,9,n,y", "b,,m,y", "c,2,o,y", "d,9,p,1"]), {"sales": described})
    assert read(path, Scope("sales"))["amount_range"] == (4, 1, 2)
    with WarehouseReader(path) as reader:
        assert reader.reject_rules(1) == {"type": 3}
        found = results(reader.connection, Scope("sales"))
        examples = Examples(reader.connection, "sales", found.scope).of(found.rules)["amount_range"]
    assert [(each.line, each.value) for each in examples] == [(2, "9"), (5, "9")]
    retry_chosen({"sales": described}, path, Choice(), threading.Event())
    assert read(path, Scope("sales"))["amount_range"] == (4, 1, 2)
    replayed(path, {"sales": described}, DAYS)
    assert read(path, Scope("sales"))["amount_range"] == (4, 1, 2)


def test_a_record_is_dropped_though_it_would_be_refilled(tmp_path: Path) -> None:
    refilled = {**RANGE, "max": 5, "action": "impute", "impute": {"constant": 0}}
    described = sales(KEY, rules({**NOTE, "action": "drop"}), rules(refilled))
    load(tmp_path / "w.db", landed(tmp_path / "landing", ["a,9,,1"]), {"sales": described})
    told = "SELECT status, json_array_length(reasons) FROM rejects"
    assert contents.rows(tmp_path / "w.db", told) == [("dropped", 2)]


def test_only_cells_that_broke_the_rule_are_examples_of_refilled_ones(tmp_path: Path) -> None:
    """Others were imputed since they came without a value, and their rows keep other things that came."""
    refilled = {**RANGE, "max": 5, "action": "impute", "impute": {"constant": 0}}
    columns = COLUMNS | {"amount": {"type": "integer", "source": "The Amount"}}
    steps = {"quality": {"impute": {"amount": {"constant": 1}}}}, rules(refilled)
    described = {"sales": dataset("sales", columns, *steps, modes={"misfits": "rescue"}, key=["id"])}
    lines = "id,The Amount,note,price,more", "a,,n,1,x", "b,y,n,1,x", "c,9,n,1,x"
    land(tmp_path / "landing", "sales/2026-11-19.csv", *lines)
    load(tmp_path / "w.db", tmp_path / "landing", described)
    with Connection(tmp_path / "w.db", read_only=True) as connection:
        found = results(connection, Scope("sales"))
        examples = Examples(connection, "sales", found.scope).of(found.rules)
    told = {rule: [(each.line, each.value) for each in some] for rule, some in examples.items()}
    assert told == {"type.amount": [(3, "y")], "amount_range": [(4, "9")]}


@given(files=FILES, rows=st.integers(1, 9))
@EXACT
def test_results_of_rules_that_look_at_other_rows_are_what_the_rows_say(
    tmp_path_factory: pytest.TempPathFactory, files: list[list[str]], rows: int
) -> None:
    folder = tmp_path_factory.mktemp("relations")
    growing = {"check": "monotonic", "column": "amount", "name": "amount_grows"}
    known = {"check": "referential", "columns": ["note"], "dataset": "sales", "fields": ["id"], "name": "note_known"}
    by_file = {"check": "unique", "columns": ["note"], "scope": "file", "name": "note_of_file"}
    described = sales(KEY, rules(growing, known, by_file))
    load(folder / "w.db", landed(folder / "landing", *files), cut({"sales": described}, rows))
    check_exact(folder / "w.db", described)
    retry_chosen({"sales": described}, folder / "w.db", Choice(), threading.Event())
    check_exact(folder / "w.db", described)


def test_a_row_that_a_rule_does_not_ask_is_no_element_of_it(tmp_path: Path) -> None:
    described = sales(rules({**RANGE, "when": "note = 'n'"}))
    load(tmp_path / "w.db", landed(tmp_path / "landing", ["a,-1,n,1", "b,-1,m,1", "c,,n,1"]), {"sales": described})
    assert read(tmp_path / "w.db", Scope("sales"))["amount_range"] == (2, 1, 1)


def test_the_results_of_small_files_that_were_committed_together_are_their_own(tmp_path: Path) -> None:
    described = sales()
    for number in range(12):
        land(tmp_path / "landing", f"sales/{DAYS[0]}-{number:02}.csv", HEADER, f"{number},-1,n{number},1", "only")
    receipts = load(tmp_path / "w.db", tmp_path / "landing", {"sales": described})
    assert max(len(each.batch.parts) for each in receipts) > 1
    check_exact(tmp_path / "w.db", described)


def test_a_column_may_be_called_as_one_of_the_ledger(tmp_path: Path) -> None:
    described = dataset("sales", {"span_id": "string", "row_count": "integer"}, KEY, key=["span_id"])
    land(tmp_path / "landing", f"sales/{DAYS[0]}.csv", "span_id,row_count", "a,1", "a,x", ",2")
    load(tmp_path / "w.db", tmp_path / "landing", {"sales": described})
    retry_chosen({"sales": described}, tmp_path / "w.db", Choice(), threading.Event())
    check_exact(tmp_path / "w.db", described)


def test_a_span_names_the_suite_and_the_run_that_judged_it_last(tmp_path: Path) -> None:
    path, described, other = tmp_path / "w.db", sales(), sales(KEY, rules(RANGE))
    load(path, landed(tmp_path / "landing", ["a,-1,n,1"]), {"sales": described})
    for again in (described, other):
        replayed_in_a_run(path, again)
    suites = contents.rows(path, "SELECT hash FROM meta_suites ORDER BY suite_id")
    assert suites == [(each.table.suite.hash,) for each in (described, other) if each.table.suite]
    [(hash_now, run_id)] = contents.rows(path, "SELECT hash, run_id FROM meta_spans JOIN meta_suites USING (suite_id)")
    assert hash_now == suites[1][0]
    assert read(path, Scope("sales", run_id=int(str(run_id))))["amount_range"] == (1, 0, 1)
    assert read(path, Scope("sales", run_id=1)) == {}


def replayed_in_a_run(path: Path, described: Dataset) -> None:
    """Replay the first day, with an account of the run."""
    with Warehouse(path, [described.table], replaying=True) as sink, sink.recording("replay"):
        replay(sink, described, DAYS[0])


def test_a_rule_that_changed_on_the_way_has_a_result_for_each_of_its_forms(tmp_path: Path) -> None:
    path, stricter = tmp_path / "w.db", rules({**RANGE, "min": 5})
    load(path, landed(tmp_path / "landing", ["a,1,n,1"]), {"sales": sales(KEY, rules(RANGE))})
    load(path, landed(tmp_path / "landing", ["a,1,n,1"], ["b,1,m,1"]), {"sales": sales(KEY, stricter)})
    with Connection(path, read_only=True) as connection:
        found = results(connection, Scope("sales"))
    forms = [each for each in found.rules if each.expectation.name == "amount_range"]
    assert [(each.element_count, each.unexpected_count) for each in forms] == [(1, 1), (1, 0)]
    assert len(found.suites) == 2


def test_a_retry_that_is_rolled_back_leaves_the_results(tmp_path: Path) -> None:
    path, described = tmp_path / "w.db", sales()
    load(path, landed(tmp_path / "landing", ["a,-1,n,1", "b,x,m,1"]), {"sales": described})
    before = viewed(path, "sales", "unexpected_count")
    failing = sales(KEY, rules({**RANGE, "action": "fail"}))
    with pytest.raises(Exception, match="breaks rule"):
        retry_chosen({"sales": failing}, path, Choice(), threading.Event())
    assert viewed(path, "sales", "unexpected_count") == before
    assert contents.rows(path, "SELECT count(*) FROM meta_suites") == [(1,)]


@pytest.mark.parametrize("raw", [True, False], ids=["raw layer", "no raw layer"])
def test_a_column_that_is_accepted_has_results_for_the_rows_that_were_there(tmp_path: Path, raw: bool) -> None:
    place = configured(tmp_path, raw=raw)
    land(place.landing, f"sales/{DAYS[0]}.csv", f"{HEADER},size", "a,1,n,1,5", "b,1,m,1,x", "c,-1,o,1,7", "d,1,p,1,")
    assert ade(place, "run").returncode == 0
    assert ade(place, "schema", "accept", "sales", "size", "--type", "integer").returncode == 0
    now = load_config(place.configs / "sales.yaml")
    assert read(place.warehouse, Scope("sales"))["type.size"] == (4, 0, 1)
    assert viewed(place.warehouse, "sales", "unexpected_count") == unexpected(place.warehouse, now)
    commands = "SELECT command FROM meta_spans JOIN meta_runs USING (run_id)"
    assert contents.rows(place.warehouse, commands) == [("accept",)]


def configured(folder: Path, *, raw: bool) -> Place:
    """A place with the dataset of these tests, which rescues misfits."""
    steps = [{"schema": {"misfits": "rescue"}}, KEY, *([rules(LARGE)] if raw else [])]
    columns = {name: {"type": kind} for name, kind in COLUMNS.items()}
    config = {"dataset": "sales", "columns": columns, "processors": steps, "key": ["id"], "raw": raw}
    (folder / "configs").mkdir()
    (folder / "configs" / "sales.yaml").write_text(yaml.safe_dump(config, sort_keys=False), "utf-8")
    return Place(folder / "configs", folder / "landing", folder / "w.db")
