"""One writer at a time: a second one is refused at once, and says who the first is; readers are always welcome."""

from __future__ import annotations

from functools import partial

import pytest

from tests.system.conftest import Starter
from tests.system.drops import orders, write
from tests.system.looking import staged
from tests.system.processes import Place, ade, eventually, load

WRITERS = pytest.mark.parametrize("words", [("watch",), ("run",), ("replay", "--date", "2026-11-21")], ids=" ".join)


@WRITERS
def test_a_second_writer_is_refused_with_exit_3_and_the_pid_of_the_first(
    place: Place, start: Starter, words: tuple[str, ...]
) -> None:
    first = start(place)
    second = ade(place, *words, seconds=20)
    assert second.returncode == 3
    assert second.stdout == ""
    assert f"process {first.pid} (watch, since 20" in second.stderr
    assert "is writing to this warehouse" in second.stderr
    assert str(place.warehouse) in second.stderr
    assert len(second.stderr.splitlines()) == 1


def test_the_first_writer_goes_on_after_a_second_was_refused(place: Place, start: Starter) -> None:
    start(place)
    assert ade(place, "run", seconds=20).returncode == 3
    write(place.landing / "orders" / "orders_1.csv", orders([1]))
    eventually(lambda: staged(place.warehouse) == 1, 20, "the order is staged")


def test_a_writer_that_was_killed_keeps_nobody_out(place: Place, start: Starter) -> None:
    start(place).kill()
    load(place)


def test_two_warehouses_may_be_filled_from_one_landing_folder_at_once(place: Place, start: Starter) -> None:
    write(place.landing / "orders" / "orders_1.csv", orders([1]))
    start(place)
    start(place.beside("second"))
    for warehouse in (place.warehouse, place.beside("second").warehouse):
        eventually(partial(staged, warehouse), 20, f"the order is staged in {warehouse.name}")
