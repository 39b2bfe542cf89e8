"""Categories as columns of zeros and ones, which come as the categories come.

>>> categories = pl.DataFrame({"town": ["Rome", "Bonn", "Rome"], "size": ["s", "s", "m"]})
>>> encoder = Encoder(("age",), ("town", "size"), 2)
>>> matrix, over = encoder.encoded(pl.DataFrame({"age": [30.0, 31.0, 32.0]}), categories)
>>> encoder.features
['age', 'town=Rome', 'size=s', 'town=Bonn', 'size=m']
>>> matrix.tolist()
[[30.0, 1.0, 1.0, 0.0, 0.0], [31.0, 0.0, 1.0, 1.0, 0.0], [32.0, 1.0, 0.0, 0.0, 1.0]]
>>> one_more = pl.DataFrame({"town": ["Oslo"], "size": ["m"]})
>>> encoder.encoded(pl.DataFrame({"age": [33.0]}), one_more)[1]
{'town': array([0])}
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

Matrix = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]


class Encoder:
    """The columns that a learner knows: its numbers, then the categories in the order in which rows brought them, and
    those of one row in the order of its columns. So the order does not depend on where rows are cut.

    `categories_max`: of one column; a row with one more cannot be learned.
    """

    def __init__(self, numbers: Sequence[str], columns: Sequence[str], categories_max: int) -> None:
        self.columns, self.categories_max = tuple(columns), categories_max
        self.features: list[str] = list(numbers)
        self._known: dict[str, list[str]] = {column: [] for column in columns}
        self._places: dict[str, list[int]] = {column: [] for column in columns}
        self._order: list[tuple[str, str]] = []

    def encoded(
        self, numbers: pl.DataFrame, categories: pl.DataFrame, *, learning: bool = True
    ) -> tuple[Matrix, dict[str, Whole]]:
        """A row an example, a column a feature (contiguous in memory), and by column the rows with one category too
        many. An unknown category is all zeros; when `learning`, it becomes known first."""
        codes = self._codes(categories)
        over: dict[str, Whole] = {}
        if learning and any((each < 0).any() for each in codes.values()):
            codes, over = self._learned(categories, codes)
        height = max(numbers.height, categories.height)
        columns = np.zeros((len(self.features), height))
        if numbers.width:
            columns[: numbers.width] = numbers.to_numpy().T
        for column, code in codes.items():
            rows = np.arange(height)
            if (unknown := code < 0).any():
                rows, code = rows[~unknown], code[~unknown]
            columns[np.asarray(self._places[column], np.intp)[code], rows] = 1.0
        return columns.T, over

    def _codes(self, categories: pl.DataFrame) -> dict[str, Whole]:
        return {column: self._code(categories[column], column) for column in self.columns}

    def _code(self, cells: pl.Series, column: str) -> Whole:
        """The number of each cell's category among those of its column; -1 for one that is not known."""
        known = self._known[column]
        if not known or not len(cells):
            return np.full(len(cells), -1)
        codes = cells.cast(pl.Enum(known), strict=False).to_physical()
        return codes.cast(pl.Int64).fill_null(-1).to_numpy()

    def _learned(
        self, categories: pl.DataFrame, codes: Mapping[str, Whole]
    ) -> tuple[dict[str, Whole], dict[str, Whole]]:
        for _, column, category in sorted(self._new(categories, codes)):
            known = self._known[self.columns[column]]
            if len(known) < self.categories_max:
                self._add(self.columns[column], category)
        again = self._codes(categories)
        return again, {name: np.flatnonzero(code < 0) for name, code in again.items() if (code < 0).any()}

    def _new(self, categories: pl.DataFrame, codes: Mapping[str, Whole]) -> Iterable[tuple[int, int, str]]:
        """The row, the column and the name of each category that is not known, where it is met first."""
        for place, column in enumerate(self.columns):
            rows = np.flatnonzero(codes[column] < 0)
            unknown = categories[column][rows]
            if len(self._known[column]) < self.categories_max:
                firsts = (
                    unknown.to_frame()
                    .select(pl.col(column), pl.int_range(pl.len()).alias(""))
                    .unique(column, keep="first", maintain_order=True)
                )
                yield from ((int(rows[at]), place, name) for name, at in firsts.iter_rows())

    def _add(self, column: str, category: str) -> None:
        self._known[column].append(category)
        self._places[column].append(len(self.features))
        self._order.append((column, category))
        self.features.append(f"{column}={category}")

    def dump(self) -> list[list[Any]]:
        """The categories in the order in which they came, as plain JSON."""
        return [[column, category] for column, category in self._order]

    def load(self, dumped: Iterable[Sequence[str]]) -> None:
        """Knows the categories that were dumped; for an encoder that knows none."""
        for column, category in dumped:
            self._add(column, category)
