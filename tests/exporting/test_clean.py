"""Clean CSVs: what is in them, and which are written anew."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from processors.errors import WarehouseError
from sinks.database.connection import Connection, Scalar
from sinks.exports.records import known_exports
from tests.exporting.shop import COLUMNS, HEADER, Place, shop
from tests.sinks.landings import dataset, land, load

LINE = "{},12.50,2026-11-21 09:30:00,2026-11-21,yes"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """An empty landing folder, no warehouse yet."""
    return Place(tmp_path)


def stored(place: Place, sql: str) -> list[tuple[Scalar, ...]]:
    with Connection(place.warehouse, read_only=True) as connection:
        return connection.rows(sql)


def test_a_clean_csv_has_the_columns_of_the_contract_and_exact_values(place: Place) -> None:
    place.land(21, "a,0.10,2026-11-21T09:30:00.5+01:00,2026-11-20,no", "b,,,,")
    place.load(shop())
    assert place.path(21).read_bytes() == (
        b"id,amount,at,on,good\r\na,0.10,2026-11-21T08:30:00.500000Z,2026-11-20,false\r\nb,,,,\r\n"
    )


def test_values_that_a_spreadsheet_would_compute_are_data(place: Place) -> None:
    place.land(21, LINE.format('"=1+1"'), LINE.format("@x"), LINE.format("'y"))
    place.load(shop())
    assert [line.split(",")[0] for line in place.lines(21)] == ["=1+1", "@x", "'y"]


def test_a_text_is_told_from_nothing_and_quoted_where_it_must_be(place: Place) -> None:
    place.land(21, '"",1', '"a,b",2', '"say ""x""",3', '"two\nlines",4', "NA,5", header="text,amount")
    columns = {"text": "string", "amount": "integer"}
    place.load(shop(columns=columns, null_tokens=["NA"], key=["amount"]))
    rows = place.path(21).read_bytes().removeprefix(b"text,amount\r\n")
    assert rows == b'"",1\r\n"a,b",2\r\n"say ""x""",3\r\n"two\nlines",4\r\n,5\r\n'


def test_a_null_in_the_only_column_is_still_a_record(place: Place) -> None:
    place.land(21, "a", '""', header="id")
    of = dataset("shop", {"id": "string"}, exports=["clean"])
    place.load(of)
    assert place.path(21).read_bytes() == b'id\r\na\r\n""\r\n'


def test_values_behind_thousands_of_nulls_have_their_type(place: Place) -> None:
    place.land(21, *(f"{number},," for number in range(3000)), "x,1,text", header="id,amount,more")
    place.load(shop(columns={"id": "string", "amount": "number", "more": "string"}))
    assert place.lines(21)[-1] == "x,1.0,text"


def test_derived_columns_stand_behind_those_of_the_contract(place: Place) -> None:
    land(place.landing, "shop/a-2026-11-21.csv", "id,amount", "a,2")
    of = dataset(
        *("shop", {"id": "string", "amount": "integer"}),
        {"features": {"columns": {"twice": "amount * 2"}}},
        exports=["clean"],
    )
    place.load(of)
    assert place.path(21).read_text("utf-8").splitlines() == ["id,amount,twice", "a,2,4"]


def test_rows_stand_in_the_order_of_their_ids_whichever_file_was_committed_first(place: Place) -> None:
    for name in "ab":
        place.land(21, LINE.format(f"{name}1"), LINE.format(f"{name}2"), name=name)
        place.land(22, LINE.format(f"{name}3"), name=name)
    place.load(shop())
    ids = stored(place, "SELECT id FROM stg_shop WHERE _date = '2026-11-21' ORDER BY _id")
    assert [line.split(",")[0] for line in place.lines(21)] == [row[0] for row in ids]
    assert len(ids) == 4


def test_rejects_are_not_among_them(place: Place) -> None:
    place.land(21, LINE.format("a"), LINE.format("a"), "b,-1,,,", "c,x,,,")
    place.load(shop())
    assert [line.split(",")[0] for line in place.lines(21)] == ["a"]


def test_what_is_exported_can_be_landed_again_and_gives_the_same_rows(place: Place, tmp_path: Path) -> None:
    place.land(21, LINE.format("a"), '"b, ""c""",99999999.99,2026-11-21 09:30:00.123456,1970-01-01,t', "d,,,,")
    place.load(shop())
    again = Place(tmp_path / "again")
    place.path(21).rename(again.landing / "shop" / "a-2026-11-21.csv")
    again.load(shop())
    cells = 'SELECT id, amount, at, "on", good FROM stg_shop ORDER BY _id'
    assert stored(again, cells) == stored(place, cells)


def test_a_date_that_did_not_change_is_not_written_anew(place: Place) -> None:
    place.land(21, LINE.format("a"))
    place.land(22, LINE.format("b"))
    place.load(shop())
    before = place.path(21).stat().st_mtime_ns, place.path(22).stat().st_ino
    place.land(22, LINE.format("c"), name="late")
    place.load(shop())
    assert place.path(21).stat().st_mtime_ns == before[0]
    assert place.path(22).stat().st_ino != before[1]
    assert len(place.lines(22)) == 2


