"""All datasets at a glance, the files that are being read, and what happened last."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from stream.running.snapshot import DatasetNow, Event, FileProgress, ModelNow, Snapshot
from stream.screens.figures import milliseconds, seconds
from stream.screens.live.lines import Column, Line, Style, end_of, line, rule, safe, table
from stream.screens.live.marks import bar, percent, short, size, sparkline
from stream.screens.output import shown

STATES: dict[str, Style] = {"loading": "good", "held": "bad", "waiting": "warn", "idle": "dim"}
_WIDE, _WIDER = 110, 150
_EVENTS_LEAST = 3
_READING_MOST = 6
_TREND = 6
_RULES_TOLD = 3


def overview(snapshot: Snapshot, width: int, height: int) -> list[Line]:
    """At most `height` lines, and as many where there were events enough."""
    datasets = snapshot.datasets
    lines = table(_columns(snapshot, width), width, gap=1 if width < 90 else 2)
    reading = progress(snapshot.reading[:_READING_MOST], width)
    room = height - len(lines) - len(reading) - _EVENTS_LEAST - 1
    if width < _WIDER and room >= len(datasets):
        details = [_detail(each, snapshot.models, width) for each in datasets]
        lines = [
            lines[0],
            *(each for pair in zip(lines[1:], details, strict=True) for each in pair if each.text.strip()),
        ]
    if len(lines) > max(2, height - _EVENTS_LEAST - 1):
        lines = _folded(lines, max(2, height - _EVENTS_LEAST - 1))
    lines += reading[: max(0, height - len(lines) - _EVENTS_LEAST - 1)]
    return [*lines, *events(snapshot.events, width, height - len(lines))]


def _folded(lines: Sequence[Line], room: int) -> list[Line]:
    hidden = len(lines) - room + 1
    return [*lines[: room - 1], line((f"… and {hidden} more: view 2 shows each", "dim"))]


def _columns(snapshot: Snapshot, width: int) -> list[Column]:
    datasets = snapshot.datasets
    columns = [
        Column("dataset", [safe(each.dataset, "bold") for each in datasets], right=False, flexible=1, least=12),
        Column("state", [line((each.state, STATES[each.state])) for each in datasets], right=False),
        Column("rows/s", [line(short(each.rows_per_second)) for each in datasets]),
        Column("accepted", [line(short(each.accepted)) for each in datasets]),
        Column("rejected", [_alarming(each.rejected, "warn") for each in datasets]),
        Column("aside", [_alarming(each.set_aside, "bad") for each in datasets]),
        Column("drift", [_alarming(drifts(each), "warn") for each in datasets]),
        Column("score", [score(each, _TREND if width < _WIDE else 12) for each in datasets], right=False),
    ]
    if width >= _WIDE:
        columns[3:3] = [
            Column("files", [line(short(each.files)) for each in datasets]),
            Column("waiting", [line(short(each.waiting.files)) for each in datasets]),
            Column("lag", [line(seconds(each.waiting.lag_seconds)) for each in datasets]),
        ]
    if width >= _WIDER:
        columns += [
            Column("p99 ms", [line(milliseconds(each.latency.p99_ms)) for each in datasets]),
            Column(
                "model error", [_models(each, snapshot.models) for each in datasets], right=False, flexible=1, least=11
            ),
            Column("failing rules", [failing(each) for each in datasets], right=False, flexible=2, least=13),
            Column("last file", [safe(each.last_file or "-") for each in datasets], right=False, flexible=2, least=12),
        ]
    return columns


def _alarming(number: int, style: Style) -> Line:
    return line((short(number), style if number else "dim"))


def drifts(dataset: DatasetNow) -> int:
    """Files at which the schema changed, and columns whose values did."""
    return dataset.schema_drifts + len(dataset.drifted)


def score(dataset: DatasetNow, width: int) -> Line:
    """The quality score of the last closed date, with the trend of those before."""
    if not dataset.scores:
        return line(("-", "dim"))
    trend = sparkline(dataset.scores, width, from_zero=False) if len(dataset.scores) > 1 else ""
    return line(f"{dataset.scores[-1]:.1f} ", (trend, "accent"))


def failing(dataset: DatasetNow) -> Line:
    """The rules that most records failed."""
    named = ", ".join(f"{shown(name)} {short(number)}" for name, number in dataset.rules[:_RULES_TOLD])
    return line((named or "-", "" if named else "dim"))


def error_of(model: ModelNow, width: int) -> Line:
    """A model's error with its trend."""
    if model.error is None:
        return line(("nothing predicted yet", "dim"))
    trend = sparkline(model.errors, width) if len(model.errors) > 1 else ""
    return line(f"{model.measure} {model.error:.4g} ", (trend, "accent"))


def _models(dataset: DatasetNow, models: Sequence[ModelNow]) -> Line:
    its = [each for each in models if each.dataset == dataset.dataset]
    told = [line(f"{shown(each.model)} " if len(its) > 1 else "") + error_of(each, _TREND) for each in its]
    joined = Line()
    for place, each in enumerate(told):
        joined += (line("  ") if place else Line()) + each
    return joined if told else line(("-", "dim"))


def _detail(dataset: DatasetNow, models: Sequence[ModelNow], width: int) -> Line:
    """What has no column on a narrow screen; empty where there is nothing."""
    if dataset.state == "held":
        return line("  ") + safe(dataset.reason, "bad").cut(width - 2)
    parts = [line(end_of(dataset.last_file, width // 3))] if dataset.last_file else []
    parts += [_models(dataset, models)] if any(each.dataset == dataset.dataset for each in models) else []
    parts += [failing(dataset)] if dataset.rules else []
    told = line("  ")
    for place, each in enumerate(parts):
        told += (line((" · ", "dim")) if place else Line()) + each
    return Line(tuple((text, style or "dim") for text, style in told.pieces)).cut(width)


def progress(files: Sequence[FileProgress], width: int) -> list[Line]:
    """A bar for each file that takes several batches; nothing where there is none."""
    if not files:
        return []
    told = [rule("files being read", width)]
    room = max(8, min(40, width // 3))
    for each in files:
        name = line(end_of(each.path, max(8, width - room - 36))).padded(max(8, width - room - 36))
        told.append((name + line(" ") + _bar(each, room)).cut(width))
    return told


def _bar(file: FileProgress, width: int) -> Line:
    if not file.size_bytes:
        return line((bar(0, width), "accent"), f"   {size(file.done_bytes)} of its text")
    share = file.done_bytes / file.size_bytes
    said = f" {percent(share):>7}  {size(file.done_bytes)} of {size(file.size_bytes)}"
    return line((bar(share, width), "accent"), said)


def events(told: Sequence[Event], width: int, height: int) -> list[Line]:
    """The last events, the latest at the end; what is plain is cut at the end of its line, all else is told whole."""
    if height < 2:
        return []
    lines = [each for event in told[-height:] for each in _event(event, width)]
    nothing = [line(("nothing yet", "dim"))]
    return [rule("last events", width), *(lines or nothing)[-(height - 1) :]]


def _event(event: Event, width: int) -> list[Line]:
    text, room = shown(event.text), max(8, width - len(event.at) - 1)
    at = line((event.at, "dim"), " ")
    if event.is_plain:
        return [(at + line(text)).cut(width)]
    first, *others = wrapped(text, room)
    return [at + line(first), *(line(" " * (len(event.at) + 1), each) for each in others)]


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines that end at blanks where that can be."""
    return wrap(text, width, break_on_hyphens=False) or [""]
