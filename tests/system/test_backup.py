"""`backup` and `restore` as processes: beside a running watch, whole or not at all, and nothing is lost on the way."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

import pytest

from sinks.database.connection import Connection
from tests.system.conftest import Starter
from tests.system.drops import orders, rename_into, write
from tests.system.looking import files, hashes, number, unsound
from tests.system.processes import Place, ade, command, entered, environment, eventually, load
from tests.system.tampering import TAMPERED, tamper


@pytest.fixture
def backup(copied: Place, tmp_path: Path) -> Path:
    """A backup of the sample drops."""
    path = tmp_path / "backups" / "ade.bak"
    path.parent.mkdir()
    done = ade(copied, "backup", str(path))
    assert (done.returncode, done.stderr) == (0, "")
    return path


def alone(path: Path) -> bool:
    """Whether nothing unfinished is left beside a file, nor a log."""
    return [each.name for each in path.parent.iterdir()] == [path.name]


def more(place: Place) -> None:
    """One more file is loaded."""
    file = write(place.landing / "orders" / "orders_2026-11-21.csv", orders(range(40)))
    os.utime(file, (1_700_000_000, 1_700_000_000))
    load(place)


def test_a_backup_is_the_warehouse_in_one_file(copied: Place, backup: Path) -> None:
    assert alone(backup)
    assert hashes(backup) == hashes(copied.warehouse)
    assert unsound(backup) == []


def test_what_it_holds_is_told(copied: Place, tmp_path: Path) -> None:
    path = tmp_path / "ade.bak"
    told = json.loads(entered(copied, "backup", "--json", str(path)).stdout)
    assert (told["path"], told["bytes"], told["records"]) == (str(path), path.stat().st_size, 907)


def test_a_file_that_is_there_is_not_overwritten_unless_told(copied: Place, tmp_path: Path) -> None:
    path = write(tmp_path / "precious.txt", "mine")
    refused = entered(copied, "backup", str(path))
    assert (refused.returncode, path.read_text("utf-8")) == (2, "mine")
    assert "--overwrite" in refused.stderr
    assert entered(copied, "backup", "--overwrite", str(path)).returncode == 0
    assert hashes(path) == hashes(copied.warehouse)


def test_the_warehouse_itself_is_never_overwritten(copied: Place) -> None:
    done = entered(copied, "backup", "--overwrite", str(copied.warehouse))
    assert (done.returncode, "is the warehouse itself" in done.stderr) == (2, True)


def test_backups_beside_a_running_watch_are_each_of_one_moment(place: Place, start: Starter, tmp_path: Path) -> None:
    watch = start(place)
    for number_ in range(12):
        rename_into(
            place.landing / "orders" / f"orders_2026-11-{number_ + 10}.csv",
            orders(range(number_ * 100, number_ * 100 + 300)),
        )
        path = tmp_path / f"{number_}.bak"
        if number_ % 3 == 0:
            assert ade(place, "backup", str(path)).returncode == 0
            assert unsound(path) == []
            assert all(entry.records in {0, 300} for entry in files(path).values())
    eventually(lambda: number(place.warehouse, "SELECT sum(records) FROM meta_files") == 3600, 20, "all is loaded")
    assert watch.stop() == 0


def test_a_backup_that_is_killed_leaves_no_file_under_its_name(copied: Place, tmp_path: Path) -> None:
    path = tmp_path / "backups" / "ade.bak"
    path.parent.mkdir()
    with closing(sqlite3.connect(copied.warehouse)) as connection:
        connection.execute("CREATE TABLE ballast (bytes BLOB)")
        connection.executemany("INSERT INTO ballast VALUES (randomblob(1000000))", [()] * 60)
        connection.commit()
    process = subprocess.Popen(command(copied, "backup", str(path)), env=environment())
    eventually(lambda: any(path.parent.iterdir()), 20, "it began to write")
    process.kill()
    process.wait()
    assert not path.exists()
    assert ade(copied, "backup", str(path)).returncode == 0
    assert alone(path)


def test_a_restore_brings_back_what_was(copied: Place, backup: Path) -> None:
    before = hashes(copied.warehouse)
    more(copied)
    later = hashes(copied.warehouse)
    done = ade(copied, "restore", str(backup))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("verified: 907 records")
    assert hashes(copied.warehouse) == before
    assert hashes(copied.warehouse.with_name("ade.db.replaced")) == later


def test_what_came_since_the_backup_is_loaded_again(copied: Place, backup: Path) -> None:
    more(copied)
    later = hashes(copied.warehouse)
    ade(copied, "restore", str(backup))
    load(copied)
    assert hashes(copied.warehouse) == later


def test_a_warehouse_that_is_gone_is_restored(copied: Place, backup: Path) -> None:
    before = hashes(copied.warehouse)
    copied.warehouse.unlink()
    done = entered(copied, "restore", str(backup))
    assert (done.returncode, hashes(copied.warehouse)) == (0, before)
    assert not copied.warehouse.with_name("ade.db.replaced").exists()


def test_a_warehouse_that_is_no_database_any_more_is_restored_and_kept(copied: Place, backup: Path) -> None:
    before = hashes(copied.warehouse)
    copied.warehouse.write_bytes(b"\xff" * 100_000)
    assert entered(copied, "restore", str(backup)).returncode == 0
    assert hashes(copied.warehouse) == before
    assert copied.warehouse.with_name("ade.db.replaced").read_bytes() == b"\xff" * 100_000


def test_no_log_of_the_old_warehouse_is_left_to_the_new_one(copied: Place, backup: Path) -> None:
    more(copied)
    log = copied.warehouse.with_name("ade.db-wal")
    with Connection(copied.warehouse) as connection:
        connection.run("UPDATE meta_files SET reason = 'old'")
        left = log.read_bytes()
    log.write_bytes(left)  # as a writer that is killed leaves it
    assert entered(copied, "restore", str(backup)).returncode == 0
    assert number(copied.warehouse, "SELECT count(*) FROM meta_files WHERE reason = 'old'") == 0
    assert unsound(copied.warehouse) == []


def test_nothing_is_restored_while_somebody_writes(place: Place, start: Starter, tmp_path: Path) -> None:
    rename_into(place.landing / "orders" / "orders_2026-11-10.csv", orders(range(9)))
    start(place)
    eventually(lambda: number(place.warehouse, "SELECT count(*) FROM stg_orders") == 9, 20, "the file is loaded")
    path = tmp_path / "ade.bak"
    assert ade(place, "backup", str(path)).returncode == 0
    done = ade(place, "restore", str(path))
    assert (done.returncode, "is writing to this warehouse already" in done.stderr) == (3, True)


def test_nothing_is_restored_while_somebody_reads(copied: Place, backup: Path) -> None:
    before = hashes(copied.warehouse)
    with Connection(copied.warehouse, read_only=True) as reader, reader.snapshot():
        reader.rows("SELECT count(*) FROM meta_files")
        done = ade(copied, "restore", str(backup))
    assert (done.returncode, done.stdout) == (3, "")
    assert hashes(copied.warehouse) == before
    assert not copied.warehouse.with_name("ade.db.replaced").exists()


def test_a_damaged_backup_is_refused(copied: Place, backup: Path) -> None:
    before, whole = hashes(copied.warehouse), backup.read_bytes()
    middle = len(whole) // 2 // 8192 * 8192
    backup.write_bytes(whole[:middle] + os.urandom(8192) + whole[middle + 8192 :])
    done = entered(copied, "restore", str(backup))
    assert (done.returncode, done.stdout) == (3, "")
    assert hashes(copied.warehouse) == before


def test_a_backup_with_other_rows_than_its_records_give_is_refused_unless_told(copied: Place, backup: Path) -> None:
    before = hashes(copied.warehouse)
    tamper(backup, TAMPERED["a staged cell"][1])
    done = entered(copied, "restore", str(backup))
    assert (done.returncode, hashes(copied.warehouse)) == (1, before)
    assert "stg_orders: a row has another country" in done.stdout
    assert "was not restored" in done.stdout
    assert entered(copied, "restore", "--unverified", str(backup)).returncode == 0
    assert hashes(copied.warehouse) == hashes(backup)


def test_a_warehouse_that_an_older_program_wrote_is_backed_up_restored_and_verified(
    copied: Place, tmp_path: Path
) -> None:
    before = hashes(copied.warehouse)
    with closing(sqlite3.connect(copied.warehouse)) as connection, connection:
        for made in ("replays", "prunes"):
            connection.execute(f"DROP TABLE meta_{made}")
            connection.execute("DELETE FROM _sqlite_migrations WHERE name = ?", [made])
    assert ade(copied, "backup", str(tmp_path / "old.bak")).returncode == 0
    copied.warehouse.unlink()
    done = ade(copied, "restore", str(tmp_path / "old.bak"))
    assert (done.returncode, done.stderr) == (0, "")
    assert "come to what is recorded" in done.stdout
    load(copied)
    assert hashes(copied.warehouse) == before


@pytest.mark.parametrize("text", ["", "no database at all"])
def test_what_is_no_backup_is_refused(copied: Place, tmp_path: Path, text: str) -> None:
    path = write(tmp_path / "ade.bak", text)
    assert entered(copied, "restore", str(path)).returncode == 3
    assert entered(copied, "restore", str(tmp_path / "none.bak")).returncode == 2


def test_an_earlier_warehouse_that_is_kept_is_not_lost(copied: Place, backup: Path) -> None:
    kept = write(copied.warehouse.with_name("ade.db.replaced"), "precious")
    done = entered(copied, "restore", "--unverified", str(backup))
    assert (done.returncode, kept.read_text("utf-8")) == (2, "precious")


def test_kills_leave_the_old_warehouse_or_the_new_one(copied: Place, backup: Path) -> None:
    old_and_new = [None, hashes(copied.warehouse)]
    more(copied)
    old_and_new[0] = hashes(copied.warehouse)
    words = command(copied, "restore", "--unverified", str(backup))
    for milliseconds in (350, 450, 550, 650, 800):
        process = subprocess.Popen(words, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(milliseconds / 1000)
        process.kill()
        process.wait()
        assert unsound(copied.warehouse) == []
        assert hashes(copied.warehouse) in old_and_new
        kept = copied.warehouse.with_name("ade.db.replaced")
        if kept.exists() and not kept.samefile(copied.warehouse):
            kept.replace(copied.warehouse)
    assert ade(copied, "restore", "--unverified", str(backup)).returncode == 0
    assert hashes(copied.warehouse) == old_and_new[1]
