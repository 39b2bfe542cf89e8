"""What strangers may write and leave: any names of columns, what may not be read, what comes right later.

The files themselves, and what becomes of each, are in `test_hostile_files`.
"""

from __future__ import annotations

import os
import shutil

import pytest

from tests.system.drops import HEADER, order, orders, write
from tests.system.looking import files, hashes, rows, staged
from tests.system.processes import Place, ade, command, execute, load

ATTACK = 'x"");DROP TABLE stg_orders;--'


def test_names_that_attack_sql_are_kept_as_text(place: Place) -> None:
    text = HEADER.replace("\n", f',"{ATTACK}","a""b",it\'s\n') + order(9).replace("\n", ",1,2,3\n")
    write(place.landing / "orders" / "orders_1.csv", text)
    load(place)
    found = rows(place.warehouse, "SELECT key, value FROM stg_orders, json_each(_rescued)")
    assert found == [('x");DROP TABLE stg_orders;--', "1"), ('a"b', "2"), ("it's", "3")]


def test_noise_behind_a_header_is_refused_record_by_record(place: Place) -> None:
    write(place.landing / "orders" / "orders_1.csv", HEADER.encode() + b"\xff\xfe,\x00\n" * 3)
    load(place)
    found = rows(place.warehouse, "SELECT line, reasons ->> '$[0].rule' FROM rejects ORDER BY line")
    assert found == [(2, "encoding"), (3, "encoding"), (4, "encoding")]


COLUMN_NAMES = ["_flags", "_rescued", "_date", "payload", "value", "reasons", "v"]


def test_a_column_may_have_any_name(place: Place) -> None:
    for number, name in enumerate(COLUMN_NAMES, 1):
        lines = [
            HEADER.replace("\n", f",{name}\n"),
            order(number).replace("\n", ",x\n"),
            order(1).replace("\n", ",y\n"),
        ]
        write(place.landing / "orders" / f"orders_2026-11-21_{number}.csv", "".join(lines))
    load(place)
    before = hashes(place.warehouse)
    kept = rows(place.warehouse, "SELECT key, value FROM stg_orders, json_each(_rescued) ORDER BY stg_orders._id")
    assert kept == [(name, "x") for name in COLUMN_NAMES]
    assert ade(place, "replay", "--date", "2026-11-21").returncode == 0
    assert hashes(place.warehouse) == before


def test_a_column_with_the_name_of_the_row_id_keeps_no_other_file_back(place: Place) -> None:
    text = HEADER.replace("\n", ",_id\n") + order(1).replace("\n", ",x\n")
    write(place.landing / "orders" / "orders_1.csv", text)
    write(place.landing / "orders" / "orders_2.csv", orders([2]))
    assert "Traceback" not in ade(place, "run").stderr
    assert staged(place.warehouse, "order_id = 'O-000002'") == 1
    assert files(place.warehouse)["orders/orders_1.csv"].state in {"committed", "failed"}


def test_a_byte_that_is_no_text_costs_its_own_row_and_no_other(place: Place) -> None:
    text = orders([1, 2, 3]).encode().replace(b"C-0002", b"C-\xe6\xf8")
    write(place.landing / "orders" / "orders_1.csv", text)
    load(place)
    assert rows(place.warehouse, "SELECT order_id FROM stg_orders") == [("O-000001",), ("O-000003",)]


def test_a_file_of_blank_lines_does_not_keep_run_busy_for_ever(place: Place) -> None:
    path = write(place.landing / "orders" / "orders_1.csv", "\n\n")
    os.utime(path, ns=(1, 1))
    assert ade(place, "run", seconds=10).returncode == 0


def test_a_file_that_may_not_be_read_is_set_aside_until_it_may(place: Place) -> None:
    path = write(place.landing / "orders" / "orders_1.csv", orders([1]))
    path.chmod(0)
    write(place.landing / "orders" / "orders_2.csv", orders([2]))
    done = execute(as_a_stranger(command(place, "run")))
    assert done.returncode == 1, done.stderr
    entry = files(place.warehouse)["orders/orders_1.csv"]
    assert entry.state == "failed"
    assert "cannot be opened: Permission denied" in entry.reason
    assert staged(place.warehouse) == 1
    path.chmod(0o644)
    load(place)
    assert staged(place.warehouse) == 2


def test_a_folder_that_may_not_be_read_is_not_passed_over_in_silence(place: Place) -> None:
    write(place.landing / "orders" / "closed" / "orders_1.csv", orders([1]))
    (place.landing / "orders" / "closed").chmod(0)
    done = execute(as_a_stranger(command(place, "run")))
    (place.landing / "orders" / "closed").chmod(0o755)
    assert done.returncode == 1
    assert "The folder cannot be listed: Permission denied" in files(place.warehouse)["orders/closed/"].reason
    assert "orders/closed/" in done.stdout


def test_a_folder_that_may_be_read_again_is_no_longer_set_aside(place: Place) -> None:
    write(place.landing / "orders" / "closed" / "orders_1.csv", orders([1]))
    (place.landing / "orders" / "closed").chmod(0)
    execute(as_a_stranger(command(place, "run")))
    (place.landing / "orders" / "closed").chmod(0o755)
    load(place)
    assert staged(place.warehouse) == 1
    assert {entry.state for entry in files(place.warehouse).values()} == {"committed"}


def test_a_file_that_failed_is_taken_up_again_when_the_config_was_put_right(place: Place) -> None:
    write(place.landing / "orders" / "orders_1.csv", HEADER.replace(",channel", "") + order(1).replace(",web", ""))
    load(place, code=1)
    path = place.configs / "orders.yaml"
    optional = "  channel:\n    optional: true\n"
    path.write_text(path.read_text("utf-8").replace("  channel:\n", optional), "utf-8")
    load(place)
    assert staged(place.warehouse, "channel IS NULL") == 1


def test_run_exits_1_as_long_as_a_file_is_set_aside(place: Place) -> None:
    write(place.landing / "orders" / "orders_1.csv", "x\n")
    load(place, code=1)
    load(place, code=1)


def as_a_stranger(arguments: list[str]) -> list[str]:
    """The command without root's right to read everything."""
    if os.geteuid() != 0:
        return arguments
    if shutil.which("setpriv") is None:
        pytest.skip("this is root, who may read everything, and there is no setpriv to give that up")
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search", *arguments]
