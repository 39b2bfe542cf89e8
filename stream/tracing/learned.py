"""Who learned a record: the learners that follow its dataset, and the trained versions of models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import pyarrow as pa

from processors.learning.examples import examples
from processors.learning.model import Model
from processors.splitting.assigning import entity_parts, place
from processors.splitting.model import EXCLUSIONS
from processors.splitting.written import read
from sinks.database.connection import Connection
from sinks.models.learners import StoredLearner, stored_learner
from sinks.models.registry import RegisteredModel, versions
from sinks.models.rows import TIME, ModelRows
from sinks.splits.manifests import splits
from sinks.tracing.learned import Predicted, log_entries, predicted, taken_with
from sinks.tracing.windows import vector_of
from stream.config import Dataset

#: refused: the learner cannot learn such a row; waiting: it has not come to it yet; gone: it went before, or was
#: learned and unlearned; forgotten: it was learned, and the learner began anew since.
Learning: TypeAlias = Literal["learned", "refused", "waiting", "gone", "forgotten"]


@dataclass(frozen=True, slots=True)
class Learner:
    """What a learner has to do with the record. `seq`: the entry of the log with which it came; `reasons`: why it is
    refused. `predicted`: before it was learned, where predictions are kept."""

    model: str
    version: int
    state: Learning
    seq: int
    reasons: tuple[str, ...]
    predicted: Predicted | None


@dataclass(frozen=True, slots=True)
class TrainedVersion:
    """A trained version, and in which part of its split the record is now: train, validation, test; or why it is in
    none. `came_later`: the record was not there when the version was trained."""

    model: str
    version: int
    alias: str | None
    part: str
    came_later: bool


def learners(connection: Connection, dataset: Dataset, row: int) -> Iterator[Learner]:
    """Those that follow the record's dataset."""
    entries = log_entries(connection, dataset.name, row)
    for model in dataset.table.models:
        stored = stored_learner(connection, model.name)
        if stored is not None and entries:
            yield _learner(connection, model, stored, row, entries)


def _learner(
    connection: Connection, model: Model, stored: StoredLearner, row: int, entries: list[tuple[int, str]]
) -> Learner:
    came = [seq for seq, change in entries if change == "added"]
    seq = taken_with(connection, model.name, row) or (came[-1] if came else entries[0][0])
    rows = ModelRows(connection, model).between(row, row, 1)
    reasons = tuple(sorted(examples(model, rows).reasons)) if rows.num_rows else ()
    state = _state(connection, model, stored, row, rows, reasons, seq)
    return Learner(model.name, stored.version, state, seq, reasons, predicted(connection, model.name, row))


def _state(
    connection: Connection,
    model: Model,
    stored: StoredLearner,
    row: int,
    rows: pa.RecordBatch,
    reasons: tuple[str, ...],
    seq: int,
) -> Learning:
    if not rows.num_rows:
        return "gone"
    if reasons:
        return "refused"
    if (seq, row) > (stored.seq, stored.row_id):
        return "waiting"
    return "learned" if taken_with(connection, model.name, row) is not None else "forgotten"


def trained(
    connection: Connection, dataset: Dataset, staged: Mapping[str, Any], committed_at: str
) -> Iterator[TrainedVersion]:
    """The trained versions of the models of the record's dataset."""
    for model in dataset.table.models:
        for stored in versions(connection, model.name):
            if stored.kind == "batch":
                part = _part(connection, model, stored, staged)
                came_later = stored.created_at < committed_at
                yield TrainedVersion(model.name, stored.version, stored.alias, part, came_later)


def _part(connection: Connection, model: Model, stored: RegisteredModel, staged: Mapping[str, Any]) -> str:
    split = next(iter(splits(connection, stored.split_id)), None) if stored.split_id is not None else None
    rows = ModelRows(connection, model).between(staged["_id"], staged["_id"], 1)
    if split is None:
        return "its split is not kept"
    if stored.view_version != (model.view.version if model.view else None):
        return "of another version of its view"
    if not rows.num_rows:
        return "no row of the view"
    asked, borders = read(split.definition)
    entities = None
    if asked.by_entity and model.view is not None:
        vector = vector_of(connection, model.view, staged)
        entities = None if vector is None else entity_parts(vector.select(list(model.view.keys)), borders.weights())
    code = int(place(asked, borders, rows[TIME].to_numpy(), entities).codes[0])
    return asked.parts[code] if code >= 0 else EXCLUSIONS[-1 - code]
