"""Types of ODCS and types of columns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

_LOGICAL: Final = ("string", "integer", "number", "boolean", "date", "timestamp")
_EXACT: Final = {"decimal", "dec", "numeric", "number"}
_PHYSICAL: Final = {
    "string": ("string", "text", "char", "varchar", "varchar2", "nvarchar", "nchar", "character", "uuid"),
    "integer": ("int", "integer", "bigint", "smallint", "tinyint", "int2", "int4", "int8", "int32", "int64", "long"),
    "number": ("double", "float", "real", "float4", "float8", "float32", "float64", "number", "numeric", "decimal"),
    "boolean": ("bool", "boolean"),
    "date": ("date",),
    "timestamp": ("timestamp", "timestamptz", "timestamp_ntz", "timestamp_tz", "timestamp_ltz", "datetime"),
}
_NAMED = re.compile(r"\s*([A-Za-z]\w*)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?")


def column_type(logical: str | None, physical: str | None, options: Mapping[str, Any]) -> str:
    """The type of a column, as a config writes it. Raises ValueError where there is none.

    >>> column_type("number", "DECIMAL(12,2)", {}), column_type(None, "VARCHAR(20)", {})
    ('decimal(12,2)', 'string')
    """
    name, digits = _physical(physical)
    if logical in {"number", None}:
        exact = _precision(options) or (digits if name in _EXACT else None)
        if exact:
            return f"decimal({exact[0]},{exact[1]})"
    if logical in _LOGICAL:
        return str(logical)
    found = next((ours for ours, theirs in _PHYSICAL.items() if name in theirs), None)
    if logical is None and found:
        return found
    said = f"logicalType {logical!r}" if logical else f"physicalType {physical!r} without a logicalType"
    known = f"logicalTypes of columns are {', '.join(_LOGICAL)}"
    raise ValueError(f"{said} is no type of a column; {known}" if logical or physical else f"has no type; {known}")


def _physical(written: str | None) -> tuple[str, tuple[int, int] | None]:
    match = _NAMED.match(written or "")
    if match is None:
        return "", None
    return match[1].lower(), (int(match[2]), int(match[3] or 0)) if match[2] else None


def _precision(options: Mapping[str, Any]) -> tuple[int, int] | None:
    precision, scale = options.get("precision"), options.get("scale", 0)
    return (precision, scale) if isinstance(precision, int) and isinstance(scale, int) else None


def logical_type(kind: str) -> str:
    """The logicalType of a column's type."""
    if kind.startswith("decimal"):
        return "number"
    return "string" if kind == "category" else kind
