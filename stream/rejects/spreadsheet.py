"""Cells that a spreadsheet shows as text and does not run, and back again.

A cell that begins like a formula gets an apostrophe in front (OWASP, "CSV Injection"), unless it is a plain number. So
does one that begins with apostrophes before such a beginning: taking one away gives every cell back.
"""

from __future__ import annotations

import re

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 - the full-width ones count too
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")


def guarded(cell: str) -> str:
    """`cell`, with an apostrophe in front where a spreadsheet might compute it.

    >>> guarded("=1+1"), guarded("-4.50"), guarded("'@x"), guarded("it's")
    ("'=1+1", '-4.50', "''@x", "it's")
    """
    return f"'{cell}" if _is_formula(cell) and not _NUMBER.fullmatch(cell) else cell


def bare(cell: str) -> str:
    """The cell that `guarded` was given.

    >>> bare("'=1+1"), bare("-4.50"), bare("''@x"), bare("it's")
    ('=1+1', '-4.50', "'@x", "it's")
    """
    return cell[1:] if cell.startswith("'") and _is_formula(cell) else cell


def _is_formula(cell: str) -> bool:
    return cell.lstrip("'").startswith(_FORMULA)
