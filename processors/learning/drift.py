"""Concept drift: the error of predictions, watched by detectors of river.

They are shown the logarithm of the mean error of some rows at a time, a look: so an error in dollars and one in cents
are watched alike. Only a rise is told: an error that falls is what learning is for.

>>> from processors.learning.model import Drift
>>> watches = Watches(Drift(("page_hinkley",)))
>>> [found for error in [50.0] + [2.0, 1.0, 1.1, 0.9] * 20 for found in watches.look(error)]
[]
>>> [found for _ in range(9) for found in watches.look(3.0)]
[('page_hinkley', 7)]
"""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from river import drift

from processors.learning.model import Detector, Drift

#: Errors below this are alike: a class is never wrong, or a number is right to the last digits.
_LEAST = 1e-12
#: Page-Hinkley on logarithms: a rise of 20 % is none; one that adds up to e⁵, such as ten looks at 1.65 times that.
_TOLERATED, _THRESHOLD = 0.2, 5.0


@dataclass(frozen=True, slots=True)
class Alarm:
    """A detector is sure that the error rose. `row_from` and `row_to`: the rows from where it began up to where that
    was seen, counted from the learner's first row on, refused ones included. `error`: the mean error of the last look.
    """

    detector: Detector
    row_from: int
    row_to: int
    error: float

    @property
    def rows_back(self) -> int:
        """How many rows before the alarm the change began."""
        return self.row_to - self.row_from


class _Watch(Protocol):
    def look(self, value: float, /) -> int | None: ...

    def dump(self) -> dict[str, Any]: ...

    def restore(self, dumped: Mapping[str, Any], /) -> None: ...


class _Adwin:
    """ADWIN: the latest values for which one mean will do. A rise is where older ones are dropped that were lower."""

    def __init__(self) -> None:
        self._adwin = drift.ADWIN(clock=1)

    def look(self, value: float) -> int | None:
        before = self._adwin.estimation
        self._adwin.update(value)
        rose = self._adwin.drift_detected and self._adwin.estimation > before
        return int(self._adwin.width) if rose else None

    def dump(self) -> dict[str, Any]:
        """The window in the bytes in which river itself writes it."""
        window = self._adwin._helper.__getstate__()
        return {"window": base64.b64encode(window).decode("ascii"), "told": bool(self._adwin.drift_detected)}

    def restore(self, dumped: Mapping[str, Any]) -> None:
        self._adwin._helper.__setstate__(base64.b64decode(dumped["window"]))
        self._adwin._drift_detected = dumped["told"]


class _PageHinkley:
    """Page-Hinkley: what was above the mean adds up. A rise began where the sum was least."""

    _KEPT = ("_sum_increase", "_sum_decrease", "_min_increase", "_max_decrease", "_drift_detected")

    def __init__(self) -> None:
        self._test = drift.PageHinkley(min_instances=10, delta=_TOLERATED, threshold=_THRESHOLD, alpha=1.0, mode="up")
        self._since_least = 0

    def look(self, value: float) -> int | None:
        if self._test.drift_detected:
            self._since_least = 0
        self._test.update(value)
        is_least = self._test._sum_increase <= self._test._min_increase
        self._since_least = 0 if is_least else self._since_least + 1
        return self._since_least if self._test.drift_detected else None

    def dump(self) -> dict[str, Any]:
        mean = self._test._x_mean
        sums = {name: getattr(self._test, name) for name in self._KEPT}
        least = sums["_min_increase"] if math.isfinite(sums["_min_increase"]) else None
        return sums | {"_min_increase": least, "n": mean.n, "mean": mean.get(), "since_least": self._since_least}

    def restore(self, dumped: Mapping[str, Any]) -> None:
        for name in self._KEPT:
            setattr(self._test, name, math.inf if dumped[name] is None else dumped[name])
        self._test._x_mean = type(self._test._x_mean)._from_state(dumped["n"], dumped["mean"])
        self._since_least = dumped["since_least"]


_WATCHES: Mapping[Detector, type[_Watch]] = {"adwin": _Adwin, "page_hinkley": _PageHinkley}


class Watches:
    """The detectors of a learner."""

    def __init__(self, wanted: Drift) -> None:
        self._watches = {name: _WATCHES[name]() for name in wanted.detectors}

    def look(self, error: float) -> list[tuple[Detector, int]]:
        """Looks at one more mean error: which detectors are sure of a rise, and how many looks ago it began, this one
        included."""
        value = math.log(max(error, _LEAST))
        found = ((name, watch.look(value)) for name, watch in self._watches.items())
        return [(name, looks) for name, looks in found if looks is not None]

    def dump(self) -> dict[str, Any]:
        """As plain JSON; floats exactly."""
        return {name: watch.dump() for name, watch in self._watches.items()}

    def restore(self, dumped: Mapping[str, Any]) -> None:
        """Knows that, and nothing else."""
        for name, watch in self._watches.items():
            watch.restore(dumped[name])
