"""Where a record stands in the warehouse, and whether today's config would put it there again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from processors.rules.rules import PASSING
from processors.tracing import Reason
from sinks.base import Judged
from sinks.reading import WarehouseReader
from sinks.rows.rejects import Lost, Place
from sinks.rows.staging import prepare
from sinks.table import Monotonic, Relation, Unique
from stream.config import Dataset
from stream.running.engine import broken_rule
from stream.tracing.finding import Found

Verdict: TypeAlias = Literal["passed", "broken", "unknown"]
State: TypeAlias = Literal["staged", "rejected", "dropped", "duplicate", "superseded"]

#: So many of the records that lost to one are told.
_LOSERS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Standing:
    """`row`: the typed row that is stored, also of one that lost to others; None of other rejects. `relations`: the
    rules that are decided by other rows; unknown where a null keeps the row from being compared. `lost_to`: by the
    broken of these, the record that it lost to, where there is one. `won_over`: the records that lost to it, each with
    the rule, the first of them. `reasons`: of a reject. `attempts`: retries so far.
    """

    state: State
    row: Mapping[str, Any] | None
    relations: Mapping[str, Verdict] = field(default_factory=dict)
    lost_to: Mapping[str, Place] = field(default_factory=dict)
    won_over: tuple[Lost, ...] = ()
    reasons: tuple[Reason, ...] = ()
    attempts: int = 0


def standing(recorded: WarehouseReader, found: Found, dataset: Dataset) -> Standing:
    """What the warehouse says of the record."""
    if found.entry.state == "superseded":
        return Standing("superseded", None)
    row = recorded.records.stored(dataset.name, found.row_id)
    rejects = recorded.rejects.named([found.row_id]).to_pylist()
    reasons = tuple(json.loads(rejects[0]["reasons"])) if rejects else ()
    lost = {str(reason["rule"]) for reason in reasons} if row is not None else set()
    relations = {} if row is None else {each.rule: _verdict(each, row, lost) for each in dataset.table.relations}
    if not rejects:
        won = () if row is None else tuple(recorded.rejects.losers(found.row_id, _LOSERS_SHOWN))
        return Standing("staged", row, relations, won_over=won)
    [reject] = rejects
    twin = any(each.rule in lost for each in dataset.table.unique)
    state: State = "duplicate" if twin else "dropped" if reject["status"] == "dropped" else "rejected"
    lost_to = recorded.rejects.lost_to(found.row_id)
    return Standing(state, row, relations, lost_to, (), reasons, reject["attempts"])


def _verdict(rule: Relation, row: Mapping[str, Any], lost: set[str]) -> Verdict:
    if rule.rule in lost:
        return "broken"
    columns = (rule.column,) if isinstance(rule, Monotonic) else rule.columns
    compared = isinstance(rule, Unique) and rule.exact
    return "unknown" if not compared and any(row.get(column) is None for column in columns) else "passed"


@dataclass(frozen=True, slots=True)
class Difference:
    """A cell that a replay would change: as it is stored, and as today's config has it."""

    column: str
    stored: Any
    today: Any


@dataclass(frozen=True, slots=True)
class Today:
    """What a replay with today's config would make of the record. `is_stored`: nothing else than what is stored, None
    where that cannot be said; else `told` says what would be another, and `differences` which cells."""

    is_stored: bool | None
    told: str
    differences: tuple[Difference, ...] = ()


def today(standing: Standing, judged: Judged | None, dataset: Dataset) -> Today:
    """Compare what is stored with the verdict of today; None where there was nothing to judge."""
    if standing.state == "superseded":
        return Today(None, "A newer generation of its file took its place; no replay brings it back.")
    if judged is None:
        return Today(None, "Without the record as it came, it cannot be said what today's config makes of it.")
    stopped = broken_rule(judged)
    if stopped is not None:
        return Today(False, f"Today's config does not take it: {stopped}.")
    if judged.outcome.accepted.num_rows:
        return _accepted(standing, judged, dataset)
    reasons, status = _reject(judged)
    rules = ", ".join(dict.fromkeys(str(reason["rule"]) for reason in reasons if reason["action"] not in PASSING))
    if standing.row is not None:
        return Today(False, f"Today's config rejects it ({rules}); a replay would.")
    if (reasons, status) != (list(standing.reasons), "dropped" if standing.state == "dropped" else "quarantined"):
        return Today(False, f"Today's config rejects it with other reasons ({rules}); a replay would change them.")
    return Today(True, "Today's config rejects it with the same reasons.")


def _reject(judged: Judged) -> tuple[list[Reason], str]:
    [reject] = prepare(judged).rejects.to_pylist()
    return json.loads(reject["reasons"]), str(reject["status"])


def _accepted(standing: Standing, judged: Judged, dataset: Dataset) -> Today:
    if standing.row is None:
        return Today(
            False, "Today's config accepts it; `ade-stream replay` or `ade-stream rejects retry` brings it in."
        )
    lost = [str(reason["rule"]) for reason in standing.reasons]
    if lost and not {rule.rule for rule in dataset.table.relations}.intersection(lost):
        return Today(False, f"Today's config has no rule {', '.join(lost)}; a replay would let it in.")
    [row] = prepare(judged).rows.to_pylist()
    differences = tuple(_differences(standing.row, row))
    if not differences:
        return Today(True, "Today's config gives the row that is stored.")
    columns = ", ".join(each.column for each in differences)
    return Today(False, f"Today's config gives another row; a replay would change {columns}.", differences)


def _differences(stored: Mapping[str, Any], row: Mapping[str, Any]) -> Iterator[Difference]:
    for column in dict.fromkeys([*row, *stored]):
        if stored.get(column) != row.get(column):
            yield Difference(column, stored.get(column), row.get(column))
