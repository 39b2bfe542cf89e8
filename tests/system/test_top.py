"""`top`: the screen of a running `watch` from another shell, which must not feel it."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from tests.system.conftest import Starter
from tests.system.drops import orders, rename_into, write
from tests.system.looking import staged
from tests.system.processes import Place, ade, eventually, load
from tests.system.terminals import Opener, needs_tmux, row

#: The writer checkpoints every 64 MB; what it commits while a reader looks comes on top.
WAL_BYTES_MAX = 3 * 64 * 1024**2
_RESTARTS = 2
FILE_ROWS = 20_000


def wal(warehouse: Path) -> tuple[int, int]:
    """How long the writer's log is, and how often it began anew: the checkpoint number in its header."""
    path = warehouse.with_name(f"{warehouse.name}-wal")
    with path.open("rb") as file:
        return path.stat().st_size, int.from_bytes(file.read(16)[12:], "big")


@needs_tmux
def test_top_shows_what_a_watch_beside_it_does(place: Place, start: Starter, opened: Opener) -> None:
    watch = start(place)
    write(place.landing / "orders" / "orders_2026-11-20.csv", orders([1, 2, 3, 3]))
    watch.until_printed("loaded dataset=orders")
    terminal = opened(place, 100, 30, "top")
    screen = terminal.until_shown("loaded dataset=orders")
    assert f"beside watch, process {watch.pid}:" in screen
    assert row(screen, "orders")[3:5] == ["3", "1"]
    rename_into(place.landing / "orders" / "orders_2026-11-21.csv", orders(range(100, 1334)))
    screen = terminal.until_shown("1,237")
    assert "orders_2026-11-21.csv" in screen


@needs_tmux
def test_q_leaves_top_and_not_the_watch(place: Place, start: Starter, opened: Opener) -> None:
    watch = start(place)
    terminal = opened(place, 80, 24, "top")
    terminal.until_shown("beside watch")
    terminal.press("q")
    assert "exit code 0" in terminal.until_shown("keys are as they were")
    assert watch.process.poll() is None


@needs_tmux
def test_top_says_when_the_watch_has_gone_and_when_another_one_comes(
    place: Place, start: Starter, opened: Opener
) -> None:
    first = start(place)
    terminal = opened(place, 100, 30, "top")
    terminal.until_shown("beside watch")
    first.stop()
    terminal.until_shown("nothing runs; the last watch:")
    second = start(place)
    terminal.until_shown(f"beside watch, process {second.pid}:")


@pytest.mark.slow
@needs_tmux
def test_the_log_of_a_busy_watch_stays_bounded_beside_three_tops(place: Place, start: Starter, opened: Opener) -> None:
    start(place)
    tops = [opened(place, 80, 24, "top") for _ in range(3)]
    for top in tops:
        top.until_shown("beside watch", 60)
    (longest, began), now, number = wal(place.warehouse), 0, 0
    until = time.monotonic() + 200
    while now < began + _RESTARTS:
        assert time.monotonic() < until, "the log does not begin anew"
        if staged(place.warehouse) >= (number - 1) * FILE_ROWS:
            name = f"orders_2026-11-{1 + number % 28:02d}_{number}.csv"
            rename_into(place.landing / "orders" / name, orders(range(number * FILE_ROWS, (number + 1) * FILE_ROWS)))
            number += 1
        size, now = wal(place.warehouse)
        longest = max(longest, size)
        time.sleep(0.05)
    assert all("rows/s" in top.screen() for top in tops)
    assert longest < WAL_BYTES_MAX


def test_top_prints_one_screen_without_a_terminal(place: Place) -> None:
    write(place.landing / "orders" / "orders_2026-11-20.csv", orders([1, 2, 3, 3]))
    load(place)
    done = ade(place, "top")
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout
    assert "nothing runs; the last run:" in done.stdout
    assert row(done.stdout, "orders")[3:5] == ["3", "1"]


def test_top_gives_its_figures_as_json(place: Place) -> None:
    write(place.landing / "orders" / "orders_2026-11-20.csv", orders([1, 2, 3, 3]))
    load(place)
    write(place.landing / "orders" / "orders_2026-11-21.csv", orders([4]))
    told = json.loads(ade(place, "top", "--json").stdout)
    [its] = [each for each in told["datasets"] if each["dataset"] == "orders"]
    assert (its["records"], its["accepted"], its["rejected"], its["waiting"]["files"]) == (4, 3, 1, 1)
    assert its["spent"].keys() >= {"read", "cast", "validate", "encode", "commit"}
    assert its["rules"] == [["duplicate_key", 1]] or its["rules"] == []


def test_top_writes_nothing(place: Place) -> None:
    write(place.landing / "orders" / "orders_2026-11-20.csv", orders([1]))
    load(place)
    before = place.warehouse.stat()
    ade(place, "top")
    after = place.warehouse.stat()
    assert (after.st_size, after.st_mtime_ns) == (before.st_size, before.st_mtime_ns)


def test_a_warehouse_that_is_not_there_is_exit_3(place: Place) -> None:
    done = ade(place, "top")
    assert done.returncode == 3
    assert "there is no warehouse" in done.stderr


def test_the_run_is_summed_up_in_status(place: Place) -> None:
    write(place.landing / "orders" / "orders_2026-11-20.csv", orders([1, 2, 3, 3]))
    load(place)
    told = json.loads(ade(place, "status", "--json").stdout)["last_run"]
    assert (told["command"], told["outcome"], told["records"], told["total"]["batches"]) == ("run", "done", 4, 1)
    assert told["by_dataset"]["orders"]["steps"].keys() >= {"cast", "validate"}
    assert told["total"]["commit_us"] > 0
    eventually(lambda: "last run: run, done" in ade(place, "status").stdout, 5, "it is told to people, too")
