"""A record that enters late, after a rule was fixed or with a correction, is as if it had come right from the start."""

from __future__ import annotations

import csv
import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processors.errors import ConfigError, SourceError, WarehouseError
from sinks.reading import WarehouseReader
from sinks.rows.rejects import Choice
from sinks.warehouse import Warehouse
from stream.config import Dataset
from stream.rejects.export import as_csv, prepare
from stream.rejects.retry import Retried, retry_chosen, retry_corrected
from tests.sinks import contents
from tests.sinks.landings import cut, dataset, land, load, replayed, rules

COLUMNS: dict[str, Any] = {"id": "string", "amount": "integer", "note": "string"}
KEY = {"quality": {"duplicates": ["key"]}}
RANGE = {"check": "range", "column": "amount", "min": 0}
WARN = {"check": "range", "column": "amount", "max": 7, "action": "warn", "name": "large"}
BY_NOTE = {"check": "unique", "columns": ["note"], "name": "note_unique"}
HEADER = "id,amount,note"
STRICT = (KEY, rules(RANGE, WARN, BY_NOTE))
DAYS = ("2026-11-19", "2026-11-20", "2026-11-21")

#: A record as two warehouses see it: what came, and what it should have been. Both have the same length, so that the
#: records behind them stand at the same bytes.
Pair = tuple[str, str]
KEYS, AMOUNTS, NOTES = st.sampled_from("abcd"), st.sampled_from(["1", "5", "9"]), st.sampled_from("uvwxyz")
RIGHT = st.builds("{},0{},{}".format, KEYS, AMOUNTS, NOTES)
WRONG = {
    "negative": lambda right: right.replace(",0", ",-"),
    "no number": lambda right: right.replace(",0", ",x"),
    "two fields": lambda right: right[:-2] + "__",
}
PAIRS = st.builds(
    lambda right, how: (WRONG[how](right) if how in WRONG else right, right),
    RIGHT,
    st.sampled_from(["right", "right", *WRONG]),
)
FILES = st.lists(st.lists(PAIRS, max_size=6), min_size=1, max_size=3)
EVERYTHING = Choice()


def sales(*steps: Any, raw: bool = True) -> dict[str, Dataset]:
    """The dataset of these tests."""
    return {"sales": dataset("sales", COLUMNS, *(steps or STRICT), key=["id"], raw=raw)}


def landed(folder: Path, files: Sequence[Sequence[Pair]], which: int) -> Path:
    """A landing folder with a file a day: of each pair the first or the second."""
    for day, pairs in zip(DAYS, files, strict=False):
        land(folder, f"sales/{day}.csv", HEADER, *(pair[which] for pair in pairs))
    return folder


def kept(path: Path) -> dict[str, Any]:
    """All that must not depend on when a record was right: rows, losers, rejects, keys, balances, counts of rules."""
    tables = {
        name: rows
        for name, rows in contents.everything(path).items()
        if name.startswith(("stg_", "dup_", "uniq", "mono", "refs", "refd"))
    }
    rejects = "_id, _date, reasons, raw, path, line, byte_start, byte_end, status"
    return tables | {
        "rejects": contents.rows(path, f"SELECT {rejects} FROM rejects ORDER BY _id"),
        "duplicates": contents.rows(path, "SELECT * FROM meta_duplicates ORDER BY 1, 2"),
        "balances": contents.balances(path),
        "counts": contents.rows(
            path,
            "SELECT name, sum(count) FROM meta_counts WHERE name GLOB '[rt][uy][lp]e.*' GROUP BY 1 ORDER BY 1",
        ),
    }


def retried(path: Path, datasets: dict[str, Dataset], choice: Choice = EVERYTHING) -> Retried:
    """Retry by choice."""
    return retry_chosen(datasets, path, choice, threading.Event())


def exported(path: Path, datasets: dict[str, Dataset], choice: Choice = EVERYTHING) -> list[dict[str, str]]:
    """The rejects as an export has them."""
    with WarehouseReader(path) as recorded:
        text = "".join(as_csv(recorded, prepare(recorded, choice, datasets)))
    return list(csv.DictReader(text.splitlines(keepends=True)))


