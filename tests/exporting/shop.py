"""A small dataset that is exported, from its landing folder to its files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sinks.base import Finding
from sinks.warehouse import Warehouse
from stream.closing import Closings
from stream.config import Dataset
from tests.sinks.landings import dataset, land, load, replayed, rules

COLUMNS = {"id": "string", "amount": "decimal(12,2)", "at": "timestamp", "on": "date", "good": "boolean"}
HEADER = "id,amount,at,on,good"


def shop(*, columns: Mapping[str, Any] = COLUMNS, least: int = 0, **settings: Any) -> Dataset:
    """A dataset with a key and a least amount, of which clean CSVs are wanted."""
    step = rules({"check": "range", "column": "amount", "min": least})
    kept = {"exports": ["clean"], "key": ["id"]} | settings
    return dataset("shop", columns, {"quality": {"duplicates": ["key"]}}, step, **kept)


class Place:
    """A landing folder and a warehouse."""

    def __init__(self, folder: Path) -> None:
        self.landing, self.warehouse = folder / "landing", folder / "warehouse" / "ade.db"
        (self.landing / "shop").mkdir(parents=True)
        self.warehouse.parent.mkdir()

    def land(self, day: int, *lines: str, name: str = "a", header: str = HEADER) -> None:
        """A file of these lines."""
        land(self.landing, f"shop/{name}-2026-11-{day:02d}.csv", header, *lines)

    def load(self, of: Dataset) -> list[Finding]:
        """Commit what is there, and close all open dates; what was found."""
        load(self.warehouse, self.landing, {"shop": of})
        return self.close(of)

    def replay(self, of: Dataset, day: int) -> list[Finding]:
        """Judge the records of a date anew, and close it."""
        replayed(self.warehouse, {"shop": of}, [f"2026-11-{day:02d}"])
        return self.close(of)

    def close(self, of: Dataset, between: Callable[[], None] | None = None) -> list[Finding]:
        """Close all open dates; with `between`, in one process twice, and that between them."""
        found: list[Finding] = []
        with Warehouse(self.warehouse, [of.table]) as warehouse:
            closings = Closings(warehouse, found.append)
            closings.close()
            if between is not None:
                between()
                closings.close()
        return found

    def path(self, day: int) -> Path:
        """The clean CSV of a date."""
        return self.warehouse.parent / "clean" / "shop" / f"2026-11-{day:02d}.csv"

    def lines(self, day: int) -> list[str]:
        """Its lines, without the header."""
        return self.path(day).read_text("utf-8").splitlines()[1:]
