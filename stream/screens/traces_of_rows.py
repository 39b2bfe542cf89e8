"""What was made of a row, as people read it: its features with the rows behind them, who learned it, replays."""

from __future__ import annotations

from collections.abc import Iterator

from stream.screens.figures import count
from stream.screens.output import shown
from stream.tracing.learned import Learner, TrainedVersion
from stream.tracing.trace import Trace
from stream.tracing.vectors import FeatureValue, Vector, Window


def what_follows(trace: Trace) -> Iterator[str]:
    """All that stands behind the stored row."""
    for vector in trace.vectors:
        yield from _vector(vector)
    for learner in trace.learners:
        yield f"  learner   {learner.model} version {learner.version}: {_learner(learner)}"
    for version in trace.versions:
        yield f"  model     {version.model} version {version.version}{_alias(version)}: {_part(version)}"
    for each in trace.replays:
        did = each.replay
        of = f"{count(did.changed)} of {count(did.records)} records of {did.date} came out otherwise"
        yield f"  replayed  {each.replayed_at}: {of}{'' if did.run_id is None else f' (run {did.run_id})'}"
    for prune in trace.prunes:
        yield f"  pruned    {prune.what}: {prune.told}"


def _vector(vector: Vector) -> Iterator[str]:
    entity = ", ".join(f"{shown(name)} {shown(cell or 'null')}" for name, cell in vector.entity.items())
    named = f"  features  {vector.view} version {vector.version}"
    if vector.why:
        yield f"{named}: none: {shown(vector.why)}"
        return
    yield f"{named}, of {entity} before {vector.at}"
    for feature in vector.features:
        yield f"            {_feature(feature)}"


def _feature(feature: FeatureValue) -> str:
    told = "; ".join(map(_window, feature.windows))
    return f"{shown(feature.name)}: {shown('null' if feature.value is None else feature.value)}{told and f', {told}'}"


def _window(window: Window) -> str:
    since = "of all time" if window.since is None else f"since {window.since}"
    if window.first is None or window.last is None:
        return f"of no row {since}"
    first, last = (f"{shown(place.path)}:{place.line}" for place in (window.first, window.last))
    rows = "1 row" if window.rows == 1 else f"{count(window.rows)} rows"
    places = first if window.rows == 1 else f"{first} to {last}"
    return f"of {rows} {since}: {places}"


def _learner(learner: Learner) -> str:
    told = {
        "learned": f"learned with entry {learner.seq} of the log",
        "refused": f"not learned: {', '.join(map(shown, learner.reasons))}",
        "waiting": f"not learned yet; it waits in entry {learner.seq} of the log",
        "gone": "not learned: the row is not there for it",
        "forgotten": f"came with entry {learner.seq} of the log; the learner does not know it any more",
    }[learner.state]
    before = learner.predicted
    if before is None:
        return told
    error = "" if before.error is None else f", error {before.error:.6g}"
    return f"{told}; predicted {'null' if before.prediction is None else f'{before.prediction:.6g}'}{error}"


def _alias(version: TrainedVersion) -> str:
    return f", the {version.alias}" if version.alias else ""


def _part(version: TrainedVersion) -> str:
    told = (
        f"in its part {version.part}"
        if version.part in {"train", "validation", "test"}
        else f"in no part: {version.part}"
    )
    return f"{told}; the row came later" if version.came_later else told
