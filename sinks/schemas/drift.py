"""A file whose schema is not that of the file before it."""

from __future__ import annotations

from dataclasses import dataclass

from processors.schemas.comparing import Comparison


@dataclass(frozen=True, slots=True)
class Drift:
    """At this file the schema of a dataset changed. `from_version`: of the file before it, by execution date and id;
    None where it is the first, and not as the contract says."""

    dataset: str
    file_id: int
    path: str
    from_version: int | None
    to_version: int
    comparison: Comparison
