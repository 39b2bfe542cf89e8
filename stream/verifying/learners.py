"""Learners, held against what they come to when they learn the recorded rows once more, from the log of what came.

A learner knows rows as they were when it read them. Where rows were judged again since, or came late, what it comes to
now may be something else without anybody having touched it: then that is said, and is no difference.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from processors.learning.model import Model
from sinks.database.connection import Connection
from sinks.models.learners import StoredLearner, alarms, stored_learner
from sinks.verifying.learners import TOLERANCE, Past, has_predictions, is_behind, other_predictions, past_of, set_back
from sinks.warehouse import Warehouse
from stream.learning.learners import followers

if TYPE_CHECKING:
    from stream.learning.following import Follower

#: Parts of the state that say what predictions were like, also of rows that went since.
_OF_ROWS_GONE = ("seen", "refused", "prequential", "looks", "in_tick", "serving")
#: The window of a detector, in bytes of river's: sums of floats, which its alarms tell; and how large sums ever were.
_OPAQUE = frozenset({"window", "peaks"})
#: Reasons to refuse a row that rest on what the learner knew by then.
_BY_WHAT_IT_KNEW = ("category.", "diverged")
_SHOWN = 120


@dataclass(frozen=True, slots=True)
class LearnerDifference:
    """The first thing that is otherwise in a table about a learner: `where` in it, and both as text. `row`: the
    record that it is about, if one."""

    model: str
    dataset: str
    table: str
    where: str
    recorded: str
    recomputed: str
    row: int | None = None


def relearned(warehouse: Warehouse, only: str | None, left: list[str]) -> Iterator[LearnerDifference | None]:
    """Each learner, of one dataset if `only` that is meant, that could be held against another one: the first
    difference, None where there is none. What could not be goes to `left`, each with the reason. Nothing is kept in the
    warehouse, which is a copy."""
    for follower in followers(warehouse):
        stored = stored_learner(warehouse.connection, follower.model.name)
        if stored is None or only not in {None, follower.model.dataset}:
            continue
        why = _why_not(warehouse.connection, follower, stored)
        if why:
            left.append(f"the learner of {stored.model} {why}")
            continue
        past = past_of(warehouse.connection, follower.model, stored)
        with warehouse.transaction(keep=False):
            found = next(_differences(warehouse.connection, follower, stored, past), None)
        excuse, way_out = _excuse(follower.model, stored, past), f"`ade-stream train {stored.model} --online`"
        if found is not None and excuse:
            left.append(f"the learner of {stored.model} {excuse}; {way_out} learns anew.")
            continue
        if past.removed and has_predictions(warehouse.connection, stored.model):
            left.append(
                f"preds_{stored.model} was predicted while rows were known that are gone; {way_out} does it anew."
            )
        yield found


def _why_not(connection: Connection, follower: Follower, stored: StoredLearner) -> str:
    """Why a learner cannot be held against one that learns anew; empty where it can."""
    model = follower.model
    if (stored.definition_hash, stored.schema_hash) != (model.definition_hash, model.schema_hash):
        return "is of another model than today's config describes, and was not compared."
    if is_behind(connection, stored, model.dataset):
        return "has not heard yet of rows that went; `ade-stream run` lets it catch up."
    return ""


def _excuse(model: Model, stored: StoredLearner, past: Past) -> str:
    """What may have made it another one; empty where it must come to the same."""
    if stored.stale:
        return f"knows {stored.stale} rows that are gone, which it cannot unlearn, and could not be compared"
    if past.judged_again:
        return "knows rows as they were before they were judged again, and could not be compared"
    if past.late:
        return "knows rows with the features that they had before others came late, and could not be compared"
    if past.removed and any(each.startswith(_BY_WHAT_IT_KNEW) for each in stored.refused):
        return "refused rows while it knew others that are gone, and could not be compared"
    if past.removed and model.online and model.online.drift and model.online.drift.on_alarm == "reset":
        return "began anew at alarms that rows which are gone may have brought about, and could not be compared"
    if stored.version > 1:
        return "began anew at some date, and comes to something else with all rows behind it"
    return ""


def _differences(
    connection: Connection, follower: Follower, stored: StoredLearner, past: Past
) -> Iterator[LearnerDifference]:
    """In tables that are undone later."""
    told = alarms(connection, stored.model)
    set_back(connection, stored, follower.model.dataset)
    try:
        version = follower.learn_anew(stored.since).learner.version
    except (ArithmeticError, ValueError) as error:
        yield _difference(follower, "meta_learners", "state", "known", f"cannot be computed: {error}")
        return
    again = stored_learner(connection, stored.model) or stored
    for where, was, now in _others(_said(stored, past), _said(again, past)):
        yield _difference(follower, "meta_learners", where, was, now)
    before = [astuple(each)[2:7] for each in told if each.version == stored.version]
    after = [astuple(each)[2:7] for each in alarms(connection, stored.model) if each.version == version]
    if before != after and not past.removed:
        yield _difference(follower, "meta_drift_alarms", "alarms", before, after)
    for row, was, now in () if past.removed else other_predictions(connection, stored):
        yield _difference(follower, f"preds_{stored.model}", "prediction", was, now, row)


def _difference(
    follower: Follower, table: str, where: str, recorded: object, recomputed: object, row: int | None = None
) -> LearnerDifference:
    model, both = follower.model, [str(each)[:_SHOWN] for each in (recorded, recomputed)]
    return LearnerDifference(model.name, model.dataset, table, where, both[0], both[1], row)


def _said(learner: StoredLearner, past: Past) -> dict[str, Any]:
    """What two of them must have in common."""
    from processors.learning.numbers import unpacked

    said = {"state": unpacked(learner.state), "rows": learner.rows, "row_id": learner.row_id, "seq": learner.seq}
    if not past.removed:
        return {**said, "refused": learner.refused, "metrics": learner.metrics, "stale": learner.stale}
    return {
        **said,
        "state": _by_feature({name: each for name, each in said["state"].items() if name not in _OF_ROWS_GONE}),
    }


def _by_feature(state: dict[str, Any]) -> dict[str, Any]:
    """The state of a learner that can unlearn, in the order of the names: that in which rows brought categories is
    another one where some of these rows are gone."""
    estimator = state["pipeline"]["estimator"]
    if "precision" not in estimator:
        return state
    order = np.argsort(np.array(estimator["features"], dtype=object))
    ordered = {
        "features": [estimator["features"][place] for place in order],
        "precision": estimator["precision"][np.ix_(order, order)],
        "mean": estimator["mean"][order],
    }
    return {
        **state,
        "categories": sorted(state["categories"]),
        "pipeline": {**state["pipeline"], "estimator": {**estimator, **ordered}},
    }


def _others(was: Any, now: Any, where: str = "") -> Iterator[tuple[str, object, object]]:
    """Where two states are otherwise, with what is there."""
    match was, now:
        case Mapping(), Mapping():
            for name in dict.fromkeys([*was, *now]):
                if name not in _OPAQUE:
                    yield from _others(was.get(name), now.get(name), f"{where}.{name}" if where else str(name))
        case (list(), list()) if len(was) == len(now):
            for place, (one, other) in enumerate(zip(was, now, strict=True)):
                yield from _others(one, other, f"{where}[{place}]")
        case _ if not _is_same(was, now):
            yield where, was, now


def _is_same(was: Any, now: Any) -> bool:
    if isinstance(was, np.ndarray) and isinstance(now, np.ndarray):
        return was.shape == now.shape and bool(np.allclose(was, now, TOLERANCE, _least(was, now), equal_nan=True))
    if isinstance(was, float | int) and isinstance(now, float | int):
        return math.isclose(was, now, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return bool(was == now)


def _least(was: np.ndarray[Any, np.dtype[np.float64]], now: np.ndarray[Any, np.dtype[np.float64]]) -> float:
    """Sums that cancel out are as exact as what they are made of."""
    largest: Sequence[float] = [float(np.max(np.abs(each), initial=0.0)) for each in (was, now)]
    return TOLERANCE * max(largest)
