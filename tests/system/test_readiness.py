"""When is a last line without a line end a whole one? Each proof, alone."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.system.conftest import Starter
from tests.system.drops import append, order, orders, rename_into, write
from tests.system.looking import files, number, staged
from tests.system.processes import Place, Watch, eventually, load, write_configs

NAME = "orders/orders_1.csv"
OPEN = orders([1]) + order(2).rstrip("\n")


@pytest.fixture
def proven(place: Place) -> Callable[..., Place]:
    """The place, with these proofs accepted."""

    def configured(*ready: str, **more: object) -> Place:
        files = {"ready": list(ready), **more}
        return replace(place, configs=write_configs(place.configs.with_name("ready"), "orders", files=files))

    return configured


def watched(place: Place, start: Starter) -> Watch:
    """A watch that gets events: it has seen a first file."""
    watch = start(place)
    write(place.landing / "orders" / "orders_0.csv", orders([]))
    eventually(lambda: files(place.warehouse), 20, "the first file is seen")
    return watch


def test_a_file_that_is_renamed_into_place_is_finished(proven: Callable[..., Place], start: Starter) -> None:
    place = proven("renamed")
    watched(place, start)
    rename_into(place.landing / NAME, OPEN)
    eventually(lambda: staged(place.warehouse) == 2, 20, "both rows are there")


def test_a_file_that_is_moved_in_from_elsewhere_is_finished(proven: Callable[..., Place], start: Starter) -> None:
    place = proven("renamed")
    watched(place, start)
    write(place.landing.parent / "outside.csv", OPEN).rename(place.landing / NAME)
    eventually(lambda: staged(place.warehouse) == 2, 20, "both rows are there")


def test_a_file_that_is_renamed_within_the_landing_folder_may_still_be_written(
    proven: Callable[..., Place], start: Starter
) -> None:
    place = proven("renamed")
    watched(place, start)
    path = place.landing / NAME
    with path.open("wb", buffering=0) as file:
        file.write(orders([1]).encode() + b"O-000002,C-0002,2026-11-21 10:00:02,1,NO,web,123.4")
        eventually(lambda: staged(place.warehouse) == 1, 20, "the first row is there")
        path.rename(path.with_name("orders_2.csv"))
        time.sleep(1.5)
        assert staged(place.warehouse) == 1
        file.write(b"5\n")
    eventually(lambda: staged(place.warehouse, "amount = '123.45'") == 1, 20, "the whole row is there")


def test_a_file_that_is_written_in_place_is_not_taken_for_a_renamed_one(
    proven: Callable[..., Place], start: Starter
) -> None:
    place = proven("renamed")
    start(place)
    write(place.landing / NAME, OPEN)
    eventually(lambda: staged(place.warehouse) == 1, 20, "the first row is there")
    time.sleep(1.5)
    assert staged(place.warehouse) == 1
    assert "it is taken when the file is renamed into place." in files(place.warehouse)[NAME].reason


def test_a_file_that_its_writer_closed_is_finished(proven: Callable[..., Place], start: Starter) -> None:
    place = proven("closed")
    watched(place, start)
    with (place.landing / NAME).open("wb", buffering=0) as file:
        file.write(OPEN.encode())
        eventually(lambda: staged(place.warehouse) == 1, 20, "the first row is there")
        time.sleep(1.2)
        assert staged(place.warehouse) == 1
    eventually(lambda: staged(place.warehouse) == 2, 20, "the last row is there")


def test_a_done_marker_proves_a_file_finished(proven: Callable[..., Place], start: Starter) -> None:
    place = proven("marker", marker="{name}.ok")
    start(place)
    write(place.landing / NAME, OPEN)
    eventually(lambda: staged(place.warehouse) == 1, 20, "the first row is there")
    write(place.landing / f"{NAME}.ok", "")
    eventually(lambda: staged(place.warehouse) == 2, 20, "the last row is there")


def test_run_takes_a_file_with_its_marker_and_leaves_one_without(proven: Callable[..., Place]) -> None:
    place = proven("marker", marker="{stem}.ready")
    write(place.landing / NAME, OPEN)
    write(place.landing / "orders" / "orders_1.ready", "")
    write(place.landing / "orders" / "orders_2.csv", orders([3]) + order(4).rstrip("\n"))
    load(place)
    assert {name: entry.state for name, entry in files(place.warehouse).items()} == {
        NAME: "committed",
        "orders/orders_2.csv": "settling",
    }


def test_a_file_that_no_process_writes_to_is_finished(proven: Callable[..., Place], start: Starter) -> None:
    place = proven("lease")
    watched(place, start)
    with (place.landing / NAME).open("wb", buffering=0) as file:
        file.write(OPEN.encode())
        eventually(lambda: staged(place.warehouse) == 1, 20, "the first row is there")
        time.sleep(1.5)
        assert staged(place.warehouse) == 1
    eventually(lambda: staged(place.warehouse) == 2, 20, "the last row is there")


def test_a_writer_that_comes_while_leases_are_asked_for_does_not_end_watch(
    proven: Callable[..., Place], start: Starter
) -> None:
    place = proven("lease")
    watch = start(place)
    for each in range(200):
        append(place.landing / NAME, order(each).rstrip("\n") if each else orders([0]))
        append(place.landing / NAME, "\n" if each else "")
    eventually(lambda: number(place.warehouse, "SELECT sum(records) FROM meta_files") == 200, 20, "all rows")
    assert watch.process.poll() is None


TORN = {
    "in a number": orders([1]) + "O-000002,C-0002,2026-11-21 10:00:02,1,NO,web,123.4|5\n" + order(3),
    "in a quoted line end": orders([1]) + '"O-000002",C-0002,2026-11-21 10:00:02,1,"N\n|O",web,12.50\n' + order(3),
    "behind a quoted line end": orders([1]) + 'O-000002,"C\n-0|002",2026-11-21 10:00:02,1,NO,web,12.50\n' + order(3),
    "in a character": orders([1]) + order(2).replace("NO", "Ø") + order(3),
    "in a CRLF": (orders([1]) + order(2)).replace("\n", "\r\n") + order(3),
}


@pytest.mark.parametrize("what", TORN)
def test_a_torn_row_is_never_shown(place: Place, proven: Callable[..., Place], start: Starter, what: str) -> None:
    first, second = halves(TORN[what], what)
    start(proven("quiet", settle_seconds=60))
    path = write(place.landing / NAME, first)
    eventually(lambda: staged(place.warehouse) == 1, 20, "the complete row is there")
    time.sleep(1.2)
    assert number(place.warehouse, "SELECT sum(records) FROM meta_files") == 1
    append(path, second)
    eventually(lambda: number(place.warehouse, "SELECT sum(records) FROM meta_files") == 3, 20, "all records are there")
    assert number(place.warehouse, "SELECT count(*) FROM stg_orders WHERE amount = '123.4'") == 0


def halves(text: str, what: str) -> tuple[bytes, bytes]:
    """Cut at the bar, inside the Ø, or behind the CR of the second record."""
    if "|" in text:
        first, second = text.split("|")
        return first.encode(), second.encode()
    data = text.encode()
    at = data.index("Ø".encode()) + 1 if "character" in what else data.rindex(b"\r") + 1
    return data[:at], data[at:]
