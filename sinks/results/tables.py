"""The tables of suites and scores, and the view of what each span's records came to under each rule."""

from __future__ import annotations

#: `rules`: the suite's expectations as canonical JSON, of which `hash` is made. Scores are points of 100; null: not
#: assessed. A date has a row of `meta_quality_scores` for each score that it came to have; the last one counts.
RESULTS = """
CREATE TABLE meta_suites (
    suite_id INTEGER PRIMARY KEY,
    dataset TEXT NOT NULL,
    hash TEXT NOT NULL,
    rules TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    UNIQUE (dataset, hash)
) STRICT;

ALTER TABLE meta_spans ADD COLUMN suite_id INTEGER;

ALTER TABLE meta_spans ADD COLUMN run_id INTEGER;

CREATE TABLE meta_quality_scores (
    score_id INTEGER PRIMARY KEY,
    dataset TEXT NOT NULL,
    date TEXT NOT NULL,
    score REAL,
    completeness REAL,
    uniqueness REAL,
    validity REAL,
    consistency REAL,
    timeliness REAL,
    explanation TEXT NOT NULL,
    scored_at TEXT NOT NULL
) STRICT;

CREATE INDEX meta_quality_scores_date ON meta_quality_scores (dataset, date, score_id);

CREATE VIEW meta_rule_results AS
SELECT dataset, date, file_id, path, span_id, run_id, rule, rule_id, suite_hash, severity, action, dimension,
       element_count, missing_count, unexpected_count,
       100.0 * missing_count / nullif(element_count, 0) AS missing_percent,
       100.0 * unexpected_count / nullif(max(element_count - missing_count, 0), 0) AS unexpected_percent
FROM (
    SELECT f.dataset, f.date, f.file_id, f.path, s.span_id, s.run_id, u.hash AS suite_hash,
           r.value ->> 'name' AS rule, r.value ->> 'rule_id' AS rule_id, r.value ->> 'severity' AS severity,
           r.value ->> 'action' AS action, r.value ->> 'dimension' AS dimension,
           CASE r.value ->> 'level' WHEN 'reader' THEN s.row_count WHEN 'sink' THEN s.passed
           ELSE s.elements - coalesce((SELECT c.count FROM meta_counts c
                WHERE c.span_id = s.span_id AND c.name = 'skipped.' || (r.value ->> 'name')), 0)
           END AS element_count,
           coalesce((SELECT c.count FROM meta_counts c
                WHERE c.span_id = s.span_id AND c.name = 'unknown.' || (r.value ->> 'name')), 0) AS missing_count,
           CASE r.value ->> 'level' WHEN 'sink'
           THEN (SELECT count(*) FROM meta_duplicates d
                WHERE d._id BETWEEN s.span_id AND s.span_id + s.row_count - 1 AND d.rule = r.value ->> 'name')
           ELSE (SELECT coalesce(sum(c.count), 0) FROM json_each(r.value, '$.counted') n
                CROSS JOIN meta_counts c ON c.span_id = s.span_id AND c.name = n.value)
           END AS unexpected_count
    FROM meta_spans s JOIN meta_files f ON f.file_id = s.span_id >> 32 JOIN meta_suites u ON u.suite_id = s.suite_id
    JOIN json_each(u.rules) r
    WHERE f.state <> 'superseded' AND r.value ->> 'level' <> 'date')
"""
