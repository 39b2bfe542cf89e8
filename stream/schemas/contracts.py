"""The datasets as they are now: their YAML, and what their contracts have gained while files were read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from processors.errors import NarrowTypeError
from processors.outcome import Processor
from processors.schemas.amendments import Amendment
from processors.schemas.inference import widened
from sinks.base import MicroBatch
from sinks.schemas.amendments import recorded
from stream.config import Dataset, DatasetConfig, load_configs
from stream.config.amending import LeftOut, amended, header_amendments, with_amendments
from stream.config.loading import known_dataset


def load_contracts(configs: Path, warehouse: Path) -> dict[str, Dataset]:
    """Every dataset of a folder, with the amendments that the warehouse has recorded. One that the config does not
    allow any more is a notice.

    Raises ConfigError with all problems of all files, and WarehouseError where the warehouse cannot be read.
    """
    datasets, amendments = load_configs(configs), recorded(warehouse)
    of_datasets = {name: [each for each in amendments if each.dataset == name] for name in datasets}
    return {name: _with(dataset, of_datasets[name]) for name, dataset in datasets.items()}


def _with(dataset: Dataset, amendments: Sequence[Amendment]) -> Dataset:
    if not amendments:
        return dataset
    whole, left_out = with_amendments(dataset, amendments)
    told = [f"{dataset.name}.{each.column} is not amended any more ({each.kind}): {why}." for each, why in left_out]
    return replace(whole, notices=(*dataset.notices, *told))


def config_now(configs: Path, warehouse: Path, name: str) -> DatasetConfig:
    """What the config of a dataset says, with its amendments. Raises as `load_contracts`, and where it is unknown."""
    dataset = known_dataset(load_contracts(configs, warehouse), name)
    return amended(dataset.config, dataset.table.amendments).config


class Contracts(Mapping[str, Dataset]):
    """Datasets by name. What is asked of it is answered by what the contracts are at that moment."""

    def __init__(self, datasets: Mapping[str, Dataset]) -> None:
        self._datasets = dict(datasets)
        self.chains: Mapping[str, Processor] = _Chains(self)

    def __getitem__(self, name: str) -> Dataset:
        return self._datasets[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._datasets)

    def __len__(self) -> int:
        return len(self._datasets)

    def amend(self, name: str, amendments: Iterable[Amendment]) -> tuple[LeftOut, ...]:
        """The dataset's contract gains these from now on; those that it cannot gain."""
        self._datasets[name], left_out = with_amendments(self._datasets[name], amendments)
        return left_out

    def restore(self, dataset: Dataset) -> None:
        """The dataset is as it was: what its contract has gained since then is taken back."""
        self._datasets[dataset.name] = dataset

    def meet(self, name: str, header: Sequence[str]) -> None:
        """A file has this header: the contract gains what it lets files ask for."""
        asked = header_amendments(self._datasets[name], header)
        if asked:
            self.amend(name, asked)

    def widen(self, name: str, cells: Mapping[str, Sequence[str]]) -> None:
        """These cells, by column, do not fit their types: each type is widened, or stays so for good."""
        dataset = self._datasets[name]
        kinds = {column.name: column.type for column in dataset.columns}
        wider = {column: widened(kinds[column], pl.Series(texts)) for column, texts in cells.items()}
        asked = [Amendment(name, "widen", column, type=kind.written) for column, kind in wider.items() if kind]
        self._datasets[name], _ = with_amendments(dataset, asked, fixed={*wider} - {each.column for each in asked})


def offered(batch: MicroBatch, contracts: Contracts) -> Iterator[MicroBatch]:
    """The batch; and once more, with the table of a wider contract, as often as it asks for that."""
    while True:
        try:
            yield batch
        except NarrowTypeError as error:
            contracts.widen(batch.dataset, error.cells)
            batch = replace(batch, table=contracts[batch.dataset].table)
        else:
            return


@dataclass(frozen=True, slots=True)
class _Chains(Mapping[str, Processor]):
    """The chain of each dataset, as it is when it is asked for."""

    datasets: Mapping[str, Dataset]

    def __getitem__(self, name: str) -> Processor:
        return self.datasets[name].chain

    def __iter__(self) -> Iterator[str]:
        return iter(self.datasets)

    def __len__(self) -> int:
        return len(self.datasets)
