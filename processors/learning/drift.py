"""Concept drift: the error of predictions, watched by detectors of river.

They are shown the logarithm of the mean error of some rows at a time, a look: so an error in dollars and one in cents
are watched alike. Only a rise is told: an error that falls is what learning is for.

>>> looks = Looks(Drift(("page_hinkley",)))
>>> def told(tick: int, error: float) -> list[Alarm]:
...     looks.pass_by(100)
...     looks.add(np.full(100, error))
...     return looks.alarms(100 * (tick + 1))
>>> [found for tick in range(80) for found in told(tick, 50.0 / (tick + 1) + tick % 2)]
[]
>>> [found for tick in range(80, 90) for found in told(tick, 3.0)]
[]
"""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from processors.learning.model import Detector, Drift
from processors.learning.steps.river import ADWIN, PageHinkley

#: So many rows at least make a look: the mean error of fewer says little.
_LOOK_ROWS = 30
#: Errors below this are alike: a class is never wrong, or a number is right to the last digits.
_LEAST = 1e-12
#: Page-Hinkley on logarithms: a rise of 20 % is none; one that adds up to e⁵, such as ten looks at 1.65 times that.
_TOLERATED, _THRESHOLD = 0.2, 5.0
#: Among so many looks is the one with which a rise began that ADWIN is sure of.
_LATEST = 200


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
    def look(self, value: float, began: int, /) -> int | None:
        """Takes the value of a look that began behind `began` rows; behind how many the error began to rise, if so."""

    def dump(self) -> dict[str, Any]: ...

    def restore(self, dumped: Mapping[str, Any], /) -> None: ...


class _Adwin:
    """ADWIN: the latest values for which one mean will do. A rise is where older ones are dropped that were lower.

    Its buckets are coarse, and what it keeps may begin long before the change. So where that began is told by the
    latest values themselves: where two means say most.
    """

    def __init__(self) -> None:
        self._adwin = ADWIN(clock=1)  # type: ignore[no-untyped-call]
        #: The value of each look, and behind how many rows it began.
        self._latest: list[tuple[float, int]] = []

    def look(self, value: float, began: int) -> int | None:
        before = self._adwin.estimation
        self._adwin.update(value)  # type: ignore[no-untyped-call]
        self._latest = [*self._latest[-_LATEST + 1 :], (value, began)]
        if not self._adwin.drift_detected or self._adwin.estimation <= before:
            return None
        self._latest = self._latest[_rise([each for each, _ in self._latest]) :]
        return self._latest[0][1]

    def dump(self) -> dict[str, Any]:
        """The window in the bytes in which river itself writes it."""
        window = base64.b64encode(self._adwin._helper.__getstate__()).decode("ascii")
        return {
            "window": window,
            "told": bool(self._adwin.drift_detected),
            "latest": [list(each) for each in self._latest],
        }

    def restore(self, dumped: Mapping[str, Any]) -> None:
        self._adwin._helper.__setstate__(base64.b64decode(dumped["window"]))
        self._adwin._drift_detected = dumped["told"]
        self._latest = [(value, began) for value, began in dumped["latest"]]


def _rise(values: Sequence[float]) -> int:
    """Where values rise, if they have one mean before and another from there on: the squares that this explains.

    >>> _rise([1.0, 2.0, 1.0, 2.0, 7.0, 6.0])
    4
    """
    sums = np.cumsum(values)
    before = np.arange(1, len(values))
    behind = len(values) - before
    risen = (sums[-1] - sums[:-1]) / behind - sums[:-1] / before
    explained = np.where(risen > 0, risen * risen * before * behind, 0.0)
    return int(np.argmax(explained)) + 1 if len(explained) else 0


class _PageHinkley:
    """Page-Hinkley: what was above the mean adds up. A rise began where the sum was least."""

    _KEPT = ("_sum_increase", "_sum_decrease", "_min_increase", "_max_decrease", "_drift_detected")

    def __init__(self) -> None:
        self._test = PageHinkley(min_instances=10, delta=_TOLERATED, threshold=_THRESHOLD, alpha=1.0, mode="up")
        #: Behind how many rows the first look began since the sum was least; None where that was the last look.
        self._risen_from: int | None = None

    def look(self, value: float, began: int) -> int | None:
        if self._test.drift_detected:  # river begins anew then
            self._risen_from = None
        self._test.update(value)  # type: ignore[no-untyped-call]
        is_least = self._test._sum_increase <= self._test._min_increase
        first = began if self._risen_from is None else self._risen_from
        self._risen_from = None if is_least else first
        return first if self._test.drift_detected else None

    def dump(self) -> dict[str, Any]:
        mean = self._test._x_mean
        sums = {name: getattr(self._test, name) for name in self._KEPT}
        least = sums["_min_increase"] if math.isfinite(sums["_min_increase"]) else None
        return sums | {"_min_increase": least, "n": mean.n, "mean": mean.get(), "risen_from": self._risen_from}

    def restore(self, dumped: Mapping[str, Any]) -> None:
        for name in self._KEPT:
            setattr(self._test, name, math.inf if dumped[name] is None else dumped[name])
        self._test._x_mean = type(self._test._x_mean)._from_state(dumped["n"], dumped["mean"])
        self._risen_from = dumped["risen_from"]


_WATCHES: Mapping[Detector, type[_Watch]] = {"adwin": _Adwin, "page_hinkley": _PageHinkley}


class Looks:
    """The detectors of a learner, if it has any, and the errors that they are shown next."""

    def __init__(self, wanted: Drift | None) -> None:
        self._watches = {name: _WATCHES[name]() for name in (wanted.detectors if wanted else ())}
        self._rows = self._count = 0
        self._sum = 0.0

    def pass_by(self, rows: int) -> None:
        """So many rows have come, refused ones included."""
        self._rows += rows

    def add(self, errors: npt.NDArray[np.float64]) -> None:
        """The sizes of errors of rows."""
        self._sum += float(errors.sum())
        self._count += len(errors)

    def alarms(self, seen: int) -> list[Alarm]:
        """Looks, if there are rows enough, at the end of a tick. `seen`: all rows up to here."""
        if not self._watches or not self._count or self._rows < _LOOK_ROWS:
            return []
        error, began = self._sum / self._count, seen - self._rows
        value = math.log(max(error, _LEAST))
        found = [(name, watch.look(value, began)) for name, watch in self._watches.items()]
        alarms = [Alarm(name, row_from, seen, error) for name, row_from in found if row_from is not None]
        self._rows = self._count = 0
        self._sum = 0.0
        return alarms

    def dump(self) -> dict[str, Any]:
        """As plain JSON; floats exactly."""
        watches = {name: watch.dump() for name, watch in self._watches.items()}
        return {"rows": self._rows, "count": self._count, "sum": self._sum, "watches": watches}

    def restore(self, dumped: Mapping[str, Any]) -> None:
        """Knows that, and nothing else."""
        self._rows, self._count, self._sum = dumped["rows"], dumped["count"], dumped["sum"]
        for name, watch in self._watches.items():
            watch.restore(dumped["watches"][name])
