"""What a distance means: by the size of the effect."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

from processors.drift.distances import PSI_PER_BIT

State: TypeAlias = Literal["warming_up", "ok", "warn", "drift"]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which distance on a column is to be looked at, and from which on it has drifted."""

    warn: float
    drift: float


@dataclass(frozen=True, slots=True)
class Profiling:
    """What is profiled of a dataset, and how it is compared. `columns`: all where it is None."""

    columns: tuple[str, ...] | None = None
    bins: int = 10
    reference_rows: int = 1000
    psi: Thresholds = Thresholds(0.1, 0.25)
    js: Thresholds = Thresholds(0.1, 0.2)
    rows_min: int = 100


def state(psi: float, js: float, chance: float, profiling: Profiling) -> State:
    """The worse of what both distances say, once what chance does to so few rows is taken away.

    >>> state(0.3, 0.2, 0.01, Profiling()), state(0.3, 0.2, 0.25, Profiling())
    ('drift', 'ok')
    """
    psi_at, js_at = profiling.psi, profiling.js
    left = psi - chance, math.sqrt(max(0.0, js**2 - chance / PSI_PER_BIT))
    if left[0] >= psi_at.drift or left[1] >= js_at.drift:
        return "drift"
    return "warn" if left[0] >= psi_at.warn or left[1] >= js_at.warn else "ok"
