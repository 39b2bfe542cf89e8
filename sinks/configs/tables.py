"""The table of configs, and which of them each span was judged by."""

from __future__ import annotations

#: `definition`: a JSON object, the parts of the config by name; `hash`: its SHA-256. A span that was judged before
#: configs were recorded has none; one of which some records were retried keeps its own. The index tells which dates
#: were judged by which without reading spans as a whole.
CONFIGS = """
CREATE TABLE meta_configs (
    config_id INTEGER PRIMARY KEY,
    dataset TEXT NOT NULL,
    hash TEXT NOT NULL,
    definition TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    UNIQUE (dataset, hash)
) STRICT;

ALTER TABLE meta_spans ADD COLUMN config_id INTEGER;

CREATE INDEX meta_spans_config ON meta_spans (config_id, run_id, row_count)
"""
