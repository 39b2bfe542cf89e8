"""Contracts that evolve while files are loaded: by the real engine, however the files are cut and come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from processors.schemas.amendments import Amendment
from sinks.schemas.amendments import recorded
from stream.config import Dataset
from stream.config.versioning import versioned
from stream.schemas.contracts import Contracts
from tests.sinks import contents
from tests.sinks.landings import Datasets, cut, dataset, land, load, replayed, rules

COLUMNS: Mapping[str, Any] = {"code": "string", "n": "integer"}
MODES = {"new_columns": "evolve", "missing_columns": "evolve", "misfits": "evolve"}


def evolving(columns: Mapping[str, Any] = COLUMNS, *steps: Mapping[str, Any], **settings: Any) -> dict[str, Dataset]:
    """A dataset whose contract follows its files."""
    return {"sales": versioned(dataset("sales", columns, *steps, **{"modes": MODES, **settings}))}


def amended(warehouse: Path, datasets: Datasets) -> Datasets:
    """The datasets as a command finds them beside a warehouse."""
    contracts = Contracts(datasets)
    for name in datasets:
        contracts.amend(name, [each for each in recorded(warehouse) if each.dataset == name])
    return contracts


def load_anew(warehouse: Path, landing: Path, datasets: Datasets) -> None:
    """What a further run does."""
    load(warehouse, landing, amended(warehouse, datasets))


def staged(warehouse: Path, *columns: str) -> list[tuple[Any, ...]]:
    """The staged rows, in order."""
    return list(contents.staged(warehouse, "sales", *columns).values())


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    (tmp_path / "landing").mkdir()
    return tmp_path / "landing"


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    return tmp_path / "w.db"


def test_a_new_column_is_in_the_table_under_its_identifier(warehouse: Path, landing: Path) -> None:
    land(landing, "sales/1.csv", "code,n,Unit Price", "a,1,9.50")
    load(warehouse, landing, evolving())
    assert staged(warehouse, "code", "n", "unit_price", "_rescued") == [("a", 1, "9.50", None)]


def test_a_column_that_is_there_from_the_second_file_on_is_null_in_the_first(warehouse: Path, landing: Path) -> None:
    land(landing, "sales/1.csv", "code,n", "a,1")
    land(landing, "sales/2.csv", "code,n,note", "b,2,hi")
    land(landing, "sales/3.csv", "code,n", "c,3")
    load(warehouse, landing, evolving())
    assert staged(warehouse, "code", "note") == [("a", None), ("b", "hi"), ("c", None)]


def test_a_column_whose_name_is_taken_gets_a_number(warehouse: Path, landing: Path) -> None:
    computed = {"features": {"columns": {"double": "n * 2"}}}
    land(landing, "sales/1.csv", "code,n,Double", "a,1,x")
    load(warehouse, landing, evolving(COLUMNS, computed))
    assert staged(warehouse, "double", "double_2") == [(2, "x")]


def test_two_new_columns_with_one_identifier_are_two_columns(warehouse: Path, landing: Path) -> None:
    land(landing, "sales/1.csv", "code,n,Note!,note?", "a,1,x,y")
    load(warehouse, landing, evolving())
    assert staged(warehouse, "note", "note_2") == [("x", "y")]


def test_a_new_column_without_letters_is_named_by_its_place(warehouse: Path, landing: Path) -> None:
    land(landing, "sales/1.csv", "code,n,Имя", "a,1,x")
    load(warehouse, landing, evolving())
    assert staged(warehouse, "column_3") == [("x",)]


def test_a_further_run_goes_on_with_what_the_contract_has_gained(warehouse: Path, landing: Path) -> None:
    land(landing, "sales/1.csv", "code,n,Note", "a,1,x")
    load(warehouse, landing, evolving())
    land(landing, "sales/2.csv", "code,n,NOTE", "b,2,y")
    load_anew(warehouse, landing, evolving())
    assert (staged(warehouse, "note"), len(recorded(warehouse))) == ([("x",), ("y",)], 1)


def test_a_missing_column_is_null_and_optional_from_then_on(warehouse: Path, landing: Path) -> None:
    land(landing, "sales/1.csv", "code", "a")
    load(warehouse, landing, evolving())
    assert staged(warehouse, "code", "n", "_flags") == [("a", None, None)]
    assert recorded(warehouse) == [Amendment("sales", "optional", "n")]


@pytest.mark.parametrize("batch_rows", [1, 2, 100])
def test_an_integer_column_takes_fractions_from_the_first_row_on(
    warehouse: Path, landing: Path, batch_rows: int
) -> None:
    land(landing, "sales/1.csv", "code,n", "a,1", "b,2.5", "c,3")
    load(warehouse, landing, cut(evolving(), batch_rows))
    assert [(type(n), n) for (n,) in staged(warehouse, "n")] == [(float, 1), (float, 2.5), (float, 3)]


@pytest.mark.parametrize("batch_rows", [1, 2, 100])
def test_a_decimal_column_gets_the_digits_that_it_needs(warehouse: Path, landing: Path, batch_rows: int) -> None:
    land(landing, "sales/1.csv", "code,n", "a,1.25", "b,1234.5", "c,0.125")
    load(warehouse, landing, cut(evolving({"code": "string", "n": "decimal(4,2)"}), batch_rows))
    assert recorded(warehouse)[-1].type == "decimal(7,3)"
    assert [float(n) for (n,) in staged(warehouse, "n")] == [1.25, 1234.5, 0.125]


def test_a_cell_that_no_wider_type_takes_is_rescued(warehouse: Path, landing: Path) -> None:
    land(landing, "sales/1.csv", "code,n", "a,1", "b,many")
    load(warehouse, landing, evolving())
    assert staged(warehouse, "n", "_flags", "_rescued") == [(1, None, None), (None, "misfit.n", '{"n":"many"}')]


def test_a_key_column_is_never_widened(warehouse: Path, landing: Path) -> None:
    land(landing, "sales/1.csv", "code,n", "a,1", "b,2.5")
    load(warehouse, landing, evolving(COLUMNS, {"quality": {"duplicates": ["key"]}}, key=["n"]))
    assert (staged(warehouse, "n"), contents.reject_rules(warehouse)) == ([(1,)], {(1 << 32) + 2: ["type"]})


def test_a_column_whose_rules_want_its_type_is_not_widened(warehouse: Path, landing: Path) -> None:
    even = {"check": "expression", "name": "even", "sql": "(n & 1) = 0"}
    land(landing, "sales/1.csv", "code,n", "a,2", "b,2.5", "c,4")
    load(warehouse, landing, evolving(COLUMNS, rules(even)))
    assert staged(warehouse, "n", "_rescued") == [(2, None), (None, '{"n":"2.5"}'), (4, None)]


def test_rules_judge_the_widened_values(warehouse: Path, landing: Path) -> None:
    land(landing, "sales/1.csv", "code,n", "a,1", "b,2.5", "c,9.5")
    load(warehouse, landing, evolving(COLUMNS, rules({"check": "range", "column": "n", "max": 5})))
    assert (staged(warehouse, "n"), contents.reject_rules(warehouse)) == (
        [(1.0,), (2.5,)],
        {(1 << 32) + 3: ["n_range"]},
    )


@pytest.mark.parametrize("batch_rows", [1, 2, 100])
def test_what_stands_behind_a_broken_rule_widens_nothing(warehouse: Path, landing: Path, batch_rows: int) -> None:
    stop = {"check": "range", "column": "n", "max": 5, "action": "fail"}
    land(landing, "sales/1.csv", "code,n", "a,1", "b,9", "c,2.5")
    load(warehouse, landing, cut(evolving(COLUMNS, rules(stop)), batch_rows))
    assert (recorded(warehouse), staged(warehouse, "n")) == ([], [(1,)])


@pytest.mark.parametrize("batch_rows", [1, 2, 100])
def test_what_stands_behind_the_record_that_uses_up_a_budget_widens_nothing(
    warehouse: Path, landing: Path, batch_rows: int
) -> None:
    budget = {"max_reject_percent": 10, "window": 10, "min_records": 2}
    land(landing, "sales/1.csv", "code,n", "a,-1", "b,-1", "c,2.5")
    positive = rules({"check": "range", "column": "n", "min": 0})
    load(warehouse, landing, cut(evolving(COLUMNS, positive, budget=budget), batch_rows))
    assert recorded(warehouse) == []


def files_of(landing: Path) -> None:
    """Five files, each of which asks for something else."""
    land(landing, "sales/1.csv", "code,n", "a,1", "a,1", "b,2")
    land(landing, "sales/2.csv", "code,n,note", "c,3,x", "d,4,y", "a,1,x")
    land(landing, "sales/3.csv", "n,code", "5,e", "6.5,f", "7,g")
    land(landing, "sales/4.csv", "code,Note,extra", "h,z,1", "i,,2")
    land(landing, "sales/5.csv", "code,n,extra", "j,8,", "k,many,3", "l,9.25,4")


@pytest.mark.parametrize("batch_rows", [1, 2, 100])
@pytest.mark.parametrize("step", [None, {"quality": {"duplicates": ["exact"]}}])
def test_the_content_does_not_depend_on_where_batches_are_cut(
    tmp_path: Path, landing: Path, batch_rows: int, step: Mapping[str, Any] | None
) -> None:
    datasets = evolving(COLUMNS, *([step] if step else []))
    files_of(landing)
    load(tmp_path / "whole.db", landing, datasets)
    load(tmp_path / "cut.db", landing, cut(datasets, batch_rows))
    hashes = [contents.content_hash(tmp_path / name, "sales") for name in ("whole.db", "cut.db")]
    assert hashes[0] == hashes[1]


def test_a_replay_of_every_day_changes_nothing(warehouse: Path, landing: Path) -> None:
    files_of(landing)
    load(warehouse, landing, evolving())
    before = contents.content_hash(warehouse, "sales")
    [(date,)] = contents.rows(warehouse, "SELECT DISTINCT date FROM meta_files")
    [done] = replayed(warehouse, amended(warehouse, evolving()), [str(date)])
    assert (done.changed, contents.content_hash(warehouse, "sales")) == (False, before)


def test_a_replay_lets_the_contract_evolve_where_the_mode_was_another_before(warehouse: Path, landing: Path) -> None:
    files_of(landing)
    rescuing = {"new_columns": "rescue", "missing_columns": "evolve", "misfits": "rescue"}
    load(warehouse, landing, evolving(modes=rescuing))
    [(date,)] = contents.rows(warehouse, "SELECT DISTINCT date FROM meta_files")
    replayed(warehouse, amended(warehouse, evolving()), [str(date)])
    evolved = warehouse.with_name("evolved.db")
    load(evolved, landing, evolving())
    assert contents.content_hash(warehouse, "sales") == contents.content_hash(evolved, "sales")


def test_a_rewritten_file_may_bring_a_column_and_a_wider_type(warehouse: Path, landing: Path) -> None:
    land(landing, "sales/1.csv", "code,n", "a,1", "b,2")
    land(landing, "sales/2.csv", "code,n", "c,3")
    load(warehouse, landing, evolving())
    land(landing, "sales/1.csv", "code,n,note", "a,1.5,x")
    load_anew(warehouse, landing, evolving())
    assert sorted(staged(warehouse, "code", "n", "note")) == [("a", 1.5, "x"), ("c", 3.0, None)]


def test_a_rewritten_file_that_is_refused_leaves_the_types_as_they_were(warehouse: Path, landing: Path) -> None:
    stop = rules({"check": "range", "column": "n", "max": 5, "action": "fail"})
    land(landing, "sales/1.csv", "code,n", "a,1")
    load(warehouse, landing, cut(evolving(COLUMNS, stop), 1))
    land(landing, "sales/1.csv", "code,n", "a,1.5", "b,9")
    load(warehouse, landing, cut(evolving(COLUMNS, stop), 1))
    assert [(type(n), n) for (n,) in staged(warehouse, "n")] == [(int, 1)]
    assert recorded(warehouse) == []


def test_large_files_that_take_turns_come_to_the_same(tmp_path: Path, landing: Path) -> None:
    """The first is open with the narrower contract while the second, and then the third, widen it."""
    land(landing, "sales/1.csv", "code,n", *(f"{'a' * 50}{n},{n}" for n in range(200)))
    land(landing, "sales/2.csv", "code,n,note", *(f"{'b' * 50}{n},{n},x" for n in range(100)))
    land(landing, "sales/3.csv", "code,n", *(f"{'c' * 50}{n},{n if n < 60 else n + 0.5}" for n in range(100)))
    datasets = evolving()
    small = {name: replace(each, batch_bytes=1024) for name, each in datasets.items()}
    load(tmp_path / "whole.db", landing, datasets)
    load(tmp_path / "turns.db", landing, small)
    hashes = [contents.content_hash(tmp_path / name, "sales") for name in ("whole.db", "turns.db")]
    assert hashes[0] == hashes[1]
