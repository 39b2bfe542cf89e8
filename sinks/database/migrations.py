"""The warehouse's own tables, and each dataset's, brought up to date before the warehouse is opened for data.

sqlite-utils does this with the standard library's sqlite3, on a connection that is closed before ADBC opens the file.
Where there is nothing for it to do it is not imported: that takes longer than all else here.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from processors.errors import WarehouseError
from sinks.closing.tables import CLOSINGS
from sinks.configs.tables import CONFIGS
from sinks.consequences.pending import CONSEQUENCES
from sinks.database.identifiers import quote, rule_keys
from sinks.exports.tables import EXPORTS
from sinks.feature_views.tables import FEATURES
from sinks.kpis.tables import KPIS
from sinks.ledger.batches import BATCHES
from sinks.ledger.prunes import PRUNES
from sinks.ledger.replays import REPLAYS
from sinks.ledger.tables import CORRECTIONS, GENERATIONS, HOLDS, LEDGER
from sinks.lineage.tables import LINEAGE
from sinks.models.tables import MODELS
from sinks.parameters.versions import PARAMETERS
from sinks.relations.indexes import KEY_INDEXES, renewal
from sinks.relations.tables import RELATIONS
from sinks.results.tables import RESULTS
from sinks.rows.storage import storage
from sinks.rows.tables import add_column, create, row_tables, stored_types
from sinks.schemas.tables import AMENDMENTS, SCHEMAS
from sinks.splits.tables import SPLITS
from sinks.table import Table

if TYPE_CHECKING:
    from sqlite_utils import Database

_Change: TypeAlias = "Callable[[Database], None]"
_SET = "ade-stream"


@dataclass(frozen=True, slots=True)
class _Migrations:
    """The changes to the tables that all warehouses have, in their order."""

    changes: list[_Change] = field(default_factory=list)

    def __call__(self) -> Callable[[_Change], _Change]:
        """A decorator: the function is the next change, and its name tells whether it was made."""

        def add(change: _Change) -> _Change:
            self.changes.append(change)
            return change

        return add

    def apply(self, connection: sqlite3.Connection) -> None:
        """Make those that were not made, each in a transaction of its own."""
        from sqlite_utils import Database
        from sqlite_utils.migrations import Migrations

        migrations = Migrations(_SET)
        for change in self.changes:
            migrations()(change)
        migrations.apply(Database(connection))


migrations = _Migrations()


@migrations()
def ledger(db: Database) -> None:
    """Files, spans, raw events, rejects, duplicates, counts."""
    for statement in LEDGER.split(";\n\n"):
        db.execute(statement)


@migrations()
def generations(db: Database) -> None:
    """What tells one content of a file from another, and when a file came into which state."""
    for statement in GENERATIONS.split(";\n\n"):
        db.execute(statement)


@migrations()
def corrections(db: Database) -> None:
    """What a record should have been, said later; raw events stay as they came."""
    for statement in CORRECTIONS.split(";\n\n"):
        db.execute(statement)


@migrations()
def dialects(db: Database) -> None:
    """How each file was found to be laid out; null where that was not recorded."""
    db.execute("ALTER TABLE meta_files ADD COLUMN dialect TEXT")


@migrations()
def holds(db: Database) -> None:
    """Datasets of which nothing is loaded for now, and files that a person wants whatever is wrong with them."""
    for statement in HOLDS.split(";\n\n"):
        db.execute(statement)


@migrations()
def schemas(db: Database) -> None:
    """Which schema each file has, where it became another, and what each run did."""
    for statement in SCHEMAS.split(";\n\n"):
        db.execute(statement)


@migrations()
def amendments(db: Database) -> None:
    """What contracts have gained beside their YAML."""
    db.execute(AMENDMENTS)


@migrations()
def accounts(db: Database) -> None:
    """How many records of a span could be split into columns, how many of them passed the steps, and with which
    parameters. `meta_rule_results` makes room for what is made of the counts."""
    db.execute("ALTER TABLE meta_rule_results RENAME TO meta_counts")
    for column in ("elements", "passed", "parameters_version"):
        db.execute(f"ALTER TABLE meta_spans ADD COLUMN {column} INTEGER")


@migrations()
def closings(db: Database) -> None:
    """Which dates are summed up, what their rules came to, their profiles, and what these are compared with."""
    for statement in CLOSINGS.split(";\n\n"):
        db.execute(statement)


@migrations()
def relations(db: Database) -> None:
    """Rules that look at other rows: a row may lose to none in particular, and keys stand in levels.

    Before there is a view over the table that is renamed here: SQLite would rename it in the view, too.
    """
    for dataset, rule in db.execute("SELECT dataset, rule FROM meta_unique_rules").fetchall():
        db.execute(f"DROP TABLE IF EXISTS {quote(rule_keys('uniq', dataset, rule))}")
    for statement in (*RELATIONS.split(";\n\n"), KEY_INDEXES):
        db.execute(statement)


@migrations()
def results(db: Database) -> None:
    """By which suite of rules each span was judged, and in which run; what came of it; scores."""
    for statement in RESULTS.split(";\n\n"):
        db.execute(statement)


@migrations()
def parameters(db: Database) -> None:
    """Versions of parameters, and which of them is that of a date."""
    for statement in PARAMETERS.split(";\n\n"):
        db.execute(statement)


@migrations()
def kpis(db: Database) -> None:
    """Key figures of execution dates, and how they are defined."""
    for statement in KPIS.split(";\n\n"):
        db.execute(statement)


@migrations()
def feature_views(db: Database) -> None:
    """Which versions of which feature views there are, and how many vectors of which dates."""
    for statement in FEATURES.split(";\n\n"):
        db.execute(statement)


@migrations()
def splits(db: Database) -> None:
    """How rows of feature views were split for training."""
    db.execute(SPLITS)


@migrations()
def exports(db: Database) -> None:
    """Which files were written beside the warehouse, and of which state of their dates."""
    for statement in EXPORTS.split(";\n\n"):
        db.execute(statement)


@migrations()
def models(db: Database) -> None:
    """What came and went for those who learn, their states, and the registry of models."""
    for statement in MODELS.split(";\n\n"):
        db.execute(statement)


@migrations()
def configs(db: Database) -> None:
    """By which config each span was judged."""
    for statement in CONFIGS.split(";\n\n"):
        db.execute(statement)


@migrations()
def replays(db: Database) -> None:
    """Dates that were replayed and came out otherwise."""
    for statement in REPLAYS.split(";\n\n"):
        db.execute(statement)


@migrations()
def prunes(db: Database) -> None:
    """What was given up of dates."""
    for statement in PRUNES.split(";\n\n"):
        db.execute(statement)


@migrations()
def learners_since(db: Database) -> None:
    """From which execution date on a learner learns; empty where it learns all."""
    db.execute("ALTER TABLE meta_learners ADD COLUMN since TEXT NOT NULL DEFAULT ''")


@migrations()
def consequences(db: Database) -> None:
    """What is to be made anew since rows changed beneath it."""
    db.execute(CONSEQUENCES)


@migrations()
def batches(db: Database) -> None:
    """Time and memory of each batch, and what they come to in a run."""
    for statement in BATCHES.split(";\n\n"):
        db.execute(statement)


@migrations()
def lineage(db: Database) -> None:
    """What is told of runs, and who has it."""
    for statement in LINEAGE.split(";\n\n"):
        db.execute(statement)


def migrate(path: Path, tables: Iterable[Table], *, replaying: bool = False) -> None:
    """Create or update the warehouse at `path` for `tables`.

    Raises WarehouseError when it is newer than this program, and when a column's type changed to one that cannot hold
    all its values: unless we are `replaying`, which reads them anew from the raw layer.
    """
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("PRAGMA page_size = 8192")  # a third faster than 4096 for spans of some hundred kB
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")  # what a power cut takes back is done again
            if _is_older(path, connection):
                migrations.apply(connection)
            tables = tuple(tables)
            for table in tables:
                connection.execute("BEGIN IMMEDIATE")
                _dataset(connection, table, path if not (replaying and table.raw) else None)
                connection.execute("COMMIT")
            connection.execute("BEGIN IMMEDIATE")
            _indexes(connection, {table.dataset: table for table in tables})
            connection.execute("COMMIT")
    except sqlite3.Error as error:
        raise WarehouseError(
            f"{path}: cannot be prepared: {error}. Check the disk, the path and who else holds it."
        ) from error


def migration_names() -> tuple[str, ...]:
    """The migrations of this program, in their order."""
    return tuple(change.__name__ for change in migrations.changes)


def _is_older(path: Path, db: sqlite3.Connection) -> bool:
    """Whether some changes were not made. Raises WarehouseError where some were made that we do not know."""
    known = migration_names()
    applied: list[str] = []
    if "_sqlite_migrations" in _table_names(db):
        query = "SELECT name FROM _sqlite_migrations WHERE migration_set = ? ORDER BY rowid"
        applied = [name for (name,) in db.execute(query, [_SET])]
    newer = [name for name in applied if name not in known]
    if newer:
        raise WarehouseError(
            f"{path}: was written by a newer ade-stream (it has {', '.join(newer)}). Upgrade this one, or name another "
            "warehouse with --warehouse."
        )
    return not set(known).issubset(applied)


def _table_names(db: sqlite3.Connection) -> set[str]:
    return {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def _dataset(db: sqlite3.Connection, table: Table, keeping: Path | None) -> None:
    """`keeping`: the warehouse's path, where no value may be lost to a changed type."""
    for name in row_tables(table.dataset):
        if name not in _table_names(db):
            db.execute(create(name, stored_types(table)))
        _alter(db, name, table, keeping)


