"""The Validate step beside bare polars masks and other validators, in one run.

    python -m tests.benches.bench_rules [--rounds N] [--clock {cpu,wall}]

Seven rules on batches of 1,000 orders that are clean, a little dirty and very dirty; 200 columns with a rule each; and
the rules of the shipped config over the whole retail set, which ADE_SHARED_DATA names. All variants of a case take
turns in each round. Medians are printed, of processor seconds of all threads, since a watch has a commit to do beside;
`--clock wall` needs a machine that nobody else uses.

`bare masks` is the least that polars can do (see `orders.bare`), on a frame that is there; Validate begins and ends
with Arrow batches, as they travel. A validator that is not installed is left out, and so is one that finds other rows.
"""

from __future__ import annotations

import argparse
import gc
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import reduce
from operator import or_
from statistics import median
from typing import TypeAlias

import polars as pl
import pyarrow as pa
from pyarrow import csv

from processors.frames import to_frame
from processors.outcome import ROW_ID
from processors.validation import Validate
from stream.config import Dataset
from tests.benches.load import retail
from tests.benches.orders import MASKS, RULES, Found, bare, batch, found, frame_of, named
from tests.benches.validators import CONTENDERS
from tests.benches.wide import wide
from tests.system.shared import SHARED

Variants: TypeAlias = Mapping[str, Callable[[], object]]

BARE, OURS = "bare masks", "Validate"
SHARES = (0.0, 0.02, 0.2)
#: Calls before a measurement, so that each variant finds its own code in the caches.
_WARM_UP = 3
_CLOCKS = {"cpu": time.process_time, "wall": time.perf_counter}


def seconds(variants: Variants, rounds: int, calls: int, clock: str = "cpu") -> dict[str, float]:
    """Median seconds of a call of each variant."""
    now = _CLOCKS[clock]
    gc.freeze()  # what other validators have loaded is not to be looked through for garbage meanwhile
    taken: dict[str, list[float]] = {name: [] for name in variants}
    for _ in range(rounds):
        for name, call in variants.items():
            for _ in range(min(_WARM_UP, calls)):
                call()
            started = now()
            for _ in range(calls):
                call()
            taken[name].append((now() - started) / calls)
    return {name: median(each) for name, each in taken.items()}


def of_orders(dirty: float, rounds: int, clock: str = "cpu", calls: int = 20, rows: int = 1000) -> dict[str, float]:
    """Seven rules on one batch of orders, for all that find the same rows."""
    orders, step = batch(rows, dirty), Validate(RULES)
    frame, masks, wanted = frame_of(orders), named(MASKS), found(step(orders))
    taken = seconds({BARE: lambda: bare(frame, masks), OURS: lambda: step(orders)}, rounds, calls, clock)
    others = dict(_contenders(frame, wanted))
    return taken | seconds(others, rounds, max(1, calls // 10), clock)


def _contenders(frame: pl.DataFrame, wanted: Found) -> Iterator[tuple[str, Callable[[], object]]]:
    """The validators that are installed and find the rows that are wanted; a line says why one is left out."""
    for name, prepare in CONTENDERS.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                run, rows_of = prepare(frame)
            except ImportError as error:
                print(f"{name}: left out, it is not installed ({error.name})")
                continue
            told = rows_of(run())
        if told == wanted:
            yield name, run
        else:
            print(f"{name}: left out, it finds other rows")


def of_wide_rows(
    dirty: float, rounds: int, clock: str = "cpu", calls: int = 3, columns: int = 200, rows: int = 2000
) -> dict[str, float]:
    """A rule a column."""
    cells, step, masks = wide(columns, rows, dirty)
    frame = frame_of(cells)
    return seconds({BARE: lambda: bare(frame, masks), OURS: lambda: step(cells)}, rounds, calls, clock)


def of_retail(rounds: int, clock: str = "cpu") -> dict[str, float]:
    """The shipped rules over all batches of the retail set, a file each."""
    dataset = retail(raw=False)
    step = next(step for step in dataset.chain.steps if isinstance(step, Validate))
    batches = list(_before(dataset, step))
    frames = [to_frame(each) for each in batches]
    return seconds(
        {
            BARE: lambda: [_bare_retail(frame) for frame in frames],
            OURS: lambda: [step(each) for each in batches],
        },
        rounds,
        1,
        clock,
    )


def _before(dataset: Dataset, step: Validate) -> Iterator[pa.RecordBatch]:
    """The rows of each file as they come to the step."""
    text = csv.ConvertOptions(column_types=dict.fromkeys((c.source for c in dataset.columns), pa.string()))
    for number, path in enumerate(sorted((SHARED / "retail").rglob("*.csv")), 1):
        table = csv.read_csv(path, convert_options=text).combine_chunks()
        ids = pa.array(range(number << 32, (number << 32) + table.num_rows), pa.int64())
        rows = table.add_column(0, ROW_ID, ids).to_batches()[0]
        for each in dataset.chain.steps[: dataset.chain.steps.index(step)]:
            rows = each(rows).accepted
        yield rows


_REFUSING = {
    "InvoiceNo_not_null": pl.col("InvoiceNo").is_null(),
    "StockCode_not_null": pl.col("StockCode").is_null(),
    "InvoiceNo_matches": ~pl.col("InvoiceNo").str.contains("^[AC]?[0-9]{6}$"),
    "price_not_negative": pl.col("UnitPrice") < 0,
}
_WARNING = {
    "is_return": pl.col("Quantity") < 0,
    "customer_missing": pl.col("CustomerID").is_null(),
    "line_below_100k": pl.col("Quantity") * pl.col("UnitPrice") >= 100_000,
}
_RETAIL = named(_REFUSING | _WARNING)


def _bare_retail(frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """As `bare`; the masks of rules that only warn are kept beside the good rows, too."""
    broken = frame.select_seq(_RETAIL)
    bad = reduce(or_, [broken.get_column(name) for name in _REFUSING])
    if bad.null_count():
        bad = bad.fill_null(value=False)
    whole = frame.hstack(broken)
    return whole.filter(~bad), whole.filter(bad)


def table(title: str, taken: dict[str, float]) -> None:
    """One case: milliseconds, and the ratio to the bare masks."""
    print(f"\n{title}\n\n| | ms | to bare masks |\n|---|---:|---:|")
    for name, each in taken.items():
        print(f"| {name} | {each * 1e3:,.3f} | {each / taken[BARE]:.2f} |")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print a table a case."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--clock", choices=sorted(_CLOCKS), default="cpu")
    chosen = parser.parse_args(arguments)
    rounds, clock = chosen.rounds, chosen.clock
    for dirty in SHARES:
        table(f"7 rules, 1,000 rows, {dirty:.0%} of them dirty", of_orders(dirty, rounds, clock))
    for dirty in SHARES:
        table(
            f"200 columns with a rule each, 2,000 rows, {dirty:.0%} of them dirty", of_wide_rows(dirty, rounds, clock)
        )
    if (SHARED / "retail").is_dir():
        table("the retail set, 541,909 rows in 305 batches", of_retail(max(3, rounds // 3), clock))
    else:
        print(f"the retail set is not in {SHARED}; name its folder with ADE_SHARED_DATA")


if __name__ == "__main__":
    main()
