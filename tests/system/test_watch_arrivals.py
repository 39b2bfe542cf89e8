"""`watch` sees what comes, however it comes: soon, and never half a row."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.system.conftest import Starter
from tests.system.drops import HEADER, append, order, orders, rename_into, write
from tests.system.looking import files, staged
from tests.system.processes import ROOT, Place, ade, command, environment, eventually, watching, write_configs


def arrives(place: Place, number: int, seconds: float = 20) -> None:
    """Wait until the order of this number is staged."""
    eventually(lambda: staged(place.warehouse, "order_id = ?", f"O-{number:06d}"), seconds, f"order {number} is staged")


def state(place: Place, path: Path) -> str:
    """The state of a landing file; nothing where the ledger does not know it yet."""
    entry = files(place.warehouse).get(path.relative_to(place.landing).as_posix())
    return entry.state if entry else ""


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A landing folder under a `watch` that lets a last line settle for a minute; each test brings its own orders."""
    folder = tmp_path_factory.mktemp("watched")
    (folder / "landing").mkdir()
    place = Place(patient(folder, seconds=60), folder / "landing", folder / "ade.db")
    with watching(place, folder / "watch.log"):
        yield place


def patient(folder: Path, seconds: float) -> Path:
    """A config of the orders that lets a last line settle for `seconds`."""
    return write_configs(folder / "patient", "orders", files={"settle_seconds": seconds})


def test_a_dataset_folder_that_is_made_under_watch_is_watched(watched: Place) -> None:
    write(watched.landing / "orders" / "orders_first.csv", orders([1]))
    arrives(watched, 1)


def test_a_file_copied_into_landing_is_staged(watched: Place, tmp_path: Path) -> None:
    source = write(tmp_path / "outbox.csv", orders(range(101, 201)))
    shutil.copyfile(source, watched.landing / "orders" / "orders_copied.csv")
    arrives(watched, 200)
    assert files(watched.warehouse)["orders/orders_copied.csv"].accepted == 100


def test_a_file_is_staged_within_a_second(watched: Place) -> None:
    """The quickest of five: other tests run beside this one."""
    seconds = []
    for number in range(2001, 2006):
        dropped = time.monotonic()
        rename_into(watched.landing / "orders" / f"orders_quick_{number}.csv", orders([number]))
        arrives(watched, number)
        seconds.append(time.monotonic() - dropped)
    assert min(seconds) < 1


def test_a_file_renamed_within_landing_is_staged(watched: Place) -> None:
    rename_into(watched.landing / "orders" / "orders_renamed.csv", orders(range(201, 301)))
    arrives(watched, 300)
    assert files(watched.warehouse)["orders/orders_renamed.csv"].accepted == 100


def test_a_file_renamed_from_elsewhere_is_staged_within_a_second(watched: Place, tmp_path: Path) -> None:
    source = write(tmp_path / "outbox.csv", orders(range(301, 401)))
    (watched.landing / "orders").mkdir(exist_ok=True)
    source.rename(watched.landing / "orders" / "orders_moved.csv")
    arrives(watched, 400)
    assert files(watched.warehouse)["orders/orders_moved.csv"].accepted == 100


def test_a_file_of_another_name_is_left_alone(watched: Place) -> None:
    inside = watched.landing / "orders" / "names"
    for name in ("notes.txt", "orders_1.csv.part", ".orders_2.csv", "~$orders_3.csv", "Orders_4.csv"):
        write(inside / name, orders([401]))
    write(inside / "orders_5.csv", orders([402]))
    arrives(watched, 402)
    assert [path for path in files(watched.warehouse) if "/names/" in path] == ["orders/names/orders_5.csv"]


def test_a_file_in_a_new_nested_folder_is_staged_within_a_second(watched: Place) -> None:
    write(watched.landing / "orders" / "2026" / "11" / "21" / "orders_1.csv", orders([501]))
    arrives(watched, 501)


def test_the_second_file_in_a_new_nested_folder_is_staged_within_a_second(watched: Place) -> None:
    folder = watched.landing / "orders" / "dt=2026-11-21"
    write(folder / "orders_1.csv", orders([601]))
    arrives(watched, 601)
    write(folder / "orders_2.csv", orders([602]))
    arrives(watched, 602)


