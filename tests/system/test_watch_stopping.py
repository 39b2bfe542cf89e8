"""`watch` ends when it is told to, with exit 0 and the commit in hand; what was not taken yet is taken next time."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest

from tests.system.conftest import Starter
from tests.system.drops import append, order, orders, write
from tests.system.looking import files, hashes, staged, unsound
from tests.system.processes import ROOT, Place, command, environment, eventually, execute, load, write_configs

SIGNALS = pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
LARGE = 4_000


def many_commits(place: Place, tmp_path: Path) -> Place:
    """The same place, with a config that cuts a large file into a hundred commits."""
    configs = write_configs(tmp_path / "small", "employees", "orders", limits={"batch_rows": 50})
    return Place(configs, place.landing, place.warehouse)


@SIGNALS
def test_an_idle_watch_exits_0_with_a_summary(place: Place, start: Starter, number: signal.Signals) -> None:
    watch = start(place)
    assert watch.stop(number) == 0
    assert "done dataset=orders files=0 records=0" in watch.output()
    assert "Traceback" not in watch.output()


@SIGNALS
def test_a_stop_in_the_middle_of_a_large_file_loses_nothing(
    place: Place, start: Starter, tmp_path: Path, number: signal.Signals
) -> None:
    place = many_commits(place, tmp_path)
    path = write(place.landing / "orders" / "orders_1.csv", orders(range(1, LARGE + 1)))
    watch = start(place)
    watch.until_printed("loaded dataset=orders")
    assert watch.stop(number) == 0
    stopped = files(place.warehouse)["orders/orders_1.csv"]
    assert 0 < stopped.records < LARGE
    assert stopped.state == "processing"
    assert unsound(place.warehouse) == []
    load(place)
    load(place.beside("undisturbed"))
    assert hashes(place.warehouse) == hashes(place.beside("undisturbed").warehouse)
    assert path.stat().st_size == files(place.warehouse)["orders/orders_1.csv"].stat.size


def test_a_stopped_watch_prints_what_it_committed(place: Place, start: Starter, tmp_path: Path) -> None:
    place = many_commits(place, tmp_path)
    write(place.landing / "orders" / "orders_1.csv", orders(range(1, LARGE + 1)))
    watch = start(place)
    watch.until_printed("loaded dataset=orders")
    assert watch.stop() == 0
    assert f"done dataset=orders files=1 records={staged(place.warehouse)} " in watch.output()


def test_a_watch_that_is_started_again_goes_on_where_the_last_one_stopped(place: Place, start: Starter) -> None:
    path = write(place.landing / "orders" / "orders_1.csv", orders(range(1, 11)))
    first = start(place)
    first.until_printed("state=committed")
    assert first.stop() == 0
    append(path, order(11))
    second = start(place)
    second.until_printed("records=1 ")
    eventually(lambda: staged(place.warehouse) == 11, 20, "the appended order is staged")
    assert second.output().count("loaded ") == 1


@pytest.mark.parametrize("words", [("status", "--json"), ("run",)], ids=" ".join)
def test_a_command_whose_reader_has_gone_ends_quietly_with_0(copied: Place, words: tuple[str, ...]) -> None:
    deaf = subprocess.Popen(
        command(copied, *words), cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert deaf.stdout is not None
    deaf.stdout.close()
    deaf.stdout = None
    _, complaint = deaf.communicate(timeout=20)
    assert (deaf.returncode, complaint) == (0, b"")


def test_a_run_whose_reader_has_gone_loads_everything(place: Place) -> None:
    for count in range(5):
        write(place.landing / "orders" / f"orders_{count}.csv", orders([count]))
    reader = execute(["bash", "-c", '"$@" | head -1', "bash", *command(place, "run")])
    assert len(reader.stdout.splitlines()) == 1
    assert staged(place.warehouse) == 5
