"""Categories as columns of zeros and ones, which come as the categories come.

>>> categories = pl.DataFrame({"town": ["Rome", "Bonn", "Rome"], "size": ["s", "s", "m"]})
>>> encoder = Encoder(("age",), ("town", "size"), 2)
>>> encoded = encoder.encoded(pl.DataFrame({"age": [30.0, 31.0, 32.0]}), categories)
>>> encoded.design.features
('age', 'town=Rome', 'size=s', 'town=Bonn', 'size=m')
>>> encoded.design.matrix.tolist()
[[30.0, 1.0, 1.0, 0.0, 0.0], [31.0, 0.0, 1.0, 1.0, 0.0], [32.0, 1.0, 0.0, 0.0, 1.0]]
>>> encoded.width(1), encoded.width(2), encoded.width(3)
(3, 4, 5)
>>> one_more = pl.DataFrame({"town": ["Oslo"], "size": ["m"]})
>>> encoder.encoded(pl.DataFrame({"age": [33.0]}), one_more).surplus
{'town': array([0])}
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from processors.learning.design import Design, Whole


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """`surplus`: by column, the rows with one category too many. `arrivals`: the rows that brought the last features,
    one a feature."""

    design: Design
    surplus: Mapping[str, Whole]
    arrivals: Whole

    def width(self, rows: int) -> int:
        """How many features are known behind the first `rows` rows."""
        before = len(self.design.features) - len(self.arrivals)
        return before + int(np.searchsorted(self.arrivals, rows))


class Encoder:
    """The features that a learner knows: its numbers, then categories in the order in which rows brought them, and
    those of one row in the order of the columns. So the order does not depend on where rows are cut.

    `categories_max`: of one column; a row with one more cannot be learned.
    """

    def __init__(self, numbers: Iterable[str], columns: Iterable[str], categories_max: int) -> None:
        self._numbers, self._columns, self._max = tuple(numbers), tuple(columns), categories_max
        self._begin()

    def _begin(self) -> None:
        self.features = self._numbers
        self._known: dict[str, list[str]] = {column: [] for column in self._columns}
        self._places: dict[str, list[int]] = {column: [] for column in self._columns}
        self._came: list[tuple[str, str]] = []

    def encoded(self, numbers: pl.DataFrame, categories: pl.DataFrame, *, learning: bool = True) -> Encoded:
        """The design matrix of examples. An unknown category is all zeros; when `learning`, it is known from now on."""
        codes = {column: self._codes(column, categories[column]) for column in self._columns}
        arrivals: list[int] = []
        if learning and any(-1 in each for each in codes.values()):
            arrivals = list(self._learned(categories, codes))
            codes = {column: self._codes(column, categories[column]) for column in self._columns}
        surplus = {column: np.flatnonzero(each < 0) for column, each in codes.items() if -1 in each}
        return Encoded(self._design(numbers, codes), surplus, np.array(arrivals, np.int64))

    def _design(self, numbers: pl.DataFrame, codes: Mapping[str, Whole]) -> Design:
        height = len(next(iter(codes.values()))) if codes else numbers.height
        columns = np.zeros((len(self.features), height))
        if numbers.width:
            columns[: numbers.width] = numbers.to_numpy().T
        for column, code in codes.items():
            rows = np.flatnonzero(code >= 0)
            columns[np.array(self._places[column], np.intp)[code[rows]], rows] = 1.0
        return Design(self.features, columns.T)

    def _codes(self, column: str, cells: pl.Series) -> Whole:
        """The number of each cell's category among those of its column; -1 for one that is not known."""
        known = self._known[column]
        if not known:
            return np.full(len(cells), -1)
        codes = cells.cast(pl.Enum(known), strict=False).to_physical().to_numpy()
        if np.issubdtype(codes.dtype, np.floating):  # numpy has no nulls among integers
            codes = np.where(np.isnan(codes), -1.0, codes)
        return codes.astype(np.int64)

    def _learned(self, categories: pl.DataFrame, codes: Mapping[str, Whole]) -> Iterator[int]:
        """Knows the new categories, as far as there is room; the row of each."""
        for row, place, category in sorted(self._new(categories, codes)):
            column = self._columns[place]
            if len(self._known[column]) < self._max:
                self._add(column, category)
                yield row

    def _new(self, categories: pl.DataFrame, codes: Mapping[str, Whole]) -> Iterator[tuple[int, int, str]]:
        """The first row, the number of the column and the name of each category that is not known."""
        for place, column in enumerate(self._columns):
            if len(self._known[column]) < self._max:
                unknown = pl.DataFrame(
                    {"row": (rows := np.flatnonzero(codes[column] < 0)), "": categories[column][rows]}
                )
                firsts = unknown.unique("", keep="first")
                yield from ((row, place, category) for row, category in firsts.iter_rows())

    def _add(self, column: str, category: str) -> None:
        self._known[column].append(category)
        self._places[column].append(len(self.features))
        self._came.append((column, category))
        self.features = (*self.features, f"{column}={category}")

    def keep(self, features: Collection[str]) -> None:
        """Knows of its categories these features only, so that others have room; numbers stay."""
        came = [(column, category) for column, category in self._came if f"{column}={category}" in features]
        if len(came) < len(self._came):
            self._begin()
            self.load(came)

    def dump(self) -> list[list[str]]:
        """The categories in the order in which they came, as plain JSON."""
        return [[column, category] for column, category in self._came]

    def load(self, dumped: Iterable[Sequence[str]]) -> None:
        """Knows the categories that were dumped; for an encoder that knows none."""
        for column, category in dumped:
            self._add(column, category)
