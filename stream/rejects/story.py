"""One reject, with all that leads back to where it came from."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sinks.reading import WarehouseReader
from sinks.rows.rejects import Place
from stream.rejects.choosing import row_named
from stream.rejects.records import line


@dataclass(frozen=True, slots=True)
class Story:
    """`came`: the record as it came, as a line of CSV. `corrected`: what it was corrected to, and when (or None).
    `lost_to`: by rule, the record that it lost to: that has its key, or stands before it."""

    reject: Mapping[str, Any]
    reasons: Sequence[Mapping[str, str | None]]
    came: str
    corrected: str | None
    corrected_at: str | None
    lost_to: Mapping[str, Place]


def story(warehouse: Path, landing: Path, name: str) -> Story:
    """The reject that `name` (a row id, or `path:line`) means. Raises ConfigError and WarehouseError."""
    with WarehouseReader(warehouse) as recorded:
        row, rejects = row_named(recorded, landing, name), recorded.rejects
        [reject] = rejects.named([row]).to_pylist()
        came, corrected_at, others = rejects.original(row), rejects.corrected_at(row), rejects.lost_to(row)
    raw = line(reject["raw"])
    return Story(
        {name: value for name, value in reject.items() if name not in {"reasons", "raw"}},
        json.loads(reject["reasons"]),
        raw if came is None else line(came),
        raw if corrected_at else None,
        corrected_at,
        others,
    )
