"""What a config promises of its columns, in the words in which schemas are compared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from processors.casting.date_formats import ISO
from processors.schemas.evidence import possible
from processors.schemas.model import Schema, SchemaColumn
from stream.config.columns import ColumnConfig
from stream.config.models import DatasetConfig
from stream.config.rules import NotNullRule, OneOfRule, RuleConfig


def contract_schema(config: DatasetConfig) -> Schema:
    """The schema of the table. A column is required where a record without a value is rejected, and its categories are
    those outside of which one is; rules that only warn, refill a cell, or ask some rows only, promise nothing.
    """
    rules = list(rejecting_rules(config))
    required = {rule.column for rule in rules if isinstance(rule, NotNullRule)}
    categories = {rule.column: tuple(sorted(set(rule.values))) for rule in rules if isinstance(rule, OneOfRule)}
    columns = (
        SchemaColumn(
            name,
            "".join(column.type.split()),
            nullable=name not in required,
            formats=_formats(column),
            categories=categories.get(name),
        )
        for name, column in config.columns.items()
    )
    return Schema(tuple(columns), config.key)


def rejecting_rules(config: DatasetConfig) -> Iterator[RuleConfig]:
    """The rules under which any record that breaks them is not loaded."""
    for step in config.processors:
        for rule in step.validation.rules if step.validation else ():
            if rule.action not in {"warn", "impute"} and not rule.is_conditional:
                yield rule


def as_contract(found: Schema, contract: Schema) -> Schema:
    """A file's schema in the words of the contract, to be compared with it.

    A file that has no null, or not each of the formats and categories, where the contract allows them, is within it.
    """
    declared = {column.name: column for column in contract.columns}
    columns = (replace(column, name=column.column or column.name, column=None) for column in found.columns)
    return Schema(tuple(_within(column, declared.get(column.name)) for column in columns), contract.key)


def _within(found: SchemaColumn, declared: SchemaColumn | None) -> SchemaColumn:
    if declared is None:
        return found
    formats, categories = set(found.formats) <= set(declared.formats), declared.categories
    listed = categories is None or set(found.categories or ()) <= set(categories)
    return replace(
        found,
        nullable=found.nullable or declared.nullable,
        formats=declared.formats if formats else found.formats,
        categories=categories if listed else found.categories,
    )


def _formats(column: ColumnConfig) -> tuple[str, ...]:
    """All ways in which the column's values may be written, as those are told of a file."""
    if column.type in {"date", "timestamp"}:
        return tuple(sorted(column.formats or (ISO,)))
    return possible(column.column_type("UTC"))


__all__ = ["as_contract", "contract_schema"]
