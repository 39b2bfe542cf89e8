"""Small files that come together are committed together, and are accounted for one by one."""

from __future__ import annotations

import signal
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import yaml

from tests.system.conftest import Starter
from tests.system.drops import HEADER, order, orders, rename_into, write
from tests.system.looking import files, hashes, number, rows, unsound
from tests.system.processes import Place, eventually, load, write_configs

FILES = 100


def land(place: Place, contents: dict[str, str]) -> None:
    """Each file in its place."""
    for name, content in contents.items():
        write(place.landing / "orders" / name, content)


def mixed() -> dict[str, str]:
    """Good files, and some with rejects, duplicates of other files, quotes, several lines a record, and torn ends."""
    found = {f"orders_{each:03d}.csv": orders(range(10 * each, 10 * each + 5)) for each in range(0, FILES, 4)}
    found["orders_010.csv"] = orders([100]) + order(101, "-5") + "too,few\n"
    found["orders_020.csv"] = orders([0, 200, 41, 201])
    found["orders_030.csv"] = orders([300]) + '"O-000301",C-1,2026-11-21 10:00:01,1,NO,"web",3\n'
    found["orders_040.csv"] = orders([400]) + order(401).replace("NO", '"N\nO"') + order(402)
    found["orders_050.csv"] = orders([500]) + '"O-000501,never closed\n' + order(502)
    found["orders_060.csv"] = orders([600]).rstrip("\n")
    found["orders_070.csv"] = HEADER
    found["orders_080.csv"] = ""
    found["orders_090.csv"] = HEADER.replace("\n", "\r\n") + order(900).replace("\n", "\r\n")
    return found


def is_taken(place: Place, path: str) -> bool:
    """Whether a file is loaded, or waits for content."""
    entry = files(place.warehouse).get(path)
    return entry is not None and (entry.state == "committed" or not entry.stat.size)


def test_the_warehouse_is_the_one_of_files_that_came_one_by_one(place: Place, start: Starter) -> None:
    land(place, mixed())
    load(place)
    alone = replace(place, landing=place.landing.with_name("alone"), warehouse=place.warehouse.with_name("alone.db"))
    (alone.landing / "orders").mkdir(parents=True)
    start(alone)
    for name, content in sorted(mixed().items()):
        rename_into(alone.landing / "orders" / name, content)
        eventually(partial(is_taken, alone, f"orders/{name}"), 20, f"{name} is taken")
    assert hashes(place.warehouse, ("orders",)) == hashes(alone.warehouse, ("orders",))
    assert unsound(place.warehouse, ("orders",)) == []


def test_each_file_has_its_balance_and_its_counts(place: Place) -> None:
    land(place, mixed())
    load(place)
    entries = files(place.warehouse)
    assert (entries["orders/orders_010.csv"].records, entries["orders/orders_010.csv"].accepted) == (3, 1)
    assert (entries["orders/orders_020.csv"].records, entries["orders/orders_020.csv"].accepted) == (4, 2)
    assert (entries["orders/orders_012.csv"].records, entries["orders/orders_012.csv"].accepted) == (5, 5)
    counted = rows(
        place.warehouse,
        """SELECT f.path, r.count FROM meta_counts r JOIN meta_files f ON f.file_id = r.span_id >> 32
        WHERE r.name = 'rule.amount_not_negative'""",
    )
    assert counted == [("orders/orders_010.csv", 1)]


def test_they_are_committed_together(place: Place) -> None:
    land(place, {f"orders_{each:03d}.csv": orders([each]) for each in range(FILES)})
    done = load(place)
    assert done.stdout.count("loaded dataset=orders") == 1
    assert f"files={FILES} first=orders/orders_000.csv last=orders/orders_099.csv" in done.stdout
    assert number(place.warehouse, "SELECT count(*) FROM meta_spans") == FILES


def test_a_record_that_stops_its_file_stops_no_other(place: Place) -> None:
    path = write_configs(place.configs, "orders") / "orders.yaml"
    config = yaml.safe_load(path.read_text("utf-8"))
    config["processors"][-2]["validation"]["rules"].append(
        {"check": "range", "column": "amount", "max": 999, "name": "stop", "action": "fail"}
    )
    path.write_text(yaml.safe_dump(config, sort_keys=False), "utf-8")
    land(place, {f"orders_{each}.csv": orders([each, each + 10]) for each in range(8)})
    write(place.landing / "orders" / "orders_4.csv", orders([4]) + order(14, "5000") + order(24))
    load(place, code=1)
    states = {name: (entry.state, entry.accepted) for name, entry in files(place.warehouse).items()}
    assert states.pop("orders/orders_4.csv") == ("failed", 1)
    assert set(states.values()) == {("committed", 2)}


@pytest.mark.slow
def test_a_flood_of_files_is_found_though_listening_rests(place: Place, start: Starter) -> None:
    start(place)
    for each in range(5000):
        rename_into(place.landing / "orders" / f"orders_{each:04d}.csv", orders([each]))
    eventually(lambda: number(place.warehouse, "SELECT count(*) FROM stg_orders") == 5000, 30, "all are loaded")
    rename_into(place.landing / "orders" / "orders_late.csv", orders([9999]))
    eventually(lambda: number(place.warehouse, "SELECT count(*) FROM stg_orders") == 5001, 20, "listening goes on")


@pytest.mark.slow
def test_more_drops_than_the_queue_of_events_holds_are_all_found(place: Place, start: Starter) -> None:
    queue = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text("ascii"))
    if queue > 20_000:
        pytest.skip(f"the system's queue holds {queue} events, and so many files take too long to make")
    watch = start(place)
    write(place.landing / "orders" / "orders_first.csv", orders([0]))
    eventually(lambda: number(place.warehouse, "SELECT count(*) FROM stg_orders") == 1, 20, "it watches")
    watch.process.send_signal(signal.SIGSTOP)
    for each in range(1, queue + 1000):
        write(place.landing / "orders" / f"orders_{each:06d}.csv", orders([each]))
    watch.process.send_signal(signal.SIGCONT)
    wanted = queue + 1000
    eventually(lambda: number(place.warehouse, "SELECT count(*) FROM stg_orders") == wanted, 60, "all are loaded")
