"""Examples as a matrix: numbers as they are, a column for each category that was seen in training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self, TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from processors.learning.examples import Examples

Matrix: TypeAlias = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Encoding:
    """`numbers`: names, in their order. `categories`: each column with the categories that have a column, sorted;
    another category is a zero in all of them."""

    numbers: tuple[str, ...]
    categories: tuple[tuple[str, tuple[str, ...]], ...]

    @classmethod
    def of(cls, examples: Examples) -> Self:
        """The one that has a column for each category of these examples."""
        texts = examples.categories
        seen = ((name, tuple(sorted(texts[name].unique().drop_nulls().to_list()))) for name in texts.columns)
        return cls(tuple(examples.numbers.columns), tuple(seen))

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the matrix' columns: those of numbers, then `<column>=<category>`."""
        return (*self.numbers, *(f"{name}={each}" for name, known in self.categories for each in known))

    def matrix(self, examples: Examples) -> Matrix:
        """Rows x columns, in the order of the examples."""
        found = np.zeros((len(examples.ids), len(self.columns)))
        found[:, : len(self.numbers)] = examples.numbers.select(self.numbers).to_numpy()
        start = len(self.numbers)
        for name, known in self.categories:
            rows, places = _places(examples.categories[name], known)
            found[rows, start + places] = 1
            start += len(known)
        return found

    def written(self) -> dict[str, Any]:
        """As plain JSON."""
        return {"numbers": list(self.numbers), "categories": [[name, list(known)] for name, known in self.categories]}

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Self:
        """The one that `written` gave."""
        return cls(tuple(said["numbers"]), tuple((name, tuple(known)) for name, known in said["categories"]))


def _places(texts: pl.Series, known: Sequence[str]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The rows whose category is known, and its place."""
    schema = {"text": pl.String(), "place": pl.Int64()}
    places = pl.DataFrame({"text": known, "place": range(len(known))}, schema)
    found = pl.DataFrame({"text": texts.cast(pl.String)}).join(places, on="text", how="left", maintain_order="left")
    is_known = found["place"].is_not_null()
    return is_known.arg_true().to_numpy().astype(np.int64), found["place"].filter(is_known).to_numpy()
