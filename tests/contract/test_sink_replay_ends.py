"""A replay that ends before its time: by a rule that fails a file, or because it was stopped. Nothing is replaced."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from processors.errors import SourceError
from sinks.warehouse import Warehouse
from stream.replay import replay
from tests.sinks import contents
from tests.sinks.landings import cut, dataset, land, load, replayed, rules

COLUMNS = {"id": "string", "amount": "number", "count": "integer"}
RANGE = {"check": "range", "column": "amount", "min": 0}
KEY = {"quality": {"duplicates": ["key"]}}
SALES = dataset("sales", COLUMNS, KEY, rules(RANGE), key=["id"])


class TestARuleWithTheActionFail:
    STRICT = dataset("sales", COLUMNS, KEY, rules({**RANGE, "action": "fail"}), key=["id"])

    @pytest.fixture
    def long(self, tmp_path: Path) -> Path:
        """A date of many spans; a record of the second breaks the rule."""
        lines = ["id,amount,count", "1,1,1", "2,-1,1", *(f"{number},1,1" for number in range(3, 60))]
        land(tmp_path / "long", "sales/2026-11-21.csv", *lines)
        load(tmp_path / "long.db", tmp_path / "long", cut({"sales": SALES}, 1))
        return tmp_path / "long.db"

    def test_ends_the_replay_with_the_file_and_the_rule(self, long: Path) -> None:
        with pytest.raises(SourceError, match=r"sales/2026-11-21\.csv\W.*amount_range.*line 3.*Nothing was replaced"):
            replayed(long, {"sales": self.STRICT}, ["2026-11-21"])

    def test_changes_nothing(self, long: Path) -> None:
        before = contents.everything(long)
        with pytest.raises(SourceError):
            replayed(long, {"sales": self.STRICT}, ["2026-11-21"])
        assert contents.everything(long) == before

    def test_leaves_a_warehouse_that_can_be_replayed_by_the_same_process(self, long: Path) -> None:
        with Warehouse(long, [SALES.table]) as warehouse:
            with pytest.raises(SourceError):
                replay(warehouse, self.STRICT, "2026-11-21")
            assert not replay(warehouse, SALES, "2026-11-21").changed

    def test_does_not_stop_the_replay_of_what_was_committed_before_it_was_broken(self, tmp_path: Path) -> None:
        strict = cut({"sales": self.STRICT}, 1)
        land(tmp_path / "landing", "sales/2026-11-21.csv", "id,amount,count", "1,1,1", "2,-1,1")
        load(tmp_path / "w.db", tmp_path / "landing", strict)
        [found] = replayed(tmp_path / "w.db", strict, ["2026-11-21"])
        assert (found.records, found.changed) == (1, False)


class TestAReplayThatIsStopped:
    @pytest.fixture
    def stopped(self, tmp_path: Path) -> Iterator[Path]:
        """A warehouse, after the replay of a long date was stopped behind its first span."""
        land(tmp_path / "long", "sales/2026-11-21.csv", "id,amount,count", *(f"{number},5,1" for number in range(300)))
        load(tmp_path / "w.db", tmp_path / "long", cut({"sales": SALES}, 1))
        stop = threading.Event()
        stop.set()
        with Warehouse(tmp_path / "w.db", [SALES.table]) as warehouse:
            with pytest.raises(KeyboardInterrupt):
                replay(warehouse, dataset("sales", COLUMNS, rules({**RANGE, "min": 9})), "2026-11-21", stop)
            yield tmp_path / "w.db"

    def test_changes_nothing(self, stopped: Path) -> None:
        assert contents.balances(stopped) == {1: (300, 300, 0)}

    @pytest.mark.usefixtures("stopped")
    def test_leaves_no_thread_that_reads_on(self) -> None:
        assert [thread.name for thread in threading.enumerate() if thread.name.startswith("ade-stream")] == []
