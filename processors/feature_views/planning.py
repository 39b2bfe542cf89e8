"""What a view asks of windows, found out once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from processors.columns import ColumnType
from processors.feature_views.model import FeatureView, Frame
from processors.feature_views.states import ALL, Fold, folds, kept_folds
from processors.feature_views.windows import Frames


@dataclass(frozen=True, slots=True)
class Plan:
    """`wanted`: of each fold over which frames. `kinds`: the types of the inputs."""

    wanted: Mapping[Fold, Frames]
    kinds: Mapping[str, ColumnType]


@lru_cache(maxsize=256)
def planned(view: FeatureView, with_states: bool) -> Plan:
    """What is wanted for the aggregates of `view`, and for its states."""
    wanted: dict[Fold, dict[Frame, None]] = {}
    for aggregate in view.aggregates:
        for fold in folds(aggregate):
            wanted.setdefault(fold, {})[aggregate.frame] = None
    for fold in kept_folds(view) if with_states else ():
        wanted[fold][ALL] = None
    kinds = {each.name: each.type for each in view.inputs}
    return Plan({fold: tuple(frames) for fold, frames in wanted.items()}, kinds)
