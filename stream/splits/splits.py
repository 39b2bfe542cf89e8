"""`splits`: what is asked for, of the view as the warehouse has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from processors.errors import ConfigError
from processors.splitting.manifest import PartManifest
from processors.splitting.model import Borders, Split, borders
from processors.splitting.written import read, written
from sinks.database.identifiers import staged
from sinks.reading import WarehouseReader
from sinks.splits.manifests import StoredSplit, record_split, splits
from sinks.splits.rows import SplitRows, rows_of_dataset, rows_of_view
from stream.config import Dataset
from stream.config.views.loading import read_views
from stream.features.views import KnownView, known_view
from stream.features.writing import writing
from stream.schemas.contracts import load_contracts
from stream.splits.counting import Splitting

#: What a database keeps as an integer is below.
_ID_END = 1 << 63


@dataclass(frozen=True, slots=True)
class Made:
    """A split that was made; not `is_new` where the same one of the same rows was there."""

    split: StoredSplit
    is_new: bool


@dataclass(frozen=True, slots=True)
class Verified:
    """Which parts of a split have other rows than when it was made: how many then, and how many now."""

    split: StoredSplit
    changed: Mapping[str, tuple[int, int]]


def make_split(configs: Path, warehouse: Path, view: str, name: str) -> Made:
    """Split the rows of a view, and keep the manifest. Raises ConfigError where there is no such split, or one of its
    parts would be empty."""
    datasets = load_contracts(configs, warehouse)
    with WarehouseReader(warehouse) as recorded:
        known = known_view(recorded, datasets, view)
        split = _described(configs, known, name)
        rows = rows_of_view(known.view)
        where = borders_of(recorded, rows, split)
        parts = Splitting(recorded.connection, rows, split, where).manifests()
    refuse_empty(split, parts)
    split_id, is_new = record_split(warehouse, name, view, known.view.version, written(split, where), parts)
    return Made(known_split(warehouse, split_id), is_new)


def _described(configs: Path, known: KnownView, name: str) -> Split:
    """The split of a name, as the view's YAML has it."""
    views, _ = read_views(configs)
    [config] = [each.config for each in views if each.config.view == known.view.name]
    if name not in config.splits:
        there = f"there are {', '.join(config.splits)}" if config.splits else "it has none; write them under `splits:`"
        raise ConfigError(f"the view {known.view.name} has no split {name!r}; {there}.")
    return config.splits[name].split(name, known.dataset.config.timezone, known.view.reach_us)


def borders_of(recorded: WarehouseReader, rows: SplitRows, split: Split) -> Borders:
    """Where the parts are, for the rows that there are now. Raises ConfigError where that cannot be."""
    times = rows.time_range(recorded.connection)
    if times is None:
        raise ConfigError(f"{rows.told} has no rows yet; `ade-stream run` loads files.")
    try:
        return borders(split, *times)
    except ValueError as error:
        raise ConfigError(f"the split {split.name} of {rows.name}: {error}.") from error


def refuse_empty(split: Split, parts: Sequence[PartManifest]) -> None:
    """Raise ConfigError where a part has no rows."""
    for part in parts:
        if not part.rows:
            why = ", ".join(f"{count} {reason}" for reason, count in part.excluded.items() if count)
            raise ConfigError(
                f"the split {split.name} would leave {part.part} without rows{f' ({why})' if why else ''}. Shorten "
                "label_horizon or embargo, or give the part more time."
            )


def known_split(warehouse: Path, split_id: int) -> StoredSplit:
    """The split of an id. Raises ConfigError where there is none."""
    with WarehouseReader(warehouse) as recorded:
        found = splits(recorded.connection, split_id) if split_id < _ID_END else []
    if not found:
        raise ConfigError(f"there is no split {split_id}; `ade-stream splits list` tells which there are.")
    return found[0]


def verify_split(configs: Path, warehouse: Path, split_id: int) -> Verified:
    """Whether the rows are those of then."""
    stored = known_split(warehouse, split_id)
    with WarehouseReader(warehouse) as recorded:
        again = _again(configs, warehouse, recorded, stored)
        return Verified(stored, _changed(stored, again.manifests()))


def export_split(configs: Path, warehouse: Path, split_id: int, folder: Path) -> Verified:
    """Write each part as Parquet, a vector a row, by id; nothing where the rows are others than those of then."""
    stored = known_split(warehouse, split_id)
    with WarehouseReader(warehouse) as recorded:
        again = _again(configs, warehouse, recorded, stored)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _write(again, folder, stored)
        except _ChangedError as error:
            return Verified(stored, error.changed)
        except OSError as error:
            raise ConfigError(
                f"{folder}: cannot be written: {error.strerror or error}. Make room, or name another folder (--output)."
            ) from error
    return Verified(stored, {})


class _ChangedError(Exception):
    """What was about to be written is not the split."""

    def __init__(self, changed: Mapping[str, tuple[int, int]]) -> None:
        super().__init__("the rows are others than those of the split")
        self.changed = changed


def _write(again: Splitting, folder: Path, stored: StoredSplit) -> None:
    """Each file takes its place when all are written. Raises _ChangedError before that where the rows have changed."""
    schema = pa.schema(list(again.rows.types.items()))
    with ExitStack() as files:
        writers = [files.enter_context(writing(folder / f"{part}.parquet", schema)) for part in again.split.parts]
        for number, rows in again.whole():
            writers[number](rows)
        if changed := _changed(stored, tuple(again.tally.manifests())):
            raise _ChangedError(changed)


def _again(configs: Path, warehouse: Path, recorded: WarehouseReader, stored: StoredSplit) -> Splitting:
    """The split once more, over the rows that are there now."""
    rows = _rows(recorded, load_contracts(configs, warehouse), stored.view)
    if rows.version != stored.view_version:
        raise ConfigError(
            f"split {stored.split_id} is of version {stored.view_version} of {stored.view}, which has version "
            f"{rows.version} now: its rows are no longer kept. `ade-stream splits make` makes one of this version."
        )
    return Splitting(recorded.connection, rows, *read(stored.definition))


def _rows(recorded: WarehouseReader, datasets: Mapping[str, Dataset], name: str) -> SplitRows:
    """Those that a manifest calls so: of a view, or, without a view, the staged ones of a dataset."""
    tables = [dataset.table for dataset in datasets.values()]
    views = {view.name for table in tables for view in table.views}
    of_datasets = {} if name in views else {staged(table.dataset): table for table in tables}
    if name in of_datasets:
        return rows_of_dataset(of_datasets[name])
    return rows_of_view(known_view(recorded, datasets, name).view)


def _changed(stored: StoredSplit, parts: Sequence[PartManifest]) -> dict[str, tuple[int, int]]:
    return {
        then.part: (then.rows, now.rows)
        for then, now in zip(stored.parts, parts, strict=True)
        if then.row_hash != now.row_hash
    }
