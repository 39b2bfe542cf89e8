"""`--wait`: a running `watch` lends the writer's lock to who wants to write, and goes on behind it. No row is lost, and
none is there twice, whoever of them is killed."""

from __future__ import annotations

import random
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from sinks.reading import WarehouseReader
from tests.system.conftest import Starter
from tests.system.drops import append, orders, write
from tests.system.looking import rows, staged, unsound
from tests.system.processes import ROOT, Place, ade, command, environment, eventually, load, watching

DATE = "2026-11-21"
REPLAY = ("replay", "--date", DATE, "--dataset", "orders")


def drop(place: Place, numbers: range, name: str) -> Path:
    """A file of orders of one date."""
    return write(place.landing / "orders" / f"dt={DATE}" / f"orders_{name}", orders(numbers))


def stricter(place: Place) -> None:
    """From now on only few orders pass."""
    path = place.configs / "orders.yaml"
    config = yaml.safe_load(path.read_text("utf-8"))
    step = next(step["validation"] for step in config["processors"] if "validation" in step)
    step["rules"].append({"check": "expression", "name": "few", "sql": "quantity < 4"})
    path.write_text(yaml.safe_dump(config, sort_keys=False), "utf-8")


def change(place: Place, **settings: object) -> None:
    """Change settings of the config of orders."""
    path = place.configs / "orders.yaml"
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text("utf-8")) | settings, sort_keys=False), "utf-8")


def content(place: Place) -> str:
    with WarehouseReader(place.warehouse) as reader:
        return reader.content_hash("orders")


def expected(place: Place) -> str:
    """What a fresh load of the landing folder gives."""
    fresh = place.beside("fresh")
    load(fresh, code=0)
    return content(fresh)


