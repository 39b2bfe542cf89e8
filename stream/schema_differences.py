"""What changed between two versions of a dataset's schema, one of which may be today's contract."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from processors.comparing import Comparison, compare
from processors.errors import ConfigError
from processors.schemas import Schema
from sinks.reading import WarehouseReader
from stream.config.amending import amended
from stream.config.contract import as_contract, contract_schema
from stream.config.loading import known_dataset
from stream.contracts import load_contracts
from stream.schema_versions import version_of

#: Stands for what the config says today.
CONTRACT = "contract"


@dataclass(frozen=True, slots=True)
class Difference:
    """The changes from one version to another; a version is a number or `contract`."""

    dataset: str
    before: str
    after: str
    comparison: Comparison


def difference_of(warehouse: Path, configs: Path, dataset: str, before: str, after: str) -> Difference:
    """The difference. Raises ConfigError where dataset or version is unknown, WarehouseError as the reader does."""
    old, new = _schema(warehouse, configs, dataset, before), _schema(warehouse, configs, dataset, after)
    if before == CONTRACT != after:
        new = as_contract(new, old)
    if after == CONTRACT != before:
        old = as_contract(old, new)
    return Difference(dataset, before, after, compare(old, new))


def _schema(warehouse: Path, configs: Path, dataset: str, version: str) -> Schema:
    if version == CONTRACT:
        known = known_dataset(load_contracts(configs, warehouse), dataset)
        return contract_schema(amended(known.config, known.table.amendments).config)
    if not version.isdecimal() or not int(version):
        raise ConfigError(f"{version!r} is no version of a schema: write its number, or {CONTRACT}.")
    with WarehouseReader(warehouse) as recorded:
        return version_of(recorded, dataset, int(version)).schema
