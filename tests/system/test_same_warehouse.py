"""Streaming equals batch: `watch`, `run` and `replay`, with micro-batches of any size, fill the same warehouse."""

from __future__ import annotations

import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from tests.system.conftest import Starter
from tests.system.drops import append, rename_into, settled_samples
from tests.system.looking import files, hashes, number, unsound
from tests.system.processes import Place, ade, eventually, load, write_configs

WHOLE_FILE = 1_000_000
slow = partial(pytest.param, marks=pytest.mark.slow)
SIZES = [slow(1, id="batch_rows=1"), 7, 500, WHOLE_FILE]


def sized(folder: Path, batch_rows: int) -> Place:
    """The shipped configs with micro-batches of `batch_rows`; landing folder and warehouse in `folder`."""
    (folder / "landing").mkdir(exist_ok=True)
    configs = write_configs(folder / f"configs-{batch_rows}", "employees", "orders", limits={"batch_rows": batch_rows})
    return Place(configs, folder / "landing", folder / "ade.db")


@pytest.fixture(scope="module", params=SIZES, ids=lambda size: f"batch_rows={size}")
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The sample drops, loaded by `run` with micro-batches of a size. Only to be looked at."""
    place = sized(tmp_path_factory.mktemp("filled"), request.param)
    settled_samples(place.landing)
    load(place)
    return place


def test_run_fills_the_same_warehouse_whatever_the_size_of_a_batch(loaded: Place, filled: Place) -> None:
    assert hashes(filled.warehouse) == hashes(loaded.warehouse)


def test_the_size_of_a_batch_is_kept(filled: Place) -> None:
    batch_rows = int(filled.configs.name.removeprefix("configs-"))
    spans = number(filled.warehouse, "SELECT count(*) FROM meta_spans")
    assert spans == sum(-(-entry.records // batch_rows) for entry in files(filled.warehouse).values())


def test_replay_changes_nothing_whatever_the_size_of_a_batch(loaded: Place, filled: Place, tmp_path: Path) -> None:
    shutil.copy(filled.warehouse, tmp_path / "ade.db")
    place = replace(filled, warehouse=tmp_path / "ade.db")
    replayed = ade(place, "replay", "--from", "2026-11-17", "--to", "2026-11-20")
    assert replayed.returncode == 0, replayed.stderr
    assert "nothing changed" in replayed.stdout
    assert hashes(place.warehouse) == hashes(loaded.warehouse)


@pytest.mark.parametrize("batch_rows", [slow(1), 7, slow(500), WHOLE_FILE])
def test_watch_fills_the_same_warehouse_as_run(loaded: Place, start: Starter, tmp_path: Path, batch_rows: int) -> None:
    place = sized(tmp_path, batch_rows)
    start(place)
    for path in sorted(loaded.landing.rglob("*.csv")):
        name = path.relative_to(loaded.landing)
        rename_into(place.landing / name, path.read_bytes())
        eventually(partial(is_committed, place, name), 20, f"{name} is committed")
    assert hashes(place.warehouse) == hashes(loaded.warehouse)


def test_watch_fills_the_same_warehouse_from_files_that_grow(loaded: Place, start: Starter, tmp_path: Path) -> None:
    place = sized(tmp_path, 500)
    start(place)
    for path in sorted(loaded.landing.rglob("*.csv")):
        name, content = path.relative_to(loaded.landing), path.read_bytes()
        (place.landing / name).parent.mkdir(parents=True, exist_ok=True)
        for at in range(0, len(content), 997):
            append(place.landing / name, content[at : at + 997])
        eventually(partial(is_committed, place, name), 20, f"{name} is committed")
    assert hashes(place.warehouse) == hashes(loaded.warehouse)
    assert unsound(place.warehouse) == []


def is_committed(place: Place, name: Path) -> bool:
    """Whether the file is loaded as a whole, up to its present size."""
    entry = files(place.warehouse).get(name.as_posix())
    if entry is None:
        return False
    return entry.state == "committed" and entry.stat.size == (place.landing / name).stat().st_size
