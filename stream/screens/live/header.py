"""The first and the last lines of every view."""

from __future__ import annotations

from stream.running.snapshot import Percentiles, Snapshot
from stream.screens.figures import milliseconds, seconds
from stream.screens.live.lines import Line, Style, end_of, line
from stream.screens.live.marks import short, size, sparkline
from stream.screens.live.views import KEYS, Names, View

_PROGRAM = "ade-stream"
_SPARK_MAX = 60


def header(snapshot: Snapshot, width: int) -> list[Line]:
    """What the run is, how fast it is, and what waits."""
    return [_what(snapshot, width), _speed(snapshot, width), _waiting(snapshot, width)]


def _what(snapshot: Snapshot, width: int) -> Line:
    findings = snapshot.findings
    told = f"   {findings} {'finding' if findings == 1 else 'findings'}" if findings else ""
    figures = f"   up {seconds(snapshot.uptime_seconds)}   {snapshot.rss_bytes / 1e6:.0f} MB"
    style: Style = "bold" if snapshot.phase == "running" else "warn"
    room = max(0, width - len(_PROGRAM) - len(figures) - len(told) - len(snapshot.what) - 3)
    landing = f" {end_of(snapshot.landing, room)}" if snapshot.landing and room > 3 else ""
    return line((_PROGRAM, "bold"), "  ", (snapshot.what, style), landing, figures, (told, "bad")).cut(width)


def _speed(snapshot: Snapshot, width: int) -> Line:
    rate = f"{short(snapshot.rows_per_second)} rows/s"
    times = f"   commit {_pair(snapshot.commit)}   visible {_pair(snapshot.latency)}"
    if len(rate) + len(times) > width - 4:
        times = f"   commit {_pair(snapshot.commit)}"
    times = times if len(rate) + len(times) <= width else ""
    room = min(_SPARK_MAX, width - len(rate) - len(times) - 2)
    spark = sparkline(snapshot.rates[-max(1, 2 * room) :], room) if room > 4 else ""
    return line((rate, "bold"), "  ", (spark, "accent"), times).cut(width)


def _pair(each: Percentiles) -> str:
    return f"p50 {milliseconds(each.p50_ms)} ms, p99 {milliseconds(each.p99_ms)} ms"


def _waiting(snapshot: Snapshot, width: int) -> Line:
    waiting = snapshot.waiting
    if not waiting.files:
        last = snapshot.since_last_seconds
        ago = "no rows yet" if last is None else f"the last rows came {seconds(last)} ago"
        return line(f"backlog none; {ago}").cut(width)
    files = "1 file" if waiting.files == 1 else f"{short(waiting.files)} files"
    eta = snapshot.eta_seconds
    until = "" if eta is None else f", eta {seconds(eta)}"
    said = f"backlog {files}, {size(waiting.bytes)}{until}; the oldest waits for {seconds(waiting.lag_seconds)}"
    return line(said).cut(width)


def footer(view: View, width: int) -> Line:
    """The views, and the other keys."""
    names: Names = ("overview", "dataset", "files", "rules", "model")
    pieces: list[Line] = [
        line((f" {place} {name} ", "chosen") if name == view.name else f" {place} {name} ")
        for place, name in enumerate(names, 1)
    ]
    keys = " paused " if view.is_paused else f"  {KEYS}"
    told = sum(pieces, start=Line()) + line((keys, "chosen" if view.is_paused else "dim"))
    if told.cells > width:
        short_ones = [line((str(place), "chosen" if name == view.name else "")) for place, name in enumerate(names, 1)]
        told = (
            line(view.name, " ")
            + sum(short_ones, start=Line())
            + line(("  p paused" if view.is_paused else "  p q", ""))
        )
    return told.cut(width)
