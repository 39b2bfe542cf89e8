"""An index of keys within a transaction: keys come and go, and are looked for, level by level."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pyarrow as pa

from sinks.base import IdRange, Span
from sinks.database.connection import Connection
from sinks.database.identifiers import literal
from sinks.relations.filters import KeyFilter
from sinks.relations.indexes import LIMITS, KeyIndex

#: A filter of keys that are there already is made when a process has brought so large a part of their number anew, and
#: for as many times their number.
_PART = 8


class Keys:
    """An index within a transaction. Keys pass through the temporary table `entries`, which orders them, and is empty
    in between.

    `filtered`: what is in the lower levels is known in memory, as soon as it was all seen. Their keys are of one type.
    """

    def __init__(self, connection: Connection, index: KeyIndex, *, filtered: bool = False) -> None:
        self._connection = connection
        self.key, self.levels = index.key, index.levels
        #: The index's name as a SQL literal.
        self.named = literal(index.name)
        self._filtered = filtered
        self.forget()

    def forget(self) -> None:
        """What is known in memory; the transaction may have been undone."""
        self._counts: dict[int, int] = {}
        self._filter: KeyFilter | None = None
        self._poured = 0

    def gather(self, rows: str, within: str, span: Span | IdRange) -> int:
        """Put the keys of some rows among the entries; how many have one."""
        return self._connection.run(
            f"INSERT INTO entries SELECT {self.key}, _id FROM {rows} WHERE {within} AND {self.key} IS NOT NULL "
            "ORDER BY 1, 2",
            *(span.id_first, span.id_last),
        )

    def clear(self) -> None:
        """Empty the entries."""
        self._connection.run("DELETE FROM entries")
        if self._filter is not None:
            self._connection.run("DELETE FROM suspects")

    def add(self) -> None:
        """Take the entries over, and empty them."""
        into = f"INSERT INTO {self.levels[0]} (key, _id) SELECT key, _id FROM entries"
        self._counts[0] = self._count(0) + self._connection.run(into)
        self.clear()
        for level, limit in enumerate(LIMITS[: len(self.levels) - 1]):
            if self._count(level) < limit:
                break
            self._pour(level)

    def remove(self) -> None:
        """Take the entries out, and empty them."""
        for level in self.levels:
            self._connection.run(f"DELETE FROM {level} WHERE (key, _id) IN (SELECT key, _id FROM entries)")
        self.clear()

    def has(self, key: str) -> str:
        """SQL: whether there is such a key."""
        return _exists(self.levels, key)

    def has_entry(self) -> str:
        """SQL: whether there is the key of a group of entries `e`, each of which has its own. What cannot be in the
        lower levels is not looked for there."""
        if self._filter is None:
            return self.has("e.key")
        entries = self._connection.table("SELECT key, _id FROM entries")
        suspects = entries.filter(pa.array(self._filter.may_have(entries["key"]))).select(["_id"]).combine_chunks()
        for batch in suspects.to_batches():
            self._connection.insert("INSERT INTO suspects VALUES (?)", batch)
        lower = _exists(self.levels[1:], "e.key")
        return f"({_exists(self.levels[:1], 'e.key')} OR (min(_id) IN (SELECT _id FROM suspects) AND {lower}))"

    def each(self, select: Callable[[str], str]) -> str:
        """SQL: what `select` gives for each level, one after the other."""
        return " UNION ALL ".join(select(level) for level in self.levels)

    def _count(self, level: int) -> int:
        """How many keys a level has, or had before some were taken out."""
        if level not in self._counts:
            self._counts[level] = self._connection.integer(f"SELECT count(*) FROM {self.levels[level]}")
        return self._counts[level]

    def _pour(self, level: int) -> None:
        """With OR FAIL, SQLite keeps no copy in memory of all pages that the statement overwrites; an error undoes the
        transaction in any case."""
        if level == 0 and self._filtered:
            self._see_poured()
        full, larger = self.levels[level : level + 2]
        before = self._count(level + 1)
        poured = self._connection.run(f"INSERT OR FAIL INTO {larger} SELECT key, _id FROM {full} ORDER BY key, _id")
        self._connection.run(f"DELETE FROM {full}")
        self._counts |= {level: 0, level + 1: before + poured}

    def _see_poured(self) -> None:
        """The keys of the first level are about to be in the others."""
        self._poured += self._count(0)
        there = sum(self._count(level) for level in range(1, len(self.levels)))
        if self._filter is None and there > self._poured * _PART:
            return
        if self._filter is None or self._filter.is_outgrown(there + self._count(0)):
            self._filter = KeyFilter(_PART * (there + self._count(0)))
            self._see(self._filter, self.levels[1:])
        self._see(self._filter, self.levels[:1])

    def _see(self, known: KeyFilter, levels: Sequence[str]) -> None:
        for level in levels:
            for batch in self._connection.batches(f"SELECT key FROM {level}"):
                known.add(batch.column(0))


def _exists(levels: Sequence[str], key: str) -> str:
    return f"({' OR '.join(f'EXISTS (SELECT 1 FROM {level} WHERE key = {key})' for level in levels)})"
