"""What somebody may do to a warehouse by hand, past our code, and in which table `verify` is to find it."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

VECTORS, LATEST = "feats_customer_features", "feats_customer_features_latest"


def first(table: str, key: str = "_id") -> str:
    """SQL: the condition of the first row of a table."""
    return f"WHERE {key} = (SELECT min({key}) FROM {table})"


def last(table: str, key: str = "_id") -> str:
    """SQL: the condition of the last row, or rows, of a table."""
    return f"WHERE {key} = (SELECT max({key}) FROM {table})"


#: By what it is: the table in which it shows, and the statement. `{feature}` is a feature of the view.
TAMPERED: Mapping[str, tuple[str, str]] = {
    "a staged cell": ("stg_orders", f"UPDATE stg_orders SET country = 'XX' {last('stg_orders')}"),
    "a staged row's flags": ("stg_orders", f"UPDATE stg_orders SET _flags = 'mine' {first('stg_orders')}"),
    "a staged row gone": ("stg_orders", f"DELETE FROM stg_orders {first('stg_orders')}"),
    "a staged row too many": (
        "meta_files",
        "INSERT INTO stg_orders (_id, _date) SELECT max(_id) + 500, _date FROM stg_orders",
    ),
    "a staged row that lost, too": ("all tables", "INSERT INTO stg_orders SELECT * FROM dup_orders"),
    "a row that lost": ("dup_orders", f"UPDATE dup_orders SET country = 'XX' {first('dup_orders')}"),
    "to whom it lost": (
        "meta_duplicates",
        f"UPDATE meta_duplicates SET first_id = first_id + 1 {first('meta_duplicates')}",
    ),
    "a reject's reasons": ("rejects", f"UPDATE rejects SET reasons = '[]' {first('rejects')}"),
    "a reject gone": ("meta_files", f"DELETE FROM rejects {last('rejects')}"),
    "a vector": (VECTORS, f"UPDATE {VECTORS} SET {{feature}} = 4711 {first(VECTORS)}"),
    "a vector gone": (VECTORS, f"DELETE FROM {VECTORS} {last(VECTORS)}"),
    "a vector of no row": (VECTORS, f"UPDATE {VECTORS} SET _event_us = 1 {last(VECTORS)}"),
    "what goes on into later vectors": (VECTORS, f"UPDATE {VECTORS} SET {{kept}} = 4711 {last(VECTORS)}"),
    "a latest vector": (LATEST, f"UPDATE {LATEST} SET {{feature}} = 4711 {first(LATEST)}"),
    "a latest vector gone": (LATEST, f"DELETE FROM {LATEST} {first(LATEST)}"),
    "a KPI": ("kpi_history", "UPDATE kpi_history SET value = 4711 WHERE date = '2026-11-18'"),
    "a KPI gone": ("kpi_history", "DELETE FROM kpi_history WHERE date = '2026-11-18'"),
    "a KPI of no date": ("kpi_history", "UPDATE kpi_history SET date = '1999-01-01' WHERE date = '2026-11-18'"),
    "a profile": ("meta_profiles", "UPDATE meta_profiles SET profile = '{{}}' WHERE date = '2026-11-18'"),
    "a raw event gone": ("raw_events", f"DELETE FROM raw_events {first('raw_events')}"),
    "a raw event": (
        "stg_orders",
        f"UPDATE raw_events SET payload = json_set(payload, '$.country', 'XX') {last('stg_orders')}",
    ),
    "a balance": (
        "meta_files",
        f"UPDATE meta_files SET accepted = 0, rejected = records {last('meta_files', 'file_id')}",
    ),
    "a file gone": ("meta_spans", f"DELETE FROM meta_files {last('meta_files', 'file_id')}"),
    "a span gone": ("meta_spans", f"DELETE FROM meta_spans {last('meta_spans', 'span_id')}"),
    "a span's account": ("meta_spans", f"UPDATE meta_spans SET passed = passed - 1 {last('meta_spans', 'span_id')}"),
    "a count": ("meta_counts", f"UPDATE meta_counts SET count = count + 1 {last('meta_counts', 'span_id')}"),
    "a count gone": ("meta_counts", f"DELETE FROM meta_counts {last('meta_counts', 'span_id')}"),
}


def tamper(warehouse: Path, statement: str) -> None:
    """Run a statement by hand, past the triggers that keep raw events as they came."""
    with closing(sqlite3.connect(warehouse)) as connection:
        for trigger in ("raw_events_no_update", "raw_events_no_delete"):
            connection.execute(f"DROP TRIGGER IF EXISTS {trigger}")
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({VECTORS})")]
        feature = next((name for name in columns if name.startswith("orders_")), "")
        kept = next((name for name in columns if name.startswith(("_state_", "_input_"))), "")
        assert connection.execute(statement.format(feature=feature, kept=kept)).rowcount
        connection.commit()
