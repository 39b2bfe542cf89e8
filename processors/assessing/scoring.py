"""The quality score: one number from 0 to 100, from the results of rules, with what each rule cost.

A rule is met to the share `1 - unexpected / (elements - missing)`. A dimension has the mean of its rules, weighted by
their weights, and the score is 100 times the mean of the dimensions, weighted by theirs:

    met(rule)  = 1 - unexpected / (elements - missing)
    met(dim)   = sum of weight(rule) met(rule) / sum of weight(rule)       over its assessed rules
    score      = 100 sum of weight(dim) met(dim) / sum of weight(dim)      over the assessed dimensions

Means of means, so that twenty rules on the form of cells do not drown the only one on duplicates, and weights in two
places: how much a rule matters beside its like, and a dimension beside the others. What is not known is left out and
pulls nothing down or up: a cell without an answer is no element, a rule without elements (or with the weight 0) is not
assessed, and a dimension without an assessed rule is null. A dimension that was never asked about is no good one.

The mean is linear in the shares, so the points that are missing from 100 are the rules' own:

    cost(rule) = 100 weight(dim) / sum of weight(dim)  weight(rule) / sum of weight(rule)  (1 - met(rule))

A record has at most one of the faults of reading, so these weigh together what one of them does, and their shares add
up. All of it is computed in fractions, so the costs add up to `100 - score` exactly.

>>> from processors.assessing.assessment import Result
>>> from processors.assessing.expectations import Expectation
>>> found = score([Result(Expectation("id_unique", "unique", "uniqueness"), 10, 0, 1),
...                Result(Expectation("n_range", "range", "validity"), 10, 0, 0)], Scoring())
>>> float(found.points), [(each.rule, float(each.points)) for each in found.costs]
(95.0, [('id_unique', 5.0)])
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from processors.assessing.assessment import Result
from processors.assessing.expectations import DIMENSIONS, Dimension

_ALL_ALIKE = tuple((dimension, 1.0) for dimension in DIMENSIONS)


@dataclass(frozen=True, slots=True)
class Scoring:
    """How a dataset is scored. `weights`: of the dimensions. A date whose score is more than `fall` points below the
    median of up to `dates` dates before it has fallen."""

    weights: tuple[tuple[Dimension, float], ...] = _ALL_ALIKE
    fall: float = 5.0
    dates: int = 7


@dataclass(frozen=True, slots=True)
class Cost:
    """How many points a rule cost: of so many assessed elements, so many were unexpected."""

    rule: str
    rule_id: str
    dimension: Dimension
    points: Fraction
    unexpected_count: int
    assessed_count: int

    def described(self) -> dict[str, Any]:
        """All of it, as JSON has it."""
        return {**asdict(self), "points": float(self.points)}


@dataclass(frozen=True, slots=True)
class DimensionScore:
    """`points`: from 0 to 100; None where none of its rules could be assessed. `rules`: how many were."""

    dimension: Dimension
    points: Fraction | None
    weight: Fraction
    rules: int


@dataclass(frozen=True, slots=True)
class Score:
    """`points`: from 0 to 100; None where nothing could be assessed. `costs`: of the rules that cost any, the dearest
    first."""

    points: Fraction | None
    dimensions: tuple[DimensionScore, ...]
    costs: tuple[Cost, ...]

    def explained(self) -> dict[str, Any]:
        """All of it, as JSON has it."""
        return {
            "score": _number(self.points),
            "dimensions": {
                each.dimension: {"score": _number(each.points), "weight": float(each.weight), "rules": each.rules}
                for each in self.dimensions
            },
            "costs": [each.described() for each in self.costs],
        }


def score(results: Iterable[Result], scoring: Scoring) -> Score:
    """The score of some results."""
    found: dict[Dimension, list[Result]] = {dimension: [] for dimension in DIMENSIONS}
    for each in results:
        if each.assessed_count > 0 and each.expectation.weight > 0:
            found[each.expectation.dimension].append(each)
    weights = {dimension: _exact(weight) for dimension, weight in scoring.weights}
    whole = sum((weight for dimension, weight in weights.items() if found[dimension]), Fraction())
    dimensions, costs = [], list[Cost]()
    for dimension, assessed in found.items():
        weight, missed = weights.get(dimension, Fraction()), _missed(assessed)
        met = 100 * (1 - sum(missed.values(), Fraction())) if assessed else None
        dimensions.append(DimensionScore(dimension, met, weight, len(assessed)))
        if weight:
            costs += [_cost(assessed[place], 100 * weight / whole * part) for place, part in missed.items()]
    points = 100 - sum((each.points for each in costs), Fraction()) if whole else None
    return Score(points, tuple(dimensions), tuple(sorted(costs, key=lambda each: (-each.points, each.rule))))


def _missed(results: Sequence[Result]) -> dict[int, Fraction]:
    """What the rules of a dimension that were not met take of it, by their place; 1 is all of it."""
    whole = sum((_exact(each.expectation.weight) for each in _weighing(results)), Fraction())
    return {
        place: _exact(each.expectation.weight) / whole * _share(each)
        for place, each in enumerate(results)
        if each.unexpected_count
    }


def _weighing(results: Sequence[Result]) -> list[Result]:
    """The results whose weights count: of the faults of reading one, which stands for all."""
    reading = [each for each in results if each.expectation.level == "reader"]
    return [each for each in results if each.expectation.level != "reader"] + reading[:1]


def _share(result: Result) -> Fraction:
    """The share that does not meet its expectation."""
    return Fraction(min(result.unexpected_count, result.assessed_count), result.assessed_count)


def _cost(result: Result, points: Fraction) -> Cost:
    asked = result.expectation
    counts = result.unexpected_count, result.assessed_count
    return Cost(asked.name, asked.rule_id, asked.dimension, points, *counts)


@lru_cache(maxsize=256)
def _exact(weight: float) -> Fraction:
    """The number that was written: 0.1 is a tenth."""
    return Fraction(str(weight))


def _number(points: Fraction | None) -> float | None:
    return None if points is None else float(points)
