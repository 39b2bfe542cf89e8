"""One look at a file: what it tells of the file becomes a micro-batch, and what is known of the file."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

from processors.parameters.model import Parameters
from processors.schemas.model import Schema
from sinks.base import Breach, MicroBatch, Part, Swap, news
from sinks.files import FileStat, FileState, Position
from sinks.ledger.clock import now
from sinks.table import Table
from stream.config import Dataset
from stream.landing.listing import Found
from stream.landing.readiness import awaited
from stream.landing.tracked import Tracked
from stream.landing.tracker import Tracker
from stream.reading.reader import Piece
from stream.schemas.contracts import offered

_GOES = {"archive": "moved into the archive", "delete": "deleted"}


@dataclass(slots=True)
class Visit:
    """A look at `known`, begun at `arrived_ns`. `first_look`: nothing was told of it in this process. `said`: what is
    added to every reason. `finished`: whether the file is. `before`: the generation whose rows go when those of `known`
    have come; `begun`: whether they have begun to come, with the first batch of one transaction. `contract`: the
    dataset before them. `parameters`: what the records are judged with, where a step wants any."""

    tracker: Tracker
    known: Tracked
    arrived_ns: int
    first_look: bool
    said: str = ""
    finished: bool = False
    before: Tracked | None = None
    begun: bool = False
    contract: Dataset | None = None
    parameters: Parameters | None = None

    @classmethod
    def of(cls, tracker: Tracker, found: Found) -> Self:
        """Look at a file."""
        known = tracker.meet(found)
        visit = cls(tracker, known, time.monotonic_ns(), first_look=not known.looked)
        known.looked = True
        return visit

    def of_successor(self) -> Visit:
        """The same look, at the generation that takes the place of the one that is known."""
        successor = self.tracker.next_generation(self.known)
        visit = Visit(self.tracker, successor, self.arrived_ns, first_look=True, said=self.said, before=self.known)
        return replace(visit, contract=self.tracker.datasets[successor.file.dataset])

    def news(
        self,
        stat: FileStat,
        state: FileState,
        reason: str,
        swap: Swap | None = None,
        breach: Breach | None = None,
        schema: Schema | None = None,
    ) -> Iterator[MicroBatch]:
        """A batch without rows, unless all this was told in this process already; the last of a swap, if it is one.
        `schema`: of a file of which nothing was handed on."""
        known, reason = self.known, reason + self.said
        told = (known.stat, known.state, known.reason) == (stat, state, reason) and not self.first_look
        if told and not self.before and not swap:
            return
        self._keep(stat, state, reason)
        yield news(
            *(known.file, self._table, known.end or Position(), stat, state, reason, self.arrived_ns, now()),
            swap=swap or self._swap(last=True),
            breach=breach,
            schema=schema,
        )
        self._loaded(last=True)

    def hand_on(
        self, piece: Piece, stat: FileStat, state: FileState, reason: str, *, last: bool
    ) -> Iterator[MicroBatch]:
        """The records of a piece, the `last` one for now, and the file's state behind them. Only when they were taken
        does reading move on."""
        self._keep(stat, state, reason + self.said)
        records, known = piece.records, self.known
        part = Part(known.file, piece.span, piece.index, piece.digest, stat, state, known.reason, self.arrived_ns)
        batch = MicroBatch(
            (part,),
            table=self._table,
            rows=records.rows,
            malformed=records.malformed,
            malformed_events=records.malformed_events,
            ingested_at=now(),
            keep_events=self._table.raw,
            swap=self._swap(last=last),
            schemas={known.file.file_id: self.tracker.datasets[known.file.dataset].cast.schema(known.file.header)},
            parameters=self.parameters,
        )
        yield from offered(batch, self.tracker.datasets)
        if self.parameters is not None:
            self.tracker.in_force.take(self.parameters, known.file.date)
        known.end, known.last = piece.end, (piece.span, piece.digest)
        if piece.span.row_first == 1:
            known.first = known.last
        self._loaded(last=last)

    @property
    def _table(self) -> Table:
        return self.tracker.datasets[self.known.file.dataset].table

    def whole(self, found: Found, reason: str, *, finished: bool) -> tuple[FileState, str]:
        """The state of a file that is loaded as a whole; where it is to be moved or deleted, it must be finished."""
        files = self.tracker.datasets[found.dataset].files
        if files.after == "leave":
            return "committed", reason
        if not finished:
            self.tracker.hold(found)
            return "committed", f"{reason} It is {_GOES[files.after]} when {awaited(files)}."
        self.tracker.put_away(self.known, found)
        return "archived", f"{reason} It was {_GOES[files.after]}."

    def give_up(self) -> Swap | None:
        """The successor does not come, nor what the contract gained for it; what the sink must be told, if some of it
        was handed on."""
        self.tracker.give_back(self.known)
        if self.contract is not None:
            self.tracker.datasets.restore(self.contract)
        return Swap(self.before.file.file_id, "undo") if self.before and self.begun else None

    def _swap(self, *, last: bool) -> Swap | None:
        if self.before is None:
            return None
        first, self.begun = not self.begun, True
        if first:
            return Swap(self.before.file.file_id, "whole" if last else "begin")
        return Swap(self.before.file.file_id, "end" if last else "within")

    def _loaded(self, *, last: bool) -> None:
        if last and self.before is not None:
            self.tracker.succeed(self.known)
        known = self.known
        if known.state in {"committed", "archived"} or (known.end and known.end.records and self.before is None):
            self.tracker.contents.add(known)

    def _keep(self, stat: FileStat, state: FileState, reason: str) -> None:
        self.known.stat, self.known.state, self.known.reason = stat, state, reason
        if state != "archived":
            self.tracker.stays(self.known)
