"""No file waits for a large one to end."""

from __future__ import annotations

import time

from tests.system.conftest import Starter
from tests.system.drops import HEADER, order, orders, write
from tests.system.looking import files, hashes, staged, unsound
from tests.system.processes import Place, eventually, load

LARGE_ROWS = 300_000


def seconds_until_staged(place: Place, number: int) -> float:
    """How long the file of one order takes."""
    small = write(place.landing / "orders" / f".{number}", HEADER + order(number))
    dropped = time.monotonic()
    small.rename(place.landing / "orders" / f"orders_{number}.csv")
    eventually(lambda: staged(place.warehouse, "order_id = ?", f"O-{number}") == 1, 20, "the small file is staged")
    return time.monotonic() - dropped


def test_a_small_file_is_loaded_within_a_second_while_a_large_one_is(place: Place, start: Starter) -> None:
    """One of five is: other tests run beside this one."""
    watch = start(place)
    large = orders(range(1, LARGE_ROWS + 1))
    write(place.landing / "orders" / ".large", large).rename(place.landing / "orders" / "orders_large.csv")
    watch.until_printed("file=orders/orders_large.csv")
    assert any(seconds_until_staged(place, number) < 1 for number in range(900_001, 900_006))
    assert files(place.warehouse)["orders/orders_large.csv"].state == "processing"


def test_files_that_take_turns_are_loaded_as_if_they_had_come_one_after_the_other(place: Place) -> None:
    for name, first in (("a", 1), ("b", 8_000), ("c", 16_000)):
        write(place.landing / "orders" / f"orders_{name}.csv", orders(range(first, first + 12_000)))
    together, alone = place.beside("together"), place.beside("alone")
    load(together)
    for name in ("b", "c"):
        (place.landing / "orders" / f"orders_{name}.csv").rename(place.landing / f"{name}.csv")
    load(alone)
    for name in ("b", "c"):
        (place.landing / f"{name}.csv").rename(place.landing / "orders" / f"orders_{name}.csv")
        load(alone)
    assert hashes(together.warehouse) == hashes(alone.warehouse)
    assert unsound(together.warehouse) == []
