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
from processors.learning.targetless import without
from processors.naming.matching import declared
from processors.outcome import merge_rejects
from processors.parameters.model import Parameters
from sinks.files import RECORDS_MAX, File, Position
from stream.config import Dataset
from stream.reading.header import Header, read_header
from stream.reading.matching import listed
from stream.reading.matching import named as names_of
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
    path: Path, named: str, dataset: Dataset, wanted: frozenset[str], parameters: Parameters | None
) -> Iterator[Iterator[Page]]:
    """The pages of a file, which can be gone through once. A file may lack columns that are not `wanted`, and is
    then judged without them. Messages call it `named`.

    Rules that look at other rows are not asked. Raises ConfigError where the file cannot be read as the dataset says,
    within the block too.
    """
    if not path.is_file():
        raise ConfigError(f"{named}: there is no such file.")
    try:
        with LandingFile(os.fsencode(path.parent), os.fsencode(path.name), follow_links=True) as file:
            laid_out = lay_out(file, dataset, None, final=True)
            header = read_header(laid_out.source, laid_out.dataset, final=True)
            if header is None:
                raise ConfigError(f"{named}: holds neither a header nor a record.")
            yield _pages(named, laid_out, header, wanted, parameters)
    except SourceError as error:
        raise ConfigError(f"{named}: {error}.") from error


def _pages(
    named: str, laid_out: LaidOut, header: Header, wanted: frozenset[str], parameters: Parameters | None
) -> Iterator[Page]:
    dataset = _that_may_lack(laid_out.dataset, header, wanted)
    _check_wanted(named, dataset, header)
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


def _that_may_lack(dataset: Dataset, header: Header, wanted: frozenset[str]) -> Dataset:
    """The dataset for a file that has these columns only."""
    there = {column.name for column in declared(header.names, dataset.columns).values()}
    lacking = frozenset(each.name for each in dataset.columns) - there - wanted
    columns = tuple(replace(each, optional=each.optional or each.name in lacking) for each in dataset.columns)
    return replace(dataset, columns=columns, chain=without(dataset.chain, lacking))


def _check_wanted(named: str, dataset: Dataset, header: Header) -> None:
    """Raises ConfigError where a column is not there that a model cannot do without."""
    found = declared(header.names, dataset.columns)
    there = {column.name for column in found.values()}
    missing = [column for column in dataset.columns if not column.optional and column.name not in there]
    if found and missing and dataset.cast.missing_columns == "freeze":
        raise ConfigError(
            f"{named}: its header lacks {names_of(missing)}; it has {listed(header.names)}. Add what is missing: the "
            "model needs it, or a rule about what the model needs, or the key."
        )
