"""A full disk stops the program with exit 3 and a message that says so; with room again, nothing is missing."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.system.disks import disk, enlarge
from tests.system.drops import orders, settled_samples, write
from tests.system.looking import files, hashes, unsound
from tests.system.processes import Outcome, Place, ade, command, execute, load

CONFIGS = Path(__file__).resolve().parents[2] / "configs"
#: More than the small disks below hold, less than what they hold once they have been made larger.
ROWS = 20_000


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The samples and a larger file, loaded where there is room. Only to be looked at, and loaded elsewhere."""
    folder = tmp_path_factory.mktemp("undisturbed")
    settled_samples(folder / "landing")
    for name, first in (("a", 1), ("b", ROWS // 2)):
        numbers = range(first, first + ROWS // 2)
        write(folder / "landing" / "orders" / f"orders_2026-11-21_{name}.csv", orders(numbers))
    place = Place(CONFIGS, folder / "landing", folder / "ade.db")
    load(place)
    return place


def limited(place: Place, kilobytes: int, *words: str) -> Outcome:
    """The command in a shell that lets no file grow beyond a size."""
    return execute(["bash", "-c", f'ulimit -f {kilobytes} && exec "$@"', "bash", *command(place, *words)])


def check_message(outcome: Outcome, warehouse: Path) -> None:
    """Exit 3, and one line that names the warehouse and the disk."""
    assert outcome.returncode == 3, outcome.stdout + outcome.stderr
    assert "Traceback" not in outcome.stderr
    assert str(warehouse) in outcome.stderr
    assert "disk" in outcome.stderr


def test_a_full_disk_stops_run_with_exit_3_and_nothing_is_lost(undisturbed: Place, tmp_path: Path) -> None:
    with disk(tmp_path / "disk", 3) as folder:
        place = replace(undisturbed, warehouse=folder / "ade.db")
        check_message(ade(place, "run"), place.warehouse)
        before = files(place.warehouse)
        assert any(entry.records for entry in before.values())
        assert unsound(place.warehouse) == []
        enlarge(folder, 64)
        load(place)
        assert hashes(place.warehouse) == hashes(undisturbed.warehouse)


def test_a_full_disk_stops_watch_with_exit_3(undisturbed: Place, tmp_path: Path) -> None:
    with disk(tmp_path / "disk", 3) as folder:
        place = replace(undisturbed, warehouse=folder / "ade.db")
        check_message(ade(place, "watch", seconds=20), place.warehouse)


def test_a_full_disk_stops_replay_with_exit_3_and_changes_nothing(undisturbed: Place, tmp_path: Path) -> None:
    with disk(tmp_path / "disk", 64) as folder:
        place = replace(undisturbed, configs=_stricter(tmp_path / "configs"), warehouse=folder / "ade.db")
        place.warehouse.write_bytes(undisturbed.warehouse.read_bytes())
        (folder / "ballast").write_bytes(b"\0" * (_free(folder) - 512 * 1024))
        check_message(ade(place, "replay", "--date", "2026-11-21", seconds=20), place.warehouse)
        (folder / "ballast").unlink()
        assert hashes(place.warehouse) == hashes(undisturbed.warehouse)


def _stricter(configs: Path) -> Path:
    """The shipped configs, but that no amount is plausible: so most rows of orders would be others."""
    shutil.copytree(CONFIGS, configs)
    suite = configs / "expectations" / "orders.yaml"
    suite.write_text(suite.read_text("utf-8").replace("max: 10000", "max: 1"), "utf-8")
    return configs


@pytest.mark.parametrize("kilobytes", [16, 100])
def test_a_disk_that_cannot_even_hold_an_empty_warehouse_is_exit_3(
    undisturbed: Place, tmp_path: Path, kilobytes: int
) -> None:
    with disk(tmp_path / "disk", kilobytes / 1024) as folder:
        place = replace(undisturbed, warehouse=folder / "ade.db")
        check_message(ade(place, "run"), place.warehouse)
        enlarge(folder, 64)
        load(place)
        assert hashes(place.warehouse) == hashes(undisturbed.warehouse)


def test_a_disk_without_a_single_free_byte_is_exit_3(undisturbed: Place, tmp_path: Path) -> None:
    with disk(tmp_path / "disk", 1) as folder:
        (folder / "ballast").write_bytes(b"\0" * _free(folder))
        place = replace(undisturbed, warehouse=folder / "ade.db")
        check_message(ade(place, "run"), place.warehouse)


@pytest.mark.parametrize("kilobytes", [64, 2048])
def test_a_limit_on_the_size_of_files_is_like_a_full_disk(undisturbed: Place, tmp_path: Path, kilobytes: int) -> None:
    place = replace(undisturbed, warehouse=tmp_path / "ade.db")
    check_message(limited(place, kilobytes, "run"), place.warehouse)
    load(place)
    assert unsound(place.warehouse) == []
    assert hashes(place.warehouse) == hashes(undisturbed.warehouse)


def _free(folder: Path) -> int:
    status = os.statvfs(folder)
    return status.f_bavail * status.f_frsize
