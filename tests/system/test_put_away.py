"""Files that are moved into the archive, or deleted, when they are loaded."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.system.conftest import Starter
from tests.system.drops import append, order, orders, write
from tests.system.looking import files, rows, staged, unsound
from tests.system.processes import Place, ade, eventually, load, write_configs

NAME = "orders/orders_1.csv"


def after(place: Place, what: str, **more: object) -> Place:
    """Loaded files go."""
    settings = {"after": what, "settle_seconds": 0.1, **more}
    return replace(place, configs=write_configs(place.configs.with_name(what), "orders", files=settings))


def test_a_loaded_file_is_moved_into_the_archive(place: Place) -> None:
    place, text = after(place, "archive"), orders([1, 2])
    write(place.landing / NAME, text)
    load(place)
    assert not (place.landing / NAME).exists()
    assert (place.landing / ".archive" / NAME).read_text("utf-8") == text
    entry = files(place.warehouse)[NAME]
    assert (entry.state, entry.records) == ("archived", 2)
    assert entry.reason == "All 2 records are read. It was moved into the archive."


def test_a_loaded_file_is_deleted(place: Place) -> None:
    place = after(place, "delete")
    write(place.landing / NAME, orders([1, 2]))
    load(place)
    assert [path for path in place.landing.rglob("*") if path.is_file()] == []
    assert (files(place.warehouse)[NAME].state, staged(place.warehouse)) == ("archived", 2)


def test_a_file_with_a_fault_stays(place: Place) -> None:
    place = after(place, "delete")
    write(place.landing / NAME, "order_id\n1\n")
    load(place, code=1)
    assert (place.landing / NAME).exists()


def test_a_file_that_grows_stays_until_it_is_finished(place: Place, start: Starter) -> None:
    place = after(place, "archive", settle_seconds=1.0)
    start(place)
    path = write(place.landing / NAME, orders([1]))
    eventually(lambda: staged(place.warehouse) == 1, 20, "the first row is loaded")
    assert path.exists()
    append(path, order(2))
    eventually(lambda: not path.exists(), 20, "the file is moved")
    assert staged(place.warehouse) == 2


def test_another_file_under_the_same_name_is_loaded_beside_the_first(place: Place) -> None:
    place = after(place, "archive")
    write(place.landing / NAME, orders([1, 2]))
    load(place)
    write(place.landing / NAME, orders([3]))
    load(place)
    told = rows(place.warehouse, "SELECT generation, state, records FROM meta_files ORDER BY file_id")
    assert told == [(1, "archived", 2), (2, "archived", 1)]
    assert staged(place.warehouse) == 3
    assert sorted(path.name for path in (place.landing / ".archive" / "orders").iterdir()) == [
        "orders_1.csv",
        "orders_1.csv.2",
    ]
    assert unsound(place.warehouse, ("orders",)) == []


def test_the_same_bytes_under_the_same_name_are_not_loaded_again(place: Place) -> None:
    place = after(place, "archive")
    for _ in range(2):
        write(place.landing / NAME, orders([1, 2]))
        load(place)
    assert (staged(place.warehouse), (place.landing / NAME).exists()) == (2, False)


def test_a_file_that_cannot_be_moved_is_held_and_retried(place: Place) -> None:
    place = after(place, "archive")
    write(place.landing / NAME, orders([1]))
    in_the_way = write(place.landing / ".archive", "no folder")
    load(place, code=1)
    entry = files(place.warehouse)[NAME]
    assert (entry.state, staged(place.warehouse)) == ("held", 1)
    assert "cannot be put away: " in entry.reason
    in_the_way.unlink()
    assert ade(place, "retry", NAME).returncode == 0
    load(place)
    assert files(place.warehouse)[NAME].state == "archived"
    assert not (place.landing / NAME).exists()


def test_a_file_that_was_to_be_moved_when_the_process_died_is_moved_by_the_next(place: Place) -> None:
    place = after(place, "archive")
    text = orders([1])
    write(place.landing / NAME, text)
    load(place)
    (place.landing / ".archive" / NAME).rename(place.landing / NAME)  # as if the move had not come about
    load(place)
    assert (place.landing / ".archive" / NAME).read_text("utf-8") == text
    assert staged(place.warehouse) == 1


@pytest.mark.slow
def test_nothing_is_lost_when_watch_is_killed_while_it_archives(place: Place, start: Starter) -> None:
    place = after(place, "archive", settle_seconds=0.0)
    for round_ in range(10):
        watch = start(place)
        for each in range(20):
            number = 100 * round_ + each
            write(place.landing / "orders" / f"orders_{number}.csv", orders([number]))
        eventually(lambda done=round_: staged(place.warehouse) > 20 * done, 20, "some are loaded")  # type: ignore[misc]
        watch.kill()
    load(place)
    assert staged(place.warehouse) == 200
    assert len(list((place.landing / ".archive" / "orders").iterdir())) == 200
