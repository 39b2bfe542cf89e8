"""A record as it came: what the raw layer keeps of it, else what its reject or the landing file still has."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np

from processors.errors import SourceError
from processors.events import encode
from sinks.ledger.prunes import stored_prunes
from sinks.reading import WarehouseReader
from stream.config import Dataset
from stream.landing.disposal import kept_at
from stream.reading.framing import Dialect, frame
from stream.reading.records import parse
from stream.reading.sniffing import lay_out
from stream.reading.source import LandingFile
from stream.rejects.records import line
from stream.tracing.finding import Found


@dataclass(frozen=True, slots=True)
class Record:
    """`text`: the record as a line of CSV. `cells`: by the header's names; None of a record that could not be split."""

    text: str
    cells: Mapping[str, str] | None

    @classmethod
    def of(cls, payload: str) -> Record:
        """Of an event."""
        content = json.loads(payload)
        return cls(line(payload), content if isinstance(content, dict) else None)


Source: TypeAlias = Literal["raw layer", "reject", "landing file"]


@dataclass(frozen=True, slots=True)
class Came:
    """`record`: as it came, and where that was found; None where it cannot be had any more, and `missing` says why.
    `corrected`: what it was corrected to, and when."""

    record: Record | None
    source: Source | None
    missing: str = ""
    corrected: Record | None = None
    corrected_at: str | None = None


def came(recorded: WarehouseReader, landing: Path, dataset: Dataset, found: Found) -> tuple[Came, str | None]:
    """What is known of the record before its first step, and the event by which it is judged."""
    corrected_at = recorded.rejects.corrected_at(found.row_id)
    corrected = recorded.records.event(found.row_id) if corrected_at else None
    source: Source = "raw layer"
    first, missing = recorded.rejects.original(found.row_id), ""
    if first is None and corrected is None:
        first, source = _of_reject(recorded, dataset, found), "reject"
    if first is None:
        source = "landing file"
        try:
            first = _of_landing(landing, dataset, found)
        except SourceError as error:
            missing = f"{_why_no_event(recorded, found)}, and {error}."
    record, source_known = (None, None) if first is None else (Record.of(first), source)
    told = Came(record, source_known, missing, None if corrected is None else Record.of(corrected), corrected_at)
    return told, corrected or first


def _why_no_event(recorded: WarehouseReader, found: Found) -> str:
    """The beginning of a sentence."""
    file = found.entry.file
    told = [each.told for each in stored_prunes(recorded.connection, file.dataset, file.date) if each.what == "raw"]
    if not told:
        return "The dataset kept no raw layer (raw: false) when it was loaded"
    return told[-1][0].upper() + told[-1][1:]


def _of_reject(recorded: WarehouseReader, dataset: Dataset, found: Found) -> str | None:
    """The event that a reject keeps. Of a duplicate only the typed row is kept."""
    columns = recorded.rejects.events(dataset.name)
    kept = recorded.rejects.named([found.row_id], columns).to_pylist()
    return next((str(each["payload"]) for each in kept if not each["is_typed"]), None)


def _of_landing(landing: Path, dataset: Dataset, found: Found) -> str:
    """The event of the record, as its file still has it. Raises SourceError where its bytes are not there any more."""
    span, changed = found.span.span, False
    for path in kept_at(os.fsencode(landing), dataset, found.entry.file.path):
        try:
            block, dialect = _block(landing, path, dataset, found)
        except FileNotFoundError:
            continue
        if hashlib.sha256(block).digest() == found.span.digest:
            begin, end = (at - span.byte_start for at in found.bytes)
            return _parsed(block[begin:end], dialect, found)
        changed = True
    raise SourceError(
        f"the bytes of its file are no longer those that were loaded: {found.entry.file.path}"
        if changed
        else f"its file is not in the landing folder any more: {found.entry.file.path}"
    )


def _block(landing: Path, path: bytes, dataset: Dataset, found: Found) -> tuple[bytes, Dialect]:
    """The bytes at the place of the record's span, and how they are to be read."""
    with LandingFile(os.fsencode(landing), path, follow_links=dataset.files.follow_links) as file:
        laid_out = lay_out(file, dataset, found.entry.file.dialect, final=True)
        block = laid_out.source.read(found.span.span.byte_start, found.span.span.byte_end)
        return block, laid_out.dataset.dialect


def _parsed(text: bytes, dialect: Dialect, found: Found) -> str:
    """The event of the record with this text."""
    frames, ids = frame(text, dialect, final=True), np.array([found.row_id], np.int64)
    if len(frames) != 1:
        raise SourceError(f"the dialect of its config reads it as {len(frames)} records by now")
    records = parse(text, frames, found.entry.file.header, dialect, ids, found.bytes[0])
    if records.rows.num_rows:
        return str(encode(records.rows)[0])
    return str(records.malformed_events["payload"][0])
