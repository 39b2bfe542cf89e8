"""Projections into the files of a folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import chain
from pathlib import Path

import pyarrow as pa

from sinks.exports.records import Export, Written
from stream.exporting.formats import Format, Hashed, format_of
from stream.exporting.projections import Projection
from stream.replacing import replacing_bytes, sync_folder


class UnwrittenError(OSError):
    """A file that cannot be written: `export` says which, the message why."""

    def __init__(self, path: Path, export: Export, why: OSError) -> None:
        super().__init__(f"{path}: cannot be written: {why.strerror or why}. Make room, or check who may write there")
        self.export = export


def write(folder: Path, projection: Projection) -> tuple[Written, ...]:
    """Write its files below `folder`, all or none new; without rows they go. Durable once `sync` is called.

    Raises UnwrittenError.
    """
    first = projection.exports[0]
    try:
        rows = projection.rows()
        head = next(rows, None)
        if head is None:
            return _deleted(folder, projection)
        return _written(folder, projection, head, rows)
    except OSError as error:
        raise UnwrittenError(folder / first.path, first, error) from error


def sync(folder: Path, written: Iterable[Written]) -> None:
    """Make the names of files durable, and of the folders that were made for them. Raises UnwrittenError."""
    parents = {folder / each.export.path: each for each in written}
    for path, each in {path.parent: each for path, each in parents.items()}.items():
        try:
            for made in (path, *(above for above in path.parents if above.is_relative_to(folder))):
                if made.exists():
                    sync_folder(made)
        except OSError as error:
            raise UnwrittenError(path, each.export, error) from error


def _deleted(folder: Path, projection: Projection) -> tuple[Written, ...]:
    for export in projection.exports:
        (folder / export.path).unlink(missing_ok=True)
    return tuple(Written(export, 0, None) for export in projection.exports)


def _written(folder: Path, projection: Projection, head: pa.Table, rest: Iterator[pa.Table]) -> tuple[Written, ...]:
    with ExitStack() as files:
        hashed, formats = list[Hashed](), list[Format]()
        for export in projection.exports:
            path = folder / export.path
            path.parent.mkdir(parents=True, exist_ok=True)
            hashed.append(Hashed(files.enter_context(replacing_bytes(path))))
            formats.append(format_of(export.path, hashed[-1]))
        count = 0
        for rows in chain([head], rest):
            count += rows.num_rows
            for each in formats:
                each.write(rows)
        for each in formats:
            each.end()
    return tuple(
        Written(export, count, file.content_hash()) for export, file in zip(projection.exports, hashed, strict=True)
    )
