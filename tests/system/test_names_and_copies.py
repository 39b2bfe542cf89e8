"""Files that are renamed or copied within the landing folder: their content is loaded once."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace

import pytest

from tests.system.conftest import Starter
from tests.system.drops import append, order, orders, write
from tests.system.looking import files, number, rows, staged, unsound
from tests.system.processes import Place, eventually, load, write_configs

#: Without a key, nothing but the recognition of a file keeps its rows from being loaded twice.
KEYLESS = {"settle_seconds": 0.1}


@pytest.fixture
def place(place: Place) -> Place:
    """Orders that no key tells apart."""
    import yaml

    configs = write_configs(place.configs.with_name("keyless"), "orders", files=KEYLESS)
    path = configs / "orders.yaml"
    config = yaml.safe_load(path.read_text("utf-8"))
    del config["key"]
    for step in config["processors"]:
        if "quality" in step:
            step["quality"].pop("duplicates", None)
    path.write_text(yaml.safe_dump(config, sort_keys=False), "utf-8")
    return replace(place, configs=configs)


def test_a_renamed_file_is_not_loaded_again(place: Place) -> None:
    path = write(place.landing / "orders" / "orders_1.csv", orders([1, 2]))
    load(place)
    path.rename(path.with_name("orders_2.csv"))
    load(place)
    told = rows(place.warehouse, "SELECT path, records, reason FROM meta_files")
    assert told == [("orders/orders_2.csv", 2, "All 2 records are read. It was orders/orders_1.csv before.")]
    assert staged(place.warehouse) == 2


def test_a_renamed_file_goes_on_growing(place: Place, start: Starter) -> None:
    path = write(place.landing / "orders" / "orders_1.csv", orders([1, 2]))
    start(place)
    eventually(lambda: staged(place.warehouse) == 2, 20, "the file is loaded")
    later = path.rename(path.with_name("orders_2.csv"))
    append(later, order(3))
    eventually(lambda: staged(place.warehouse) == 3, 20, "what was appended is loaded")
    assert unsound(place.warehouse, ("orders",)) == []


def test_the_rejects_of_a_renamed_file_have_its_name(place: Place) -> None:
    path = write(place.landing / "orders" / "orders_1.csv", orders([1]) + order(2, "-5"))
    load(place)
    path.rename(path.with_name("orders_2.csv"))
    load(place)
    assert rows(place.warehouse, "SELECT DISTINCT path FROM rejects") == [("orders/orders_2.csv",)]


def test_another_file_under_the_old_name_is_a_new_file(place: Place) -> None:
    path = write(place.landing / "orders" / "orders_1.csv", orders([1, 2]))
    load(place)
    path.rename(path.with_name("orders_2.csv"))
    write(path, orders([3]))
    load(place)
    assert staged(place.warehouse) == 3
    assert unsound(place.warehouse, ("orders",)) == []


def test_a_new_file_with_the_inode_of_a_deleted_one_is_loaded(place: Place) -> None:
    path = write(place.landing / "orders" / "orders_1.csv", orders([1, 2]))
    load(place)
    hidden = path.rename(place.landing / "orders" / ".hidden")
    hidden.write_text(orders([3, 4]), "utf-8")
    hidden.rename(path.with_name("orders_2.csv"))
    load(place)
    assert staged(place.warehouse) == 4


def test_a_copy_is_recognised_and_not_loaded(place: Place) -> None:
    path = write(place.landing / "orders" / "orders_1.csv", orders([1, 2]))
    load(place)
    shutil.copy(path, path.with_name("orders_2.csv"))
    load(place)
    entry = files(place.warehouse)["orders/orders_2.csv"]
    reason = "It has the same bytes as orders/orders_1.csv, whose 2 records are loaded, once."
    assert (entry.state, entry.records, entry.reason) == ("committed", 0, reason)
    assert staged(place.warehouse) == 2


def test_a_large_copy_that_grows_slowly_is_recognised(place: Place, start: Starter) -> None:
    text = orders(range(1, 3001))
    path = write(place.landing / "orders" / "orders_1.csv", text)
    start(place)
    eventually(lambda: staged(place.warehouse) == 3000, 20, "the file is loaded")
    copy = path.with_name("orders_2.csv")
    write(copy, text[:100_000])
    eventually(lambda: "orders/orders_2.csv" in files(place.warehouse), 20, "its beginning is seen")
    append(copy, text[100_000:])
    eventually(lambda: "same bytes" in files(place.warehouse)["orders/orders_2.csv"].reason, 20, "it is known")
    assert staged(place.warehouse) == 3000


def test_copies_are_loaded_where_the_config_says_so(place: Place) -> None:
    path = write(place.landing / "orders" / "orders_1.csv", orders([1, 2]))
    shutil.copy(path, path.with_name("orders_2.csv"))
    text = (place.configs / "orders.yaml").read_text("utf-8")
    (place.configs / "orders.yaml").write_text(text.replace("settle_seconds: 0.1", "on_copy: load"), "utf-8")
    load(place)
    assert staged(place.warehouse) == 4


def test_the_same_bytes_for_another_date_are_another_file(place: Place) -> None:
    write(place.landing / "orders" / "orders_2026-11-17.csv", orders([1, 2]))
    write(place.landing / "orders" / "orders_2026-11-18.csv", orders([1, 2]))
    load(place)
    assert staged(place.warehouse) == 4


def test_files_with_equal_headers_are_told_apart(place: Place) -> None:
    for each in range(5):
        write(place.landing / "orders" / f"orders_{each}.csv", orders([each]))
    write(place.landing / "orders" / "orders_header.csv", orders([]))
    write(place.landing / "orders" / "orders_header2.csv", orders([]))
    load(place)
    assert staged(place.warehouse) == 5


@pytest.mark.parametrize("content", [b"", b"x", b"\n", b"\xef\xbb\xbf"])
def test_tiny_files_are_told_one_by_one(place: Place, content: bytes) -> None:
    for each in range(2):
        os.utime(write(place.landing / "orders" / f"orders_{each}.csv", content), ns=(1, 1))
    load(place, code=1 if content == b"x" else 0)
    assert [entry.reason != "" for entry in files(place.warehouse).values()] == [True, True]


def test_a_copy_is_loaded_when_its_original_is_rewritten(place: Place) -> None:
    path = write(place.landing / "orders" / "orders_1.csv", orders([1, 2]))
    load(place)
    shutil.copy(path, path.with_name("orders_2.csv"))
    load(place)
    write(path, orders([3]))
    load(place)
    ids = [row[0] for row in rows(place.warehouse, "SELECT order_id FROM stg_orders ORDER BY 1")]
    assert ids == ["O-000001", "O-000002", "O-000003"]
    assert number(place.warehouse, "SELECT sum(records) FROM meta_files") == 3


@pytest.mark.parametrize("numbers", [range(3), range(20_000)], ids=["small and torn", "large"])
def test_copies_that_land_together_are_loaded_once(place: Place, numbers: range) -> None:
    text = orders(numbers).rstrip("\n")
    for each in range(3):
        write(place.landing / "orders" / f"orders_{each}.csv", text)
    load(place)
    assert staged(place.warehouse) == len(numbers)
    assert unsound(place.warehouse, ("orders",)) == []


def test_a_file_that_is_renamed_while_its_last_line_settles_is_loaded_once(place: Place, start: Starter) -> None:
    place = replace(place, configs=write_configs(place.configs, "orders", files={"settle_seconds": 1.0}))
    start(place)
    path = write(place.landing / "orders" / "orders_1.csv", orders([1]) + order(2).rstrip("\n"))
    eventually(lambda: staged(place.warehouse) == 1, 20, "the first row is loaded")
    path.rename(path.with_name("orders_2.csv"))
    eventually(lambda: staged(place.warehouse) == 2, 20, "the last row is loaded")
    assert [entry.file.path for entry in files(place.warehouse).values()] == ["orders/orders_2.csv"]


def test_a_log_that_is_rotated_keeps_its_rows_and_begins_anew(place: Place) -> None:
    path = write(place.landing / "orders" / "orders_log.csv", orders([1, 2]))
    load(place)
    before = rows(place.warehouse, "SELECT _id, order_id FROM stg_orders")
    path.rename(path.with_name("orders_log1.csv"))
    write(path, orders([3]))
    load(place)
    after = rows(place.warehouse, "SELECT _id, order_id FROM stg_orders ORDER BY _id")
    assert after[:2] == before
    assert [row[1] for row in after] == ["O-000001", "O-000002", "O-000003"]
    assert set(files(place.warehouse)) == {"orders/orders_log.csv", "orders/orders_log1.csv"}


def test_a_file_that_goes_before_it_is_finished_is_told(place: Place, start: Starter) -> None:
    place = replace(place, configs=write_configs(place.configs, "orders", files={"settle_seconds": 60.0}))
    watch = start(place)
    path = write(place.landing / "orders" / "orders_1.csv", orders([1]) + order(2).rstrip("\n"))
    eventually(lambda: staged(place.warehouse) == 1, 20, "the first row is loaded")
    watch.kill()
    path.unlink()
    load(place, code=1)
    entry = files(place.warehouse)["orders/orders_1.csv"]
    assert (entry.state, entry.reason) == ("failed", "It has gone before it was finished; 1 records of it are loaded.")


def test_a_file_that_is_renamed_to_another_date_keeps_its_own_and_says_so(place: Place) -> None:
    path = write(place.landing / "orders" / "orders_2026-11-17.csv", orders([1]))
    load(place)
    path.rename(path.with_name("orders_2026-11-18.csv"))
    load(place)
    entry = files(place.warehouse)["orders/orders_2026-11-18.csv"]
    assert "keeps the execution date 2026-11-17" in entry.reason
