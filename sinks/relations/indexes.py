"""The keys of all candidates under a rule, kept in tables of their own: which there are, and what they are made of.

Keys come in any order, and a B-tree of millions of them would be rewritten page by page, a page for each new key. So
new keys go into a small table; where that is full it is poured, in order, into one sixteen times as large, and that
into the one that holds the rest. A look for a key is one look in each level.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sinks.database.connection import Connection
from sinks.database.identifiers import literal, quote, rule_keys
from sinks.relations.keys import referred_key, referring_key, unique_key
from sinks.rows.storage import storage
from sinks.rows.tables import row_tables
from sinks.table import Monotonic, Reference, Relation, Table, Unique

#: How many keys the levels before the last have, before they are poured into the next.
LIMITS = (1 << 16, 1 << 20)

KEY_INDEXES = """
CREATE TABLE meta_key_indexes (
    name TEXT PRIMARY KEY,
    dataset TEXT NOT NULL,
    definition TEXT NOT NULL
) STRICT, WITHOUT ROWID
"""


@dataclass(frozen=True, slots=True)
class KeyIndex:
    """The keys that the candidates of `dataset` have by the expression `key`; `by_row`: in the order of the row ids.

    `types`: how the columns are stored that the key is made of.
    """

    name: str
    dataset: str
    key: str
    types: tuple[str, ...]
    by_row: bool = False

    @property
    def levels(self) -> tuple[str, ...]:
        """Its tables, quoted: the one that takes new keys first. In the order of row ids one is enough."""
        return _levels(self.name, 1 if self.by_row else len(LIMITS) + 1)

    @property
    def definition(self) -> str:
        """What the keys are made of; as long as it stays, they do."""
        return f"{self.key} of {', '.join(self.types)}"

    def made(self) -> Iterator[str]:
        """Statements that make it anew from the rows that are there.

        Rows that were loaded before the rule are not judged again until they are replayed.
        """
        order = "PRIMARY KEY (_id)) STRICT" if self.by_row else "PRIMARY KEY (key, _id)) STRICT, WITHOUT ROWID"
        yield from dropped(self.name)
        for level in self.levels:
            yield f"CREATE TABLE {level} (key ANY NOT NULL, _id INTEGER NOT NULL, {order}"
        keys = " UNION ALL ".join(
            f"SELECT {self.key} AS key, _id FROM {quote(name)} WHERE {self.key} IS NOT NULL"
            for name in row_tables(self.dataset)
        )
        sorting = "_id" if self.by_row else "key, _id"
        yield f"INSERT INTO {self.levels[-1]} (key, _id) SELECT key, _id FROM ({keys}) ORDER BY {sorting}"


def dropped(name: str) -> Iterator[str]:
    """Statements that drop an index, whatever levels it has."""
    for level in _levels(name, len(LIMITS) + 1):
        yield f"DROP TABLE IF EXISTS {level}"


def _levels(name: str, count: int) -> tuple[str, ...]:
    return tuple(quote(f"{name}.{level}") for level in range(count))


def own_index(table: Table, rule: Relation, tables: Mapping[str, Table]) -> KeyIndex:
    """The keys that the rows of the rule's own dataset have."""
    match rule:
        case Unique():
            return _index("uniq", table, rule, table, rule.columns, unique_key(table, rule))
        case Monotonic():
            return _index("mono", table, rule, table, (rule.column,), f"+{quote(rule.column)}", by_row=True)
        case Reference():
            key = referring_key(rule, table, tables[rule.dataset])
            return _index("refs", table, rule, table, rule.columns, key)


def referred_index(table: Table, rule: Reference, tables: Mapping[str, Table]) -> KeyIndex:
    """The keys that the rows have to which a rule of `table` refers."""
    others = tables[rule.dataset]
    return _index("refd", table, rule, others, rule.fields, referred_key(rule, table, others))


def _index(
    kind: str, table: Table, rule: Relation, rows: Table, columns: Iterable[str], key: str, *, by_row: bool = False
) -> KeyIndex:
    types = dict(rows.columns)
    stored = tuple(storage(types[name]) for name in columns)
    return KeyIndex(rule_keys(kind, table.dataset, rule.rule), rows.dataset, key, stored, by_row)


def referrers(dataset: str, tables: Mapping[str, Table]) -> Iterator[tuple[Table, Reference]]:
    """The rules by which rows of any dataset refer to rows of this one, each with the table that has it."""
    for table in tables.values():
        for rule in table.references:
            if rule.dataset == dataset:
                yield table, rule


def indexes_of(dataset: str, tables: Mapping[str, Table]) -> list[KeyIndex]:
    """All indexes over the rows of one dataset: of its own rules, and of those that refer to it."""
    table = tables[dataset]
    own = [own_index(table, rule, tables) for rule in table.relations]
    return [*own, *(referred_index(other, rule, tables) for other, rule in referrers(dataset, tables))]


def forget_definitions(connection: Connection) -> None:
    """All indexes are to be made anew, from the rows that are there, when the warehouse is opened next."""
    connection.run("UPDATE meta_key_indexes SET definition = ''")


def renewal(dataset: str, tables: Mapping[str, Table], known: Mapping[str, str]) -> Iterator[str]:
    """Statements that bring the indexes over a dataset's rows up to date. `known`: the definitions of those that are
    there, by name."""
    wanted = indexes_of(dataset, tables)
    for name in known.keys() - {index.name for index in wanted}:  # its keys would miss what comes from now on
        yield from dropped(name)
        yield f"DELETE FROM meta_key_indexes WHERE name = {literal(name)}"
    for index in wanted:
        if known.get(index.name) != index.definition:
            yield from index.made()
            values = ", ".join(literal(each) for each in (index.name, dataset, index.definition))
            yield f"INSERT OR REPLACE INTO meta_key_indexes VALUES ({values})"
