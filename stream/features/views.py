"""Which view a person means: as its config describes it and as the warehouse has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from processors.errors import ConfigError
from processors.feature_views.model import FeatureView
from sinks.feature_views.reading import RegisteredView, registered
from sinks.reading import WarehouseReader
from stream.config import Dataset
from stream.features.probes import Question, time_kind


@dataclass(frozen=True, slots=True)
class KnownView:
    """A view whose vectors are in the warehouse, and its dataset."""

    view: FeatureView
    dataset: Dataset

    def question(self, columns: Sequence[str], time: str) -> Question:
        """How its entity and an instant are read from columns of a spine."""
        table = self.dataset.table
        keys = [(name, column, kind) for (name, kind), column in zip(self.view.entity, columns, strict=True)]
        event_time = dict(table.columns)[str(table.event_time)]
        return Question(tuple(keys), (time, time_kind(time, event_time)), self.dataset.config.null_tokens)


def known_view(recorded: WarehouseReader, datasets: Mapping[str, Dataset], name: str) -> KnownView:
    """The view of a name. Raises ConfigError where no config describes it, or the warehouse has it otherwise."""
    views = {view.name: KnownView(view, dataset) for dataset in datasets.values() for view in dataset.table.views}
    if name not in views:
        raise ConfigError(f"no config describes a feature view {name!r}; there are {_listed(views)}.")
    view = views[name].view
    active = [each for each in registered(recorded.connection, name) if each.status == "active"]
    if not any(_is_same(each, view) for each in active):
        has = f"has version {active[0].version}" if active else "has none of it"
        raise ConfigError(
            f"the config describes version {view.version} of {name}, and the warehouse {has}. `ade-stream run` brings "
            "it up to date."
        )
    return views[name]


def _is_same(each: RegisteredView, view: FeatureView) -> bool:
    hashes = (each.config_hash, each.sql_hash, each.schema_hash)
    return each.version == view.version and hashes == (view.config_hash, view.sql_hash, view.schema_hash)


def versions_of(recorded: WarehouseReader, name: str) -> list[RegisteredView]:
    """All versions of a view, the oldest first. Raises ConfigError where the warehouse knows of none."""
    versions = registered(recorded.connection, name)
    if not versions:
        known = dict.fromkeys(each.view for each in registered(recorded.connection))
        raise ConfigError(
            f"the warehouse knows of no feature view {name!r}; there are {_listed(known)}. A view is registered by the "
            "first `ade-stream run` that has it in its configs."
        )
    return versions


def _listed(names: Mapping[str, object]) -> str:
    return ", ".join(names) or "none"
