"""A learner follows the log of what came and went: it predicts the rows, then it learns them, in the log's order.

What it knows, how far it is, its figures, predictions and alarms are written in one transaction. So no kill lets it
learn a row twice, or skip one: it goes on from where what it knows ends.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from processors.errors import StateError
from processors.learning.model import Model, OnAlarm, Online
from sinks.base import Finding
from sinks.database.connection import Connection
from sinks.models.learners import StoredLearner, Taken, forget_taken, learners, save_learner, stored_learner, take
from sinks.models.log import head
from sinks.models.predictions import keep_predictions
from sinks.models.rows import ModelRows
from sinks.table import Table
from stream.learning.alarming import told
from stream.learning.figures import added
from stream.learning.pieces import Piece, Position, read, whole_ticks
from stream.learning.unlearning import forget_removed, unlearn

if TYPE_CHECKING:
    from processors.learning.drift import Alarm
    from processors.learning.examples import Examples
    from processors.learning.folding import Learned
    from processors.learning.learner import Learner
    from processors.learning.statistics import Statistics

#: So many rows are learned in one transaction, and waited for, unless nothing more comes: each writes the whole state.
ROWS_AT_ONCE = 10_000
_ANEW = "It rests until it learns anew: `ade-stream train {} --online`."
#: Why the learner of a model rests whose YAML is gone.
UNDESCRIBED = "No config describes it. It goes on when a YAML in the folder `models` of the configs does again."
_ANOTHER = "The model is another than the one that it learned. "


@dataclass(frozen=True, slots=True)
class Step:
    """What one transaction came to: whether there is more than it could take, and what is to be told. `notices`: why
    the learner rests."""

    is_more: bool = False
    findings: tuple[Finding, ...] = ()
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Relearned:
    """A learner that learned anew, without its state, and what it noticed."""

    learner: StoredLearner
    findings: tuple[Finding, ...]


class Follower:
    """The learner of one model; `table`: of its dataset. `rests`: why it does not go on; empty while it does."""

    def __init__(self, connection: Connection, table: Table, model: Model, online: Online) -> None:
        self._connection, self._table, self.model, self._online = connection, table, model, online
        self._rows = ModelRows(connection, model, is_timed=False)
        self.rests = ""
        self._learner: Learner | None = None
        self._stored = self._new()
        #: Whether alarms are of the past.
        self._is_past = False
        #: Rows that came since it looked, or wait for the rest of their tick.
        self.waiting = 0

    @property
    def rows_wanted(self) -> int:
        """For so many it is worth a transaction, and fills a tick."""
        return max(ROWS_AT_ONCE, self._online.tick_rows)

    def meet(self) -> None:
        """Look at what is stored, inside a transaction: it rests where that is of another model."""
        stored = stored_learner(self._connection, self.model.name)
        if stored is None:
            return
        is_same = (stored.definition_hash, stored.schema_hash) == (self.model.definition_hash, self.model.schema_hash)
        if not is_same:
            self._rest(stored, _ANOTHER + _ANEW.format(self.model.name))
        elif stored.reason.startswith((_ANOTHER, UNDESCRIBED)):
            save_learner(self._connection, replace(stored, status="learning", reason=""))
        else:
            self.rests = stored.reason if stored.status == "paused" else ""

    def _rest(self, stored: StoredLearner, reason: str) -> None:
        self.rests = reason
        _pause(self._connection, stored, reason)

    def step(self) -> Step:
        """Take what is next in the log, in one transaction. Raises WarehouseError, and then nothing has changed."""
        if self.rests:
            return Step()
        try:
            with self._connection.transaction():
                return self.step_within()
        except (ArithmeticError, ValueError) as error:  # one model does not keep all files from being loaded
            self._learner = None
            return self._stopped(f"It cannot be computed any more: {error}. {_ANEW.format(self.model.name)}")
        except BaseException:
            self._learner = None  # it may know more than what is stored
            raise

    def _stopped(self, reason: str) -> Step:
        """It rests from now on, as it was before this step; that is told."""
        with self._connection.transaction():
            self._rest(stored_learner(self._connection, self.model.name) or self._new(), reason)
        return Step(notices=(f"{self.model.name}: {reason}",))

    def step_within(self) -> Step:
        """The same inside the caller's transaction."""
        learner = self._known()
        if learner is None:
            return Step()
        pieces, is_more = self._read(learner)
        if not pieces:
            return Step()
        gone = unlearn(self._rows, learner, [piece.entry for piece in pieces if piece.entry.change == "removed"])
        forget_removed(self._connection, self.model, pieces, is_kept=self._online.scoring)
        findings = tuple(self._learn(learner, pieces))  # behind what went: that may take the room of their categories
        self._save(learner, pieces[-1].end, self._stored.stale + gone)
        return Step(is_more, findings)

    def learn_anew(self, since: str) -> Relearned:
        """Forget everything, and learn all that the log has of execution dates from `since` on, inside the caller's
        transaction."""
        from processors.learning.learner import Learner

        before = stored_learner(self._connection, self.model.name)
        forget_taken(self._connection, self.model.name)
        self.rests, self._learner = "", Learner.new(self.model)
        self._stored = replace(self._new(), version=1 if before is None else before.version + 1, since=since)
        self._is_past = True
        findings = list[Finding]()
        self._save(self._learner, Position(), 0)
        is_more = True
        while is_more:
            step = self.step_within()
            is_more, findings = step.is_more, [*findings, *step.findings]
        return Relearned(self._stored, tuple(findings))

    def _new(self) -> StoredLearner:
        return StoredLearner(self.model.name, 1, self.model.definition_hash, self.model.schema_hash, {})

    def _known(self) -> Learner | None:
        """The learner as it is stored; None where it cannot be used any more, and rests."""
        from processors.learning.learner import Learner

        if self._learner is not None:
            return self._learner
        stored = stored_learner(self._connection, self.model.name)
        try:
            self._learner = Learner.load(self.model, stored.state) if stored else Learner.new(self.model)
        except StateError as error:
            assert stored is not None  # noqa: S101 - a new one is of no other version
            self._rest(stored, f"{error}.")
            return None
        self._stored = stored or self._new()
        return self._learner

    def _read(self, learner: Learner) -> tuple[list[Piece], bool]:
        """What is to be taken now, and whether that is not all."""
        pieces = read(self._rows, Position(self._stored.seq, self._stored.row_id), self.rows_wanted, self._stored.since)
        there = _count(pieces)
        if not learner.is_boundary_free:
            pieces = whole_ticks(pieces, self._online.tick_rows)
        self.waiting = there - _count(pieces)
        return pieces, there >= self.rows_wanted

    def _learn(self, learner: Learner, pieces: Sequence[Piece]) -> Iterator[Finding]:
        """Predict and learn what came; what can be unlearned is kept apart by piece."""
        from processors.learning.examples import examples

        there = [piece for piece in pieces if piece.rows.num_rows]
        if not there:
            return
        began, met = learner.seen, examples(self.model, pa.concat_batches([piece.rows for piece in there]))
        ends = list(accumulate(piece.rows.num_rows for piece in there))[:-1] if learner.can_unlearn else []
        learned = learner.fold(met, ends)
        parts = learned.parts if learner.can_unlearn else [None] * len(there)
        self._take(there, began, met, parts)
        self._keep(met, learned)
        self._stored = replace(self._stored, metrics=added(self._stored.metrics, learner, learned))
        yield from self._alarms(learned.alarms)
        if learned.alarms and self._policy == "reset":
            forget_taken(self._connection, self.model.name)
            self._take(there, began, met, parts, learned.alarms[-1].row_to - began)

    @property
    def _policy(self) -> OnAlarm:
        """What follows an alarm; one of the past is no reason to promote anything today."""
        policy: OnAlarm = self._online.drift.on_alarm if self._online.drift else "alert"
        return "alert" if self._is_past and policy == "promote_challenger" else policy

    def _take(
        self,
        pieces: Sequence[Piece],
        began: int,
        met: Examples,
        parts: Sequence[Statistics | None],
        forgotten: int = 0,
    ) -> None:
        """Write down what was taken of which entry, but for the first rows, which are forgotten."""
        newest, end = head(self._connection), 0
        for piece, part in zip(pieces, parts, strict=True):
            begin, end = max(end, forgotten), end + piece.rows.num_rows
            if begin < end:
                first, last = np.searchsorted(met.positions, (begin, end))
                id_first = piece.first if begin == end - piece.rows.num_rows else piece.id_at(begin - end)
                said = (piece.entry.seq, id_first, piece.last, newest, began + begin, int(last - first))
                take(self._connection, self.model.name, Taken(*said, None if part is None else part.dump()))

    def _keep(self, met: Examples, learned: Learned) -> None:
        """Keep the predictions, where they are wanted."""
        if self._online.scoring and met.dates is not None:
            columns = {
                "_id": pa.array(met.ids),
                "_date": met.dates,
                "prediction": pa.array(learned.predictions, from_pandas=True),
                "error": pa.array(learned.errors, from_pandas=True),
                "version": pa.repeat(self._stored.version, len(met.ids)),
            }
            keep_predictions(self._connection, self.model.name, pa.record_batch(columns))

    def _alarms(self, alarms: Iterable[Alarm]) -> Iterator[Finding]:
        for alarm in alarms:
            yield told(self._rows, self._table, self._stored.version, alarm, self._policy)

    def _save(self, learner: Learner, position: Position, stale: int) -> None:
        at = replace(self._stored, seq=position.seq, row_id=position.row_id, rows=learner.rows, stale=stale)
        self._stored = replace(at, refused=dict(learner.refused), state={})
        save_learner(self._connection, replace(self._stored, state=learner.dump()))


def rest_without(connection: Connection, described: Collection[str]) -> None:
    """Let the learners of all models rest that are not `described` any more, inside the caller's transaction. What
    they know stays, and their predictions do."""
    for stored in learners(connection):
        if stored.model not in described and (stored.status == "learning" or stored.reason.startswith(_ANOTHER)):
            _pause(connection, stored, UNDESCRIBED)


def _pause(connection: Connection, stored: StoredLearner, reason: str) -> None:
    if stored.reason != reason:
        save_learner(connection, replace(stored, status="paused", reason=reason))


def _count(pieces: Iterable[Piece]) -> int:
    return sum(piece.rows.num_rows for piece in pieces)
