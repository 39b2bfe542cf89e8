"""The datasets into whose folders hostile files are put. All but `named` take files of any name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

SETTLE_SECONDS = 1.0

_TEXT: dict[str, Any] = {
    "files": {"pattern": "*", "settle_seconds": SETTLE_SECONDS},
    "columns": {"id": {"type": "string"}, "note": {"type": "string"}},
    "processors": [
        {"schema": {}},
        {"quality": {"trim": False}},
        {"validation": {"rules": [{"check": "not_null", "column": "id"}]}},
    ],
}
_KINDS = {
    "whole": "integer",
    "real": "number",
    "exact": "decimal(12,2)",
    "huge": "decimal(38,0)",
    "day": "date",
    "at": "timestamp",
    "truth": "boolean",
    "kind": "category",
}
_VALUES: dict[str, Any] = {
    "columns": {"id": {"type": "string"}} | {name: {"type": kind, "optional": True} for name, kind in _KINDS.items()}
}
_KEYED: dict[str, Any] = {"key": ["id"], "processors": [{"schema": {}}, {"quality": {"duplicates": ["key"]}}]}

CONFIGS: Mapping[str, dict[str, Any]] = {
    "text": _TEXT,
    "named": _TEXT | {"files": _TEXT["files"] | {"pattern": "*.csv"}},
    "short": _TEXT | {"limits": {"record_bytes_max": 1000, "field_bytes_max": 100, "batch_bytes": 1024}},
    "packed": _TEXT | {"limits": {"expanded_bytes_max": 20_000}},
    "values": _TEXT | _VALUES,
    "keyed": _TEXT | _KEYED,
    "western": _TEXT | {"dialect": {"encoding_fallback": "cp1252"}},
    "latin": _TEXT | {"dialect": {"encoding": "latin-1"}},
    "wide": _TEXT | {"dialect": {"encoding": "utf-16"}},
    "auto": _TEXT | {"dialect": {"delimiter": "auto", "encoding": "auto"}},
    "escaped": _TEXT | {"dialect": {"escape": "\\", "comment": "#"}},
    "skipping": _TEXT | {"dialect": {"skip_lines": 2}},
    "headless": _TEXT | {"dialect": {"header": False}},
}


def write_hostile_configs(folder: Path) -> Path:
    """A YAML for each dataset."""
    folder.mkdir(parents=True)
    for name, config in CONFIGS.items():
        (folder / f"{name}.yaml").write_text(yaml.safe_dump({"dataset": name} | config, sort_keys=False), "utf-8")
    return folder
