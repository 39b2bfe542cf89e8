"""The tables of schema versions, drifts and runs."""

from __future__ import annotations

#: `columns`: the version's Schema. `contract`: what the config said of the columns when it was last compared with them.
#: `compared_with`: the last accepted version before it; null: the contract.
SCHEMAS = """
ALTER TABLE meta_files ADD COLUMN schema_version INTEGER;

CREATE INDEX meta_files_schema ON meta_files (dataset, date, file_id) WHERE schema_version IS NOT NULL;

CREATE TABLE meta_schema_versions (
    dataset TEXT NOT NULL,
    version INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('accepted', 'open')),
    columns TEXT NOT NULL,
    contract TEXT NOT NULL,
    compatibility TEXT NOT NULL,
    changes TEXT NOT NULL,
    compared_with INTEGER,
    created_at TEXT NOT NULL,
    PRIMARY KEY (dataset, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE meta_schema_drifts (
    dataset TEXT NOT NULL,
    file_id INTEGER NOT NULL,
    from_version INTEGER,
    to_version INTEGER NOT NULL,
    compatibility TEXT NOT NULL,
    changes TEXT NOT NULL,
    run_id INTEGER,
    drifted_at TEXT NOT NULL,
    PRIMARY KEY (dataset, file_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE meta_runs (
    run_id INTEGER PRIMARY KEY,
    command TEXT NOT NULL CHECK (command IN ('watch', 'run', 'replay', 'retry', 'accept')),
    outcome TEXT NOT NULL CHECK (outcome IN ('running', 'done', 'stopped', 'failed', 'killed')),
    reason TEXT NOT NULL,
    files INTEGER NOT NULL,
    records INTEGER NOT NULL,
    accepted INTEGER NOT NULL,
    rejected INTEGER NOT NULL,
    drifts INTEGER NOT NULL,
    started_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    ended_at TEXT
) STRICT
"""

AMENDMENTS = """
CREATE TABLE meta_schema_amendments (
    amendment_id INTEGER PRIMARY KEY,
    dataset TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('add', 'name', 'optional', 'widen')),
    "column" TEXT NOT NULL,
    source TEXT NOT NULL,
    type TEXT NOT NULL,
    file_id INTEGER NOT NULL,
    amended_at TEXT NOT NULL,
    UNIQUE (dataset, kind, "column", source, type)
) STRICT
"""
