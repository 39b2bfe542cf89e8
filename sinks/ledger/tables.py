"""The tables of files, spans, raw events and rejects, and of what is said of them later."""

from __future__ import annotations

LEDGER = """
CREATE TABLE meta_files (
    file_id INTEGER PRIMARY KEY,
    dataset TEXT NOT NULL,
    path TEXT NOT NULL,
    generation INTEGER NOT NULL,
    date TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    header TEXT NOT NULL,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    inode INTEGER NOT NULL,
    records INTEGER NOT NULL,
    accepted INTEGER NOT NULL,
    rejected INTEGER NOT NULL,
    discovered_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    UNIQUE (dataset, path, generation),
    CHECK (records = accepted + rejected)
) STRICT;

CREATE INDEX meta_files_date ON meta_files (date, dataset);

CREATE TABLE meta_spans (
    span_id INTEGER PRIMARY KEY,
    row_count INTEGER NOT NULL CHECK (row_count > 0),
    byte_start INTEGER NOT NULL,
    byte_end INTEGER NOT NULL,
    lines_after INTEGER NOT NULL,
    digest BLOB NOT NULL,
    record_index BLOB NOT NULL,
    committed_at TEXT NOT NULL
) STRICT;

CREATE TABLE meta_rule_results (
    span_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (span_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE raw_events (
    _id INTEGER PRIMARY KEY,
    dataset TEXT NOT NULL,
    payload TEXT NOT NULL,
    ingested_at TEXT NOT NULL
) STRICT;

CREATE TRIGGER raw_events_no_update BEFORE UPDATE ON raw_events
BEGIN SELECT RAISE(ABORT, 'raw_events is immutable'); END;

CREATE TRIGGER raw_events_no_delete BEFORE DELETE ON raw_events
BEGIN SELECT RAISE(ABORT, 'raw_events is immutable'); END;

CREATE TABLE rejects (
    _id INTEGER PRIMARY KEY,
    dataset TEXT NOT NULL,
    _date TEXT NOT NULL,
    reasons TEXT NOT NULL,
    raw TEXT NOT NULL,
    path TEXT NOT NULL,
    line INTEGER NOT NULL,
    byte_start INTEGER NOT NULL,
    byte_end INTEGER NOT NULL,
    status TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE meta_duplicates (
    _id INTEGER NOT NULL,
    rule TEXT NOT NULL,
    first_id INTEGER NOT NULL,
    PRIMARY KEY (_id, rule)
) STRICT, WITHOUT ROWID;

CREATE TABLE meta_unique_rules (
    dataset TEXT NOT NULL,
    rule TEXT NOT NULL,
    definition TEXT NOT NULL,
    PRIMARY KEY (dataset, rule)
) STRICT, WITHOUT ROWID
"""

GENERATIONS = """
ALTER TABLE meta_files ADD COLUMN fingerprint BLOB NOT NULL DEFAULT x'';

ALTER TABLE meta_files ADD COLUMN ctime_ns INTEGER NOT NULL DEFAULT 0;

CREATE INDEX meta_files_ready ON meta_files (file_id) WHERE state = 'ready';

CREATE TABLE meta_file_states (
    file_id INTEGER NOT NULL,
    state TEXT NOT NULL,
    times INTEGER NOT NULL,
    entered_at TEXT NOT NULL,
    PRIMARY KEY (file_id, state)
) STRICT, WITHOUT ROWID;

INSERT INTO meta_file_states SELECT file_id, state, 1, updated_at FROM meta_files;

CREATE TRIGGER meta_files_first_state AFTER INSERT ON meta_files
BEGIN INSERT INTO meta_file_states VALUES (new.file_id, new.state, 1, new.updated_at); END;

CREATE TRIGGER meta_files_next_state AFTER UPDATE OF state ON meta_files WHEN new.state <> old.state
BEGIN
    INSERT INTO meta_file_states VALUES (new.file_id, new.state, 1, new.updated_at)
    ON CONFLICT (file_id, state) DO UPDATE SET times = times + 1, entered_at = excluded.entered_at;
END;

CREATE TRIGGER meta_files_renamed AFTER UPDATE OF path ON meta_files WHEN new.path <> old.path
BEGIN
    UPDATE rejects SET path = new.path WHERE _id BETWEEN new.file_id << 32 AND (new.file_id << 32) + 4294967295;
END
"""

CORRECTIONS = """
CREATE TABLE meta_corrections (
    correction_id INTEGER PRIMARY KEY,
    _id INTEGER NOT NULL,
    payload TEXT NOT NULL,
    corrected_at TEXT NOT NULL
) STRICT;

CREATE INDEX meta_corrections_row ON meta_corrections (_id, correction_id);

CREATE TRIGGER meta_corrections_no_update BEFORE UPDATE ON meta_corrections
BEGIN SELECT RAISE(ABORT, 'meta_corrections is append-only'); END;

CREATE TRIGGER meta_corrections_no_delete BEFORE DELETE ON meta_corrections
BEGIN SELECT RAISE(ABORT, 'meta_corrections is append-only'); END
"""

HOLDS = """
CREATE TABLE meta_datasets (
    dataset TEXT PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('held', 'flowing')),
    reason TEXT NOT NULL,
    file_id INTEGER NOT NULL,
    changed_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

ALTER TABLE meta_files ADD COLUMN acknowledged INTEGER NOT NULL DEFAULT 0
"""
