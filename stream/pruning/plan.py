"""What of which dates would be given up, and why some of it is needed still."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from processors.errors import SourceError
from sinks.files import FileState, row_id
from sinks.ledger.files import FileEntry
from sinks.ledger.prunes import What, kept_events
from sinks.reading import WarehouseReader
from stream.config import Dataset
from stream.evidence import Evidence

#: Nothing more comes of these.
_SETTLED: frozenset[FileState] = frozenset(("committed", "archived", "superseded"))


@dataclass(frozen=True, slots=True)
class Request:
    """Dates before `before`, of all datasets or of `only` one. `raw`, `landing`: which of both. `even_if_needed`: what
    replay and verify would need, too."""

    before: str
    only: str | None = None
    raw: bool = True
    landing: bool = True
    even_if_needed: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """What there is of a date to be given up: `files`, with so many records (`rows`) and `bytes`. `goes`: or it stays,
    and these are the `reasons`."""

    dataset: str
    date: str
    what: What
    files: int
    rows: int
    bytes: int
    goes: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Planned:
    """A part with where it is: row ids of raw events, or paths of files in the landing folder."""

    part: Part
    ranges: tuple[tuple[int, int], ...] = ()
    paths: tuple[bytes, ...] = ()


def planned(
    recorded: WarehouseReader, landing: Path, datasets: Mapping[str, Dataset], request: Request
) -> Iterator[Planned]:
    """What there is, date by date, with what becomes of it. Every landing file is read: what has other bytes than those
    that were loaded is nobody's to delete."""
    for name, dates in sorted(recorded.dates(request.only).items()):
        if name in datasets:
            evidence = Evidence(recorded, landing, datasets[name])
            for date in dates:
                if date < request.before:
                    yield from _of_date(evidence, date, request)


def _of_date(evidence: Evidence, date: str, request: Request) -> Iterator[Planned]:
    held = _held(evidence, date)
    about = evidence.dataset.name, date
    unsettled = [f"{each.file.path} is {each.state}." for each in held.entries if each.state not in _SETTLED]
    if request.landing and held.found:
        rows = sum(each.records for each in held.entries if each.file.file_id in held.found)
        figures = len(held.found), rows, sum(size for _, size in held.found.values())
        needed = [] if held.is_recorded and not _raw_goes(held, request) else [_NEEDED["landing"]]
        part = _part((*about, "landing"), figures, unsettled, needed, request)
        yield Planned(part, paths=tuple(path for path, _ in held.found.values()))
    if request.raw and held.events:
        figures = len(held.events), *(sum(column) for column in zip(*held.events.values(), strict=True))
        needed = [] if held.is_landed and not request.landing else [_NEEDED["raw"]]
        part = _part((*about, "raw"), figures, unsettled, needed, request)
        yield Planned(part, ranges=tuple((row_id(file, 0), row_id(file + 1, 0) - 1) for file in held.events))


_NEEDED = {
    "raw": "replay and verify read them: the landing files are not kept, or not as they were loaded.",
    "landing": "replay and verify read them: no raw events are kept beside them.",
}


def _raw_goes(held: _Held, request: Request) -> bool:
    return request.raw and request.even_if_needed and bool(held.events)


def _part(
    of: tuple[str, str, What],
    figures: tuple[int, int, int],
    unsettled: Sequence[str],
    needed: Sequence[str],
    request: Request,
) -> Part:
    goes = not unsettled and (not needed or request.even_if_needed)
    return Part(*of, *figures, goes=goes, reasons=() if goes else (*unsettled, *needed))


@dataclass(frozen=True, slots=True)
class _Held:
    """What is kept of a date's files. `found`: path and size of those that stand somewhere with the bytes that were
    loaded; `events`: rows and bytes of those that have raw events."""

    entries: tuple[FileEntry, ...]
    found: Mapping[int, tuple[bytes, int]]
    events: Mapping[int, tuple[int, int]]

    @property
    def is_landed(self) -> bool:
        """Whether all records that count can be read from files."""
        return all(each.file.file_id in self.found for each in self._counted)

    @property
    def is_recorded(self) -> bool:
        """Whether all records that count have a raw event."""
        return all(self.events.get(each.file.file_id, (0, 0))[0] >= each.records for each in self._counted)

    @property
    def _counted(self) -> list[FileEntry]:
        return [each for each in self.entries if each.records and each.state != "superseded"]


def _held(evidence: Evidence, date: str) -> _Held:
    entries = tuple(evidence.recorded.files("dataset = ? AND date = ?", evidence.dataset.name, date))
    found, events = dict[int, tuple[bytes, int]](), dict[int, tuple[int, int]]()
    for entry in entries:
        file_id = entry.file.file_id
        rows, size = kept_events(evidence.recorded.connection, row_id(file_id, 0), row_id(file_id + 1, 0) - 1)
        if rows:
            events[file_id] = rows, size
        with suppress(SourceError):  # it is gone, or was changed, or has grown since
            found[file_id] = evidence.whole_file(entry)
    return _Held(entries, found, events)
