"""What a config says of a file's columns, in the words in which schemas are compared."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from processors.columns import Column
from processors.naming.matching import declared
from processors.schemas.evidence import has_formats
from processors.schemas.model import Schema, SchemaColumn
from processors.schemas.widening import takes


@dataclass(frozen=True, slots=True)
class Contract:
    """The declared columns, in their order, and those of them that identify a record. `written`: what the YAML says,
    where the contract has gained something beside it."""

    columns: tuple[Column, ...] = ()
    key: tuple[str, ...] = ()
    written: Contract | None = None

    @property
    def as_written(self) -> Contract:
        """What the YAML says."""
        return self.written or self

    @property
    def widened(self) -> frozenset[str]:
        """The columns that a file made wider than the YAML says."""
        types = self.as_written.types
        return frozenset(name for name, kind in self.types.items() if kind != types.get(name, kind))

    @property
    def types(self) -> dict[str, str]:
        """The type of each column."""
        return {column.name: column.type.written for column in self.columns}

    @property
    def categories(self) -> tuple[str, ...]:
        """The columns of that type."""
        return tuple(column.name for column in self.columns if column.type.name == "category")

    @property
    def required(self) -> frozenset[str]:
        """The columns that every file must have."""
        return frozenset(column.name for column in self.columns if not column.optional)

    @property
    def formatted(self) -> frozenset[str]:
        """The columns whose values may be written in several ways."""
        return frozenset(column.name for column in self.columns if has_formats(column.type))

    @property
    def schema(self) -> Schema:
        """The contract as the schema of a file that has all of it, under the first names."""
        columns = [
            SchemaColumn(column.source, column.type.written, column.name, column.optional) for column in self.columns
        ]
        return Schema(tuple(columns), self.key_in({column.name: column.source for column in self.columns}))

    def key_in(self, names: Mapping[str, str]) -> tuple[str, ...]:
        """The key in the names of a header. `names`: by column."""
        return tuple(names.get(name, name) for name in self.key)

    def accepts(self, found: Schema) -> bool:
        """Whether there is nothing in a file's schema that the contract does not know, and nothing lacks."""
        types, present = self.types, {column.column for column in found.columns}
        known = all(each.column in types and takes(types[each.column], each.type) for each in found.columns)
        return known and all(column.optional or column.name in present for column in self.columns)

    def text(self) -> str:
        """All that a file's schema depends on, as JSON; `types_of` reads the types from it."""
        columns = {
            each.name: {"type": each.type.written, "names": [each.source, *each.aliases], "optional": each.optional}
            for each in self.columns
        }
        return json.dumps({"columns": columns, "key": self.key}, ensure_ascii=False, separators=(",", ":"))

    def recast(self, found: Schema, before: Mapping[str, str]) -> Schema:
        """A file's schema as it would be found by this contract, when the types of an earlier one were `before`.

        A column that was as that contract said, or unknown to it, is as this one says now, unless it is widened.
        """
        columns = declared([each.name for each in found.columns], self.columns)
        named, types = {name: column.name for name, column in columns.items()}, self.types
        widened = self.widened
        narrow = {name: kind for name, kind in before.items() if name not in widened}
        recast = tuple(_recast(each, named.get(each.name), types, narrow) for each in found.columns)
        return Schema(recast, self.key_in({each.column: each.name for each in recast if each.column}))


def types_of(text: str) -> dict[str, str]:
    """The types of the contract with this `text`."""
    return {name: column["type"] for name, column in json.loads(text)["columns"].items()}


def _recast(
    found: SchemaColumn, column: str | None, types: Mapping[str, str], before: Mapping[str, str]
) -> SchemaColumn:
    if column is None:
        return replace(found, column=None)
    as_said = found.column is None or found.type == before.get(found.column)
    recast = replace(found, column=column, type=types[column] if as_said else found.type)
    is_new = found.column is None and recast.type == "category"
    return replace(recast, categories=()) if is_new else recast