def test_a_folder_of_files_moved_into_landing_is_staged_within_a_second(watched: Place, tmp_path: Path) -> None:
    write(tmp_path / "outbox" / "deep" / "orders_1.csv", orders([701]))
    write(tmp_path / "outbox" / "deep" / "orders_2.csv", orders([702]))
    (watched.landing / "orders").mkdir(exist_ok=True)
    (tmp_path / "outbox").rename(watched.landing / "orders" / "moved")
    arrives(watched, 701)
    arrives(watched, 702)


def test_rows_appended_to_a_file_are_staged_within_a_second(watched: Place) -> None:
    path = write(watched.landing / "orders" / "orders_appended.csv", orders([801]))
    arrives(watched, 801)
    for number in range(802, 806):
        append(path, order(number))
        arrives(watched, number)
    assert files(watched.warehouse)["orders/orders_appended.csv"].records == 5


def test_a_file_that_its_writer_keeps_open_is_staged_as_it_grows(watched: Place) -> None:
    path = write(watched.landing / "orders" / "orders_open.csv", "")
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADER)
        for number in range(901, 904):
            file.write(order(number))
            file.flush()
            arrives(watched, number)


def test_a_torn_last_row_is_never_staged_as_it_stands(watched: Place) -> None:
    path = write(watched.landing / "orders" / "orders_torn.csv", orders([1001]))
    arrives(watched, 1001)
    append(path, order(1002, amount="1234.5").rstrip("\n"))
    eventually(lambda: state(watched, path) == "settling", 20, "watch has seen the torn row")
    write(watched.landing / "orders" / "orders_torn_not.csv", orders([1003]))
    arrives(watched, 1003)
    assert staged(watched.warehouse, "order_id = 'O-001002'") == 0
    append(path, "6\n")
    arrives(watched, 1002)
    assert staged(watched.warehouse, "order_id = 'O-001002' AND amount = '1234.56'") == 1


def test_a_header_that_is_torn_is_waited_for(watched: Place) -> None:
    path = write(watched.landing / "orders" / "orders_header.csv", HEADER[:20])
    eventually(lambda: state(watched, path) == "settling", 20, "watch has seen the torn header")
    append(path, HEADER[20:] + order(1101))
    arrives(watched, 1101)


def test_a_file_that_was_there_before_watch_is_staged(place: Place, start: Starter) -> None:
    write(place.landing / "orders" / "orders_1.csv", orders(range(1, 101)))
    start(place)
    arrives(place, 100)


def test_a_last_line_without_line_end_is_taken_once_it_has_settled(
    place: Place, start: Starter, tmp_path: Path
) -> None:
    place = replace(place, configs=patient(tmp_path, seconds=1.5))
    start(place)
    path = write(place.landing / "orders" / "orders_1.csv", orders([1, 2]).rstrip("\n"))
    arrives(place, 1)
    assert state(place, path) == "settling"
    assert staged(place.warehouse) == 1
    arrives(place, 2)
    assert state(place, path) == "committed"


def test_watch_prints_one_line_an_event_where_nobody_sits_at_a_terminal(place: Place, start: Starter) -> None:
    watch = start(place)
    rename_into(place.landing / "orders" / "orders_1.csv", orders([1, 2, 2]))
    watch.until_printed("loaded dataset=orders")
    assert watch.stop() == 0
    lines = [line.split(" ", 1)[1] for line in watch.output().splitlines()]
    assert lines[0] == f"watching landing={place.landing} datasets=employees,orders"
    assert lines[1].startswith("loaded ")
    pairs = {"dataset=orders", "file=orders/orders_1.csv", "records=3", "accepted=2", "rejected=1", "state=committed"}
    assert pairs <= set(lines[1].split())
    done = "done dataset=orders files=1 records=3 accepted=2 rejected=1 set_aside=0 drifts=0 findings="
    assert lines[-1].startswith(done)


def test_status_answers_beside_a_busy_watch(place: Place, start: Starter) -> None:
    start(place)
    write(place.landing / "orders" / "orders_1.csv", orders(range(1, 20_001)))
    asking = [
        subprocess.Popen(command(place, "status", "--json"), cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL)
        for _ in range(2)
    ]
    assert [process.wait(30) for process in asking] == [0, 0]
    arrives(place, 20_000)
    assert '"records": 20000' in ade(place, "status", "--json").stdout
