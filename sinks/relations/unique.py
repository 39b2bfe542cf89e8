"""Which of several records with one key stays: the one with the smallest row id, or the greatest.

The others lost to the first one; or, where the last one stays, each to the next one with its key, so that a further one
changes nothing but the one before it, however many there are. A key that only one candidate has costs one insertion and
a look beside it.
"""

from __future__ import annotations

from functools import partial

from sinks.base import IdRange, Span
from sinks.database.identifiers import literal
from sinks.relations.contest import Rows
from sinks.relations.indexes import KeyIndex
from sinks.relations.levels import Keys
from sinks.table import Unique

#: Greater than the id of any row.
_NONE = (1 << 63) - 1


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
                    f"""INSERT OR IGNORE INTO contested SELECT {self._keys.named}, key, max(stayed), NULL FROM (
                        SELECT key, NOT EXISTS ({recorded}) OR _id = {self._chosen("e.key")} AS stayed FROM entries e)
                    WHERE stayed OR {int(self._is_last)} GROUP BY key"""
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
        """Verdicts on the rows of the span, those that may lose to one of them, and those that may win by what went."""
        self._choose()
        for those in self._those():
            verdicts = self._keys.each(partial(self._verdicts, those))
            self._connection.run(f"INSERT OR IGNORE INTO verdicts {verdicts}", span.id_first, span.id_last)

    def forget(self) -> None:
        """What is known in memory; the transaction was undone."""
        self._keys.forget()

    def _those(self) -> tuple[str, ...]:
        """SQL: the rows `u` of a contested key `c` to be judged.

        Where the last one stays, these are the rows of the span, and the one before them; unless that one has lost,
        which is by another choice than today's.
        """
        within, is_chosen_within = self._rows.within("u._id"), self._rows.within("c.chosen")
        if not self._is_last:
            return within, f"(c.given_up OR ({is_chosen_within}))"
        before = self._of_levels("max", "c.key AND _id < ?1", -1)
        lost = f"SELECT 1 FROM meta_duplicates d WHERE d._id = {before} AND d.rule = {literal(self._rule.rule)}"
        span = "u._id BETWEEN ?1 AND ?2"
        return span, f"(u._id = {before} AND u._id < ?2)", f"(c.given_up OR ({is_chosen_within} AND EXISTS ({lost})))"

    @property
    def _is_last(self) -> bool:
        return self._rule.keep == "last"

    def _choose(self) -> None:
        self._connection.run(
            f"UPDATE contested SET chosen = {self._chosen('contested.key')} WHERE name = {self._keys.named}"
        )

    def _chosen(self, key: str) -> str:
        """SQL: the row that stays of those with a key; with none, no row's id."""
        return self._of_levels("max", key, -1) if self._is_last else self._of_levels("min", key, _NONE)

    def _of_levels(self, which: str, key: str, none: int) -> str:
        """SQL: the smallest or greatest id of the rows with a key; `none` with none."""
        found = [f"ifnull((SELECT {which}(_id) FROM {level} WHERE key = {key}), {none})" for level in self._keys.levels]
        return f"{which}({', '.join(found)})"

    def _verdicts(self, those: str, level: str) -> str:
        """The constraint on `u._id` stands beside that on the key, so that one look finds the rows."""
        other = self._of_levels("min", "c.key AND _id > u._id", _NONE) if self._is_last else "c.chosen"
        return f"""SELECT u._id, {literal(self._rule.rule)}, u._id <> c.chosen, {other}
            FROM contested c CROSS JOIN {level} u ON u.key = c.key WHERE c.name = {self._keys.named} AND {those}"""
