"""Which of several records with one key stays: the one with the smallest row id, or the greatest.

A key that only one candidate has costs one insertion and a look beside it.
"""

from __future__ import annotations

from functools import partial

from sinks.base import IdRange, Span, Unique
from sinks.identifiers import literal
from sinks.relations.contest import Rows
from sinks.relations.indexes import KeyIndex
from sinks.relations.levels import Keys


class UniqueContest:
    """One uniqueness rule. See `Contest`."""

    def __init__(self, rows: Rows, rule: Unique, index: KeyIndex) -> None:
        self._connection, self._rows, self._rule = rows.connection, rows, rule
        self._keys = Keys(rows.connection, index, filtered=True)

    def release(self, span: Span | IdRange) -> None:
        """Keys of rows that stay by what is recorded, or by the rule as it is now, are free and go to others."""
        recorded = f"SELECT 1 FROM meta_duplicates d WHERE d._id = e._id AND d.rule = {literal(self._rule.rule)}"
        for rows in (self._rows.staged, self._rows.losers):
            if self._keys.gather(rows, self._rows.within(), span):
                self._connection.run(
                    f"""INSERT OR IGNORE INTO contested SELECT {self._keys.named}, key, 1, NULL FROM entries e
                    WHERE NOT EXISTS ({recorded}) OR _id = {self._chosen("e.key")}"""
                )
                self._keys.remove()

    def enter(self, span: Span | IdRange) -> None:
        """Keys that another row has too are contested."""
        if self._keys.gather(self._rows.staged, self._rows.within(), span):
            self._connection.run(
                f"""INSERT OR IGNORE INTO contested SELECT {self._keys.named}, key, 0, NULL FROM entries e
                GROUP BY key HAVING count(*) > 1 OR {self._keys.has_entry()}"""
            )
            self._keys.add()

    def decide(self, span: Span | IdRange) -> None:
        """Verdicts on the span's rows, and on all rows of a key of which another row stays, or may stay."""
        self._choose()
        for those in (self._rows.within("u._id"), f"(c.given_up OR ({self._rows.within('c.chosen')}))"):
            verdicts = self._keys.each(partial(self._verdicts, those))
            self._connection.run(f"INSERT OR IGNORE INTO verdicts {verdicts}", span.id_first, span.id_last)

    def forget(self) -> None:
        """What is known in memory; the transaction was undone."""
        self._keys.forget()

    def _choose(self) -> None:
        self._connection.run(
            f"UPDATE contested SET chosen = {self._chosen('contested.key')} WHERE name = {self._keys.named}"
        )

    def _chosen(self, key: str) -> str:
        """SQL: the row that stays of those with a key; with none, no row's id."""
        of_all, none = ("min", (1 << 63) - 1) if self._rule.keep == "first" else ("max", -1)
        of_levels = [
            f"ifnull((SELECT {of_all}(_id) FROM {level} WHERE key = {key}), {none})" for level in self._keys.levels
        ]
        return f"{of_all}({', '.join(of_levels)})"

    def _verdicts(self, those: str, level: str) -> str:
        """The constraint on `u._id` stands beside that on the key, so that one look finds the rows."""
        return f"""SELECT u._id, {literal(self._rule.rule)}, u._id <> c.chosen, c.chosen
            FROM contested c CROSS JOIN {level} u ON u.key = c.key WHERE c.name = {self._keys.named} AND {those}"""
