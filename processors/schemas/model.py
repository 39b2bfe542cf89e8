"""The schema of a file as it was found: its columns in order, and what their cells are.

What fits the contract is what the contract says: a column declared `number` is a number in a file of whole numbers too.
Only a cell that does not fit, and a column that the contract does not have, is looked at for what it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

#: What becomes of new columns, missing columns and cells that do not cast. evolve: the contract grows. quarantine: the
#: records are rejected. rescue: they are loaded, and what has no place is kept in `_rescued`. freeze: the file is held.
Mode: TypeAlias = Literal["evolve", "quarantine", "rescue", "freeze"]

#: The type of a column in which no value was seen. It widens to every other.
UNKNOWN = "unknown"

#: Of a column that the contract does not have so many values are kept, to tell what it may be.
VALUES_MAX = 50

#: More digits a decimal cannot have.
DIGITS_MAX = 38
_INTEGER_DIGITS = 19
_DECIMAL = re.compile(r"decimal\((\d+), *(\d+)\)")

#: Of each file so many records are looked at for the formats of values, and for columns that the contract lacks.
SAMPLE_RECORDS = 1000


@dataclass(frozen=True, slots=True)
class SchemaColumn:
    """A column. `name`: as the header has it. `column`: the contract's column that it is; None where there is none.

    `type`: as a config writes it, such as `integer` or `decimal(12,2)`, or `unknown`. `nullable`: whether a cell may
    be null, or was. `formats`: the ways in which values are written, where there are several; sorted. `categories`: the
    values that there are; None where that is not known, or they are too many. `values`: some of the values, in their
    order; they do not make the schema another.
    """

    name: str
    type: str
    column: str | None = None
    nullable: bool = True
    formats: tuple[str, ...] = ()
    categories: tuple[str, ...] | None = None
    values: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Schema:
    """Columns in their order, and the names of those that identify a record (only a contract says which)."""

    columns: tuple[SchemaColumn, ...]
    key: tuple[str, ...] = ()


def join(left: Schema, right: Schema) -> Schema:
    """The schema of a file of which `left` and `right` are the schemas of two parts, in this order.

    So the schema of a file is the same however it is cut. The parts have the same header.
    """
    if left is right:
        return left
    columns = tuple(_joined(*both) for both in zip(left.columns, right.columns, strict=True))
    return Schema(columns, left.key)


def _joined(left: SchemaColumn, right: SchemaColumn) -> SchemaColumn:
    if left is right:
        return left
    known = left.categories, right.categories
    return replace(
        left,
        type=(join_types if left.column is None else join_seen)(left.type, right.type),
        nullable=left.nullable or right.nullable,
        formats=tuple(sorted({*left.formats, *right.formats})),
        categories=None if None in known else tuple(sorted({*(known[0] or ()), *(known[1] or ())})),
        values=some((*left.values, *right.values)),
    )


def some(values: Iterable[str]) -> tuple[str, ...]:
    """The first VALUES_MAX of the distinct values, in their order."""
    return tuple(dict.fromkeys(values))[:VALUES_MAX]


def join_types(left: str, right: str) -> str:
    """The narrowest type that takes the values of both.

    Of an integer 19 digits are counted where it meets a decimal; beyond 38 digits a decimal is a number.

    >>> join_types("integer", "number"), join_types("decimal(5,2)", "decimal(4,3)"), join_types("date", "integer")
    ('number', 'decimal(6,3)', 'string')
    """
    if left == right or right == UNKNOWN:
        return left
    if left == UNKNOWN:
        return right
    if not (_is_numeric(left) and _is_numeric(right)):
        return "string"
    if "number" in {left, right}:
        return "number"
    digits = [_digits(left), _digits(right)]
    whole, scale = max(each[0] for each in digits), max(each[1] for each in digits)
    return decimal(whole, scale)


def join_seen(left: str, right: str) -> str:
    """What two parts of a declared column are: its type, or a wider one, as soon as a cell of either is that.

    `string` says that no cell was a value of the type or of a wider one. Some such cells among others are dirt, and the
    column is what it was; only where there are no others it is text.

    >>> join_seen("integer", "string"), join_seen("number", "integer"), join_seen("unknown", "string")
    ('integer', 'number', 'string')
    """
    kinds = {left, right} - {"string", UNKNOWN}
    if not kinds:
        return "string" if "string" in {left, right} else UNKNOWN
    return join_types(min(kinds), max(kinds))


def decimal(whole: int, scale: int) -> str:
    """The decimal with so many digits before and behind the point; a number where these are too many for one."""
    return f"decimal({max(1, whole + scale)},{scale})" if whole + scale <= DIGITS_MAX else "number"


def _is_numeric(kind: str) -> bool:
    return kind in {"integer", "number"} or _DECIMAL.fullmatch(kind) is not None


def _digits(kind: str) -> tuple[int, int]:
    """Before and behind the point."""
    match = _DECIMAL.fullmatch(kind)
    return (int(match[1]) - int(match[2]), int(match[2])) if match else (_INTEGER_DIGITS, 0)
