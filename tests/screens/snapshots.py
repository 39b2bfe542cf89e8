"""Snapshots of runs that were never made."""

from __future__ import annotations

import math

from stream.running.snapshot import (
    DatasetNow,
    DriftedColumn,
    Event,
    FileNews,
    FileProgress,
    ModelNow,
    Percentiles,
    Snapshot,
    Waiting,
)

EMPTY = Snapshot("watching", "landing", "running", 0.0, 0, ())
HELD = "rides/1.csv: 12.5 % of 1000 records are rejected. Dataset rides is held. `ade-stream resume rides` goes on."


def _dataset(name: str, place: int) -> DatasetNow:
    rates = tuple(int(20000 * (1 + math.sin(second / 7 + place))) for second in range(120))
    return DatasetNow(
        name,
        state="held" if name == "rides" else "loading",
        reason=HELD if name == "rides" else "",
        files=12,
        set_aside=place % 2,
        records=1_234_567 * place,
        accepted=1_234_500 * place,
        rejected=67 * place,
        schema_drifts=place,
        waiting=Waiting(3 * place, 34_500_000 * place, 3.0 * place),
        rows_per_second=float(rates[-1]),
        rates=rates,
        last_file=f"{name}/{name}_2026-11-21.csv",
        latency=Percentiles(45.1, 90.2),
        commit=Percentiles(4.1, 12.0),
        scores=tuple(95 + 3 * math.sin(date) for date in range(12)),
        rules=(("quantity_range", 45), ("not_null", 12)),
        drifted=(DriftedColumn("quantity", "2026-11-21", "drift", 0.31),),
        spent={"read": 300, "cast": 500, "validate": 250, "encode": 700, "commit": 900},
    )


def busy(*names: str) -> Snapshot:
    """A run in which everything happens at once, to datasets of these names."""
    return Snapshot(
        "watching",
        "/srv/some/where/deep/in/a/tree/landing",
        "running",
        7505.0,
        212_000_000,
        tuple(_dataset(name, place) for place, name in enumerate(names)),
        findings=2,
        commit=Percentiles(4.1, 12.3),
        latency=Percentiles(45.0, 90.0),
        bytes_per_second=12e6,
        since_last_seconds=0.4,
        reading=(FileProgress("retail", "retail/large.csv", 620, 1000), FileProgress("retail", "retail/a.gz", 9, None)),
        files=tuple(
            FileNews(1.79e9 + each, "orders", f"orders/{each}.csv", "committed", "All read.", 9, 1)
            for each in range(30)
        ),
        models=(ModelNow("demand", "orders", "learning", "", 123_456, "mae", 3.217, (5.0, 4.0, 3.2)),),
        events=(
            *(
                Event("10:12:01", f"loaded dataset=orders records={each} file=orders/{each}.csv", True)
                for each in range(60)
            ),
            Event("10:13:00", "quality dataset=orders rule=row_count " + "a reason of many words " * 5 + "ends here"),
        ),
    )
