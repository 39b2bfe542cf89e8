"""What is to be made anew since rows changed beneath it, kept until it is.

It is written down in the transaction of the replay that changed the rows, and struck out in that of whoever carries it
out: so no kill forgets any of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from sinks.database.connection import Connection
from sinks.ledger.clock import NOW

#: `subject`: of parameters an execution date, else a model. `cause`: the first execution date that changed.
CONSEQUENCES = """
CREATE TABLE meta_consequences (
    kind TEXT NOT NULL CHECK (kind IN ('parameters', 'learner', 'model')),
    dataset TEXT NOT NULL,
    subject TEXT NOT NULL,
    cause TEXT NOT NULL,
    noted_at TEXT NOT NULL,
    PRIMARY KEY (kind, dataset, subject)
) STRICT, WITHOUT ROWID
"""

PendingKind: TypeAlias = Literal["parameters", "learner", "model"]

_NOTE = f"""
INSERT INTO meta_consequences VALUES (?, ?, ?, ?, {NOW})
ON CONFLICT (kind, dataset, subject) DO UPDATE SET cause = min(cause, excluded.cause)
"""
_STRIKE = "DELETE FROM meta_consequences WHERE kind = ? AND dataset = ? AND subject = ?"
_PENDING = "SELECT kind, dataset, subject, cause FROM meta_consequences ORDER BY kind, subject, dataset"


@dataclass(frozen=True, slots=True)
class Pending:
    """The parameters of an execution date, a learner, or a trained model (`subject`), which rest on rows that changed.
    `cause`: the first execution date of which any did."""

    kind: PendingKind
    dataset: str
    subject: str
    cause: str


def note(connection: Connection, found: Iterable[Pending]) -> None:
    """Write them down, inside the caller's transaction."""
    for each in found:
        connection.run(_NOTE, each.kind, each.dataset, each.subject, each.cause)


def strike(connection: Connection, kind: PendingKind, dataset: str, subject: str) -> None:
    """It was made anew, inside the caller's transaction."""
    connection.run(_STRIKE, kind, dataset, subject)


def pending(connection: Connection) -> list[Pending]:
    """All that is left: learners, models, parameters by date."""
    rows = connection.table(_PENDING).to_pylist()
    return [Pending(**row) for row in rows]
