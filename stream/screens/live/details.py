"""The views of one dataset, of files, of rules and of models."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from stream.running.snapshot import DatasetNow, FileNews, ModelNow, Snapshot
from stream.screens.figures import count, milliseconds, seconds
from stream.screens.live.lines import Column, Line, Style, end_of, line, rule, safe, table
from stream.screens.live.marks import bar, percent, short, size, sparkline
from stream.screens.live.overview import STATES, error_of, progress, wrapped

_FILE_STATES: dict[str, Style] = {"held": "bad", "failed": "bad", "processing": "accent", "settling": "warn"}
_LABEL = 11
_BAR = 30


def dataset_view(snapshot: Snapshot, chosen: int, width: int, height: int) -> list[Line]:
    """All that is known of one dataset."""
    if not snapshot.datasets:
        return [line("No dataset is known.")]
    place = chosen % len(snapshot.datasets)
    each = snapshot.datasets[place]
    title = safe(each.dataset, "bold") + line("  ", (each.state, STATES[each.state]))
    number = f"dataset {place + 1} of {len(snapshot.datasets)}"
    lines = [title.padded(width - len(number)) + line((number, "dim")) if width > len(number) + 8 else title]
    if each.reason:
        lines += [safe(text, "bad") for text in wrapped(each.reason, width)[:4]]
    lines += [_labelled(label, told, width) for label, told in _facts(each, snapshot, width)]
    return [*lines, *_two(_failing(each), _spent(each), width, height - len(lines))]


def _labelled(label: str, told: Line, width: int) -> Line:
    return (line((label.ljust(_LABEL), "dim")) + told).cut(width)


def _facts(each: DatasetNow, snapshot: Snapshot, width: int) -> Iterable[tuple[str, Line]]:
    waiting, room = each.waiting, max(4, min(60, width - 40))
    yield (
        "records",
        line(
            f"{count(each.records)} = {count(each.accepted)} accepted + {count(each.rejected)} rejected",
            f" ({percent(each.rejected / each.records)})" if each.records else "",
        ),
    )
    waits = f"{count(waiting.files)} waiting ({size(waiting.bytes)}, lag {seconds(waiting.lag_seconds)})"
    yield "files", line(f"{count(each.files)} seen, {count(each.set_aside)} set aside, {waits}")
    yield "last file", line(end_of(each.last_file or "-", max(4, width - _LABEL)))
    yield "speed", line(f"{short(each.rows_per_second)} rows/s  ", (sparkline(each.rates[-2 * room :], room), "accent"))
    commit, latency = each.commit, each.latency
    yield "commit", line(f"p50 {milliseconds(commit.p50_ms)} ms, p99 {milliseconds(commit.p99_ms)} ms")
    yield "visible", line(f"p50 {milliseconds(latency.p50_ms)} ms, p99 {milliseconds(latency.p99_ms)} ms after a look")
    yield "score", _scores(each, room)
    yield "drift", _drift(each)
    for model in snapshot.models:
        if model.dataset == each.dataset:
            yield "model", safe(model.model) + line("  ") + error_of(model, room)


def _scores(each: DatasetNow, width: int) -> Line:
    if not each.scores:
        return line(("no date is closed yet", "dim"))
    trend = sparkline(each.scores, width, from_zero=False)
    return line(f"{each.scores[-1]:.1f} of 100  ", (trend, "accent"), f"  last {len(each.scores)} dates")


def _drift(each: DatasetNow) -> Line:
    schema = f"schema {each.schema_drifts} times" if each.schema_drifts else ""
    columns = [f"{found.column} {_psi(found.psi)}({found.state})" for found in each.drifted]
    told = ", ".join([schema, *columns] if schema else columns)
    return safe(told, "warn") if told else line(("none", "dim"))


def _psi(psi: float | None) -> str:
    return "" if psi is None else f"psi {psi:.2f} "


def _failing(each: DatasetNow) -> list[tuple[str, str, float]]:
    most = max((number for _, number in each.rules), default=0)
    return [(name, short(number), number / most) for name, number in each.rules]


def _spent(each: DatasetNow) -> list[tuple[str, str, float]]:
    whole = sum(each.spent.values())
    return [(name, percent(us / whole), us / whole) for name, us in each.spent.items() if whole]


def _two(
    left: list[tuple[str, str, float]], right: list[tuple[str, str, float]], width: int, height: int
) -> list[Line]:
    """Rules beside work where there is room, else one below the other."""
    if height < 3:
        return []
    if width >= 78:
        half = (width - 2) // 2
        pairs = zip(
            _bars("failing rules", left, half, height), _bars("where time goes", right, half, height), strict=True
        )
        return [one.padded(half) + line("  ") + other for one, other in pairs if one.text.strip() or other.text.strip()]
    both = [
        *_bars("where time goes", right, width, len(right) + 1),
        *_bars("failing rules", left, width, len(left) + 2),
    ]
    return both[:height]


def _bars(title: str, told: list[tuple[str, str, float]], width: int, height: int) -> list[Line]:
    lines = [rule(title, width)]
    room = max(4, min(_BAR, width // 3))
    for name, number, share in told[: height - 1]:
        said = safe(name).padded(max(4, width - room - 12)) + line(number).padded(10, right=True)
        lines.append((said + line("  ", (bar(share, room), "accent"))).cut(width))
    if not told and height > 1:
        lines.append(line(("none", "dim")))
    return lines + [line("")] * (height - len(lines))


def files_view(snapshot: Snapshot, width: int, height: int) -> list[Line]:
    """The files that are being read, and those of which something was heard last, the latest first."""
    lines = progress(snapshot.reading[: max(1, height // 3)], width)
    news = list(reversed(snapshot.files))[: max(0, height - len(lines) - 1)]
    if not news:
        return [*lines, line(("No file was seen yet.", "dim"))]
    return [*lines, *table(_file_columns(news), width)]


def _file_columns(news: list[FileNews]) -> list[Column]:
    return [
        Column("at", [line((datetime.fromtimestamp(each.at, UTC).strftime("%H:%M:%S"), "dim")) for each in news]),
        Column("state", [line((each.state, _FILE_STATES.get(each.state, ""))) for each in news], right=False),
        Column("records", [line(short(each.records)) for each in news]),
        Column("rejected", [line((short(each.rejected), "warn" if each.rejected else "dim")) for each in news]),
        Column("file", [line(end_of(each.path, 60)) for each in news], right=False, flexible=2, least=20),
        Column("reason", [safe(each.reason, "dim") for each in news], right=False, flexible=3, least=12),
    ]


def rules_view(snapshot: Snapshot, width: int, height: int) -> list[Line]:
    """The rules that most records failed, of all datasets."""
    failed = [(number, each, name) for each in snapshot.datasets for name, number in each.rules]
    failed.sort(key=lambda one: -one[0])
    failed = failed[: max(0, height - 1)]
    if not failed:
        return [line(("No record failed a rule.", "dim"))]
    most, room = failed[0][0], max(8, min(40, width // 4))
    columns = [
        Column("dataset", [safe(each.dataset) for _, each, _ in failed], right=False, flexible=1, least=12),
        Column("rule", [safe(name) for _, _, name in failed], right=False, flexible=2, least=16),
        Column("records", [line(short(number)) for number, _, _ in failed]),
        Column("of all", [line(percent(number / max(1, each.records))) for number, each, _ in failed]),
        Column("", [line((bar(number / most, room), "accent")) for number, _, _ in failed], right=False),
    ]
    return table(columns, width)


def model_view(snapshot: Snapshot, width: int, height: int) -> list[Line]:
    """The learners: how good they were at what they had not seen, and how that changed."""
    models: list[ModelNow] = list(snapshot.models)[: max(0, height - 1)]
    if not models:
        return [line(("No model learns from these rows. `online` in a model's YAML lets it.", "dim"))]
    room = max(6, min(60, width // 4))
    columns = [
        Column("model", [safe(each.model, "bold") for each in models], right=False, flexible=1, least=12),
        Column("dataset", [safe(each.dataset or "-") for each in models], right=False, flexible=1, least=8),
        Column(
            "status", [line((each.status, "good" if each.status == "learning" else "bad")) for each in models], False
        ),
        Column("rows", [line(short(each.rows)) for each in models]),
        Column("measure", [line(each.measure or "-") for each in models], right=False),
        Column("error", [line("-" if each.error is None else f"{each.error:.4g}") for each in models]),
        Column("by date", [line((sparkline(each.errors, room), "accent")) for each in models], right=False),
        Column("reason", [safe(each.reason, "bad") for each in models], right=False, flexible=2, least=8),
    ]
    return table(columns, width)
