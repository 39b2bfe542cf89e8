"""A shop with an amount for each record, whose dates are loaded and closed one step at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sinks.base import Finding
from sinks.database.connection import Connection, Scalar
from sinks.warehouse import Warehouse
from stream.closing import Closings
from stream.config import Dataset
from tests.sinks.landings import dataset, land, load, replayed, rules

COLUMNS = {"id": "string", "amount": "decimal(12,2)", "at": "timestamp", "on": "date", "good": "boolean"}
HEADER = "id,amount,at,on,good"


def shop(*checks: Mapping[str, Any], **settings: Any) -> Dataset:
    """A dataset with a key, a rule over rows, and these rules over dates."""
    step = rules({"check": "range", "column": "amount", "min": 0}, *checks)
    return dataset("shop", COLUMNS, {"quality": {"duplicates": ["key"]}}, step, key=["id"], **settings)


class Place:
    """A landing folder and a warehouse."""

    def __init__(self, folder: Path) -> None:
        self.landing, self.warehouse = folder / "landing", folder / "ade.db"
        (self.landing / "shop").mkdir(parents=True)

    def land(self, day: int, amounts: Iterable[float | str], name: str = "a") -> None:
        """A file of records with these amounts."""
        lines = (
            f"{name}{day}-{at},{amount},2026-11-{day:02d} 12:00:00,2026-11-{day:02d},true"
            for at, amount in enumerate(amounts)
        )
        land(self.landing, f"shop/{name}-2026-11-{day:02d}.csv", HEADER, *lines)

    def replay(self, of: Dataset, day: int) -> None:
        """Judge the records of a date anew, without closing it."""
        replayed(self.warehouse, {"shop": of}, [f"2026-11-{day:02d}"])

    def load(self, of: Dataset) -> None:
        """Commit what is there, without closing a date."""
        load(self.warehouse, self.landing, {"shop": of})

    def close(self, of: Dataset) -> list[Finding]:
        """Close all open dates; what was found."""
        found: list[Finding] = []
        with Warehouse(self.warehouse, [of.table]) as warehouse:
            Closings(warehouse, found.append).close()
        return found

    def loaded(self, of: Dataset) -> list[Finding]:
        """Both."""
        self.load(of)
        return self.close(of)

    def rows(self, sql: str) -> list[tuple[Scalar, ...]]:
        """All rows of a query."""
        with Connection(self.warehouse, read_only=True) as connection:
            return connection.rows(sql)

    def write(self, sql: str) -> None:
        """A change behind the warehouse's back."""
        with Connection(self.warehouse) as connection, connection.transaction():
            connection.run(sql)

    def open(self) -> list[Scalar]:
        """The open dates."""
        return [row[0] for row in self.rows("SELECT date FROM meta_closings WHERE changes > closed ORDER BY 1")]
