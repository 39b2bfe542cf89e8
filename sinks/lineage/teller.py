"""What is the same of all that is told: by whom, and how datasets are named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import NAMESPACE_URL, uuid5

from processors.features import Feature
from processors.lineage.events import LineageRun
from processors.lineage.facets import engine, job_type, parent


@dataclass(frozen=True, slots=True)
class Teller:
    """Names runs, jobs and datasets as OpenLineage has them.

    `namespace`: of jobs. `landing`, `warehouse`: absolute paths. `features`: the derived columns of each dataset.
    """

    namespace: str
    landing: str
    warehouse: str
    version: str
    features: Mapping[str, Mapping[str, Feature]] = field(default_factory=dict)

    @property
    def producer(self) -> str:
        """A URI of this program."""
        return f"urn:ade-stream:{self.version}"

    def file(self, path: str) -> tuple[str, str]:
        """A landing file."""
        return "file", f"{self.landing}/{path}"

    def table(self, name: str) -> tuple[str, str]:
        """A table of the warehouse, or what is kept beside it under a name."""
        return f"sqlite://{self.warehouse}", name

    def command(self, name: str, run_id: int, started_at: str) -> LineageRun:
        """A run of a command; the same id for the same run."""
        uuid = str(uuid5(NAMESPACE_URL, f"{self.namespace} sqlite://{self.warehouse} {name} {run_id} {started_at}"))
        kind = {"jobType": job_type("COMMAND", self.producer, streams=name == "watch")}
        facets = {"processing_engine": engine(self.version, self.producer)}
        return LineageRun(uuid, self.namespace, name, self.producer, kind, facets)

    def load(self, of: LineageRun, dataset: str, last_id: int, state: str) -> LineageRun:
        """The load of a file's records up to one, by a run of a command."""
        uuid = str(uuid5(NAMESPACE_URL, f"{of.run_id} {dataset} {last_id} {state}"))
        kind = {"jobType": job_type("LOAD", self.producer, streams=False)}
        facets = {**of.facets, "parent": parent(of.run_id, (of.namespace, of.job), self.producer)}
        return LineageRun(uuid, self.namespace, f"{dataset}.load", self.producer, kind, facets)
