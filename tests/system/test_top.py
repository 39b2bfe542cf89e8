"""`top`: the screen of a running `watch` from another shell, which must not feel it."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from tests.system.conftest import Starter
from tests.system.drops import orders, rename_into, write
from tests.system.looking import staged
from tests.system.processes import Place, ade, eventually, load
from tests.system.terminals import Opener, needs_tmux, row

#: Pages of 8 KiB: the writer checkpoints every 64 MB, and what it commits between two looks of a reader comes on top.
WAL_BYTES_MAX = 3 * 64 * 1024**2


def wal_bytes(warehouse: Path) -> int:
    """How long the writer's log is."""
    return warehouse.with_name(f"{warehouse.name}-wal").stat().st_size


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


@needs_tmux
def test_the_log_of_a_busy_watch_stays_bounded_beside_three_tops(place: Place, start: Starter, opened: Opener) -> None:
    start(place)
    tops = [opened(place, 80, 24, "top") for _ in range(3)]
    for top in tops:
        top.until_shown("beside watch")
    longest, until, number = 0, time.monotonic() + 20, 0
    while time.monotonic() < until or staged(place.warehouse) < number * 20_000:
        assert time.monotonic() < until + 60
        if staged(place.warehouse) >= (number - 1) * 20_000 and time.monotonic() < until:
            name = f"orders_2026-11-{1 + number % 28:02d}_{number}.csv"
            rename_into(place.landing / "orders" / name, orders(range(number * 20_000, (number + 1) * 20_000)))
            number += 1
        longest = max(longest, wal_bytes(place.warehouse))
        time.sleep(0.02)
    assert all("rows/s" in top.screen() for top in tops)
    assert os.path.getsize(place.warehouse) > longest / 2  # noqa: PTH202 - the log was emptied into it
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
