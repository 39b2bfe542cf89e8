"""From what was counted of some records to the result of each expectation: integers that add up, and their shares.

>>> amount = Expectation("amount_range", "range", "validity", ("amount",), counted=("rule.amount_range",))
>>> counted = Tally(10, 10, 8, {"rule.amount_range": 2, "unknown.amount_range": 2})
>>> [result] = assess(Suite("orders", (amount,)), counted)
>>> result.element_count, result.missing_count, result.unexpected_count, result.unexpected_percent
(10, 2, 2, 25.0)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from processors.assessing.expectations import Expectation, Suite


@dataclass(frozen=True, slots=True)
class Tally:
    """What was counted of the records of some spans that were judged by one suite.

    `records`: all of them. `elements`: those that could be split into columns. `passed`: those of them that no step
    refused. `counts`: how many records each name marks. `duplicates`: how many rows lost under each rule of the sink.
    """

    records: int
    elements: int
    passed: int
    counts: Mapping[str, int] = field(default_factory=dict)
    duplicates: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """How an expectation was met. `element_count`: what was asked about. `missing_count`: where the answer is unknown,
    such as whether a null is in a range. `unexpected_count`: what does not meet it."""

    expectation: Expectation
    element_count: int
    missing_count: int
    unexpected_count: int

    @property
    def assessed_count(self) -> int:
        """Where there is an answer."""
        return self.element_count - self.missing_count

    @property
    def missing_percent(self) -> float | None:
        """Of the elements; None where there are none."""
        return 100 * self.missing_count / self.element_count if self.element_count else None

    @property
    def unexpected_percent(self) -> float | None:
        """Of those that have an answer; None where none has."""
        return 100 * self.unexpected_count / self.assessed_count if self.assessed_count > 0 else None


def assess(suite: Suite, tally: Tally) -> tuple[Result, ...]:
    """The result of each expectation, but of those about a whole date."""
    return tuple(_result(each, tally) for each in suite.expectations if each.level != "date")


def _result(asked: Expectation, tally: Tally) -> Result:
    counts, unknown = tally.counts, tally.counts.get(f"unknown.{asked.name}", 0)
    if asked.level == "sink":
        return Result(asked, tally.passed, unknown, tally.duplicates.get(asked.name, 0))
    elements = tally.elements - counts.get(f"skipped.{asked.name}", 0)
    unexpected = sum(counts.get(name, 0) for name in asked.counted)
    return Result(asked, tally.records if asked.level == "reader" else elements, unknown, unexpected)


def joined(results: Iterable[Result]) -> tuple[Result, ...]:
    """Results of several lots of records as one: those of the same rule, by name and id, are added up. Where they
    differ in how they are handled, the first says it."""
    sums: dict[tuple[str, str], Result] = {}
    for each in results:
        key = each.expectation.name, each.expectation.rule_id
        sums[key] = _sum(sums[key], each) if key in sums else each
    return tuple(sums.values())


def _sum(one: Result, other: Result) -> Result:
    return replace(
        one,
        element_count=one.element_count + other.element_count,
        missing_count=one.missing_count + other.missing_count,
        unexpected_count=one.unexpected_count + other.unexpected_count,
    )
