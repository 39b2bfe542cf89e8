"""What the options of an estimator may be.

>>> fault("alpha", -1.0, Number(0))
'alpha is -1.0, and must be a number of at least 0'
>>> fault("max_features", 1.5, Either((Whole(1), Choice(("sqrt", "log2")))))
'max_features is 1.5, and must be a whole number of at least 1, or one of sqrt, log2'
>>> fault("max_depth", 3, Whole(1))
''
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from processors.learning.model import Step


class Accepted(Protocol):
    """What an option may be."""

    @property
    def told(self) -> str:
        """In words, behind `must be`."""

    def takes(self, value: Any) -> bool:
        """Whether it may be this."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number of at least `low`, or above it, and below `high`; at most `most`."""

    low: float | None = None
    is_above: bool = False
    high: float | None = None
    most: float | None = None

    @property
    def told(self) -> str:
        """In words, behind `must be`."""
        low = "" if self.low is None else f" {'above' if self.is_above else 'of at least'} {self.low:g}"
        high = "" if self.high is None else f" and below {self.high:g}"
        return f"a number{low}{high}" + ("" if self.most is None else f" and at most {self.most:g}")

    def takes(self, value: Any) -> bool:
        """Whether it may be this."""
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < float("inf"):
            return False
        if self.low is not None and (value <= self.low if self.is_above else value < self.low):
            return False
        return (self.high is None or value < self.high) and (self.most is None or value <= self.most)


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number of at least `low`, and at most `most`."""

    low: int
    most: int | None = None

    @property
    def told(self) -> str:
        """In words, behind `must be`."""
        return f"a whole number of at least {self.low}" + ("" if self.most is None else f" and at most {self.most}")

    def takes(self, value: Any) -> bool:
        """Whether it may be this."""
        if isinstance(value, bool) or not isinstance(value, int):
            return False
        return self.low <= value and (self.most is None or value <= self.most)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of these values, of the same type."""

    values: tuple[Any, ...]

    @property
    def told(self) -> str:
        """In words, behind `must be`."""
        return "one of " + ", ".join(map(str, self.values))

    def takes(self, value: Any) -> bool:
        """Whether it may be this."""
        return any(value == each and isinstance(value, bool) == isinstance(each, bool) for each in self.values)


@dataclass(frozen=True, slots=True)
class Either:
    """What any of these takes."""

    kinds: tuple[Accepted, ...]

    @property
    def told(self) -> str:
        """In words, behind `must be`."""
        return ", or ".join(kind.told for kind in self.kinds)

    def takes(self, value: Any) -> bool:
        """Whether it may be this."""
        return any(kind.takes(value) for kind in self.kinds)


@dataclass(frozen=True, slots=True)
class Made:
    """An object of the library itself: a Step among these."""

    offers: Mapping[str, Mapping[str, Accepted]]

    @property
    def told(self) -> str:
        """In words, behind `must be`."""
        return "one of " + ", ".join(self.offers) + ", with options that it has"

    def takes(self, value: Any) -> bool:
        """Whether it may be this."""
        if not isinstance(value, Step) or value.estimator not in self.offers:
            return False
        options = self.offers[value.estimator]
        return all(name in options and options[name].takes(each) for name, each in value.options)


def fault(option: str, value: Any, accepted: Accepted) -> str:
    """What is wrong with the value of an option, in words; nothing, if it may be this."""
    written = value.estimator if isinstance(value, Step) else repr(value)
    return "" if accepted.takes(value) else f"{option} is {written}, and must be {accepted.told}"
