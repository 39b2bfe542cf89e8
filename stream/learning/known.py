"""Which model a person means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from processors.errors import ConfigError
from processors.learning.model import Batch, Model, Online
from processors.splitting.model import Split
from sinks.reading import WarehouseReader
from stream.config import Dataset
from stream.features.views import known_view

_WHERE_MODELS_ARE = "A model is a YAML in the folder `models` of the configs."


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model that a config describes, and its dataset."""

    model: Model
    dataset: Dataset

    @property
    def batch(self) -> Batch:
        """How it is trained. Raises ConfigError where the config does not say."""
        return batch_of(self.model)

    @property
    def split(self) -> Split:
        """The parts to train, validate and test with."""
        return self.batch.split

    @property
    def online(self) -> Online:
        """What follows the rows. Raises ConfigError where nothing does."""
        if self.model.online is None:
            raise ConfigError(f"the model {self.model.name} has no `online`; its YAML says which learner there is.")
        return self.model.online


def batch_of(model: Model) -> Batch:
    """How a model is trained. Raises ConfigError where its config does not say."""
    if model.batch is None:
        raise ConfigError(f"the model {model.name} has no `batch`; write `batch: {{}}` into its YAML.")
    return model.batch


def known_model(datasets: Mapping[str, Dataset], name: str) -> KnownModel:
    """The model of a name. Raises ConfigError where no config describes it."""
    models = {model.name: KnownModel(model, each) for each in datasets.values() for model in each.table.models}
    if name not in models:
        raise ConfigError(f"no config describes a model {name!r}; there are {_listed(models)}. {_WHERE_MODELS_ARE}")
    return models[name]


def check_view(recorded: WarehouseReader, datasets: Mapping[str, Dataset], model: Model) -> None:
    """Raises ConfigError where the warehouse does not have the view of a model as its config describes it."""
    if model.view is not None:
        known_view(recorded, datasets, model.view.name)


def model_of(datasets: Mapping[str, Dataset], dataset: str, name: str | None) -> KnownModel:
    """A model of a dataset: that of a name, or the only one. Raises ConfigError where there is none, or several."""
    if dataset not in datasets:
        raise ConfigError(f"there is no dataset {dataset!r}; the datasets are {_listed(datasets)}.")
    own = [model.name for model in datasets[dataset].table.models]
    if name is None and not own:
        raise ConfigError(f"no config describes a model of {dataset}. {_WHERE_MODELS_ARE}")
    if name is None and len(own) != 1:
        raise ConfigError(f"the dataset {dataset} has the models {_listed(own)}; say which one, with --model.")
    known = known_model(datasets, name or own[0])
    if known.dataset.name != dataset:
        raise ConfigError(f"{known.model.name} is a model of {known.dataset.name}, not of {dataset}.")
    return known


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"
