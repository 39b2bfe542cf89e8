"""A run's events: that it started, and how it ended.

The form: https://openlineage.io/spec/2-0-2/OpenLineage.json
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from processors.lineage.facets import Json

EventType: TypeAlias = Literal["START", "COMPLETE", "FAIL", "ABORT"]
_SCHEMA = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"


@dataclass(frozen=True, slots=True)
class LineageRun:
    """A run of a job. `run_id`: a UUID."""

    run_id: str
    namespace: str
    job: str
    producer: str
    job_facets: Json = field(default_factory=dict)
    facets: Json = field(default_factory=dict)

    def event(
        self, kind: EventType, at: str, inputs: Iterable[Json] = (), outputs: Iterable[Json] = (), **facets: Json
    ) -> Json:
        """An event of this run, at a time in ISO 8601."""
        return {
            "eventTime": at,
            "eventType": kind,
            "producer": self.producer,
            "schemaURL": _SCHEMA,
            "run": {"runId": self.run_id, "facets": {**self.facets, **facets}},
            "job": {"namespace": self.namespace, "name": self.job, "facets": self.job_facets},
            "inputs": list(inputs),
            "outputs": list(outputs),
        }


def read(dataset: tuple[str, str], facets: Json | None = None, quality: Json | None = None) -> Json:
    """What was read: a namespace and a name, and what is known of it."""
    return _named(dataset) | {"facets": facets or {}, "inputFacets": quality or {}}


def written(dataset: tuple[str, str], facets: Json | None = None, statistics: Json | None = None) -> Json:
    """What was written, likewise."""
    return _named(dataset) | {"facets": facets or {}, "outputFacets": statistics or {}}


def _named(dataset: tuple[str, str]) -> Json:
    namespace, name = dataset
    return {"namespace": namespace, "name": name}
