"""The table of splits."""

from __future__ import annotations

#: A row for each part. `definition`: what the split is, with the borders that it had, as JSON. `row_hash`: of the ids.
SPLITS = """
CREATE TABLE meta_dataset_splits (
    split_id INTEGER NOT NULL,
    part TEXT NOT NULL CHECK (part IN ('train', 'validation', 'test')),
    name TEXT NOT NULL,
    view TEXT NOT NULL,
    view_version INTEGER NOT NULL,
    definition TEXT NOT NULL,
    definition_hash TEXT NOT NULL,
    rows INTEGER NOT NULL,
    row_hash TEXT NOT NULL,
    time_min TEXT,
    time_max TEXT,
    excluded TEXT NOT NULL,
    made_at TEXT NOT NULL,
    PRIMARY KEY (split_id, part)
) STRICT, WITHOUT ROWID
"""
