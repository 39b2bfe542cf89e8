"""Whether a file's schema is one that is known, and how a known one grows with what is seen later."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from processors.schemas.model import UNKNOWN, Schema, SchemaColumn, join


def fits(known: Schema, found: Schema, formatted: Collection[str] = ()) -> bool:
    """Whether `found` has the names, order, columns and types of `known`, and no format that is not known there.

    Where nothing was seen yet everything fits: of the type, and of the formats of a column that may be written in
    several ways. `formatted`: the contract's columns that may.
    """
    if len(known.columns) != len(found.columns):
        return False
    return all(_fits(*pair, formatted) for pair in zip(known.columns, found.columns, strict=True))


def _fits(known: SchemaColumn, found: SchemaColumn, formatted: Collection[str]) -> bool:
    return (
        (known.name, known.column) == (found.name, found.column)
        and (known.type == found.type or UNKNOWN in {known.type, found.type})
        and (set(known.formats).issuperset(found.formats) or (not known.formats and known.column in formatted))
    )


def grown(known: Schema, found: Schema) -> Schema:
    """`known` with what a further part of a file shows; the same object where that is nothing new.

    A part with another header, or whose columns are others of the contract, is known by itself.
    """
    if [(each.name, each.column) for each in known.columns] != [(each.name, each.column) for each in found.columns]:
        return found
    joined = join(known, alike(found, known))
    return known if joined == known else joined


def alike(found: Schema, known: Schema) -> Schema:
    """`found` with the nullability and the categories of `known`: as long as few of its rows were seen, it has none of
    its own to compare. Of the ways in which values are written, those that it merely did not show are no change."""
    of = {column.column or column.name: column for column in known.columns}
    columns = (_alike(column, of.get(column.column or column.name)) for column in found.columns)
    return replace(found, columns=tuple(columns))


def _alike(found: SchemaColumn, known: SchemaColumn | None) -> SchemaColumn:
    if known is None:
        return found
    shown = known.formats if set(found.formats) <= set(known.formats) else found.formats
    return replace(found, nullable=known.nullable, categories=known.categories, formats=shown)


def unformatted(found: Schema) -> Schema:
    """`found` without the ways in which values are written: a contract does not say which of them there are."""
    return replace(found, columns=tuple(replace(column, formats=()) for column in found.columns))


def needing(found: Schema, required: Collection[str]) -> Schema:
    """`found` with columns that may be null but for the contract's `required` ones, whatever its cells are."""
    return replace(found, columns=tuple(replace(each, nullable=each.column not in required) for each in found.columns))
