"""The warehouse's own tables, and each dataset's, brought up to date before the warehouse is opened for data.

sqlite-utils does this with the standard library's sqlite3, on a connection that is closed before ADBC opens the file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from functools import cache
from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from processors.errors import WarehouseError
from sinks.closing.tables import CLOSINGS
from sinks.database.identifiers import quote, rule_keys
from sinks.feature_views.tables import FEATURES
from sinks.kpis.tables import KPIS
from sinks.ledger.tables import CORRECTIONS, GENERATIONS, HOLDS, LEDGER
from sinks.parameters.versions import PARAMETERS
from sinks.relations.indexes import KEY_INDEXES, renewal
from sinks.relations.tables import RELATIONS
from sinks.results.tables import RESULTS
from sinks.rows.storage import storage
from sinks.rows.tables import add_column, create, row_tables, stored_types
from sinks.schemas.tables import AMENDMENTS, SCHEMAS
from sinks.splits.tables import SPLITS
from sinks.table import Table

migrations = Migrations("ade-stream")


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


def migrate(path: Path, tables: Iterable[Table], *, replaying: bool = False) -> None:
    """Create or update the warehouse at `path` for `tables`.

    Raises WarehouseError when it is newer than this program, and when a column's type changed to one that cannot hold
    all its values: unless we are `replaying`, which reads them anew from the raw layer.
    """
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("PRAGMA page_size = 8192")  # a third faster than 4096 for spans of some hundred kB
            connection.execute("PRAGMA journal_mode = WAL")
            db = Database(connection)
            _refuse_newer(path, db)
            migrations.apply(db)
            tables = tuple(tables)
            for table in tables:
                connection.execute("BEGIN IMMEDIATE")
                _dataset(db, table, path if not (replaying and table.raw) else None)
                connection.execute("COMMIT")
            connection.execute("BEGIN IMMEDIATE")
            _indexes(db, {table.dataset: table for table in tables})
            connection.execute("COMMIT")
    except sqlite3.Error as error:
        raise WarehouseError(
            f"{path}: cannot be prepared: {error}. Check the disk, the path and who else holds it."
        ) from error


@cache
def migration_names() -> tuple[str, ...]:
    """The migrations of this program, in their order."""
    return tuple(migration.name for migration in migrations.pending(Database(memory=True)))


def _refuse_newer(path: Path, db: Database) -> None:
    known = migration_names()
    newer = [applied.name for applied in migrations.applied(db) if applied.name not in known]
    if newer:
        raise WarehouseError(
            f"{path}: was written by a newer ade-stream (it has {', '.join(newer)}). Upgrade this one, or name another "
            "warehouse with --warehouse."
        )


def _dataset(db: Database, table: Table, keeping: Path | None) -> None:
    """`keeping`: the warehouse's path, where no value may be lost to a changed type."""
    for name in row_tables(table.dataset):
        if name not in db.table_names():
            db.execute(create(name, stored_types(table)))
        _alter(db, name, table, keeping)


def _indexes(db: Database, tables: Mapping[str, Table]) -> None:
    """The keys of a new rule are taken from the rows that are there."""
    known: dict[str, dict[str, str]] = {dataset: {} for dataset in tables}
    for name, dataset, definition in db.execute("SELECT name, dataset, definition FROM meta_key_indexes").fetchall():
        known.setdefault(dataset, {})[name] = definition
    for dataset in tables:
        for statement in renewal(dataset, tables, known[dataset]):
            db.execute(statement)


def _alter(db: Database, name: str, table: Table, keeping: Path | None) -> None:
    """Columns that the config gained are null in older rows; a changed type rewrites the table."""
    have = {column.name.lower(): (column.name, column.type) for column in db[name].columns}
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
        db.table(name).transform(types=changed)


def _retyped(db: Database, path: Path, table: Table, column: str, lost: int) -> str:
    said = f"{path}: the config gives {table.dataset}.{column} another type, and {lost} stored values do not fit it"
    if not table.raw:
        return f"{said}. Without a raw layer (raw: false) they would be lost: leave the type, or name a new column."
    [[first, last]] = db.execute("SELECT min(date), max(date) FROM meta_files WHERE dataset = ?", [table.dataset])
    replay = f"`ade-stream replay --from {first} --to {last} --dataset {table.dataset}`"
    return f"{said}. {replay} reads all of them anew with the new type; or leave the type as it was."


def _forget_misfits(db: Database, name: str, column: str, stored: str) -> int:
    """How many values the new type cannot hold; they are null now, until they are read anew from the raw layer."""
    db.execute(f"CREATE TEMP TABLE converted (_id INTEGER PRIMARY KEY, value {stored})")
    db.execute(f"INSERT INTO converted SELECT _id, {quote(column)} FROM {quote(name)}")
    misfits = "SELECT _id FROM converted WHERE typeof(value) NOT IN (?, 'null')"
    nulled = db.execute(f"UPDATE {quote(name)} SET {quote(column)} = NULL WHERE _id IN ({misfits})", [stored.lower()])
    db.execute("DROP TABLE converted")
    return nulled.rowcount