def _indexes(db: sqlite3.Connection, tables: Mapping[str, Table]) -> None:
    """The keys of a new rule are taken from the rows that are there."""
    known: dict[str, dict[str, str]] = {dataset: {} for dataset in tables}
    for name, dataset, definition in db.execute("SELECT name, dataset, definition FROM meta_key_indexes").fetchall():
        known.setdefault(dataset, {})[name] = definition
    for dataset in tables:
        for statement in renewal(dataset, tables, known[dataset]):
            db.execute(statement)


def _alter(db: sqlite3.Connection, name: str, table: Table, keeping: Path | None) -> None:
    """Columns that the config gained are null in older rows; a changed type rewrites the table."""
    columns = db.execute("SELECT name, type FROM pragma_table_info(?)", [name]).fetchall()
    have = {column.lower(): (column, stored) for column, stored in columns}
    changed = {}
    for column, kind in table.columns:
        if column.lower() not in have:
            db.execute(add_column(name, column, kind))
        elif have[column.lower()][1] != storage(kind):
            changed[have[column.lower()][0]] = storage(kind)
    for column, stored in changed.items():
        lost = _forget_misfits(db, name, column, stored)
        if lost and keeping:
            raise WarehouseError(_retyped(db, keeping, table, column, lost))
    if changed:
        from sqlite_utils import Database

        Database(db).table(name).transform(types=changed)


