"""Orders to be judged: batches of typed rows with a known share of dirt, seven rules, and the same rules by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import TypeAlias

import numpy as np
import polars as pl
import pyarrow as pa

from processors.frames import to_frame
from processors.outcome import Outcome
from processors.rules.checks import Holds, Matches, NotNull, OneOf, Range
from processors.validation import Rule

#: The rows that break each rule, by their number from 1.
Found: TypeAlias = dict[str, list[int]]

CHANNELS = ("web", "store", "app", "phone")
ORDER = "O-[0-9]{6}"
FIRST, LAST = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 12, 31, tzinfo=UTC)
MOST = Decimal(10_000)

RULES = (
    Rule("customer_there", "must not be null", "customer_id", NotNull("customer_id")),
    Rule("order_id_form", "must match", "order_id", Matches("order_id", ORDER)),
    Rule("quantity_in_range", "must be 1 to 100", "quantity", Range("quantity", 1, 100)),
    Rule("channel_known", "must be known", "channel", OneOf("channel", CHANNELS)),
    Rule("amount_in_range", "must be 0 to 10000", "amount", Range("amount", Decimal(0), MOST)),
    Rule("no_bulk", "must hold", None, Holds("NOT (quantity >= 8 AND amount > 1000)")),
    Rule("web_date", "must be in 2026", "order_ts", Range("order_ts", FIRST, LAST), when="channel = 'web'"),
)


def batch(count: int, dirty: float, seed: int = 7) -> pa.RecordBatch:
    """`count` orders, of which a share of `dirty` break one of the rules each, about as many every rule."""
    random = np.random.default_rng(seed)
    broken = np.where(random.random(count) < dirty, random.integers(1, 8, count), 0).tolist()
    picked = random.integers(0, 4, count).tolist()
    days = random.integers(0, 360, count).tolist()
    amounts = random.integers(0, 90_000, count).tolist()
    rows = [_order(*each) for each in zip(range(1, count + 1), broken, picked, days, amounts, strict=True)]
    kinds = (pa.string(), pa.string(), pa.timestamp("us", "UTC"), pa.decimal128(12, 2), pa.int64(), *[pa.string()] * 2)
    columns = [pa.array(cells, kind) for cells, kind in zip(zip(*rows, strict=True), kinds, strict=True)]
    names = ["order_id", "customer_id", "order_ts", "amount", "quantity", "country", "channel"]
    ours = {"_flags": pa.nulls(count, pa.string()), "_rescued": pa.nulls(count, pa.string())}
    return pa.record_batch({"_id": pa.array(range(1, count + 1))} | dict(zip(names, columns, strict=True)) | ours)


def _order(number: int, broken: int, picked: int, day: int, cents: int) -> tuple[object, ...]:
    channel = "web" if broken == 7 else "fax" if broken == 4 else CHANNELS[picked]
    year = 2025 if broken == 7 else 2026
    quantity = 0 if broken == 3 else 9 if broken == 6 else number % 7 + 1
    amount = Decimal(-cents - 1 if broken == 5 else cents + 200_000 if broken == 6 else cents).scaleb(-2)
    return (
        f"{'X' if broken == 2 else 'O'}-{number:06d}",
        None if broken == 1 else f"C{number % 97:05d}",
        datetime(year, 1, 1, tzinfo=UTC) + timedelta(days=day % 360),
        amount,
        quantity,
        ("NO", "SE", "DK", "FI")[picked],
        channel,
    )


#: What breaks the rules, as one would write it by hand.
MASKS = {
    "customer_there": pl.col("customer_id").is_null(),
    "order_id_form": ~pl.col("order_id").str.contains(f"^{ORDER}$"),
    "quantity_in_range": ~pl.col("quantity").is_between(1, 100),
    "channel_known": ~pl.col("channel").is_in(CHANNELS),
    "amount_in_range": ~pl.col("amount").is_between(Decimal(0), MOST),
    "no_bulk": (pl.col("quantity") >= 8) & (pl.col("amount") > 1000),
    "web_date": (pl.col("channel") == "web") & ~pl.col("order_ts").is_between(FIRST, LAST),
}


def bare(frame: pl.DataFrame, masks: list[pl.Expr]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The least that polars can do: all masks in one `select_seq` (faster than `select` on such batches), then the
    good rows, and the bad ones beside what they broke. Without reasons, values, counts or nulls told apart."""
    broken = frame.select_seq(masks)
    bad = reduce(or_, broken.get_columns())
    if bad.null_count():
        bad = bad.fill_null(value=False)
    return frame.filter(~bad), frame.hstack(broken).filter(bad)


def named(masks: dict[str, pl.Expr]) -> list[pl.Expr]:
    """The masks as the columns of a frame."""
    return [mask.alias(name) for name, mask in masks.items()]


def found(outcome: Outcome) -> Found:
    """The rows that Validate found for each rule."""
    return {name.removeprefix("rule."): sorted(ids.tolist()) for name, ids in outcome.marked.items() if "rule." in name}


def frame_of(rows: pa.RecordBatch) -> pl.DataFrame:
    """The rows as those get them who work with polars."""
    return to_frame(rows.drop_columns(["_flags", "_rescued"]))
