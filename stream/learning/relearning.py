"""`train MODEL --online`: a learner begins anew and learns what is recorded, in the order in which it came."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from processors.errors import ConfigError
from sinks.consequences.pending import strike
from sinks.database.lock import Turn, WriterLock
from sinks.warehouse import Warehouse
from stream.config import Dataset
from stream.learning.following import Relearned
from stream.learning.learners import followers
from stream.schemas.contracts import load_contracts
from stream.writing import writing


def relearn(configs: Path, warehouse: Path, model: str, since: str | None, turn: Turn | None = None) -> Relearned:
    """Let the learner of a model forget everything and learn the recorded rows, of execution dates from `since` on if
    that is given, in one transaction. Raises ConfigError and WarehouseError."""
    with writing(warehouse, turn or Turn("train --online")) as lock:
        datasets = load_contracts(configs, warehouse)
        return _relearned(configs, warehouse, datasets, lock, model, since)


def _relearned(
    configs: Path, warehouse: Path, datasets: Mapping[str, Dataset], lock: WriterLock, model: str, since: str | None
) -> Relearned:
    with Warehouse(warehouse, [dataset.table for dataset in datasets.values()], lock=lock) as sink:
        if not any(each.model.name == model for each in followers(sink)):
            known = ", ".join(each.model.name for each in followers(sink)) or "none"
            raise ConfigError(f"{configs} describes no model {model!r} with an online part; there are: {known}.")
        return learned_anew(sink, model, since)


def learned_anew(sink: Warehouse, model: str, since: str | None) -> Relearned:
    """The same, of a model that is there."""
    [follower] = followers(sink, model)
    with sink.connection.transaction():
        strike(sink.connection, "learner", follower.model.dataset, model)
        return follower.learn_anew(since or "")
