"""`watch` sees what comes, however it comes: within a second, and never half a row."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.system.conftest import Starter
from tests.system.drops import HEADER, append, order, orders, rename_into, write
from tests.system.looking import files, staged
from tests.system.processes import ROOT, Place, ade, command, environment, eventually, write_configs

SECOND = 1.0


def arrives(place: Place, number: int, seconds: float = SECOND) -> None:
    """Wait until the order of this number is staged."""
    eventually(lambda: staged(place.warehouse, "order_id = ?", f"O-{number:06d}"), seconds, f"order {number} is staged")


def state(place: Place, path: Path) -> str:
    """The state of a landing file; nothing where the ledger does not know it yet."""
    entry = files(place.warehouse).get(path.relative_to(place.landing).as_posix())
    return entry.state if entry else ""


def patient(place: Place, tmp_path: Path, seconds: float) -> Place:
    """The same place, with a config that lets a last line settle for `seconds`."""
    configs = write_configs(tmp_path / "patient", "orders", files={"settle_seconds": seconds})
    return Place(configs, place.landing, place.warehouse)


def test_a_file_copied_into_landing_is_staged_within_a_second(place: Place, start: Starter, tmp_path: Path) -> None:
    source = write(tmp_path / "outbox" / "orders_1.csv", orders(range(1, 101)))
    start(place)
    shutil.copyfile(source, place.landing / "orders" / "orders_1.csv")
    arrives(place, 100)
    assert staged(place.warehouse) == 100


def test_a_file_renamed_within_landing_is_staged_within_a_second(place: Place, start: Starter) -> None:
    start(place)
    rename_into(place.landing / "orders" / "orders_1.csv", orders(range(1, 101)))
    arrives(place, 100)
    assert staged(place.warehouse) == 100


def test_a_file_renamed_from_elsewhere_is_staged_within_a_second(place: Place, start: Starter, tmp_path: Path) -> None:
    source = write(tmp_path / "outbox" / "orders_1.csv", orders(range(1, 101)))
    start(place)
    source.rename(place.landing / "orders" / "orders_1.csv")
    arrives(place, 100)
    assert staged(place.warehouse) == 100


def test_a_file_that_was_there_before_watch_is_staged(place: Place, start: Starter) -> None:
    write(place.landing / "orders" / "orders_1.csv", orders(range(1, 101)))
    start(place)
    arrives(place, 100, seconds=10)


def test_a_file_of_another_name_is_left_alone(place: Place, start: Starter) -> None:
    start(place)
    write(place.landing / "orders" / "notes.txt", orders([1]))
    write(place.landing / "orders" / "orders_1.csv.part", orders([2]))
    write(place.landing / "orders" / "orders_2.csv", orders([3]))
    arrives(place, 3)
    assert set(files(place.warehouse)) == {"orders/orders_2.csv"}


def test_a_file_in_a_new_nested_folder_is_staged_within_a_second(place: Place, start: Starter) -> None:
    start(place)
    write(place.landing / "orders" / "2026" / "11" / "21" / "orders_1.csv", orders([1]))
    arrives(place, 1)


def test_the_second_file_in_a_new_nested_folder_is_staged_within_a_second(place: Place, start: Starter) -> None:
    start(place)
    folder = place.landing / "orders" / "dt=2026-11-21"
    write(folder / "orders_1.csv", orders([1]))
    arrives(place, 1)
    write(folder / "orders_2.csv", orders([2]))
    arrives(place, 2)


def test_a_folder_of_files_moved_into_landing_is_staged_within_a_second(
    place: Place, start: Starter, tmp_path: Path
) -> None:
    write(tmp_path / "outbox" / "deep" / "orders_1.csv", orders([1]))
    write(tmp_path / "outbox" / "deep" / "orders_2.csv", orders([2]))
    start(place)
    (tmp_path / "outbox").rename(place.landing / "orders" / "moved")
    arrives(place, 1)
    arrives(place, 2)


def test_a_dataset_folder_that_is_made_later_is_watched(place: Place, start: Starter) -> None:
    (place.landing / "orders").rmdir()
    start(place)
    write(place.landing / "orders" / "orders_1.csv", orders([1]))
    arrives(place, 1)


def test_rows_appended_to_a_file_are_staged_within_a_second(place: Place, start: Starter) -> None:
    start(place)
    path = write(place.landing / "orders" / "orders_1.csv", orders([1]))
    arrives(place, 1)
    for number in range(2, 6):
        append(path, order(number))
        arrives(place, number)
    assert files(place.warehouse)["orders/orders_1.csv"].records == 5


def test_a_file_that_its_writer_keeps_open_is_staged_as_it_grows(place: Place, start: Starter) -> None:
    start(place)
    with (place.landing / "orders" / "orders_1.csv").open("w", encoding="utf-8") as file:
        file.write(HEADER)
        for number in range(1, 4):
            file.write(order(number))
            file.flush()
            arrives(place, number)


def test_a_torn_last_row_is_never_staged_as_it_stands(place: Place, start: Starter, tmp_path: Path) -> None:
    place = patient(place, tmp_path, seconds=60)
    start(place)
    path = write(place.landing / "orders" / "orders_1.csv", orders([1]))
    arrives(place, 1)
    append(path, order(2, amount="1234.5").rstrip("\n"))
    eventually(lambda: state(place, path) == "settling", 5, "watch has seen the torn row")
    write(place.landing / "orders" / "orders_2.csv", orders([3]))
    arrives(place, 3)
    assert staged(place.warehouse, "order_id = 'O-000002'") == 0
    append(path, "6\n")
    arrives(place, 2)
    assert staged(place.warehouse, "order_id = 'O-000002' AND amount = '1234.56'") == 1


def test_a_header_that_is_torn_is_waited_for(place: Place, start: Starter, tmp_path: Path) -> None:
    place = patient(place, tmp_path, seconds=60)
    start(place)
    path = write(place.landing / "orders" / "orders_1.csv", HEADER[:20])
    eventually(lambda: state(place, path) == "settling", 5, "watch has seen the torn header")
    append(path, HEADER[20:] + order(1))
    arrives(place, 1)


def test_a_last_line_without_line_end_is_taken_once_it_has_settled(
    place: Place, start: Starter, tmp_path: Path
) -> None:
    place = patient(place, tmp_path, seconds=1.5)
    start(place)
    path = write(place.landing / "orders" / "orders_1.csv", orders([1, 2]).rstrip("\n"))
    arrives(place, 1)
    assert state(place, path) == "settling"
    assert staged(place.warehouse) == 1
    arrives(place, 2, seconds=5)
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
    assert lines[-1] == "done dataset=orders files=1 records=3 accepted=2 rejected=1 set_aside=0"


def test_status_answers_beside_a_busy_watch(place: Place, start: Starter) -> None:
    start(place)
    write(place.landing / "orders" / "orders_1.csv", orders(range(1, 50_001)))
    asking = [
        subprocess.Popen(command(place, "status", "--json"), cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL)
        for _ in range(2)
    ]
    assert [process.wait(30) for process in asking] == [0, 0]
    arrives(place, 50_000, seconds=20)
    assert '"records": 50000' in ade(place, "status", "--json").stdout
