"""Text in one case, by the rules of Unicode: a sharp s becomes SS, and a sigma at the end of a word is the final one.

What a cell becomes stays so when it is written in the same case again.

>>> in_case(pa.array(["STRASSE 3B", "d'arc", None]), "title").to_pylist()
['Strasse 3b', "D'arc", None]
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import polars as pl
import pyarrow as pa

Case: TypeAlias = Literal["lower", "upper", "title"]

#: Letters with their accents, and digits; an apostrophe within a word begins no other.
_WORD = r"[\p{L}\p{M}\p{N}]+(?:['\x{2019}][\p{L}\p{M}\p{N}]+)*"
_WORDS_AND_REST = _WORD + r"|[^\p{L}\p{M}\p{N}]+"
_PLAIN = pl.CompatLevel.oldest()


def in_case(cells: pa.Array, case: Case) -> pa.Array:
    """`cells` (text) in that case. Each distinct text is looked at once: columns repeat their words."""
    known = cells.dictionary_encode()
    written = _written(pl.Series("text", known.dictionary, pl.String), case).to_arrow(compat_level=_PLAIN)
    return written.cast(cells.type).take(known.indices)


def _written(text: pl.Series, case: Case) -> pl.Series:
    if case == "upper":
        return text.str.to_uppercase()
    lower = text.str.to_lowercase()
    if case == "lower":
        return lower
    words = pl.col("text").str.extract_all(_WORDS_AND_REST).list.eval(_capital()).list.join("")
    return lower.to_frame().select_seq(words).to_series()


def _capital() -> pl.Expr:
    """A word in small letters with its first one as a capital; of one that is several capitals only the first is."""
    first = pl.element().str.head(1).str.to_uppercase()
    return first.str.head(1) + first.str.slice(1).str.to_lowercase() + pl.element().str.slice(1)
