"""Rows whose values another dataset must have: they are orphans as long as no candidate there has them.

A rule is told twice: among the rows that refer, and among those that are referred to, whose coming and going moves rows
of the other dataset. Only keys that appear or vanish there cost more than a look.
"""

from __future__ import annotations

from sinks.base import IdRange, Span
from sinks.database.identifiers import literal
from sinks.relations.contest import Rows
from sinks.relations.indexes import KeyIndex
from sinks.relations.levels import Keys
from sinks.table import Reference


class Referring:
    """The rows that refer. See `Contest`."""

    def __init__(self, rows: Rows, rule: Reference, index: KeyIndex, referred: KeyIndex) -> None:
        self._connection, self._rows, self._rule = rows.connection, rows, rule
        self._keys, self._referred = Keys(rows.connection, index), Keys(rows.connection, referred)

    def release(self, span: Span | IdRange) -> None:
        """Nobody refers by their keys any more."""
        for rows in (self._rows.staged, self._rows.losers):
            if self._keys.gather(rows, self._rows.within(), span):
                self._keys.remove()

    def enter(self, span: Span | IdRange) -> None:
        """They are found by their keys."""
        if self._keys.gather(self._rows.staged, self._rows.within(), span):
            self._keys.add()

    def forget(self) -> None:
        """What is known in memory; the transaction was undone."""
        self._keys.forget()

    def decide(self, span: Span | IdRange) -> None:
        """Rows of the span whose key nobody has."""
        self._connection.run(
            f"""INSERT OR IGNORE INTO verdicts SELECT _id, {literal(self._rule.rule)}, 1, NULL
            FROM (SELECT {self._keys.key} AS wanted, _id FROM {self._rows.staged} WHERE {self._rows.within()})
            WHERE wanted IS NOT NULL AND NOT {self._referred.has("wanted")}""",
            *(span.id_first, span.id_last),
        )


class Referred:
    """The rows that are referred to. See `Contest`."""

    def __init__(self, rows: Rows, rule: Reference, index: KeyIndex, referring: KeyIndex) -> None:
        self._connection, self._rows, self._rule = rows.connection, rows, rule
        self._keys, self._referring = Keys(rows.connection, index), Keys(rows.connection, referring)

    def release(self, span: Span | IdRange) -> None:
        """Keys by which rows refer may vanish."""
        for rows in (self._rows.staged, self._rows.losers):
            if self._keys.gather(rows, self._rows.within(), span):
                self._contest("TRUE", given_up=1)
                self._keys.remove()

    def enter(self, span: Span | IdRange) -> None:
        """Keys that were not there, and by which rows refer, appear."""
        if self._keys.gather(self._rows.staged, self._rows.within(), span):
            self._contest(f"NOT {self._keys.has('e.key')}", given_up=0)
            self._keys.add()

    def forget(self) -> None:
        """What is known in memory; the transaction was undone."""
        self._keys.forget()

    def _contest(self, where: str, *, given_up: int) -> None:
        self._connection.run(
            f"""INSERT OR IGNORE INTO contested SELECT DISTINCT {self._keys.named}, key, {given_up}, NULL FROM entries e
            WHERE {where} AND {self._referring.has("e.key")}"""
        )

    def decide(self, span: Span | IdRange) -> None:  # noqa: ARG002 - which rows are meant is told by their keys
        """The rows that refer by a key which came or went; one that went and came again is what it was."""
        self._connection.run(f"INSERT OR IGNORE INTO verdicts {self._referring.each(self._verdicts)}")

    def _verdicts(self, level: str) -> str:
        is_there = self._keys.has("c.key")
        return f"""SELECT u._id, {literal(self._rule.rule)}, NOT {is_there}, NULL
            FROM contested c CROSS JOIN {level} u ON u.key = c.key
            WHERE c.name = {self._keys.named} AND NOT (c.given_up AND {is_there})"""
