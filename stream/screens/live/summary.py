"""What is left on the terminal when a live screen has gone: a run on one screen."""

from __future__ import annotations

from collections import Counter

from stream.running.snapshot import Snapshot
from stream.screens.figures import count, milliseconds, seconds
from stream.screens.live.drawing import Size
from stream.screens.live.lines import Column, Line, line, safe, table
from stream.screens.live.marks import percent, size
from stream.screens.live.overview import failing, score, wrapped

_REASON_LINES = 3


def summary(snapshot: Snapshot, screen: Size) -> list[Line]:
    """At most as many lines as the screen has, the prompt behind them and the command before."""
    lines = [_first(snapshot).cut(screen.width), *_table(snapshot, screen.width), *_work(snapshot, screen.width)]
    for each in snapshot.datasets:
        if each.reason:
            told = wrapped(f"{each.dataset} is held. {each.reason}", screen.width)
            lines += [safe(text, "bad") for text in told[:_REASON_LINES]]
    return lines[: max(2, screen.height - 2)]


def _first(snapshot: Snapshot) -> Line:
    records = sum(each.records for each in snapshot.datasets)
    waiting = snapshot.waiting
    left = f"; {count(waiting.files)} files wait ({size(waiting.bytes)})" if waiting.files else ""
    findings = f", {count(snapshot.findings)} findings" if snapshot.findings else ""
    rate = count(records / max(1.0, snapshot.uptime_seconds))
    took = f"in {seconds(snapshot.uptime_seconds)} ({rate} rows/s){findings}, {snapshot.rss_bytes / 1e6:.0f} MB"
    return line(("ade-stream", "bold"), f"  {count(records)} records {took}{left}")


def _table(snapshot: Snapshot, width: int) -> list[Line]:
    datasets = snapshot.datasets
    columns = [
        Column("dataset", [safe(each.dataset, "bold") for each in datasets], right=False, flexible=1, least=12),
        Column("files", [line(count(each.files)) for each in datasets]),
        Column("records", [line(count(each.records)) for each in datasets]),
        Column("accepted", [line(count(each.accepted)) for each in datasets]),
        Column("rejected", [line(count(each.rejected)) for each in datasets]),
        Column("aside", [line(count(each.set_aside)) for each in datasets]),
        Column("drift", [line(count(each.schema_drifts)) for each in datasets]),
        Column("p99 ms", [line(milliseconds(each.latency.p99_ms)) for each in datasets]),
        Column("score", [score(each, 6) for each in datasets], right=False),
        Column("failing rules", [failing(each) for each in datasets], right=False, flexible=2, least=13),
    ]
    return table(columns, width, gap=1 if width < 90 else 2)


def _work(snapshot: Snapshot, width: int) -> list[Line]:
    spent = Counter[str]()
    for each in snapshot.datasets:
        spent.update(each.spent)
    whole = sum(spent.values())
    if not whole:
        return []
    parts = ", ".join(f"{name} {percent(us / whole)}" for name, us in spent.items())
    return [line((f"where time went: {parts}", "dim")).cut(width)]
