"""A file that was loaded and is no longer the same: it is held with a reason, and the rows that it gave stay."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.system.conftest import Starter
from tests.system.drops import append, damage, order, orders, rename_into, write
from tests.system.looking import files, hashes, staged
from tests.system.processes import Place, eventually, load

PATH = "orders/orders_1.csv"


@pytest.fixture
def loaded_file(place: Place) -> Path:
    """A file of three orders, loaded."""
    path = write(place.landing / PATH, orders([1, 2, 3]))
    load(place)
    return path


@pytest.mark.usefixtures("loaded_file")
def test_a_touched_file_is_loaded_still(place: Place) -> None:
    before = hashes(place.warehouse)
    os.utime(place.landing / PATH, ns=(1, 1))
    load(place)
    assert files(place.warehouse)[PATH].state == "committed"
    assert hashes(place.warehouse) == before


@pytest.mark.usefixtures("loaded_file")
def test_a_file_replaced_by_a_copy_of_itself_is_loaded_still(place: Place) -> None:
    before = hashes(place.warehouse)
    rename_into(place.landing / PATH, orders([1, 2, 3]))
    load(place)
    assert files(place.warehouse)[PATH].state == "committed"
    assert hashes(place.warehouse) == before


@pytest.mark.usefixtures("loaded_file")
def test_a_file_replaced_by_a_longer_copy_of_itself_goes_on_where_it_ended(place: Place) -> None:
    rename_into(place.landing / PATH, orders([1, 2, 3, 4]))
    load(place)
    assert (files(place.warehouse)[PATH].records, staged(place.warehouse)) == (4, 4)


def test_a_file_with_other_content_of_the_same_size_is_held(place: Place, loaded_file: Path) -> None:
    before = hashes(place.warehouse)
    damage(loaded_file, orders([1, 2, 4]))
    load(place, code=1)
    entry = files(place.warehouse)[PATH]
    assert entry.state == "held"
    assert "no longer those that were loaded" in entry.reason
    assert "Land the new content under a new name" in entry.reason
    assert hashes(place.warehouse) == before


def test_a_file_that_is_longer_with_another_beginning_is_held(place: Place, loaded_file: Path) -> None:
    write(loaded_file, orders([4, 5, 6, 7]))
    load(place, code=1)
    assert files(place.warehouse)[PATH].state == "held"
    assert staged(place.warehouse, "order_id <= 'O-000003'") == 3


def test_a_file_that_has_shrunk_is_held(place: Place, loaded_file: Path) -> None:
    before = hashes(place.warehouse)
    write(loaded_file, orders([1]))
    load(place, code=1)
    entry = files(place.warehouse)[PATH]
    assert entry.state == "held"
    assert "has shrunk" in entry.reason
    assert hashes(place.warehouse) == before


def test_a_last_line_that_is_continued_after_it_was_taken_is_held(place: Place) -> None:
    path = write(place.landing / PATH, orders([1, 2]).rstrip("\n"))
    os.utime(path, ns=(1, 1))
    load(place)
    append(path, "99\n")
    load(place, code=1)
    assert "has been continued" in files(place.warehouse)[PATH].reason
    assert staged(place.warehouse, "amount = '12.50'") == 2


def test_a_last_line_that_gets_its_line_end_after_it_was_taken_goes_on(place: Place) -> None:
    path = write(place.landing / PATH, orders([1, 2]).rstrip("\n"))
    os.utime(path, ns=(1, 1))
    load(place)
    append(path, "\n" + order(3))
    load(place)
    assert (files(place.warehouse)[PATH].state, staged(place.warehouse)) == ("committed", 3)


def test_a_held_file_that_has_its_content_again_is_loaded_again(place: Place, loaded_file: Path) -> None:
    damage(loaded_file, orders([1, 2, 4]))
    load(place, code=1)
    damage(loaded_file, orders([1, 2, 3]))
    append(loaded_file, order(4))
    load(place)
    assert (files(place.warehouse)[PATH].state, staged(place.warehouse)) == ("committed", 4)


def test_a_file_that_is_rewritten_while_watch_runs_is_held(place: Place, start: Starter, loaded_file: Path) -> None:
    watch = start(place)
    damage(loaded_file, orders([1, 2, 4]))
    watch.until_printed("held dataset=orders", 5)
    assert staged(place.warehouse, "order_id = 'O-000003'") == 1


def test_a_file_that_is_rewritten_as_watch_loads_it_is_held(place: Place, start: Starter) -> None:
    watch = start(place)
    path = write(place.landing / PATH, orders([1, 2, 3]))
    eventually(lambda: staged(place.warehouse) == 3, 5, "the file is loaded")
    damage(path, orders([1, 2, 4]))
    watch.until_printed("held dataset=orders", 5)
    assert staged(place.warehouse, "order_id = 'O-000003'") == 1


def test_a_file_that_is_taken_away_leaves_its_rows(place: Place, loaded_file: Path) -> None:
    before = hashes(place.warehouse)
    loaded_file.unlink()
    load(place)
    assert hashes(place.warehouse) == before


def test_a_file_that_comes_back_is_known_still(place: Place, loaded_file: Path) -> None:
    before = hashes(place.warehouse)
    loaded_file.unlink()
    load(place)
    write(loaded_file, orders([1, 2, 3]))
    load(place)
    assert hashes(place.warehouse) == before
