"""Wide rows: many columns, and a rule for each of them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from processors.rules.checks import Check, Matches, NotNull, OneOf, Range
from processors.validation import Rule, Validate


def wide(columns: int, count: int, dirty: float, seed: int = 7) -> tuple[pa.RecordBatch, Validate, list[pl.Expr]]:
    """`count` rows, a rule a column, and the masks of the rules; a share of `dirty` rows break one rule each."""
    random = np.random.default_rng(seed)
    broken = np.where(random.random(count) < dirty, random.integers(0, columns, count), -1)
    cells: dict[str, pa.Array] = {"_id": pa.array(range(1, count + 1))}
    rules: list[Rule] = []
    masks: list[pl.Expr] = []
    for place in range(columns):
        name = f"c{place}"
        cells[name], check, mask = _column(place % 4, name, broken == place)
        rules.append(Rule(f"{name}_good", "must be good", name, check))
        masks.append(mask.alias(f"{name}_good"))
    nothing = pa.nulls(count, pa.string())
    return pa.record_batch(cells | {"_flags": nothing, "_rescued": nothing}), Validate(tuple(rules)), masks


def _column(kind: int, name: str, bad: npt.NDArray[np.bool_]) -> tuple[pa.Array, Check, pl.Expr]:
    """The cells, the check, and what breaks it as one would write it by hand."""
    cell = pl.col(name)
    numbers = np.arange(len(bad)) % 50
    if kind == 0:
        return pa.array(numbers, mask=bad), NotNull(name), cell.is_null()
    if kind == 1:
        return pa.array(np.where(bad, -1, numbers) / 4), Range(name, 0, 20), ~cell.is_between(0, 20)
    if kind == 2:
        words = np.where(bad, "c", np.where(numbers % 2, "a", "b"))
        return pa.array(words.tolist()), OneOf(name, ("a", "b")), ~cell.is_in(["a", "b"])
    codes = np.where(bad, "x", np.char.add("K", numbers.astype(str)))
    return pa.array(codes.tolist()), Matches(name, "K[0-9]+"), ~cell.str.contains("^K[0-9]+$")
