"""The tables of the outbox: events that are to be told, and how far each target has them."""

from __future__ import annotations

LINEAGE = """
CREATE TABLE meta_lineage (
    event_id INTEGER PRIMARY KEY,
    run_uuid TEXT NOT NULL,
    job TEXT NOT NULL,
    event_type TEXT NOT NULL CHECK (event_type IN ('START', 'COMPLETE', 'FAIL', 'ABORT')),
    event TEXT NOT NULL,
    last_id INTEGER,
    created_at TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX meta_lineage_once ON meta_lineage (run_uuid, event_type = 'START');

CREATE INDEX meta_lineage_commands ON meta_lineage (event_id) WHERE last_id IS NULL;

CREATE INDEX meta_lineage_loads ON meta_lineage (last_id) WHERE last_id IS NOT NULL;

CREATE TABLE meta_lineage_targets (
    target TEXT PRIMARY KEY,
    event_id INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    delivered_at TEXT NOT NULL
) STRICT, WITHOUT ROWID
"""
