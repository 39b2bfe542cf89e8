"""One writer at a time, told by the kernel and not by a file that a dead process leaves behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from processors.columns import ColumnType
from processors.errors import WarehouseError
from sinks.reading import WarehouseReader
from sinks.table import Table
from sinks.warehouse import Warehouse
from tests.sinks import contents
from tests.sinks.drafts import Accepted, Draft, judged

TABLE = Table("sales", (("code", ColumnType("string")),))
ROOT = Path(__file__).parents[2]

HOLDER = """
import sys
from pathlib import Path
from sinks.warehouse import Warehouse
from tests.sinks.drafts import Accepted, Draft, judged
from tests.sinks.test_lock import TABLE
with Warehouse(Path(sys.argv[1]), [TABLE]) as warehouse:
    warehouse.commit(warehouse.prepare(judged(TABLE, Draft(1, 1, (Accepted(("a",)),)))))
    print("holding", flush=True)
    sys.stdin.read()
"""


@contextmanager
def holder(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that has committed one row and holds the warehouse, until its input is closed."""
    command = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            assert process.stdout.readline() == "holding\n"
            yield process
        finally:
            process.stdin.close()
            process.wait(30)


def test_a_second_writer_in_another_process_is_refused_with_the_pid_of_the_first(tmp_path: Path) -> None:
    with (
        holder(tmp_path / "w.db") as process,
        pytest.raises(WarehouseError, match=rf"w\.db: process {process.pid} .*is writing"),
    ):
        contents.reopen(tmp_path / "w.db")


def test_a_refused_writer_does_not_disturb_the_first(tmp_path: Path) -> None:
    with Warehouse(tmp_path / "w.db", [TABLE]) as warehouse:
        for _ in range(2):
            with pytest.raises(WarehouseError, match=rf"process {os.getpid()} .*is writing"):
                contents.reopen(tmp_path / "w.db")
        warehouse.commit(warehouse.prepare(judged(TABLE, Draft(1, 1, (Accepted(("a",)),)))))
    assert contents.balances(tmp_path / "w.db") == {1: (1, 1, 0)}


def test_the_lock_is_free_when_its_holder_was_killed(tmp_path: Path) -> None:
    with holder(tmp_path / "w.db") as process:
        process.send_signal(signal.SIGKILL)
        process.wait(30)
        with Warehouse(tmp_path / "w.db", [TABLE]) as warehouse:
            assert warehouse.position(1).records == 1


def test_the_lock_is_free_when_its_holder_has_closed(tmp_path: Path) -> None:
    for _ in range(2):
        with Warehouse(tmp_path / "w.db", [TABLE]) as warehouse:
            assert warehouse.path == tmp_path / "w.db"


def test_a_reader_reads_while_another_process_holds_the_warehouse(tmp_path: Path) -> None:
    with holder(tmp_path / "w.db"), WarehouseReader(tmp_path / "w.db") as reader:
        assert reader.position(1).records == 1


def test_a_warehouse_is_the_same_under_the_name_of_a_link(tmp_path: Path) -> None:
    (tmp_path / "link.db").symlink_to(tmp_path / "w.db")
    with Warehouse(tmp_path / "w.db", [TABLE]), pytest.raises(WarehouseError, match="only one writer"):
        contents.reopen(tmp_path / "link.db", TABLE)
