"""Words that mean nothing: in one column, or in all of them."""

from __future__ import annotations

from collections.abc import Sequence

from processors.profiling.profile import ColumnProfile
from stream.drafting.kinds import PLAIN_NULLS, Kind

#: A sign may stand for something in a column of text.
_SIGNS = {"-", "--", "---", ".", "..", "?"}
_SHARED_MIN = 2


def shared_nulls(columns: Sequence[tuple[Kind, ColumnProfile]]) -> tuple[str, ...]:
    """The words that mean nothing in every column where they stand.

    Each means nothing in a column that has a type without it, and stands in others too; and in none of text does it
    look like the values beside it, as NA does among the codes of countries.
    """
    typed = sorted({word for kind, _ in columns for word in kind.nulls} - _SIGNS)
    return tuple(word for word in typed if _is_shared(word, columns))


def _is_shared(word: str, columns: Sequence[tuple[Kind, ColumnProfile]]) -> bool:
    where = [(kind, profile) for kind, profile in columns if word in profile.words]
    texts = [profile for kind, profile in where if kind.is_text and word not in kind.nulls]
    alike = word not in PLAIN_NULLS and any(_is_alike(word, profile) for profile in texts)
    return len(where) >= _SHARED_MIN and not alike


def _is_alike(word: str, profile: ColumnProfile) -> bool:
    values = [value for _, value in profile.some]
    return bool(values) and all(len(value) == len(word) and value.isalpha() for value in values)
