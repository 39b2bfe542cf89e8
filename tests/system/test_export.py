"""Files beside the warehouse: kept by run, watch and replay, made by export, whole after a kill and a full disk."""

from __future__ import annotations

import json
import subprocess
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
import yaml

from tests.system.conftest import Starter
from tests.system.disks import disk, enlarge
from tests.system.drops import HEADER, order, orders, rename_into, settled_samples, write
from tests.system.looking import number, rows
from tests.system.processes import ROOT, Place, ade, command, entered, environment, eventually, load, write_configs

DATES = ["2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20"]


def exporting(place: Place, *kinds: str) -> Place:
    """With these exports of orders and employees; without profiles, which take their time."""
    for path in place.configs.glob("*.yaml"):
        config = yaml.safe_load(path.read_text("utf-8")) | {"exports": list(kinds), "profile": None}
        path.write_text(yaml.safe_dump(config, sort_keys=False), "utf-8")
    return place


def clean(place: Place, date: str, dataset: str = "orders") -> Path:
    """The clean CSV of a date."""
    return place.warehouse.parent / "clean" / dataset / f"{date}.csv"


def lines(path: Path) -> int:
    """How many rows of orders it has, which are lines."""
    return len(path.read_text("utf-8").splitlines()) - 1


def contents(folder: Path) -> dict[str, bytes]:
    """All files below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_run_writes_the_dates_that_it_closed_and_nothing_the_next_time(place: Place) -> None:
    settled_samples(place.landing)
    load(exporting(place, "clean"))
    accepted = rows(place.warehouse, "SELECT date, sum(accepted) FROM meta_files WHERE dataset = 'orders' GROUP BY 1")
    assert [(date, lines(clean(place, date))) for date in DATES] == accepted
    assert clean(place, "2026-11-17", "employees").exists()
    written = "SELECT max(written_at) FROM meta_exports"
    before = rows(place.warehouse, written)
    load(place)
    assert rows(place.warehouse, written) == before


def test_watch_writes_a_date_when_nothing_more_is_there(place: Place, start: Starter) -> None:
    start(exporting(place, "clean"))
    rename_into(place.landing / "orders" / "orders_2026-11-21.csv", orders(range(3)))
    eventually(clean(place, "2026-11-21").exists, 20, "the CSV of the date")
    rename_into(place.landing / "orders" / "orders_2026-11-21_more.csv", orders(range(3, 7)))
    eventually(lambda: lines(clean(place, "2026-11-21")) == 7, 20, "the CSV with the later rows")


def test_replay_and_retry_write_the_dates_that_they_changed(place: Place) -> None:
    exporting(place, "clean")
    write(place.landing / "orders" / "orders_2026-11-21.csv", HEADER + order(1) + order(2, "20000"))
    load(place)
    assert lines(clean(place, "2026-11-21")) == 1
    path = place.configs / "orders.yaml"
    strict = path.read_text("utf-8")
    path.write_text(strict.replace("max: 10000", "max: 30000"), "utf-8")
    assert ade(place, "rejects", "retry").returncode == 0
    assert lines(clean(place, "2026-11-21")) == 2
    path.write_text(strict, "utf-8")
    assert ade(place, "replay", "--date", "2026-11-21").returncode == 0
    assert lines(clean(place, "2026-11-21")) == 1


def test_export_writes_what_the_config_does_not_ask_for(place: Place) -> None:
    settled_samples(place.landing)
    load(exporting(place))
    assert not clean(place, "2026-11-18").exists()
    done = entered(place, "export", "orders", "--from", "2026-11-18", "--to", "2026-11-19", "--kind", "clean", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [each["export"]["path"] for each in found] == [f"clean/orders/{date}.csv" for date in DATES[1:3]]
    assert [each["rows"] for each in found] == [lines(clean(place, date)) for date in DATES[1:3]]
    assert not clean(place, "2026-11-17").exists()


def test_export_gives_the_same_bytes_in_another_folder(place: Place, tmp_path: Path) -> None:
    settled_samples(place.landing)
    load(exporting(place, "clean"))
    done = entered(place, "export", "--kind", "clean", "--output", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    assert contents(tmp_path / "out" / "clean") == contents(place.warehouse.parent / "clean")
    assert f"{tmp_path}/out/clean/orders/2026-11-18.csv  " in done.stdout


def test_export_waits_for_no_watch_with_an_output_and_is_refused_without(
    place: Place, start: Starter, tmp_path: Path
) -> None:
    write(place.landing / "orders" / "orders_2026-11-21.csv", orders(range(3)))
    start(place)
    eventually(lambda: number(place.warehouse, "SELECT count(*) FROM stg_orders") == 3, 20, "the rows")
    assert entered(place, "export", "--output", str(tmp_path / "out")).returncode == 0
    assert (tmp_path / "out" / "clean" / "orders" / "2026-11-21.csv").exists()
    refused = entered(place, "export")
    assert (refused.returncode, "--output FOLDER" in refused.stderr) == (3, True)


def test_export_of_a_date_without_rows_says_that_there_is_nothing(place: Place) -> None:
    write(place.landing / "orders" / "orders_2026-11-21.csv", orders(range(3)))
    load(place)
    done = entered(place, "export", "orders", "--date", "2026-11-30")
    assert (done.returncode, done.stdout[:25]) == (0, "There is nothing to write")


@pytest.mark.parametrize(
    "words",
    [("nobody",), ("--date", "2026-11-21", "--to", "2026-11-22"), ("--from", "2026-11-22", "--to", "2026-11-21")],
)
def test_export_used_wrongly_exits_with_2(place: Place, words: tuple[str, ...]) -> None:
    write(place.landing / "orders" / "orders_2026-11-21.csv", orders(range(3)))
    load(place)
    assert entered(place, "export", *words).returncode == 2


def test_export_into_what_is_no_folder_exits_with_3(place: Place, tmp_path: Path) -> None:
    write(place.landing / "orders" / "orders_2026-11-21.csv", orders(range(3)))
    load(place)
    obstacle = write(tmp_path / "out", "in the way")
    done = entered(place, "export", "--output", str(obstacle))
    assert (done.returncode, "cannot be written: Not a directory" in done.stderr) == (3, True)
    assert "Traceback" not in done.stderr


def many_dates(place: Place, dates: int, part: int = 0) -> None:
    """One more file of a hundred orders for each of so many dates."""
    for day in range(dates):
        first = (part * dates + day) * 100
        name = f"orders_2025-{day // 28 + 1:02d}-{day % 28 + 1:02d}_{part}.csv"
        write(place.landing / "orders" / name, orders(range(first, first + 100)))


def times(place: Place) -> set[tuple[str, int]]:
    """When each file was written."""
    return {(path.name, path.stat().st_mtime_ns) for path in (place.warehouse.parent / "clean").rglob("[!.]*.csv")}


def kill_while_it_writes(place: Place, seconds: float) -> None:
    """Let `run` begin to write files, and a moment later kill it."""
    before = times(place)
    with subprocess.Popen(command(place, "run"), cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL) as running:
        eventually(lambda: times(place) != before or running.poll() is not None, 60, "files")
        with suppress(subprocess.TimeoutExpired):
            running.wait(seconds)
        running.kill()


@pytest.mark.slow
def test_kills_while_files_are_written_leave_none_that_is_half_or_old(place: Place, tmp_path: Path) -> None:
    random, interrupted = Random(6), 0
    exporting(place, "clean")
    for part in range(4):
        many_dates(place, 50, part)
        kill_while_it_writes(place, random.uniform(0, 0.1))
        counts = {lines(path) for path in (place.warehouse.parent / "clean").rglob("[!.]*.csv")}
        assert all(count % 100 == 0 for count in counts)
        interrupted += counts != {100 * (part + 1)}
    assert interrupted
    load(place)
    undisturbed = replace(place, warehouse=tmp_path / "undisturbed" / "ade.db")
    load(undisturbed)
    assert contents(place.warehouse.parent / "clean") == contents(undisturbed.warehouse.parent / "clean")


def test_a_full_disk_is_told_and_stops_nothing_and_what_is_missing_is_written_later(
    place: Place, tmp_path: Path
) -> None:
    write_configs(tmp_path / "configs", "orders")
    many_dates(exporting(place, "clean"), 60)
    place.warehouse.parent.mkdir()
    with disk(tmp_path / "disk", 0.25) as folder:
        (place.warehouse.parent / "clean").symlink_to(folder)
        told = ade(place, "run")
        assert told.returncode == 0, told.stderr
        [line] = [line for line in told.stdout.splitlines() if " unwritten " in line]
        assert "unwritten dataset=orders date=2025-" in line
        assert "No space left on device" in line
        assert number(place.warehouse, "SELECT count(*) FROM stg_orders") == 6000
        assert number(place.warehouse, "SELECT count(*) FROM meta_exports") == len(list(folder.rglob("*.csv"))) > 0
        assert entered(place, "export").returncode == 3
        enlarge(folder, 16)
        load(place)
        assert len(list(folder.rglob("*.csv"))) == 60
        assert list(folder.rglob(".*")) == []


def test_the_shipped_configs_keep_every_kind_of_file_and_export_gives_the_same(loaded: Place, tmp_path: Path) -> None:
    done = entered(loaded, "export", "--output", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    made = contents(tmp_path / "out")
    assert {path.split("/")[0] for path in made} == {"clean", "features", "kpis"}
    assert "features/customer_features/v1/2026-11-20.parquet" in made
    assert {path: (loaded.warehouse.parent / path).read_bytes() for path in made} == made
