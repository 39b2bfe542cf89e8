"""`kill -9` at any moment, while files are dropped and one grows: the same warehouse as without it."""

from __future__ import annotations

import subprocess
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random

import pytest

from tests.system.drops import orders, settled_samples, write
from tests.system.looking import files, hashes, number, unsound
from tests.system.processes import (
    ROOT,
    Place,
    Watch,
    command,
    environment,
    eventually,
    load,
    write_configs,
)
from tests.system.sieges import writing

STARTUP_SECONDS = 0.9
COMMITS_MAX = 25


def under_siege(tmp_path: Path) -> Place:
    """Small micro-batches, so that a kill hits between two commits of a file; torn lines wait for their writer. The
    vectors of the shipped feature view belong to the content."""
    configs = write_configs(
        tmp_path / "configs", "employees", "orders", limits={"batch_rows": 20}, files={"settle_seconds": 60}
    )
    settled_samples(tmp_path / "samples")
    (tmp_path / "landing" / "orders").mkdir(parents=True)
    (tmp_path / "samples" / "employees").rename(tmp_path / "landing" / "employees")
    return Place(configs, tmp_path / "landing", tmp_path / "ade.db")


def kill_at_random(watch: Watch, random: Random) -> None:
    """Either while it starts, or a moment after one of its first commits."""
    if random.random() < 0.3:
        wait(watch.process, random.uniform(0, STARTUP_SECONDS))
    else:
        commits = random.randint(1, COMMITS_MAX)
        eventually(lambda: watch.output().count("\n") > commits or watch.process.poll() is not None, 60, "commits")
        wait(watch.process, random.uniform(0, 0.02))
    assert watch.process.poll() is None, watch.output()
    watch.kill()


def writes(place: Place, pid: int) -> bool:
    """Whether this process was the last to take hold of the warehouse."""
    return place.warehouse.with_name("ade.db.lock").read_text("utf-8").startswith(f"{pid} (")


def wait(process: subprocess.Popen[bytes], seconds: float) -> None:
    """Let the time go by, unless the process ends before."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)


def besiege(place: Place, tmp_path: Path, rounds: int, seed: int) -> None:
    """Rounds of `watch` that are killed; then one undisturbed `run`, and the comparison."""
    random = Random(seed)
    with writing(place.landing / "orders", seed) as writer:
        for count in range(rounds):
            watch = Watch(place, tmp_path / f"watch-{count}.log")
            try:
                kill_at_random(watch, random)
            finally:
                watch.kill()
            assert "Traceback" not in watch.output()
    assert writer.dropped > rounds / 5
    killed = number(place.warehouse, "SELECT count(*) FROM raw_events")
    load(place)
    assert 0 < killed < number(place.warehouse, "SELECT count(*) FROM raw_events")
    assert unsound(place.warehouse) == []
    undisturbed = replace(place, warehouse=tmp_path / "undisturbed.db")
    load(undisturbed)
    assert {path: entry.records for path, entry in files(place.warehouse).items()} == {
        path: entry.records for path, entry in files(undisturbed.warehouse).items()
    }
    assert hashes(place.warehouse) == hashes(undisturbed.warehouse)


def test_five_kills_leave_the_same_warehouse_as_none(tmp_path: Path) -> None:
    besiege(under_siege(tmp_path), tmp_path, rounds=5, seed=20261121)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_fifty_kills_leave_the_same_warehouse_as_none(tmp_path: Path) -> None:
    besiege(under_siege(tmp_path), tmp_path, rounds=50, seed=4711)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_kills_while_large_files_are_loaded_and_the_log_is_checkpointed_lose_nothing(tmp_path: Path) -> None:
    random, place = Random(1905), under_siege(tmp_path)
    place = replace(place, configs=write_configs(tmp_path / "large", "employees", "orders"))
    for count in range(8):
        numbers = range(count * 45_000 + 1, count * 45_000 + 50_001)
        write(place.landing / "orders" / f"orders_{count}.csv", orders(numbers))
        watch = Watch(place, tmp_path / f"watch-{count}.log")
        try:
            watch.until_printed("loaded ", 30)
            wait(watch.process, random.uniform(0, 0.5))
        finally:
            watch.kill()
    load(place)
    assert unsound(place.warehouse) == []
    undisturbed = replace(place, warehouse=tmp_path / "undisturbed.db")
    load(undisturbed)
    assert hashes(place.warehouse) == hashes(undisturbed.warehouse)


def test_a_replay_that_is_killed_changes_nothing(tmp_path: Path) -> None:
    random, place = Random(17), under_siege(tmp_path)
    write(place.landing / "orders" / "orders_2026-11-17.csv", orders(range(1, 3001)))
    load(place)
    before = hashes(place.warehouse)
    for _ in range(3):
        arguments = command(place, "replay", "--date", "2026-11-17")
        with subprocess.Popen(arguments, cwd=ROOT, env=environment(), stdout=subprocess.PIPE) as replaying:
            eventually(partial(writes, place, replaying.pid), 20, "replay writes")
            wait(replaying, random.uniform(0, 0.6))
            assert replaying.poll() is None
            replaying.kill()
        assert hashes(place.warehouse) == before
        assert unsound(place.warehouse) == []
