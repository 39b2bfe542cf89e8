"""The rows of a file that is not loaded: read and judged as a landing file of its dataset is, row by row."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from processors.errors import ConfigError, SourceError
from processors.learning.targetless import targetless
from processors.naming.matching import declared
from processors.outcome import merge_rejects
from processors.parameters.model import Parameters
from sinks.files import RECORDS_MAX, File, Position
from stream.config import Dataset
from stream.reading.header import Header, read_header
from stream.reading.reader import Reader
from stream.reading.sniffing import LaidOut, lay_out
from stream.reading.source import LandingFile
from stream.schemas.freezing import frozen

Int64s: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows. `accepted`: typed; `rejected`: as REJECTED has it. `lines`: where each record of the page begins, the
    first of which has the number `first`."""

    accepted: pa.RecordBatch
    rejected: pa.RecordBatch
    lines: Int64s
    first: int

    def lines_of(self, rows: Int64s) -> Int64s:
        """The lines of row ids."""
        return np.asarray(self.lines[(rows & RECORDS_MAX) - self.first])


@contextmanager
def judged(
    path: Path, named: str, dataset: Dataset, target: str, parameters: Parameters | None
) -> Iterator[Iterator[Page]]:
    """The pages of a file, which can be gone through once. A file without the column `target` is judged without it.
    Messages call it `named`.

    Rules that look at other rows are not asked. Raises ConfigError where the file cannot be read as the dataset says,
    within the block too.
    """
    if not path.is_file():
        raise ConfigError(f"{named}: there is no such file.")
    try:
        with LandingFile(os.fsencode(path.parent), os.fsencode(path.name), follow_links=True) as file:
            laid_out = lay_out(file, dataset, None, final=True)
            header = read_header(laid_out.source, _optional(laid_out.dataset, target), final=True)
            if header is None:
                raise ConfigError(f"{named}: holds neither a header nor a record.")
            yield _pages(named, laid_out, header, target, parameters)
    except SourceError as error:
        raise ConfigError(f"{named}: {error}.") from error


def _pages(named: str, laid_out: LaidOut, header: Header, target: str, parameters: Parameters | None) -> Iterator[Page]:
    dataset = laid_out.dataset
    if not any(column.name == target for column in declared(header.names, dataset.columns).values()):
        dataset = _optional(dataset, target)
    if why := frozen(header.names, dataset):
        raise ConfigError(f"{named}: {why}.")
    chain = dataset.chain.given(parameters) if parameters is not None else dataset.chain
    file = File(1, dataset.name, named, 1, "", header.names)
    for piece in Reader(laid_out.source, dataset, file, Position(), header.end, final=True):
        outcome = chain(piece.records.rows)
        rejected = merge_rejects(piece.records.malformed, outcome.rejected)
        yield Page(outcome.accepted, rejected, np.asarray(piece.index.lines), piece.span.row_first)
    if laid_out.source.fault is not None:
        raise SourceError(laid_out.source.fault)


def _optional(dataset: Dataset, target: str) -> Dataset:
    """The dataset for files that may lack the column."""
    columns = tuple(replace(each, optional=each.optional or each.name == target) for each in dataset.columns)
    return replace(dataset, columns=columns, chain=targetless(dataset.chain, target))
