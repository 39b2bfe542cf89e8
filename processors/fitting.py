"""Whether a file's schema is one that is known, and how a known one grows with what is seen later."""

from __future__ import annotations

from dataclasses import replace

from processors.schemas import UNKNOWN, Schema, SchemaColumn
from processors.widening import takes


def fits(known: Schema, found: Schema) -> bool:
    """Whether `found` has the names, order, columns and types of `known`, and no format that is not known there.

    Where nothing was seen yet, of the type or of the formats, everything fits.
    """
    if len(known.columns) != len(found.columns):
        return False
    return all(_fits(*pair) for pair in zip(known.columns, found.columns, strict=True))


def _fits(known: SchemaColumn, found: SchemaColumn) -> bool:
    return (
        (known.name, known.column) == (found.name, found.column)
        and (known.type == found.type or UNKNOWN in {known.type, found.type})
        and (not known.formats or set(known.formats).issuperset(found.formats))
    )


def grown(known: Schema, found: Schema) -> Schema:
    """`known` with all that was seen in a later part of a file, which has the same header; else `found`."""
    if [each.name for each in known.columns] != [each.name for each in found.columns]:
        return found
    columns = tuple(_grown(*pair) for pair in zip(known.columns, found.columns, strict=True))
    return known if columns == known.columns else replace(known, columns=columns)


def _grown(known: SchemaColumn, found: SchemaColumn) -> SchemaColumn:
    formats = tuple(sorted({*known.formats, *found.formats}))
    return replace(known, column=found.column, type=_common(known.type, found.type), formats=formats)


def _common(one: str, other: str) -> str:
    """The narrowest of the types that both are; any value is text."""
    wider = [wide for wide, narrow in ((one, other), (other, one)) if takes(wide, narrow)]
    return wider[0] if wider else "string"


def alike(found: Schema, known: Schema) -> Schema:
    """`found` with the nullability and the categories of `known`: as long as few of its rows were seen, it has none of
    its own to compare."""
    of = {column.column or column.name: column for column in known.columns}
    columns = (_alike(column, of.get(column.column or column.name)) for column in found.columns)
    return replace(found, columns=tuple(columns))


def _alike(found: SchemaColumn, known: SchemaColumn | None) -> SchemaColumn:
    if known is None:
        return found
    return replace(found, nullable=known.nullable, categories=known.categories)