@contextmanager
def started(place: Place, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A command that goes on beside the test, and is gone behind the block."""
    process = subprocess.Popen(
        command(place, *words),
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_without_wait_it_is_refused_and_told_who_writes_since_when_and_what_would_help(
    place: Place, start: Starter
) -> None:
    drop(place, range(10), "a.csv")
    load(place)
    first = start(place)
    refused = ade(place, *REPLAY)
    assert (refused.returncode, refused.stdout) == (3, "")
    assert f"process {first.pid} (watch, since 20" in refused.stderr
    assert "--wait" in refused.stderr


def test_watch_hands_over_to_a_replay_and_goes_on_with_todays_rules(place: Place, start: Starter) -> None:
    drop(place, range(100), "a.csv")
    watch = start(place)
    eventually(lambda: staged(place.warehouse) == 100, 20, "the first file is loaded")
    stricter(place)
    done = ade(place, *REPLAY, "--wait")
    assert (done.returncode, done.stderr) == (0, "")
    watch.until_printed("handed over to process")
    watch.until_printed("goes on")
    drop(place, range(100, 300), "b.csv")
    wanted = sum(number % 7 + 1 < 4 for number in range(300))
    eventually(lambda: staged(place.warehouse) == wanted, 20, "the second file is loaded")
    assert watch.stop() == 0
    assert "done dataset=orders files=2 records=300" in watch.output()
    assert content(place) == expected(place)


def test_a_file_that_grows_across_the_hand_over_is_read_on_where_it_was_left(place: Place, start: Starter) -> None:
    path = drop(place, range(50), "a.csv")
    watch = start(place)
    eventually(lambda: staged(place.warehouse) == 50, 20, "its beginning is loaded")
    with started(place, *REPLAY, "--wait") as replaying:
        for number in range(50, 400):
            append(path, orders([number]).split("\n", 1)[1])
            time.sleep(0.005)
        assert replaying.wait(30) == 0
    eventually(lambda: staged(place.warehouse) == 400, 20, "all of it is loaded")
    assert watch.stop() == 0
    assert content(place) == expected(place)


def test_several_who_wait_all_get_their_turn(place: Place, start: Starter) -> None:
    drop(place, range(30), "a.csv")
    watch = start(place)
    eventually(lambda: staged(place.warehouse) == 30, 20, "it is loaded")
    with (
        started(place, *REPLAY, "--wait") as one,
        started(place, *REPLAY, "--wait") as two,
        started(place, "export", "orders", "--kind", "clean", "--wait") as three,
    ):
        assert [each.wait(60) for each in (one, two, three)] == [0, 0, 0]
    drop(place, range(30, 40), "b.csv")
    eventually(lambda: staged(place.warehouse) == 40, 20, "watch goes on")
    assert watch.stop() == 0


def test_a_run_is_waited_for_until_it_ends(place: Place) -> None:
    drop(place, range(3000), "a.csv")
    load(place)
    drop(place, range(3000, 90_000), "b.csv")
    with started(place, "run") as running:
        eventually(lambda: staged(place.warehouse) > 3000, 20, "the run writes")
        assert ade(place, *REPLAY, "--wait").returncode == 0
        assert running.poll() == 0
    assert staged(place.warehouse) == 90_000


@pytest.mark.parametrize("seconds", [0.0, 0.3, 0.8])
def test_a_replay_that_is_killed_while_it_waits_or_writes_leaves_watch_as_if_it_had_not_been(
    place: Place, start: Starter, seconds: float
) -> None:
    drop(place, range(20_000), "a.csv")
    watch = start(place)
    eventually(lambda: staged(place.warehouse) == 20_000, 20, "it is loaded")
    with started(place, *REPLAY, "--wait") as replaying:
        eventually(lambda: place.warehouse.with_name("ade.db.wanted").exists(), 20, "it waits")
        time.sleep(seconds)
        replaying.kill()
    drop(place, range(20_000, 40_000), "b.csv")
    eventually(lambda: staged(place.warehouse) == 40_000, 20, "watch goes on")
    assert watch.stop() == 0
    assert content(place) == expected(place)


def test_a_watch_that_is_killed_while_its_lock_is_lent_lets_the_replay_end_well(place: Place, start: Starter) -> None:
    drop(place, range(20_000), "a.csv")
    watch = start(place)
    eventually(lambda: staged(place.warehouse) == 20_000, 20, "it is loaded")
    stricter(place)
    with started(place, *REPLAY, "--wait") as replaying:
        watch.until_printed("handed over to process")
        watch.kill()
        assert replaying.wait(60) == 0
    assert content(place) == expected(place)


def test_a_watch_that_is_stopped_while_its_lock_is_lent_ends_at_once_and_well(place: Place, start: Starter) -> None:
    drop(place, range(20_000), "a.csv")
    watch = start(place)
    eventually(lambda: staged(place.warehouse) == 20_000, 20, "it is loaded")
    with started(place, *REPLAY, "--wait") as replaying:
        watch.until_printed("handed over to process")
        assert watch.stop() == 0
        assert replaying.wait(60) == 0


def test_who_waits_and_is_interrupted_ends_and_watch_goes_on(place: Place) -> None:
    drop(place, range(60_000), "a.csv")
    load(place)
    drop(place, range(60_000, 200_000), "b.csv")
    with started(place, "run") as running:
        eventually(lambda: staged(place.warehouse) > 60_000, 20, "the run writes")
        with started(place, *REPLAY, "--wait") as replaying:
            eventually(lambda: place.warehouse.with_name("ade.db.wanted").exists(), 20, "it waits")
            replaying.send_signal(signal.SIGINT)
            assert replaying.wait(20) != 0
        assert running.wait(60) == 0
    assert staged(place.warehouse) == 200_000


def test_whoever_is_killed_whenever_no_row_is_lost_and_none_is_there_twice(place: Place, tmp_path: Path) -> None:
    chance, files = random.Random(8), 0
    for turn in range(6):
        with watching(place, tmp_path / f"{turn}.log") as watch, started(place, *REPLAY, "--wait") as replaying:
            for _ in range(3):
                drop(place, range(files * 2000, files * 2000 + 2000), f"{files}.csv")
                files += 1
                time.sleep(chance.random() / 2)
            (watch.kill if turn % 2 else replaying.kill)()
    load(place)
    found = rows(place.warehouse, "SELECT count(*), count(DISTINCT order_id) FROM stg_orders")
    assert found == [(files * 2000, files * 2000)]
    assert unsound(place.warehouse) == []
    assert ade(place, "verify", seconds=120).returncode == 0
