"""The table of exports."""

from __future__ import annotations

#: `path`: below the folder of the exports. `changes`: those of its date when it was written, `layout`: a hash of names
#: and types of its columns; where either is another one now, the file is not what it should be. Without rows there is
#: no file. It is written behind the file, so after a kill it may say less than what is there, never more.
EXPORTS = """
CREATE TABLE meta_exports (
    path TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('clean', 'features', 'kpis')),
    dataset TEXT NOT NULL,
    name TEXT NOT NULL,
    version INTEGER,
    date TEXT,
    rows INTEGER NOT NULL,
    content_hash TEXT,
    changes INTEGER NOT NULL,
    layout TEXT NOT NULL,
    written_at TEXT NOT NULL,
    CHECK ((rows = 0) = (content_hash IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX meta_exports_dataset ON meta_exports (dataset, kind)
"""