def written(path: Path, lines: Sequence[dict[str, str]]) -> Path:
    """Lines of an export, in a file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, lines[0].keys())
        writer.writeheader()
        writer.writerows(lines)
    return path


def corrected(path: Path, datasets: dict[str, Dataset], right: Callable[[int], str]) -> Retried:
    """Correct every reject: `right` gives the record that it should have been, by row id."""
    lines = exported(path, datasets)
    for line in lines:
        line |= dict(zip(HEADER.split(","), right(int(line["_id"])).split(","), strict=True))
    source = written(path.with_suffix(".csv"), lines)
    return retry_corrected(datasets, path, source, threading.Event())


def right_of(files: Sequence[Sequence[Pair]]) -> Callable[[int], str]:
    """The right record of a row id."""
    return lambda row: files[(row >> 32) - 1][(row & 0xFFFFFFFF) - 1][1]


@pytest.mark.parametrize("raw", [True, False], ids=["raw layer", "no raw layer"])
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(files=FILES, batch_rows=st.sampled_from([1, 2, 100]))
def test_corrected_records_make_the_warehouse_that_right_records_make(
    tmp_path_factory: pytest.TempPathFactory, raw: bool, files: list[list[Pair]], batch_rows: int
) -> None:
    folder, datasets = tmp_path_factory.mktemp("retry"), sales(raw=raw)
    load(folder / "wrong.db", landed(folder / "wrong", files, 0), cut(datasets, batch_rows))
    load(folder / "right.db", landed(folder / "right", files, 1), datasets)
    if exported(folder / "wrong.db", datasets):
        corrected(folder / "wrong.db", datasets, right_of(files))
    assert kept(folder / "wrong.db") == kept(folder / "right.db")


@pytest.mark.parametrize("raw", [True, False], ids=["raw layer", "no raw layer"])
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(files=FILES, batch_rows=st.sampled_from([1, 2, 100]), parts=st.permutations(["range", "type", "rest"]))
def test_a_fixed_rule_makes_the_warehouse_that_the_rule_would_have_made(
    tmp_path_factory: pytest.TempPathFactory, raw: bool, files: list[list[Pair]], batch_rows: int, parts: list[str]
) -> None:
    folder, before, after = tmp_path_factory.mktemp("retry"), sales(raw=raw), sales(KEY, rules(WARN, BY_NOTE), raw=raw)
    choices = {"range": Choice(rule="amount_range"), "type": Choice(rule="type"), "rest": EVERYTHING}
    load(folder / "was.db", landed(folder / "landing", files, 0), cut(before, batch_rows))
    load(folder / "is.db", folder / "landing", after)
    for part in parts:
        retried(folder / "was.db", after, choices[part])
    assert kept(folder / "was.db") == kept(folder / "is.db")


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(files=FILES, dates=st.permutations(DAYS))
def test_corrections_survive_every_replay(
    tmp_path_factory: pytest.TempPathFactory, files: list[list[Pair]], dates: list[str]
) -> None:
    folder, datasets = tmp_path_factory.mktemp("retry"), sales()
    load(folder / "w.db", landed(folder / "landing", files, 0), cut(datasets, 2))
    if exported(folder / "w.db", datasets):
        corrected(folder / "w.db", datasets, right_of(files))
    before = kept(folder / "w.db")
    assert not any(each.changed for each in replayed(folder / "w.db", datasets, dates))
    assert kept(folder / "w.db") == before


FILE = ["a,-1,u", "b,02,v", "a,03,w", "c,x4,y", "d,5", "e,06,v"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A warehouse with a negative amount, one that is no number, a record of two fields, and a note seen twice."""
    land(tmp_path / "landing", "sales/2026-11-21.csv", HEADER, *FILE)
    load(tmp_path / "w.db", tmp_path / "landing", sales())
    return tmp_path / "w.db"


def test_a_row_that_enters_takes_its_key_from_a_later_one(path: Path) -> None:
    found = corrected(path, sales(), lambda row: "a,07,z" if row & 7 == 1 else "q,-1,q")
    assert (found.tried, found.accepted, found.rejected, found.moved) == (4, 1, 3, 1)
    assert contents.staged(path, "sales", "amount")[2**32 + 1] == (7,)
    assert contents.reject_rules(path)[2**32 + 3] == ["duplicate_key"]


def test_a_retry_without_a_change_changes_nothing_but_the_attempts(path: Path) -> None:
    before = kept(path)
    assert retried(path, sales()).rejected == 4
    assert kept(path) == before
    assert contents.rows(path, "SELECT DISTINCT attempts FROM rejects") == [(1,)]


def test_attempts_are_counted_once_a_retry(path: Path) -> None:
    for _ in range(3):
        retried(path, sales())
    assert contents.rows(path, "SELECT DISTINCT attempts FROM rejects") == [(3,)]


def test_a_row_beside_the_chosen_ones_is_not_judged_anew(path: Path) -> None:
    stricter = sales(KEY, rules({**RANGE, "min": 3}, WARN, BY_NOTE))
    retried(path, stricter, Choice(rule="type"))
    assert contents.staged(path, "sales", "amount")[2**32 + 2] == (2,)


def test_raw_events_stay_as_they_came_and_corrections_are_appended(path: Path) -> None:
    before = contents.rows(path, "SELECT * FROM raw_events")
    for amount in ("-7", "08"):
        corrected(path, sales(), lambda row, amount=amount: f"{row & 7},{amount},{row & 7}")  # type: ignore[misc]
    assert contents.rows(path, "SELECT * FROM raw_events") == before
    corrections = contents.rows(path, "SELECT payload FROM meta_corrections WHERE _id = ? ORDER BY 1", 2**32 + 1)
    assert corrections == [('{"id":"1","amount":"-7","note":"1"}',), ('{"id":"1","amount":"08","note":"1"}',)]