def test_a_row_that_loses_to_an_earlier_date_leaves_the_file_of_its_own(place: Place) -> None:
    of = shop()
    place.land(22, LINE.format("a"), LINE.format("b"))
    place.load(of)
    place.land(23, LINE.format("a"), LINE.format("c"))
    place.load(of)
    assert [line[0] for line in place.lines(23)] == ["c"]
    place.replay(shop(least=13), 22)
    assert [line[0] for line in place.lines(23)] == ["a", "c"]


def test_a_date_without_rows_any_more_has_no_file(place: Place) -> None:
    place.land(21, LINE.format("a"))
    place.load(shop())
    assert place.path(21).exists()
    place.replay(shop(least=100), 21)
    assert not place.path(21).exists()
    assert stored(place, "SELECT rows, content_hash FROM meta_exports") == [(0, None)]


def test_a_column_that_the_contract_gains_comes_into_the_files_of_all_dates(place: Place) -> None:
    place.land(21, LINE.format("a"))
    place.load(shop())
    place.close(shop(columns={**COLUMNS, "more": {"type": "string", "optional": True}}))
    assert place.path(21).read_text("utf-8").splitlines()[0] == f"{HEADER},more"


def test_the_same_rows_give_the_same_bytes_in_another_warehouse(place: Place, tmp_path: Path) -> None:
    other = Place(tmp_path / "other")
    for each in (place, other):
        each.land(21, *(LINE.format(number) for number in range(500)))
    place.load(shop())
    load(other.warehouse, other.landing, {"shop": shop(limits={"batch_rows": 7})})
    other.close(shop())
    assert other.path(21).read_bytes() == place.path(21).read_bytes()


def test_what_was_written_is_recorded_with_the_hash_of_its_bytes(place: Place) -> None:
    place.land(21, LINE.format("a"))
    place.load(shop())
    digest = hashlib.sha256(place.path(21).read_bytes()).hexdigest()
    columns = "path, kind, dataset, name, version, date, rows, content_hash"
    expected = ("clean/shop/2026-11-21.csv", "clean", "shop", "shop", None, "2026-11-21", 1, digest)
    assert stored(place, f"SELECT {columns} FROM meta_exports") == [expected]


def test_a_dataset_that_asks_for_nothing_has_no_files(place: Place) -> None:
    place.land(21, LINE.format("a"))
    place.load(shop(exports=[]))
    assert [path.name for path in place.warehouse.parent.iterdir() if path.is_dir()] == []


def test_dates_that_were_closed_before_it_was_asked_for_are_written_too(place: Place) -> None:
    place.land(21, LINE.format("a"))
    place.load(shop(exports=[]))
    place.close(shop())
    assert len(place.lines(21)) == 1


def test_a_file_that_somebody_deleted_is_written_by_the_next_process(place: Place) -> None:
    place.land(21, LINE.format("a"))
    place.load(shop())
    place.path(21).unlink()
    place.close(shop())
    assert len(place.lines(21)) == 1


def test_a_file_that_was_written_and_not_recorded_is_written_again(place: Place) -> None:
    place.land(21, LINE.format("a"))
    place.load(shop())
    with Connection(place.warehouse) as connection:
        connection.run("DELETE FROM meta_exports")
    place.close(shop())
    with Connection(place.warehouse, read_only=True) as connection:
        assert set(known_exports(connection, "shop", "clean")) == {"clean/shop/2026-11-21.csv"}


def test_what_cannot_be_written_is_told_once_and_written_as_soon_as_it_can_be(place: Place) -> None:
    obstacle = place.warehouse.parent / "clean"
    obstacle.write_text("in the way", "utf-8")
    place.land(21, LINE.format("a"))
    place.land(22, LINE.format("b"))
    [finding] = place.load(shop())
    assert (finding.kind, finding.dataset, finding.severity) == ("export", "shop", "warning")
    assert "cannot be written" in finding.message
    [finding] = place.close(shop(), between=lambda: None)
    place.close(shop(), between=obstacle.unlink)
    assert len(place.lines(21)) == len(place.lines(22)) == 1


def test_what_a_killed_process_left_unfinished_goes_and_that_of_a_living_one_stays(place: Place) -> None:
    place.land(21, LINE.format("a"))
    place.load(shop())
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    theirs = place.path(21).with_name(f".2026-11-21.csv.{int(gone.stdout)}.tmp")
    ours = place.path(21).with_name(f".2026-11-21.csv.{os.getpid()}.tmp")
    for path in (theirs, ours):
        path.write_text("half", "utf-8")
    place.close(shop())
    assert (theirs.exists(), ours.exists()) == (False, True)


def test_a_date_that_is_none_becomes_no_path(place: Place) -> None:
    place.land(21, LINE.format("a"))
    place.load(shop())
    with Connection(place.warehouse) as connection:
        connection.run("INSERT INTO meta_closings VALUES ('shop', '../../../21', 1, 1, NULL)")
    with pytest.raises(WarehouseError, match="no file is named after it"):
        place.close(shop())
