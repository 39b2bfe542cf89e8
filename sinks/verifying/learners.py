"""What the warehouse says of learners, prepared to be held against one that learned anew.

Everything here runs in a transaction that is undone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from processors.feature_views.model import FeatureView
from processors.learning.model import Model
from sinks.database.connection import Connection
from sinks.database.identifiers import feature_rows, predictions, quote
from sinks.feature_views.columns import EVENT, ROW_ID, names
from sinks.models.learners import StoredLearner
from sinks.models.predictions import forget_predictions

#: So far two numbers may differ, as a share of the larger one, for being the same sum in another order.
TOLERANCE = 1e-9

_IS_TABLE = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?)"
_BEHIND = """
SELECT EXISTS (SELECT 1 FROM meta_learning_log WHERE dataset = ?1 AND change = 'removed' AND seq > ?2)
"""
_FORGET_BEHIND = "DELETE FROM meta_learning_log WHERE dataset = ? AND seq > ? AND change = 'added'"
_CUT = "UPDATE meta_learning_log SET id_last = ? WHERE seq = ? AND change = 'added' AND id_last > ?"
_REMOVED = "SELECT EXISTS (SELECT 1 FROM meta_learning_log WHERE dataset = ? AND change = 'removed' AND seq <= ?)"
_JUDGED_AGAIN = """
SELECT EXISTS (SELECT 1 FROM meta_spans s JOIN meta_runs r ON r.run_id = s.run_id
JOIN meta_files f ON f.file_id = s.span_id >> 32
WHERE f.dataset = ?1 AND r.command IN ('replay', 'retry', 'accept'))
OR EXISTS (SELECT 1 FROM meta_replays WHERE dataset = ?1)
"""
_COMMITTED = "(SELECT committed_at FROM meta_spans s WHERE s.span_id <= f._id ORDER BY s.span_id DESC LIMIT 1)"


@dataclass(frozen=True, slots=True)
class Past:
    """What may keep a learner from coming to the same once more. `removed`: rows went; `judged_again`: rows were
    replayed or retried, and it knows them as they were; `late`: rows came behind others of their entity that are
    younger, so that these have other features by now."""

    removed: bool
    judged_again: bool
    late: bool


def past_of(connection: Connection, model: Model, learner: StoredLearner) -> Past:
    """What happened to the rows that a learner knows."""
    return Past(
        removed=connection.integer(_REMOVED, model.dataset, learner.seq) == 1,
        judged_again=connection.integer(_JUDGED_AGAIN, model.dataset) == 1,
        late=model.view is not None and _is_any_late(connection, model.view),
    )


def _is_any_late(connection: Connection, view: FeatureView) -> bool:
    earlier = f"max({EVENT}) OVER (PARTITION BY {names(view.keys)} ORDER BY at, {ROW_ID} ROWS UNBOUNDED PRECEDING)"
    rows = f"SELECT f.*, {_COMMITTED} AS at FROM {quote(feature_rows(view.name))} f"
    sql = f"SELECT EXISTS (SELECT 1 FROM (SELECT {EVENT}, {earlier} AS newest FROM ({rows})) WHERE {EVENT} < newest)"
    return connection.integer(sql) == 1


def is_behind(connection: Connection, learner: StoredLearner, dataset: str) -> bool:
    """Whether rows went of which the learner has not heard yet."""
    return connection.integer(_BEHIND, dataset, learner.seq) == 1


def set_back(connection: Connection, learner: StoredLearner, dataset: str) -> None:
    """Let the log end where the learner is, and its predictions stand aside."""
    connection.run(_FORGET_BEHIND, dataset, learner.seq)
    connection.run(_CUT, learner.row_id, learner.seq, learner.row_id)
    if has_predictions(connection, learner.model):
        own = predictions(learner.model)
        connection.run(f"ALTER TABLE {quote(own)} RENAME TO {quote(_aside(learner.model))}")
        forget_predictions(connection, learner.model, 0, 0)  # makes the table that is to be filled


def has_predictions(connection: Connection, model: str) -> bool:
    """Whether any prediction of a model was ever kept."""
    return connection.integer(_IS_TABLE, predictions(model)) == 1


def _aside(model: str) -> str:
    return f"{predictions(model)}.before"


def other_predictions(connection: Connection, learner: StoredLearner) -> Iterator[tuple[int, str, str]]:
    """The first row of which the learner is said to have predicted something else: its id, what is recorded and what
    was predicted now, as text."""
    if not connection.integer(_IS_TABLE, _aside(learner.model)):
        return
    was, now = quote(_aside(learner.model)), quote(predictions(learner.model))
    same = " AND ".join(f"({_same(f'was.{each}', f'now.{each}')})" for each in ("prediction", "error"))
    told = "format('%s, error %s', coalesce({0}.prediction, 'null'), coalesce({0}.error, 'null'))"
    none = "'no prediction'"
    cells = ", ".join(f"iif({each}._id ISNULL, {none}, {told.format(each)})" for each in ("was", "now"))
    sql = f"""
        SELECT coalesce(was._id, now._id), {cells} FROM (SELECT * FROM {was} WHERE version = ?) was
        FULL OUTER JOIN {now} now ON now._id = was._id
        WHERE was._id ISNULL OR now._id ISNULL OR was._date <> now._date OR NOT ({same}) ORDER BY 1 LIMIT 1
    """
    for row, recorded, today in connection.rows(sql, learner.version):
        yield int(str(row)), str(recorded), str(today)


def _same(one: str, other: str) -> str:
    """SQL: whether two numbers, or nulls, are the same."""
    near = f"abs({one} - {other}) <= {TOLERANCE} * max(abs({one}), abs({other}), 1.0)"
    return f"{one} IS {other} OR coalesce({near}, FALSE)"