@pytest.mark.parametrize("statement", ["UPDATE meta_corrections SET payload = ''", "DELETE FROM meta_corrections"])
def test_corrections_are_neither_changed_nor_deleted(path: Path, statement: str) -> None:
    corrected(path, sales(), lambda row: f"{row % 5},07,{row % 5}")
    with Warehouse(path, []) as warehouse, pytest.raises(WarehouseError, match="append-only"):
        warehouse.connection.run(statement)


def test_a_duplicate_of_a_rule_that_the_config_lost_enters_also_without_a_raw_layer(tmp_path: Path) -> None:
    land(tmp_path / "landing", "sales/2026-11-21.csv", HEADER, "a,1,u", "a,2,v")
    load(tmp_path / "w.db", tmp_path / "landing", sales(raw=False))
    found = retried(tmp_path / "w.db", sales(rules(RANGE), raw=False))
    assert (found.tried, found.accepted) == (1, 1)
    assert len(contents.staged(tmp_path / "w.db", "sales")) == 2


def test_a_line_that_is_as_it_was_exported_is_no_correction(path: Path) -> None:
    source = written(path.with_suffix(".csv"), exported(path, sales()))
    found = retry_corrected(sales(), path, source, threading.Event())
    assert (found.tried, found.rejected) == (4, 4)
    assert contents.rows(path, "SELECT count(*) FROM meta_corrections") == [(0,)]


def test_a_rule_that_fails_gives_all_of_the_retry_up(path: Path) -> None:
    before = contents.everything(path)
    with pytest.raises(SourceError, match=r"2026-11-21\.csv: .*amount_range.*line 2.*Nothing was retried"):
        retried(path, sales(KEY, rules({**RANGE, "action": "fail"}, WARN, BY_NOTE)))
    assert contents.everything(path) == before


Edit = Callable[[list[dict[str, str]]], Any]


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (lambda lines: lines.append(lines[0] | {"_id": "99999999999"}), ":6: row 99999999999 is not rejected"),
        (lambda lines: lines.append(lines[0] | {"_id": str(2**32 + 2)}), ":6: row 4294967298 is not rejected"),
        (lambda lines: lines.append(lines[0]), ":6: row 4294967297 stands twice"),
        (lambda lines: lines[0].update(_id="4.29497E+09"), ":2: '4.29497E\\+09' is no row id; a spreadsheet"),
        (lambda lines: [line.pop("note") for line in lines], ":2: the file has no column 'note'"),
        (lambda lines: [line.update(more="x") for line in lines], ":2: has a cell in 'more'"),
        (lambda lines: lines[2].update(_raw="d,5,x"), ":4: its text in _raw was changed"),
    ],
    ids=["unknown row", "accepted row", "row twice", "rounded id", "missing column", "strange column", "other text"],
)
def test_a_corrected_file_with_a_wrong_line_is_refused_whole(path: Path, edit: Edit, told: str) -> None:
    lines, before = exported(path, sales()), contents.everything(path)
    lines[0]["amount"] = "9"
    edit(lines)
    source = written(path.with_suffix(".csv"), lines)
    with pytest.raises(ConfigError, match=rf"{source}{told}[^\0]*Nothing was retried"):
        retry_corrected(sales(), path, source, threading.Event())
    assert contents.everything(path) == before


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"id,amount,note\n1,2,3\n", "has no column _id"),
        (b"", "has no column _id"),
        (b"_id,id\xff\n", "is no CSV in UTF-8"),
        (b"_id,id,id\n1,2,3\n", "names id more than once"),
        (b"_id,id,amount,note\n4294967297,2\n", ":2: has 2 cells and the header 4"),
    ],
    ids=["no id", "empty", "no text", "column twice", "short line"],
)
def test_a_file_that_is_no_export_is_refused(path: Path, content: bytes, told: str) -> None:
    source = path.with_suffix(".csv")
    source.write_bytes(content)
    with pytest.raises(ConfigError, match=told):
        retry_corrected(sales(), path, source, threading.Event())


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_a_file_that_a_spreadsheet_saved_its_own_way_is_read(path: Path, delimiter: str) -> None:
    lines = exported(path, sales(), Choice(rule="amount_range"))
    source = path.with_suffix(".csv")
    with source.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, lines[0].keys(), delimiter=delimiter)
        writer.writeheader()
        writer.writerow(lines[0] | {"amount": "9", "id": "z"})
    assert retry_corrected(sales(), path, source, threading.Event()).accepted == 1


def test_an_older_warehouse_gets_its_table_of_corrections(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("DROP TABLE meta_corrections")
        connection.execute("DELETE FROM _sqlite_migrations WHERE name = 'corrections'")
    contents.reopen(path)
    assert retried(path, sales()).tried == 4
