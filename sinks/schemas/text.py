"""Schemas and what changed between them, as the JSON text that the warehouse keeps."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import lru_cache
from typing import Any

from processors.schemas.comparing import Change, Comparison, Compatibility
from processors.schemas.model import Schema, SchemaColumn


def schema_text(schema: Schema) -> str:
    """`schema` as JSON: its columns in their order, each with all that is known of it, and the key.

    >>> schema_text(Schema((SchemaColumn("n", "integer", "n"),)))[:54]
    '{"columns":[{"name":"n","type":"integer","column":"n",'
    """
    return _compact(asdict(schema))


@lru_cache(maxsize=256)
def schema_of(text: str) -> Schema:
    """What `schema_text` wrote."""
    stored = json.loads(text)
    return Schema(tuple(_column(each) for each in stored["columns"]), tuple(stored["key"]))


def _column(stored: Mapping[str, Any]) -> SchemaColumn:
    lists = {name: value if value is None else tuple(value) for name, value in stored.items() if name in _LISTS}
    return SchemaColumn(**{**stored, **lists})


_LISTS = ("formats", "categories", "values")


def changes_text(comparison: Comparison) -> str:
    """The changes as a JSON array."""
    return _compact([asdict(change) for change in comparison.changes])


def comparison_of(changes: str, compatibility: str) -> Comparison:
    """What `changes_text` wrote, with the compatibility that stands beside it."""
    named: dict[str, Compatibility] = {"full": "full", "backward": "backward", "forward": "forward"}
    return Comparison(tuple(Change(**each) for each in json.loads(changes)), named.get(compatibility, "breaking"))


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
