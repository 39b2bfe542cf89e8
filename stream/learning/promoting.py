"""`models promote`: a challenger in the place of the champion, if it is better on the rows that it is tested with."""

from __future__ import annotations

from pathlib import Path

from processors.errors import ConfigError
from sinks.database.connection import Connection
from sinks.models.registry import make_champion, version_of
from sinks.reading import WarehouseReader
from stream.learning.comparing import Promotion, compared, unopposed
from stream.learning.known import KnownModel, check_view, known_model
from stream.learning.using import registered
from stream.schemas.contracts import load_contracts


def promote(configs: Path, warehouse: Path, name: str, version: int | None, *, force: bool) -> Promotion:
    """Let a version be the champion: the challenger, or that of a number. Unless by `force`, only if it is better by
    what the model's `promotion` asks for. Raises ConfigError where there is no such version."""
    datasets = load_contracts(configs, warehouse)
    known = known_model(datasets, name)
    while True:
        with WarehouseReader(warehouse) as recorded:
            check_view(recorded, datasets, known.model)
            decided = decide(recorded, known, version, force=force)
        if not decided.is_promoted or carry_out(warehouse, decided):
            return decided


def decide(recorded: WarehouseReader, known: KnownModel, version: int | None, *, force: bool) -> Promotion:
    """What is to be done; nothing is written. Raises ConfigError where there is no such version."""
    model, connection = known.model, recorded.connection
    with connection.snapshot():
        wanted = registered(connection, model.name, "challenger" if version is None else version)
        champion = version_of(connection, model.name, "champion")
        if champion is None:
            return unopposed(model, wanted, champion)
        if champion.version == wanted.version:
            raise ConfigError(f"{model.name} version {wanted.version} is the champion already.")
        if force:
            return unopposed(model, wanted, champion)
        return compared(connection, known.dataset.table, model, wanted, champion)


def carry_out(warehouse: Path, decided: Promotion) -> bool:
    """Promote a version, unless there has been another champion since that was decided; whether that was done."""
    with Connection(warehouse) as connection, connection.transaction():
        champion = version_of(connection, decided.model, "champion")
        if (champion and champion.version) != decided.before:
            return False
        make_champion(connection, decided.model, decided.version)
        return True
