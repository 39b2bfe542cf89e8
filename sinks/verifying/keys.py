"""The keys that are kept for rules which look at other rows, held against keys that were made anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sinks.database.connection import Connection
from sinks.relations.indexes import indexes_of
from sinks.table import Table
from sinks.verifying.comparing import Question

_KNOWN = "SELECT name, definition FROM meta_key_indexes"


def of_keys(recorded: Connection, tables: Iterable[Table]) -> Iterator[tuple[str, Question]]:
    """What is asked of each index that is defined as it is today, and whose it is; all others are made anew when the
    warehouse is opened next."""
    by_name = {table.dataset: table for table in tables}
    known = {str(name): definition for name, definition in recorded.rows(_KNOWN)}
    for dataset in by_name:
        for index in indexes_of(dataset, by_name):
            if known.get(index.name) == index.definition:
                source = " UNION ALL ".join(f"SELECT key, _id FROM {level}" for level in index.levels)
                yield dataset, Question(index.name, source, (), ("key",), "_id", "_id", "_id")
