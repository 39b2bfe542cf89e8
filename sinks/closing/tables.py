"""The tables of closed dates."""

from __future__ import annotations

#: A date is open as long as it has changed since it was closed. Triggers count the changes, in the transactions of the
#: commits, replays and retries that make them: no code can forget to. `shift` alone leaves `updated_at` as it was; it
#: may take as many rows of a file away as it adds.
CLOSINGS = """
CREATE TABLE meta_closings (
    dataset TEXT NOT NULL,
    date TEXT NOT NULL,
    changes INTEGER NOT NULL,
    closed INTEGER NOT NULL,
    closed_at TEXT,
    PRIMARY KEY (dataset, date)
) STRICT, WITHOUT ROWID;

CREATE INDEX meta_closings_open ON meta_closings (dataset, date) WHERE changes > closed;

INSERT INTO meta_closings SELECT DISTINCT dataset, date, 1, 0, NULL FROM meta_files WHERE state <> 'superseded';

CREATE TRIGGER meta_files_first_records AFTER INSERT ON meta_files WHEN new.records > 0 OR new.state = 'committed'
BEGIN
    INSERT INTO meta_closings VALUES (new.dataset, new.date, 1, 0, NULL)
    ON CONFLICT (dataset, date) DO UPDATE SET changes = changes + 1;
END;

CREATE TRIGGER meta_files_further_records AFTER UPDATE OF accepted ON meta_files
WHEN new.records <> old.records OR new.accepted <> old.accepted OR new.updated_at = old.updated_at
    OR (new.state = 'committed' AND old.state <> 'committed')
BEGIN
    INSERT INTO meta_closings VALUES (new.dataset, new.date, 1, 0, NULL)
    ON CONFLICT (dataset, date) DO UPDATE SET changes = changes + 1;
END;

CREATE TRIGGER meta_spans_revised AFTER UPDATE OF passed ON meta_spans
BEGIN
    INSERT INTO meta_closings SELECT dataset, date, 1, 0, NULL FROM meta_files WHERE file_id = new.span_id >> 32
    ON CONFLICT (dataset, date) DO UPDATE SET changes = changes + 1;
END;

CREATE TABLE meta_date_results (
    dataset TEXT NOT NULL,
    date TEXT NOT NULL,
    file_id INTEGER,
    rule TEXT NOT NULL,
    element_count INTEGER NOT NULL,
    missing_count INTEGER NOT NULL,
    unexpected_count INTEGER NOT NULL CHECK (unexpected_count IN (0, 1)),
    observed TEXT NOT NULL,
    message TEXT NOT NULL,
    severity TEXT NOT NULL,
    action TEXT NOT NULL,
    judged_at TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX meta_date_results_rule ON meta_date_results (dataset, date, rule, coalesce(file_id, 0));

CREATE INDEX meta_date_results_broken ON meta_date_results (dataset, date) WHERE unexpected_count = 1;

CREATE TABLE meta_profiles (
    dataset TEXT NOT NULL,
    date TEXT NOT NULL,
    "column" TEXT NOT NULL,
    profile TEXT NOT NULL,
    psi REAL,
    js REAL,
    state TEXT NOT NULL CHECK (state IN ('warming_up', 'ok', 'warn', 'drift')),
    profiled_at TEXT NOT NULL,
    PRIMARY KEY (dataset, "column", date)
) STRICT, WITHOUT ROWID;

CREATE INDEX meta_profiles_date ON meta_profiles (dataset, date);

CREATE TABLE meta_references (
    dataset TEXT NOT NULL,
    version INTEGER NOT NULL,
    "column" TEXT NOT NULL,
    reference TEXT NOT NULL,
    through TEXT NOT NULL,
    frozen_at TEXT NOT NULL,
    PRIMARY KEY (dataset, version, "column")
) STRICT, WITHOUT ROWID;

ALTER TABLE meta_runs ADD COLUMN findings INTEGER NOT NULL DEFAULT 0
"""
