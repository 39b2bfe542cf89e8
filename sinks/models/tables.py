"""The tables of learning: its log, the learners that follow it, and the registry of models."""

from __future__ import annotations

#: `meta_learning_log.cause`: a span was committed; a file was superseded; rows changed sides by a rule that looks at
#: other rows, or by a retry. `meta_learners.seq`, `row_id`: all of the log is taken up to this row of this entry.
#: `stale`: rows that went, and could not be unlearned. `meta_learner_spans`: what a learner took of an entry at a time,
#: when the log ended with `head`.
MODELS = """
CREATE TABLE meta_learning_log (
    seq INTEGER PRIMARY KEY,
    dataset TEXT NOT NULL,
    id_first INTEGER NOT NULL,
    id_last INTEGER NOT NULL,
    change TEXT NOT NULL CHECK (change IN ('added', 'removed')),
    cause TEXT NOT NULL CHECK (cause IN ('span', 'file', 'rule')),
    logged_at TEXT NOT NULL
) STRICT;

CREATE INDEX meta_learning_log_dataset ON meta_learning_log (dataset, seq);

CREATE INDEX meta_learning_log_moves ON meta_learning_log (id_first, id_last, seq) WHERE cause = 'rule';

CREATE TABLE meta_learners (
    model TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    definition_hash TEXT NOT NULL,
    schema_hash TEXT NOT NULL,
    state TEXT NOT NULL,
    seq INTEGER NOT NULL,
    row_id INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    stale INTEGER NOT NULL,
    refused TEXT NOT NULL,
    metrics TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('learning', 'paused')),
    reason TEXT NOT NULL,
    started_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
) STRICT;

CREATE TABLE meta_learner_spans (
    model TEXT NOT NULL,
    seq INTEGER NOT NULL,
    id_first INTEGER NOT NULL,
    id_last INTEGER NOT NULL,
    head INTEGER NOT NULL,
    rows_before INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    statistics TEXT,
    PRIMARY KEY (model, seq, id_first)
) STRICT, WITHOUT ROWID;

CREATE INDEX meta_learner_spans_rows ON meta_learner_spans (model, id_first);

CREATE TABLE meta_drift_alarms (
    alarm_id INTEGER PRIMARY KEY,
    model TEXT NOT NULL,
    version INTEGER NOT NULL,
    detector TEXT NOT NULL,
    seq INTEGER NOT NULL,
    row_id_from INTEGER NOT NULL,
    row_id_to INTEGER NOT NULL,
    path_from TEXT NOT NULL,
    rows INTEGER NOT NULL,
    told_at TEXT NOT NULL,
    action TEXT NOT NULL
) STRICT;

CREATE INDEX meta_drift_alarms_model ON meta_drift_alarms (model, alarm_id);

CREATE TABLE meta_models (
    model TEXT NOT NULL,
    version INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('batch', 'online')),
    algorithm TEXT NOT NULL,
    libraries TEXT NOT NULL,
    dataset TEXT NOT NULL,
    view TEXT,
    view_version INTEGER,
    schema_hash TEXT NOT NULL,
    definition TEXT NOT NULL,
    definition_hash TEXT NOT NULL,
    split_id INTEGER,
    rows INTEGER NOT NULL,
    row_hash TEXT NOT NULL,
    artifact TEXT NOT NULL,
    artifact_hash TEXT NOT NULL,
    alias TEXT CHECK (alias IN ('champion', 'challenger')),
    created_at TEXT NOT NULL,
    PRIMARY KEY (model, version)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX meta_models_alias ON meta_models (model, alias) WHERE alias IS NOT NULL;

CREATE TABLE meta_model_metrics (
    model TEXT NOT NULL,
    version INTEGER NOT NULL,
    part TEXT NOT NULL,
    metric TEXT NOT NULL,
    value REAL,
    rows INTEGER NOT NULL,
    PRIMARY KEY (model, version, part, metric)
) STRICT, WITHOUT ROWID
"""
