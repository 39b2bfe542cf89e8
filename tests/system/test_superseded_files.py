"""A loaded file that is no longer the same: its new content takes the place of the old, all at once."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.system.conftest import Starter
from tests.system.drops import append, order, orders, rename_into, write
from tests.system.looking import files, number, rows, staged, unsound
from tests.system.processes import Place, ade, eventually, load, write_configs


@pytest.fixture
def place(place: Place) -> Place:
    """Empty; a file counts as quiet after a tenth of a second."""
    configs = write_configs(place.configs.with_name("quick"), "orders", files={"settle_seconds": 0.1})
    return replace(place, configs=configs)


@dataclass(frozen=True, slots=True)
class Case:
    """What a file has, and what it is rewritten to."""

    before: str
    after: str


CASES = {
    "shrunk": Case(orders([1, 2, 3]), orders([1])),
    "another beginning": Case(orders([1, 2]), orders([4, 1, 2])),
    "another end": Case(orders([1, 2]), orders([1, 3, 4])),
    "same size": Case(orders([1, 2]), orders([1, 3])),
    "last line continued": Case(orders([1]) + "O-000002,C-0002,2026-11-21 10:00:02,1,NO,web,12", orders([1, 3])),
    "only a header": Case(orders([1, 2]), orders([])),
    "another header": Case(orders([1]), orders([1, 2]).replace("country", "nation")),
}


def name(place: Place) -> Path:
    """The file that is rewritten."""
    return place.landing / "orders" / "orders_1.csv"


def ids(place: Place) -> list[object]:
    """The staged order ids."""
    return [row[0] for row in rows(place.warehouse, "SELECT order_id FROM stg_orders ORDER BY 1")]


def ids_of(text: str) -> list[object]:
    """The order ids of a file."""
    return [*sorted(line.split(",")[0] for line in text.splitlines()[1:])]


@pytest.mark.parametrize("what", [what for what in CASES if what != "another header"])
def test_the_new_rows_take_the_place_of_the_old(place: Place, what: str) -> None:
    write(name(place), CASES[what].before)
    load(place)
    write(name(place), CASES[what].after)
    load(place)
    assert ids(place) == ids_of(CASES[what].after)
    assert unsound(place.warehouse, ("orders",)) == []


def test_a_quote_that_was_open_when_the_file_counted_as_finished_may_be_closed_later(place: Place) -> None:
    path = write(name(place), orders([1]) + '"O-000002\n')
    load(place)
    assert rows(place.warehouse, "SELECT reasons -> 0 ->> 'rule' FROM rejects") == [("unterminated_quote",)]
    append(path, '",C-0002,2026-11-21 10:00:02,1,NO,web,12.50\n')
    load(place)
    assert rows(place.warehouse, "SELECT generation, records, accepted FROM meta_files") == [(1, 0, 0), (2, 2, 2)]
    assert rows(place.warehouse, "SELECT * FROM rejects") == []


def test_a_rewrite_with_the_same_size_inode_and_times_is_seen(place: Place) -> None:
    path = write(name(place), orders([1, 2]))
    load(place)
    before = path.stat()
    with path.open("r+b", buffering=0) as file:
        file.write(orders([1, 3]).encode())
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = path.stat()
    assert (after.st_size, after.st_mtime_ns, after.st_ino) == (before.st_size, before.st_mtime_ns, before.st_ino)
    load(place)
    assert ids(place) == ["O-000001", "O-000003"]


def test_a_rewrite_in_the_moment_after_it_was_read_is_seen(place: Place, start: Starter) -> None:
    start(place)
    path = name(place)
    for round_ in range(20):
        write(path, orders([1, 10 + round_]))
        eventually(lambda: path.exists() and files(place.warehouse), 20, "the file is seen")
    eventually(lambda: ids(place) == ["O-000001", "O-000029"], 20, "the last content is loaded")


def test_the_old_generation_is_recorded(place: Place) -> None:
    write(name(place), orders([1, 2, 3]))
    load(place)
    write(name(place), orders([1]))
    load(place)
    told = rows(place.warehouse, "SELECT generation, state, records, reason FROM meta_files ORDER BY file_id")
    taken_out = "Generation 2 took its place; its 3 records (3 accepted, 0 rejected) were taken out."
    assert told == [(1, "superseded", 0, taken_out), (2, "committed", 1, "All 1 records are read.")]


def test_keys_that_become_free_are_judged_again(place: Place) -> None:
    write(name(place), orders([1, 2]))
    write(place.landing / "orders" / "orders_2.csv", orders([2, 3]))
    load(place)
    assert number(place.warehouse, "SELECT count(*) FROM rejects") == 1
    write(name(place), orders([1]))
    load(place)
    assert ids(place) == ["O-000001", "O-000002", "O-000003"]
    assert number(place.warehouse, "SELECT count(*) FROM rejects") == 0
    assert unsound(place.warehouse, ("orders",)) == []


def test_no_reader_sees_a_part_of_the_new_content(place: Place, start: Starter) -> None:
    configs = write_configs(place.configs, "orders", limits={"batch_rows": 50}, files={"settle_seconds": 0.1})
    place = replace(place, configs=configs)
    write(name(place), orders(range(1, 2001)))
    load(place)
    start(place)
    rename_into(name(place), orders(range(5001, 7001)))
    seen = set()

    def swapped() -> bool:
        found = rows(place.warehouse, "SELECT count(*), min(order_id) FROM stg_orders")[0]
        seen.add(found)
        return found == (2000, "O-005001")

    eventually(swapped, 20, "the new content is loaded")
    assert seen <= {(2000, "O-000001"), (2000, "O-005001")}


def test_new_content_that_cannot_be_read_leaves_the_old_rows(place: Place) -> None:
    write(name(place), CASES["another header"].before)
    load(place)
    write(name(place), CASES["another header"].after)
    load(place, code=1)
    entry = files(place.warehouse)["orders/orders_1.csv"]
    assert (entry.state, ids(place)) == ("held", ["O-000001"])
    assert "cannot take the place of what was loaded: its header lacks 'country'" in entry.reason


def test_an_emptied_file_keeps_its_rows_until_it_has_content(place: Place) -> None:
    path = write(name(place), orders([1, 2]))
    load(place)
    path.write_bytes(b"")
    load(place, code=1)
    assert (files(place.warehouse)["orders/orders_1.csv"].state, ids(place)) == ("held", ["O-000001", "O-000002"])
    write(path, orders([3]))
    load(place)
    assert ids(place) == ["O-000003"]


def test_what_is_appended_to_the_new_generation_is_loaded(place: Place, start: Starter) -> None:
    write(name(place), orders([1, 2]))
    start(place)
    eventually(lambda: staged(place.warehouse) == 2, 20, "the file is loaded")
    write(name(place), orders([7]))
    eventually(lambda: ids(place) == ["O-000007"], 20, "the new content is loaded")
    append(name(place), order(8))
    eventually(lambda: ids(place) == ["O-000007", "O-000008"], 20, "what was appended is loaded")


def test_replay_passes_over_superseded_generations(place: Place) -> None:
    path = write(place.landing / "orders" / "orders_2026-11-18.csv", orders([1, 2, 3]))
    load(place)
    write(path, orders([4]))
    load(place)
    done = ade(place, "replay", "--date", "2026-11-18")
    assert (done.returncode, ids(place)) == (0, ["O-000004"])
    assert "nothing changed" in done.stdout


def test_a_rewritten_file_fails_where_the_config_says_so(place: Place) -> None:
    write(name(place), orders([1, 2]))
    load(place)
    configs = write_configs(place.configs, "orders", files={"settle_seconds": 0.1, "on_rewrite": "fail"})
    write(name(place), orders([3]))
    load(replace(place, configs=configs), code=1)
    entry = files(place.warehouse)["orders/orders_1.csv"]
    assert (entry.state, ids(place)) == ("failed", ["O-000001", "O-000002"])
    assert entry.reason.endswith("stay as they are. Land the new content under a new name.")
