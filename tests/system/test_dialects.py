"""Files in other layouts, taken by the real commands: what is found stays with the file, and `why` tells it."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest

from tests.system.conftest import Starter
from tests.system.drops import append, order, orders, write
from tests.system.looking import files, rows, staged, unsound
from tests.system.processes import Place, ade, entered, eventually, load, write_configs

AUTO = {"delimiter": "auto", "encoding": "auto"}


@pytest.fixture
def auto(place: Place) -> Place:
    """Orders of any name, delimiter and encoding; at the most 20 kB of a compressed file."""
    configure(place, **AUTO)
    return place


def configure(place: Place, **dialect: object) -> None:
    """Other settings of the dialect."""
    limits = {"expanded_bytes_max": 20_000}
    write_configs(place.configs, "orders", files={"pattern": "orders_*"}, dialect=dialect, limits=limits)


def settled(path: Path) -> Path:
    """The file as if it had not changed for long."""
    os.utime(path, ns=(1, 1))
    return path


LAYOUTS = {
    "plain": orders([1, 2]).encode(),
    "semicolons": orders([1, 2]).replace(",", ";").encode("cp1252"),
    "UTF-16": orders([1, 2]).replace(",", "\t").encode("utf-16"),
    "gzip": gzip.compress(orders([1, 2]).encode()),
    "gzip of UTF-16": gzip.compress(orders([1, 2]).replace(",", "|").encode("utf-16-be")),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_layout_gives_the_same_rows(auto: Place, layout: str) -> None:
    write(auto.landing / "orders" / "orders_1", LAYOUTS[layout])
    load(auto)
    found = rows(auto.warehouse, "SELECT order_id, order_ts, amount, channel FROM stg_orders ORDER BY _id")
    assert found == [(f"O-00000{n}", f"2026-11-21T10:00:0{n}.000000Z", "12.50", "web") for n in (1, 2)]
    assert unsound(auto.warehouse, ("orders",)) == []


def test_a_file_that_is_compressed_after_it_was_loaded_is_a_copy(auto: Place) -> None:
    write(auto.landing / "orders" / "orders_1", LAYOUTS["plain"])
    load(auto)
    write(auto.landing / "orders" / "orders_1.gz", LAYOUTS["gzip"])
    load(auto)
    entry = files(auto.warehouse)["orders/orders_1.gz"]
    assert (entry.state, entry.records) == ("committed", 0)
    assert entry.reason == "It has the same bytes as orders/orders_1, whose 2 records are loaded, once."


@pytest.mark.parametrize(
    ("layout", "told"),
    [
        ("semicolons", "dialect   delimiter ';', encoding utf-8 or else cp1252\n"),
        ("UTF-16", "dialect   delimiter '\\t', encoding utf-16-le\n"),
        ("gzip of UTF-16", "dialect   delimiter '|', encoding utf-16-be, compression gzip\n"),
    ],
)
def test_why_tells_how_a_file_is_laid_out(auto: Place, layout: str, told: str) -> None:
    write(auto.landing / "orders" / "orders_1", LAYOUTS[layout])
    load(auto)
    assert told in entered(auto, "why", "orders/orders_1").stdout


def test_why_has_no_word_about_a_plain_file(place: Place) -> None:
    write(place.landing / "orders" / "orders_1.csv", orders([1]))
    load(place)
    assert "dialect" not in entered(place, "why", "orders/orders_1.csv").stdout
    told = json.loads(entered(place, "why", "orders/orders_1.csv", "--json").stdout)
    assert told["generations"][0]["entry"]["file"]["dialect"]["delimiter"] == ","


def test_what_was_found_stays_with_the_file_when_the_config_changes(auto: Place) -> None:
    path = write(auto.landing / "orders" / "orders_1", orders([1]).replace(",", ";"))
    load(auto)
    configure(auto, delimiter=",", encoding="latin-1")
    append(path, order(2).replace(",", ";"))
    write(auto.landing / "orders" / "orders_2", orders([3]))
    load(auto)
    assert staged(auto.warehouse) == 3


def test_a_file_of_which_nothing_is_loaded_is_read_as_the_config_says_now(place: Place) -> None:
    configure(place, delimiter=",")
    write(place.landing / "orders" / "orders_1", orders([1]).replace(",", ";"))
    load(place, code=1)
    configure(place, delimiter=";")
    load(place)
    assert staged(place.warehouse) == 1


def test_a_compressed_file_that_breaks_off_fails_when_nothing_follows_and_goes_on_when_something_does(
    auto: Place,
) -> None:
    whole = gzip.compress("".join([orders([1]), *(order(number) for number in range(2, 40))]).encode())
    path = settled(write(auto.landing / "orders" / "orders_1", whole[:-8]))
    load(auto, code=1)
    entry = files(auto.warehouse)["orders/orders_1"]
    assert (entry.state, entry.records) == ("failed", 39)
    assert f"gzip stream is cut off at byte {len(whole) - 8} of the file, and nothing follows." in entry.reason
    append(path, whole[-8:])
    load(auto)
    assert (files(auto.warehouse)["orders/orders_1"].state, staged(auto.warehouse)) == ("committed", 39)


def test_a_compressed_file_that_is_still_written_settles(auto: Place, start: Starter) -> None:
    write_configs(auto.configs, "orders", files={"pattern": "orders_*", "settle_seconds": 60}, dialect=AUTO)
    start(auto)
    first = gzip.compress(orders([1, 2]).encode())
    second = gzip.compress(order(3).encode())
    path = write(auto.landing / "orders" / "orders_1.gz", first + second[:-3])
    eventually(lambda: staged(auto.warehouse) >= 2, 20, "what is complete is loaded")
    entry = files(auto.warehouse)["orders/orders_1.gz"]
    assert (entry.state, "may still be written" in entry.reason) == ("settling", True)
    append(path, second[-3:])
    eventually(lambda: files(auto.warehouse)["orders/orders_1.gz"].state == "committed", 20, "it is complete")
    assert staged(auto.warehouse) == 3


def test_a_bomb_is_set_aside_and_the_others_are_loaded(auto: Place) -> None:
    write(auto.landing / "orders" / "orders_1", gzip.compress(orders([1]).encode() + bytes(10_000_000)))
    write(auto.landing / "orders" / "orders_2", orders([2]))
    load(auto, code=1)
    entry = files(auto.warehouse)["orders/orders_1"]
    assert (entry.state, staged(auto.warehouse)) == ("failed", 2)
    assert "It expands to more than 20000 bytes, which is limits.expanded_bytes_max; raise that" in entry.reason


def test_the_new_content_of_a_compressed_file_takes_the_place_of_the_old_in_whatever_layout(auto: Place) -> None:
    path = write(auto.landing / "orders" / "orders_1", gzip.compress(orders([1, 2]).encode()))
    load(auto)
    path.write_bytes(orders([1, 3, 4]).replace(",", ";").encode("utf-16"))
    load(auto)
    assert rows(auto.warehouse, "SELECT order_id FROM stg_orders ORDER BY 1") == [
        ("O-000001",),
        ("O-000003",),
        ("O-000004",),
    ]
    assert "delimiter ';', encoding utf-16-le" in entered(auto, "why", "orders/orders_1").stdout


def test_new_content_that_breaks_off_does_not_take_the_place_of_the_old(auto: Place) -> None:
    path = write(auto.landing / "orders" / "orders_1", gzip.compress(orders([1, 2]).encode()))
    load(auto)
    path.write_bytes(gzip.compress(orders([3, 4, 5]).encode())[:-5])
    load(auto, code=1)
    assert staged(auto.warehouse, "order_id IN ('O-000001', 'O-000002')") == 2
    [entry] = [entry for entry in files(auto.warehouse).values() if entry.state == "failed"]
    assert "cannot take the place of what was loaded: its gzip stream is cut off" in entry.reason


def test_a_compressed_file_is_replayed_as_it_was_loaded(auto: Place) -> None:
    path = write(auto.landing / "orders" / "orders_2026-11-21.gz", LAYOUTS["gzip of UTF-16"])
    load(auto)
    path.unlink()
    assert "nothing changed" in ade(auto, "replay", "--date", "2026-11-21").stdout


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "csv.zst", "csv.bz2"])
def test_without_a_pattern_compressed_files_are_taken_too(place: Place, ending: str) -> None:
    config = place.configs / "orders.yaml"
    config.write_text(config.read_text("utf-8").replace("  pattern: orders_*.csv\n", ""), "utf-8")
    write(place.landing / "orders" / f"any.{ending}", gzip.compress(orders([1]).encode()))
    load(place)
    assert staged(place.warehouse) == 1
