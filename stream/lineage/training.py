"""A training that is told of."""

from __future__ import annotations

from pathlib import Path

from processors.errors import AdeStreamError
from sinks.database.connection import Connection
from sinks.lineage.trainings import TrainingLog
from stream.learning.training import Training, train
from stream.lineage.telling import Telling


def told_training(configs: Path, landing: Path, warehouse: Path, model: str, telling: Telling) -> Training:
    """Train a model, and tell of it, whatever comes of it. Raises what `train` raises."""
    log = TrainingLog(telling.teller({}, landing, warehouse), model)
    try:
        trained = train(configs, warehouse, model, log)
    except AdeStreamError as error:
        if telling.is_wanted and warehouse.exists():
            with telling.delivering(warehouse), Connection(warehouse) as connection:
                log.failed(connection, str(error))
        raise
    with telling.delivering(warehouse):
        return trained
