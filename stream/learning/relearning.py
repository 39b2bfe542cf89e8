"""`train MODEL --online`: a learner begins anew and learns what is recorded, in the order in which it came."""

from __future__ import annotations

from pathlib import Path

from processors.errors import ConfigError
from sinks.warehouse import Warehouse
from stream.learning.following import Relearned
from stream.learning.learners import followers
from stream.schemas.contracts import load_contracts


def relearn(configs: Path, warehouse: Path, model: str, since: str | None) -> Relearned:
    """Let the learner of a model forget everything and learn the recorded rows, of execution dates from `since` on if
    that is given, in one transaction. Raises ConfigError and WarehouseError."""
    datasets = load_contracts(configs, warehouse)
    with Warehouse(warehouse, [dataset.table for dataset in datasets.values()]) as sink:
        found = list(followers(sink, model))
        if not found:
            known = ", ".join(each.model.name for each in followers(sink)) or "none"
            raise ConfigError(f"{configs} describes no model {model!r} with an online part; there are: {known}.")
        with sink.connection.transaction():
            return found[0].learn_anew(since or "")
