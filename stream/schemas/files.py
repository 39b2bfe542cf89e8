"""Each schema version as a JSON file beside the warehouse: a projection, which can be written anew at any time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from processors.errors import WarehouseError
from sinks.base import Receipt
from sinks.reading import WarehouseReader
from stream.replacing import replacing
from stream.screens.findings import remark
from stream.screens.tables import to_json

#: The folder beside the warehouse, with a folder a dataset.
FOLDER = "schemas"


class SchemaFiles:
    """Keeps `schemas/<dataset>/<version>.json` as the warehouse says. That they cannot be written stops nothing."""

    def __init__(self, warehouse: Path, remark: Callable[[str], None] = remark) -> None:
        self._warehouse, self._folder, self._remark = warehouse, warehouse.parent / FOLDER, remark
        self._seen: set[str] = set()
        self._is_told = False

    def follow(self, receipt: Receipt) -> None:
        """Write those of a dataset whose schema drifted just now, or of which this run has loaded the first file."""
        dataset, swap = receipt.batch.dataset, receipt.batch.swap
        if receipt.drifts or dataset not in self._seen or (swap is not None and swap.closes):
            self._seen.add(dataset)
            self.write(dataset)

    def write(self, only: str | None = None) -> None:
        """Write all that are missing or say something else, or those of one dataset."""
        try:
            with WarehouseReader(self._warehouse) as recorded:
                for dataset in [only] if only else recorded.schemas.standings():
                    for version in recorded.schemas.versions(dataset):
                        _replace(self._folder / dataset / f"{version.version}.json", to_json(version))
        except (OSError, WarehouseError) as error:
            self._tell(error)

    def _tell(self, error: OSError | WarehouseError) -> None:
        """Once: what keeps one from being written keeps all."""
        if not self._is_told:
            what = f"the schema versions cannot be written as files: {error}. The warehouse has them"
            self._remark(f"{self._folder}: {what}; the next run tries it again.")
        self._is_told = True


def _replace(path: Path, text: str) -> None:
    if path.exists() and path.read_text("utf-8") == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as file:
        file.write(text)
