"""By what two definitions of a view are known to be the same: hexadecimal SHA-256 of canonical text."""

from __future__ import annotations

import json
from collections.abc import Iterable
from hashlib import sha256

from processors.columns import ColumnType


def text_hash(text: str) -> str:
    """Of a text.

    >>> text_hash("")[:12]
    'e3b0c44298fc'
    """
    return sha256(text.encode()).hexdigest()


def json_hash(value: object) -> str:
    """Of what JSON can say; the order of keys in mappings is no matter.

    >>> json_hash({"a": 1, "b": 2}) == json_hash({"b": 2, "a": 1})
    True
    """
    return text_hash(json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")))


def schema_hash(columns: Iterable[tuple[str, ColumnType]]) -> str:
    """Of names and types of columns, in their order."""
    return json_hash([[name, kind.written] for name, kind in columns])
