"""The design matrix: a row an example, a column a feature.

>>> design = Design(("age", "town=Rome"), np.array([[30.0, 1.0], [31.0, 0.0]], order="F"))
>>> list(design.by_row())
[{'age': 30.0, 'town=Rome': 1.0}, {'age': 31.0, 'town=Rome': 0.0}]
>>> design.frame()["age"].to_list(), design.part(slice(1, 2), 1).frame().rows()
([30.0, 31.0], [(31.0,)])
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from processors.frames import to_frame

Numbers: TypeAlias = npt.NDArray[np.float64]
Whole: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """The names of the features, and the matrix, in which each column is contiguous."""

    features: tuple[str, ...]
    matrix: Numbers

    def part(self, rows: slice, width: int) -> Design:
        """Some of the rows, and the first features of all."""
        return Design(self.features[:width], self.matrix[rows, :width])

    def only(self, kept: npt.NDArray[np.bool_]) -> Design:
        """The rows where `kept` is true."""
        return Design(self.features, self.matrix[kept])

    def frame(self) -> pl.DataFrame:
        """As river takes many rows. By way of Arrow: polars takes three times as long for a series of numpy's."""
        return to_frame(pa.record_batch([pa.array(column) for column in self.matrix.T], names=list(self.features)))

    def by_row(self) -> Iterator[dict[str, float]]:
        """As river takes one row after the other."""
        return (dict(zip(self.features, row, strict=True)) for row in self.matrix.tolist())
