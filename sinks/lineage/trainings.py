"""What is told of a training: both events at once, in the transaction in which its model is registered.

A training holds no lock, so nobody could tell whether one that has no end goes on; so it has no start before its end.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from processors.learning.model import Model
from processors.lineage.columns import Made
from processors.lineage.events import LineageRun, read, written
from processors.lineage.facets import column_lineage, error, quality_metrics, schema, version
from sinks.database.connection import Connection
from sinks.database.identifiers import feature_rows, staged
from sinks.ledger.clock import now
from sinks.lineage.outbox import add
from sinks.lineage.teller import Teller
from sinks.models.registry import RegisteredModel


@dataclass(frozen=True, slots=True)
class TrainingLog:
    """Tells of the training of a model; nothing without a `teller`."""

    teller: Teller | None
    model: str
    started_at: str = field(default_factory=now)

    def registered(self, connection: Connection, model: Model, stored: RegisteredModel) -> None:
        """It made a version, in the transaction that is open."""
        if self.teller is None:
            return
        teller, producer = self.teller, self.teller.producer
        source = teller.table(staged(model.dataset) if model.view is None else feature_rows(model.view.name))
        inputs = [*model.numbers, *((name, None) for name in model.categories)]
        fields = [(name, kind.written if kind else "category") for name, kind in inputs]
        target, kind = model.target
        made = Made(target, kind.written, tuple(name for name, _ in inputs), "TRANSFORMATION", stored.algorithm)
        metrics = {"dataQualityMetrics": quality_metrics(stored.rows, None, {}, producer)}
        said = {
            "schema": schema([(target, kind.written)], producer),
            "columnLineage": column_lineage([made], source, producer),
            "version": version(str(stored.version), producer),
        }
        read_from = read(source, {"schema": schema([*fields, (target, kind.written)], producer)}, metrics)
        made_of_it = written(teller.table(f"models/{model.name}"), said)
        run = self._run(teller, stored.version)
        self._start(connection, run)
        add(connection, run.event("COMPLETE", now(), [read_from], [made_of_it]), last_id=0)

    def failed(self, connection: Connection, reason: str) -> None:
        """It made none."""
        if self.teller is None:
            return
        run = self._run(self.teller, 0)
        with connection.transaction():
            self._start(connection, run)
            add(connection, run.event("FAIL", now(), errorMessage=error(reason, self.teller.producer)), last_id=0)

    def _run(self, teller: Teller, version: int) -> LineageRun:
        return teller.command(f"{self.model}.train", version, self.started_at)

    def _start(self, connection: Connection, run: LineageRun) -> None:
        add(connection, run.event("START", self.started_at), last_id=0)
