"""A landing folder with one file, a dataset to read it with, and what reading it gives."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sinks.files import File, FileDialect, Position
from stream.config import Dataset, DatasetConfig, compile_dataset
from stream.reading.header import Header, read_header
from stream.reading.reader import Piece, Reader
from stream.reading.sniffing import lay_out
from stream.reading.source import LandingFile

HUGE = 1 << 30


def dataset(columns: str = "xy", record_bytes_max: int = 1 << 20, **dialect: object) -> Dataset:
    """Text columns with names of one letter; nothing but the sizes of the file's parts limits a batch."""
    config = DatasetConfig.model_validate(
        {
            "dataset": "d",
            "columns": {name: {"type": "string", "optional": True} for name in columns},
            "dialect": dialect,
            "processors": [{"schema": {}}],
        }
    )
    compiled, faults = compile_dataset(config)
    assert not faults
    short = replace(compiled.dialect, record_bytes_max=record_bytes_max)
    return replace(compiled, dialect=short, batch_bytes=HUGE, batch_rows=HUGE)


@dataclass(frozen=True)
class Reading:
    """All pieces of a file; the dialect found with the first of them, and why the file was not read to its end."""

    header: Header | None
    pieces: list[Piece]
    dialect: FileDialect | None = None
    fault: str | None = None

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Rows with their ids."""
        return [row for piece in self.pieces for row in piece.records.rows.to_pylist()]

    @property
    def malformed(self) -> list[tuple[int, str, str]]:
        """Row id, rule and message of each record set aside."""
        rejects = [row for piece in self.pieces for row in piece.records.malformed.to_pylist()]
        return [(row["_id"], row["reasons"][0]["rule"], row["reasons"][0]["message"]) for row in rejects]

    @property
    def events(self) -> list[tuple[int, bytes]]:
        """Row id and bytes of each record set aside, as the raw layer keeps it."""
        kept = [row for piece in self.pieces for row in piece.records.malformed_events.to_pylist()]
        texts = [(row["_id"], *json.loads(row["payload"])[2:]) for row in kept]
        return [(row_id, text.encode(encoding)) for row_id, text, encoding in texts]

    @property
    def places(self) -> list[tuple[int, int, int]]:
        """Line, first byte and end of each record."""
        indexes = [piece.index for piece in self.pieces]
        return [
            place
            for index in indexes
            for place in zip(index.lines.tolist(), index.starts.tolist(), index.ends.tolist(), strict=True)
        ]

    @property
    def end(self) -> Position:
        """Where reading goes on."""
        return self.pieces[-1].end if self.pieces else Position()


def read_all(data: bytes, how: Dataset, *, final: bool = True) -> Reading:
    """`data` as a file, read from its beginning."""
    with TemporaryDirectory() as folder:
        return read_on(Path(folder), data, how, Reading(None, []), final=final)


def read_in_stages(stages: list[bytes], how: Dataset) -> Reading:
    """A file that grows from one stage to the next, each read on from the one before; the last one is final."""
    with TemporaryDirectory() as folder:
        reading = Reading(None, [])
        for number, data in enumerate(stages, 1):
            reading = read_on(Path(folder), data, how, reading, final=number == len(stages))
        return reading


def read_on(folder: Path, data: bytes, how: Dataset, so_far: Reading, *, final: bool) -> Reading:
    """`data` as a file whose beginning was read `so_far`."""
    (folder / "file.csv").write_bytes(data)
    with LandingFile(os.fsencode(folder), b"file.csv") as opened:
        laid_out = lay_out(opened, how, so_far.dialect, final=final)
        header = read_header(laid_out.source, laid_out.dataset, final=final)
        if header is None:
            return so_far
        file = File(1, how.name, "file.csv", 1, "2026-11-21", header.names)
        start = so_far.end if so_far.end.records else header.end
        reader = Reader(laid_out.source, laid_out.dataset, file, so_far.end, start, final=final)
        pieces = [*so_far.pieces, *reader]
        return Reading(header, pieces, laid_out.dialect if pieces else None, laid_out.source.fault)
