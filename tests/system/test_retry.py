"""`ade-stream retry`: files that were set aside, once more, also beside a running watch."""

from __future__ import annotations

from dataclasses import replace

from tests.system.conftest import Starter
from tests.system.drops import damage, orders, write
from tests.system.looking import files, rows, staged
from tests.system.processes import Place, ade, eventually, load, write_configs


def holding(place: Place) -> Place:
    """Rewritten files are held."""
    files = {"on_rewrite": "hold", "settle_seconds": 0.1}
    return replace(place, configs=write_configs(place.configs.with_name("holding"), "orders", files=files))


def test_a_held_rewrite_takes_the_place_of_the_old_rows(place: Place) -> None:
    place = holding(place)
    path = write(place.landing / "orders" / "orders_1.csv", orders([1, 2]))
    load(place)
    damage(path, orders([1, 3]))
    load(place, code=1)
    done = ade(place, "retry", "orders/orders_1.csv")
    assert (done.returncode, "put back" in done.stdout) == (0, True), done.stderr
    assert files(place.warehouse)["orders/orders_1.csv"].state == "ready"
    load(place)
    assert rows(place.warehouse, "SELECT order_id FROM stg_orders ORDER BY 1") == [("O-000001",), ("O-000003",)]


def test_a_running_watch_takes_it_up(place: Place, start: Starter) -> None:
    place = holding(place)
    watch = start(place)
    path = write(place.landing / "orders" / "orders_1.csv", orders([1, 2]))
    eventually(lambda: staged(place.warehouse) == 2, 20, "the file is loaded")
    damage(path, orders([1, 3]))
    watch.until_printed("held dataset=orders")
    assert ade(place, "retry", str(path)).returncode == 0
    eventually(lambda: staged(place.warehouse, "order_id = 'O-000003'") == 1, 20, "the new content is loaded")


def test_a_file_that_is_not_set_aside_is_told(place: Place) -> None:
    write(place.landing / "orders" / "orders_1.csv", orders([1, 2]))
    load(place)
    done = ade(place, "retry", "orders/orders_1.csv", "orders/orders_2.csv")
    assert done.returncode == 1
    assert "orders/orders_1.csv: committed, not set aside." in done.stdout
    assert "orders/orders_2.csv: unknown." in done.stdout


def test_times_of_states_are_kept(place: Place) -> None:
    write(place.landing / "orders" / "orders_1.csv", "order_id\n1\n")
    load(place, code=1)
    ade(place, "retry", "orders/orders_1.csv")
    load(place, code=1)
    states = rows(place.warehouse, "SELECT state, times FROM meta_file_states ORDER BY state")
    assert states == [("held", 2), ("ready", 1)]
