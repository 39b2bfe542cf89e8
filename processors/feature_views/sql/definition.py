"""What is said of a feature view: its SQL, and what stands beside it in YAML."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Definition:
    """A view as it is written. `horizon_us`: no bounded window reaches further back; None: as far as they do."""

    name: str
    version: int
    dataset: str
    entity: tuple[str, ...]
    event_time: str
    sql: str
    horizon_us: int | None = None
    description: str = ""
