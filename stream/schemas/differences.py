"""What changed between two versions of a dataset's schema, one of which may be today's contract."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from processors.errors import ConfigError
from processors.schemas.comparing import Comparison, compare
from processors.schemas.model import Schema
from sinks.reading import WarehouseReader
from stream.config.contract import as_contract, contract_schema
from stream.schemas.contracts import config_now
from stream.schemas.versions import version_of

#: Stands for what the config says today, and what it gained while files were read.
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
        return contract_schema(config_now(configs, warehouse, dataset))
    if not version.isdecimal() or not int(version):
        raise ConfigError(f"{version!r} is no version of a schema: write its number, or {CONTRACT}.")
    with WarehouseReader(warehouse) as recorded:
        return version_of(recorded, dataset, int(version)).schema