def _retyped(db: sqlite3.Connection, path: Path, table: Table, column: str, lost: int) -> str:
    said = f"{path}: the config gives {table.dataset}.{column} another type, and {lost} stored values do not fit it"
    if not table.raw:
        return f"{said}. Without a raw layer (raw: false) they would be lost: leave the type, or name a new column."
    [(first, last)] = db.execute("SELECT min(date), max(date) FROM meta_files WHERE dataset = ?", [table.dataset])
    replay = f"`ade-stream replay --from {first} --to {last} --dataset {table.dataset}`"
    return f"{said}. {replay} reads all of them anew with the new type; or leave the type as it was."


def _forget_misfits(db: sqlite3.Connection, name: str, column: str, stored: str) -> int:
    """How many values the new type cannot hold; they are null now, until they are read anew from the raw layer."""
    db.execute(f"CREATE TEMP TABLE converted (_id INTEGER PRIMARY KEY, value {stored})")
    db.execute(f"INSERT INTO converted SELECT _id, {quote(column)} FROM {quote(name)}")
    misfits = "SELECT _id FROM converted WHERE typeof(value) NOT IN (?, 'null')"
    nulled = db.execute(f"UPDATE {quote(name)} SET {quote(column)} = NULL WHERE _id IN ({misfits})", [stored.lower()])
    db.execute("DROP TABLE converted")
    return nulled.rowcount
