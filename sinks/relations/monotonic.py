"""Rows that break the order of their file: each is compared with the nearest candidate before it that has a value.

What changes in a run of rows changes nothing but the verdicts on these and on the first candidate behind them.
"""

from __future__ import annotations

from processors.columns import ColumnType
from sinks.base import IdRange, Span
from sinks.database.identifiers import literal
from sinks.files import RECORD_BITS, RECORDS_MAX
from sinks.relations.contest import Rows
from sinks.relations.indexes import KeyIndex
from sinks.relations.keys import trimmed
from sinks.relations.levels import Keys
from sinks.table import Monotonic


class MonotonicContest:
    """One rule of order. See `Contest`."""

    def __init__(self, rows: Rows, rule: Monotonic, index: KeyIndex, kind: ColumnType) -> None:
        self._connection, self._rows, self._rule, self._kind = rows.connection, rows, rule, kind
        self._keys = Keys(rows.connection, index)

    def release(self, span: Span | IdRange) -> None:
        """Their values are passed over from now on."""
        [values] = self._keys.levels
        self._connection.run(f"DELETE FROM {values} WHERE {self._rows.within()}", span.id_first, span.id_last)

    def enter(self, span: Span | IdRange) -> None:
        """Their values stand among those of their file."""
        [values], key = self._keys.levels, self._keys.key
        self._connection.run(
            f"INSERT INTO {values} (_id, key) SELECT _id, {key} FROM {self._rows.staged} "
            f"WHERE {self._rows.within()} AND {key} IS NOT NULL",
            *(span.id_first, span.id_last),
        )

    def forget(self) -> None:
        """Nothing is known in memory."""

    def decide(self, span: Span | IdRange) -> None:
        """Every row between the span's ends, and the first candidate behind it in the last file."""
        [values], rule = self._keys.levels, literal(self._rule.rule)
        file_first, file_last = f"(?1 >> {RECORD_BITS} << {RECORD_BITS})", f"(?2 | {RECORDS_MAX})"
        self._connection.run(
            f"""INSERT OR IGNORE INTO verdicts
            SELECT _id, {rule}, broken, earlier_id FROM (
                SELECT _id, earlier_id, ifnull({self._breaks("earlier", "key")}, 0) AS broken FROM (
                    SELECT _id, key, lag(key) OVER file AS earlier, lag(_id) OVER file AS earlier_id FROM {values}
                    WHERE _id BETWEEN
                        ifnull((SELECT max(_id) FROM {values} WHERE _id < ?1 AND _id >= {file_first}), ?1)
                    AND ifnull((SELECT min(_id) FROM {values} WHERE _id > ?2 AND _id <= {file_last}), ?2)
                    WINDOW file AS (PARTITION BY _id >> {RECORD_BITS} ORDER BY _id))
                WHERE _id >= ?1) v
            WHERE broken OR EXISTS (SELECT 1 FROM meta_duplicates d WHERE d._id = v._id AND d.rule = {rule})""",
            *(span.id_first, span.id_last),
        )

    def _breaks(self, earlier: str, later: str) -> str:
        """SQL: whether `later` must not come behind `earlier`."""
        low, high = (earlier, later) if not self._rule.decreasing else (later, earlier)
        broken = less(high, low, self._kind)
        return f"({broken} OR {equal(high, low, self._kind)})" if self._rule.strict else broken


def less(one: str, other: str, kind: ColumnType) -> str:
    """SQL: whether a value, as it is stored, is less than another of its type. Null where one of them is.

    Dates and timestamps are ordered as their texts. Of decimals with one sign, the one with fewer digits before its
    point is nearer to zero; with equally many, the one whose text is less.
    """
    if kind.name != "decimal":
        return f"({one} < {other})"
    a, b = trimmed(one), trimmed(other)
    negative, others_negative = f"({one} LIKE '-%')", f"({other} LIKE '-%')"
    return (
        f"(CASE WHEN {negative} <> {others_negative} THEN {negative} WHEN {negative} THEN {_nearer(b, a)} "
        f"ELSE {_nearer(a, b)} END)"
    )


def _nearer(one: str, other: str) -> str:
    return f"((instr({one} || '.', '.'), {one}) < (instr({other} || '.', '.'), {other}))"


def equal(one: str, other: str, kind: ColumnType) -> str:
    """SQL: whether two values of a type, as they are stored, are equal. Null where one of them is."""
    return f"({trimmed(one)} = {trimmed(other)})" if kind.name == "decimal" else f"({one} = {other})"
