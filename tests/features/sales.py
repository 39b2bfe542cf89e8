"""Sales of tills of shops, loaded into a warehouse, with a feature view over them; and what its vectors must be, told
row by row."""

from __future__ import annotations

import csv
import random
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

from tests.system.processes import Place, load

START = datetime(2026, 11, 1, tzinfo=UTC)
SHOPS, TILLS, SECONDS = ("north", "söuth", "a, b"), (1, 2), 60
CONFIG = """\
dataset: sales
columns:
  shop: {type: string}
  till: {type: integer}
  at: {type: timestamp}
  amount: {type: "decimal(9,2)"}
event_time: at
processors: [{schema: {}}, {quality: {trim: true}}]
limits: {batch_rows: 7}
"""
VIEW = """\
view: tills
version: 1
dataset: sales
entity: [shop, till]
event_time: at
"""
_WINDOW = "(PARTITION BY shop, till ORDER BY _event_us RANGE BETWEEN {} PRECEDING AND {} PRECEDING)"
SQL = f"""\
SELECT count(*) OVER recent AS sales, sum(amount) OVER recent AS total, avg(amount) OVER recent AS mean,
  count(amount) OVER ever AS amounts, (_event_us - max(_event_us) OVER ever) / 1000000.0 AS since
FROM stg_sales
WINDOW recent AS {_WINDOW.format("9 * 1000000", 1)}, ever AS {_WINDOW.format("UNBOUNDED", 1)}
"""
FEATURES = ("sales", "total", "mean", "amounts", "since")


class Sale(NamedTuple):
    """`at`, `came`: seconds since START."""

    shop: str | None
    till: int | None
    at: int | None
    amount: Decimal | None
    came: int


class Ask(NamedTuple):
    """A row of a spine."""

    shop: str | None
    till: int | None
    at: int


def moment(seconds: int) -> datetime:
    """So many seconds after START."""
    return START + timedelta(seconds=seconds)


def sales(seed: int = 1, count: int = 400) -> list[Sale]:
    """Many at the same time, some without an entity, a time or an amount. Seven that follow each other came at once."""
    chance = random.Random(seed)
    came = [chance.randrange(SECONDS) for _ in range(count)]
    return [
        Sale(
            chance.choice([*SHOPS, None]),
            chance.choice([*TILLS, None]),
            chance.choice([chance.randrange(SECONDS), chance.randrange(SECONDS), None]),
            chance.choice([Decimal(chance.randrange(-999, 99999)) / 100, None]),
            came[place // 7],
        )
        for place in range(count)
    ]


def fill(folder: Path, rows: Sequence[Sale]) -> Place:
    """Load them in one file; and say of each span when it came."""
    place = Place(folder / "configs", folder / "landing", folder / "ade.db")
    (place.configs / "sql").mkdir(parents=True)
    (place.configs / "sales.yaml").write_text(CONFIG, "utf-8")
    (place.configs / "sql" / "tills.yaml").write_text(VIEW, "utf-8")
    (place.configs / "sql" / "tills.sql").write_text(SQL, "utf-8")
    path = place.landing / "sales" / "2026-11-01.csv"
    path.parent.mkdir(parents=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        written = [(*row[:2], None if row.at is None else moment(row.at).isoformat(), row.amount) for row in rows]
        csv.writer(file).writerows([("shop", "till", "at", "amount"), *written])
    load(place)
    with closing(sqlite3.connect(place.warehouse)) as warehouse, warehouse:
        for first in range(0, len(rows), 7):
            at = moment(rows[first].came).isoformat(timespec="milliseconds").replace("+00:00", "Z")
            changed = warehouse.execute(
                "UPDATE meta_spans SET committed_at = ? WHERE span_id & 0xFFFF = ?", (at, first + 1)
            )
            assert changed.rowcount == 1
    return place


def vector(rows: Sequence[Sale], ask: Ask, *, as_known: bool) -> dict[str, Any]:
    """The features of an entity at an instant."""
    if ask.shop is None or ask.till is None:
        return dict.fromkeys(FEATURES)
    ever = [
        row
        for row in rows
        if (row.shop, row.till) == (ask.shop, ask.till)
        and row.at is not None
        and row.at < ask.at
        and (row.came <= ask.at or not as_known)
    ]
    amounts = [row.amount for row in ever if row.at is not None and ask.at - 9 <= row.at and row.amount is not None]
    last = max((row.at for row in ever if row.at is not None), default=None)
    return {
        "sales": sum(1 for row in ever if row.at is not None and ask.at - 9 <= row.at),
        "total": sum(amounts) if amounts else None,
        "mean": float(Fraction(sum(amounts)) / len(amounts)) if amounts else None,
        "amounts": sum(1 for row in ever if row.amount is not None),
        "since": None if last is None else float(ask.at - last),
    }
