"""A KPI: an aggregate of the accepted rows of an execution date, of all of them or by dimensions."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass


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
        asked = {key: said for key, said in asdict(self).items() if key not in {"description", "unit"}}
        return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
