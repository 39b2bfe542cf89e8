"""`ade-stream doctor` finds what is wrong with a place, says what to do, and changes nothing."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from stream.doctor.limits import memory_limit
from tests.system.conftest import Starter
from tests.system.disks import disk, write_protect
from tests.system.processes import ROOT, Place, ade, command, entered, execute, load

#: Beyond the greatest number that Linux gives a process.
NOBODY = 4_194_305


def examined(place: Place) -> dict[str, Mapping[str, Any]]:
    """What the doctor says, by subject; that each has a remedy that is not ok, and the exit code goes with it."""
    done = entered(place, "doctor", "--json")
    assert done.stderr == ""
    told = json.loads(done.stdout)
    assert told["ok"] == (done.returncode == 0) == all(each["level"] != "fail" for each in told["found"])
    assert all(bool(each["remedy"]) == (each["level"] != "ok") for each in told["found"]), told
    return {each["subject"]: each for each in told["found"]}


def changed(place: Place, sql: str) -> Place:
    """The same warehouse, altered by hand."""
    with closing(sqlite3.connect(place.warehouse)) as connection:
        connection.execute(sql)
        connection.commit()
    return place


def test_a_sound_place_has_nothing_that_fails(loaded: Place) -> None:
    done = ade(loaded, "doctor")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert done.stdout.splitlines()[-1].endswith(" 0 fail")


def test_what_is_wrong_is_told_with_what_to_do_and_exit_code_1(place: Place) -> None:
    place.landing.rename(place.landing.with_name("elsewhere"))
    done = entered(place, "doctor")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    [at] = [at for at, line in enumerate(lines) if line.startswith("fail  landing folder")]
    assert lines[at + 1].split(maxsplit=1) == [
        "do",
        f"Make it (`mkdir -p {place.landing}`), or name another with --landing.",
    ]


@pytest.mark.parametrize("where", ["place", "copied"])
def test_it_changes_nothing(where: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    def times() -> dict[Path, int]:
        """But of the files in which SQLite says who reads."""
        of_sqlite = (".db-shm", ".db-wal")
        return {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if not path.name.endswith(of_sqlite)}

    place, before = request.getfixturevalue(where), times()
    examined(place)
    assert times() == before


def test_each_problem_of_the_configs_is_told(place: Place) -> None:
    (place.configs / "orders.yaml").write_text("dataset: orders\ncolums: {}\n", "utf-8")
    found = examined(place)["configs"]
    assert found["level"] == "fail"
    assert "colums" in found["told"]


def test_a_file_that_is_no_warehouse_fails(place: Place) -> None:
    place.warehouse.parent.mkdir()
    place.warehouse.write_text("not a database, however long one looks at it" * 100, "utf-8")
    assert examined(place)["warehouse"]["level"] == "fail"


def test_a_running_watch_is_known_as_the_writer(place: Place, start: Starter) -> None:
    watch = start(place)
    assert examined(place)["warehouse"]["told"] == f"process {watch.pid} writes it"
    assert watch.stop() == 0
    assert examined(place)["warehouse"]["told"] == "nobody writes it now"


def test_a_log_that_cannot_begin_anew_is_told(copied: Place) -> None:
    log = copied.warehouse.with_name("ade.db-wal")
    log.touch()
    os.truncate(log, 300_000_000)
    assert examined(copied)["write-ahead log"]["level"] == "warn"


def test_a_dataset_that_is_held_is_told_with_the_way_out(copied: Place) -> None:
    held = "INSERT INTO meta_datasets VALUES ('orders', 'held', 'Too many rejects.', 1, '2026-11-22T00:00:00.000Z')"
    found = examined(changed(copied, held))["dataset orders"]
    assert (found["level"], found["told"]) == ("warn", "held: Too many rejects.")
    assert found["remedy"] == "ade-stream resume orders"


def test_a_clock_that_is_behind_the_last_commit_is_told(copied: Place) -> None:
    later = changed(copied, "UPDATE meta_files SET updated_at = '2999-01-01T00:00:00.000Z' WHERE file_id = 1")
    assert examined(later)["time of day"]["level"] == "warn"


def test_files_from_the_future_are_told(place: Place) -> None:
    file = place.landing / "orders" / "orders_2026-11-21.csv"
    file.write_text("order_id\n", "utf-8")
    assert examined(place)["times of files"]["level"] == "ok"
    os.utime(file, (time.time() + 3600, time.time() + 3600))
    found = examined(place)["times of files"]
    assert (found["level"], str(file) in found["told"]) == ("warn", True)


def test_what_killed_processes_left_is_told(copied: Place) -> None:
    (copied.warehouse.parent / f".report.html.{NOBODY}.tmp").touch()
    (copied.warehouse.parent / f".report.html.{os.getpid()}.tmp").touch()
    assert examined(copied)["leftovers"]["told"] == f"1 unfinished files: .report.html.{NOBODY}.tmp"


def test_a_warehouse_that_others_may_write_is_told(copied: Place) -> None:
    assert examined(copied)["warehouse owner"]["level"] == "ok"
    copied.warehouse.chmod(0o666)
    assert examined(copied)["warehouse owner"]["level"] == "warn"


def test_a_small_disk_in_memory_is_no_place_for_a_warehouse(place: Place, tmp_path: Path) -> None:
    with disk(tmp_path / "small", 8) as small:
        found = examined(Place(place.configs, place.landing, small / "ade.db"))
        assert (found["disk space"]["level"], found["warehouse file system"]["level"]) == ("fail", "warn")
        assert found["warehouse file system"]["told"] == "tmpfs"


def test_a_disk_that_cannot_be_written_fails(place: Place, tmp_path: Path) -> None:
    with disk(tmp_path / "protected", 20) as protected:
        inside = Place(place.configs, place.landing, protected / "ade.db")
        load(inside)
        write_protect(protected)
        found = examined(inside)
        assert (found["warehouse folder"]["level"], found["warehouse file"]["level"]) == ("fail", "fail")


def test_too_few_open_files_are_told(place: Place) -> None:
    limited = ["bash", "-c", 'ulimit -n 200 && exec "$@"', "bash", *command(place, "doctor", "--json")]
    found = {each["subject"]: each for each in json.loads(execute(limited).stdout)["found"]}
    assert (found["open files"]["level"], found["open files"]["told"]) == ("warn", "at most 200")


@pytest.mark.parametrize(
    ("membership", "limits", "least"),
    [
        ("0::/a/b\n", {"a/memory.max": "300", "a/b/memory.max": "max", "memory.max": "900"}, 300),
        ("4:memory:/a\n0::/\n", {"memory/a/memory.limit_in_bytes": "500"}, 500),
        ("4:memory:/a\n", {"memory/a/memory.limit_in_bytes": "9223372036854771712"}, None),
        ("0::/\n", {}, None),
    ],
    ids=["version 2", "version 1", "version 1 without a limit", "nothing"],
)
def test_the_least_limit_of_a_cgroup_and_those_above_it_counts(
    tmp_path: Path, membership: str, limits: dict[str, str], least: int | None
) -> None:
    (tmp_path / "cgroup").write_text(membership, "ascii")
    for name, limit in limits.items():
        file = tmp_path / "groups" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{limit}\n", "ascii")
    assert memory_limit(tmp_path / "cgroup", tmp_path / "groups") == least


def test_all_that_is_pinned_here_is_what_was_tested(loaded: Place) -> None:
    assert (ROOT / "constraints.txt").is_file()
    assert examined(loaded)["pins"]["level"] == "ok"
