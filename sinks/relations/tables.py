"""What the tables of duplicates came to be."""

from __future__ import annotations

RELATIONS = """
CREATE TEMP TABLE duplicates_before AS SELECT _id, rule, first_id FROM meta_duplicates;

DROP TABLE meta_duplicates;

CREATE TABLE meta_duplicates (
    _id INTEGER NOT NULL,
    rule TEXT NOT NULL,
    first_id INTEGER,
    PRIMARY KEY (_id, rule)
) STRICT, WITHOUT ROWID;

INSERT INTO meta_duplicates SELECT _id, rule, first_id FROM duplicates_before;

DROP TABLE duplicates_before;

DROP TABLE meta_unique_rules
"""
