"""A KPI: an aggregate of the accepted rows of an execution date, of all of them or by dimensions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Kpi:
    """`value`: a SQL aggregate over the staged columns. `by`: what it is told by, names and SQL expressions over one
    row. `where`: a SQL condition over one row; others are passed over. `unit`: as people write it behind the value.
    """

    name: str
    value: str
    by: tuple[tuple[str, str], ...] = ()
    where: str | None = None
    description: str = ""
    unit: str = ""

    @property
    def hash(self) -> str:
        """SHA-256 of what decides its values, hexadecimal."""
        return described_hash(asdict(self))


def described_hash(described: Mapping[str, Any]) -> str:
    """That of a KPI whose fields these are, as JSON has them or as they are."""
    asked = {key: said for key, said in described.items() if key not in {"description", "unit"}}
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
