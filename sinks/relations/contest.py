"""What every rule that looks at other rows has to say, and the temporary tables in which they say it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from sinks.base import IdRange, Span
from sinks.database.connection import Connection
from sinks.database.identifiers import quote
from sinks.rows.tables import row_tables

#: `entries`: keys on their way into an index or out of it; `suspects`: those that may be in its lower levels.
#: `contested`: keys of an index about which something has changed; `given_up`: a row that mattered has gone; `chosen`:
#: the row that stays. `verdicts`: rows judged now, under each rule; `other_id`: the row lost to, if any. A `key` has no
#: type, so that SQLite does not take the text 007 for the number 7.
TEMPORARY = """
CREATE TEMP TABLE entries (key, _id INTEGER, PRIMARY KEY (key, _id)) WITHOUT ROWID;
CREATE TEMP TABLE suspects (_id INTEGER PRIMARY KEY);
CREATE TEMP TABLE contested (name TEXT, key, given_up INTEGER, chosen INTEGER, PRIMARY KEY (name, key)) WITHOUT ROWID;
CREATE TEMP TABLE verdicts (_id INTEGER, rule TEXT, lost INTEGER, other_id INTEGER, PRIMARY KEY (_id, rule))
WITHOUT ROWID;
CREATE TEMP TABLE moved (_id INTEGER PRIMARY KEY, accepted INTEGER);
CREATE TEMP TABLE places (_id INTEGER PRIMARY KEY, path TEXT, line INTEGER, byte_start INTEGER, byte_end INTEGER)
"""


class Contest(Protocol):
    """A rule, as far as it is about the rows of one dataset. Its methods are called in their order, in one transaction;
    verdicts are on candidates of any dataset."""

    def release(self, span: Span | IdRange) -> None:
        """The rows of the span are about to go."""
        ...

    def enter(self, span: Span | IdRange) -> None:
        """The rows of the span have come, and are staged."""
        ...

    def decide(self, span: Span | IdRange) -> None:
        """All rows have come. Write the verdicts on those rows that lost, and on those of the others that may have lost
        before."""
        ...

    def forget(self) -> None:
        """The transaction was undone: what is known in memory may be wrong."""
        ...


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a dataset. `among`: a table of row ids; where it is given, only these rows of a span are meant."""

    connection: Connection
    dataset: str
    among: str | None = None

    @property
    def staged(self) -> str:
        """The table of those that are accepted, quoted."""
        return quote(row_tables(self.dataset)[0])

    @property
    def losers(self) -> str:
        """The table of the other candidates, quoted."""
        return quote(row_tables(self.dataset)[1])

    def within(self, column: str = "_id") -> str:
        """The condition that a row is one of those; ?1 and ?2 are the span's first and last id."""
        among = f" AND {column} IN (SELECT _id FROM {self.among})" if self.among else ""
        return f"{column} BETWEEN ?1 AND ?2{among}"


def is_any_contested(connection: Connection) -> bool:
    """Whether there is a contested key."""
    return bool(connection.integer("SELECT EXISTS (SELECT 1 FROM contested)"))


def is_any_verdict(connection: Connection) -> bool:
    """Whether there is a verdict."""
    return bool(connection.integer("SELECT EXISTS (SELECT 1 FROM verdicts)"))
