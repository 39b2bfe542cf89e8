"""Each table of a warehouse is altered by hand, and `verify` finds it; what it does not look at is named here, with the
reason."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from tests.system.lived import SCORED
from tests.system.looking import rows
from tests.system.processes import Place, entered
from tests.system.tampering import first, last, tamper
from tests.system.test_verify import verified

VIEW = "feats_customer_features"
SOME_DATE = "dataset = 'orders' AND date = '2026-11-19'"

#: By table: where else than in itself it shows, and how it is altered. Where a table is empty, a row is made up.
ALTERED: Mapping[str, tuple[str, str]] = {
    "raw_events": (
        "stg_orders",
        f"UPDATE raw_events SET payload = json_set(payload, '$.country', 'XX') {last('stg_orders')}",
    ),
    "rejects": ("", f"UPDATE rejects SET reasons = '[]' {first('rejects')}"),
    "stg_orders": ("", f"UPDATE stg_orders SET country = 'XX' {last('stg_orders')}"),
    "stg_employees": ("", f"UPDATE stg_employees SET salary = salary + 1 {first('stg_employees')}"),
    "dup_orders": ("", f"UPDATE dup_orders SET amount = '1.00' {first('dup_orders')}"),
    "dup_employees": ("", f"UPDATE dup_employees SET age = 20 {last('dup_employees')}"),
    VIEW: ("", f"UPDATE {VIEW} SET orders_30d = 4711 {last(VIEW)}"),
    f"{VIEW}_latest": ("", f"UPDATE {VIEW}_latest SET _id = _id + 1 {first(VIEW + '_latest')}"),
    f"{VIEW}.changes": ("", f'INSERT INTO "{VIEW}.changes" SELECT customer_id, _event_us, _id FROM {VIEW} LIMIT 1'),
    "kpi_history": ("", f"UPDATE kpi_history SET value = value + 1 WHERE {SOME_DATE}"),
    f"preds_{SCORED}": ("", f"UPDATE preds_{SCORED} SET prediction = prediction + 0.01 {last('preds_' + SCORED)}"),
    "meta_batches": ("", "UPDATE meta_batches SET run_id = 99 WHERE batch_id = 1"),
    "meta_closings": ("", f"UPDATE meta_closings SET closed = closed + 1 WHERE {SOME_DATE}"),
    "meta_configs": ("", "UPDATE meta_configs SET definition = '[]' WHERE config_id = 1"),
    "meta_consequences": (
        "",
        "INSERT INTO meta_consequences VALUES ('model', 'orders', 'none', '1999-01-01', '2026-11-22')",
    ),
    "meta_corrections": ("stg_employees", "UPDATE meta_corrections SET payload = json_set(payload, '$.age', '51')"),
    "meta_counts": ("", f"UPDATE meta_counts SET count = count + 1 {last('meta_counts', 'span_id')}"),
    "meta_dataset_splits": ("", "UPDATE meta_dataset_splits SET definition = replace(definition, '_us', '_ms')"),
    "meta_date_results": ("", "UPDATE meta_date_results SET observed = '[]' WHERE rowid = 1"),
    "meta_drift_alarms": (
        "",
        f"INSERT INTO meta_drift_alarms VALUES (1, '{SCORED}', 1, 'adwin', 1, 17179869185, 17179869186, '', 1, '', '')",
    ),
    "meta_duplicates": ("", f"UPDATE meta_duplicates SET first_id = first_id + 1 {first('meta_duplicates')}"),
    "meta_exports": ("", "UPDATE meta_exports SET content_hash = 'mine' WHERE path = 'clean/orders/2026-11-19.csv'"),
    "meta_feature_dates": ("", "UPDATE meta_feature_dates SET rows = rows - 1 WHERE date = '2026-11-19'"),
    "meta_feature_registry": ("", "UPDATE meta_feature_registry SET sql_hash = 'mine'"),
    "meta_file_states": ("", "UPDATE meta_file_states SET state = 'held' WHERE state = 'committed' AND file_id = 4"),
    "meta_files": ("", "UPDATE meta_files SET accepted = accepted - 1, rejected = rejected + 1 WHERE file_id = 5"),
    "meta_kpis": ("", "UPDATE meta_kpis SET definition = replace(definition, 'sum', 'max') WHERE kpi = 'revenue'"),
    "meta_learner_spans": ("", "UPDATE meta_learner_spans SET rows = id_last WHERE seq = 4"),
    "meta_learners": ("", f"UPDATE meta_learners SET rows = rows + 1 WHERE model = '{SCORED}'"),
    "meta_learning_log": (
        "",
        (
            "UPDATE meta_learning_log SET id_last = id_last + 1 "
            "WHERE seq = (SELECT max(seq) FROM meta_learning_log WHERE cause = 'span')"
        ),
    ),
    "meta_models": ("", "UPDATE meta_models SET artifact_hash = 'mine'"),
    "meta_parameter_dates": ("", "UPDATE meta_parameter_dates SET version = 99 WHERE date = '2026-11-19'"),
    "meta_parameters": ("", "UPDATE meta_parameters SET fitted = '[]' WHERE version = 1"),
    "meta_profiles": ("", f"UPDATE meta_profiles SET psi = 0.5 WHERE {SOME_DATE}"),
    "meta_quality_scores": ("", f"UPDATE meta_quality_scores SET score = 100 WHERE {SOME_DATE}"),
    "meta_references": ("meta_profiles", "UPDATE meta_references SET through = '2026-11-20'"),
    "meta_prunes": (
        "",
        "INSERT INTO meta_prunes VALUES (1, 'orders', '1999-01-01', 'raw', 1, 1, 1, '2000-01-01', '2000-01-01')",
    ),
    "meta_replays": ("", "UPDATE meta_replays SET date = '1999-01-01'"),
    "meta_runs": ("", "UPDATE meta_runs SET run_id = 99 WHERE run_id = 1"),
    "meta_schema_drifts": ("", "UPDATE meta_schema_drifts SET from_version = 7"),
    "meta_schema_versions": ("", "UPDATE meta_schema_versions SET version = version + 100 WHERE dataset = 'orders'"),
    "meta_spans": ("", f"UPDATE meta_spans SET passed = passed - 1 {last('meta_spans', 'span_id')}"),
    "meta_suites": ("", "UPDATE meta_suites SET rules = '[]'"),
    "uniq_orders.duplicate_key.0": ("uniq_orders.duplicate_key", 'DELETE FROM "uniq_orders.duplicate_key.0"'),
    "uniq_employees.duplicate_key.0": (
        "uniq_employees.duplicate_key",
        """UPDATE "uniq_employees.duplicate_key.0" SET key = 'mine' WHERE _id = 4294967297""",
    ),
}

MIGRATIONS = "_sqlite_migrations"

#: What `verify` does not look at, and why. Larger levels of keys are read with the first.
LEFT: Mapping[str, str] = {
    MIGRATIONS: "which changes to the tables were made: a warehouse that lacks one is refused",
    "meta_datasets": "what a person decided about a dataset that was held; nothing is made of it",
    "meta_key_indexes": "what is not as today's config has it is made anew, with its keys, at the next start",
    "meta_lineage": "what others are told of runs; nothing is made of it",
    "meta_lineage_targets": "how far others have been told",
    "meta_model_metrics": "figures of rows as they were on the day of the training; `models verify` trains once more",
    "meta_schema_amendments": "it is a part of the config; rows that it does not fit are found in their tables",
    "uniq_employees.duplicate_key.1": "empty: read with the first level",
    "uniq_employees.duplicate_key.2": "empty: read with the first level",
    "uniq_orders.duplicate_key.1": "empty: read with the first level",
    "uniq_orders.duplicate_key.2": "empty: read with the first level",
}

#: Of which tables `verify` does not miss a row, and why.
MISSED: Mapping[str, str] = {
    **LEFT,
    "meta_batches": "how long batches took; the number of one that was given up is not there either",
    "meta_consequences": "what is still to do: a replay that touches it says so once more",
    "meta_exports": "after a kill a file may be there of which nothing is said; the next run writes it anew",
}


@pytest.fixture
def copy(lived: Place, tmp_path: Path) -> Place:
    """A copy, to be altered."""
    shutil.copytree(lived.warehouse.parent, tmp_path / "copy")
    copied = tmp_path / "copy"
    return Place(copied / "configs", copied / "landing", copied / "ade.db")


def test_a_warehouse_that_has_lived_is_verified(lived: Place) -> None:
    found = verified(lived, code=0)
    assert (found["differences"], found["learners"], found["files"]) == ([], 1, 20)
    [told] = found["unverified"]
    assert told.startswith("the learner of salary knows rows as they were before they were judged again")


def test_every_table_is_looked_at_or_left_for_a_reason(lived: Place) -> None:
    names = {str(name) for (name,) in rows(lived.warehouse, "SELECT name FROM sqlite_schema WHERE type = 'table'")}
    assert names == {*ALTERED, *LEFT}


@pytest.mark.parametrize("table", ALTERED)
def test_a_row_that_is_altered_by_hand_is_found_whatever_table_it_is_in(copy: Place, table: str) -> None:
    elsewhere, statement = ALTERED[table]
    without_guards(copy.warehouse)
    tamper(copy.warehouse, statement)
    found = verified(copy, code=1)["differences"]
    assert (elsewhere or table) in {each["table"] for each in found}, found


def without_guards(warehouse: Path) -> None:
    """Past all triggers: somebody who alters rows by hand may drop them, too."""
    with closing(sqlite3.connect(warehouse)) as connection:
        triggers = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.commit()


@pytest.mark.parametrize("path", ["models/next_order_amount/1/model.json", "clean/orders/2026-11-18.csv"])
def test_a_file_beside_the_warehouse_that_is_altered_by_hand_is_found(copy: Place, path: str) -> None:
    file = copy.warehouse.parent / path
    file.write_text(file.read_text("utf-8").replace("1", "2", 1), "utf-8")
    assert [each["path"] for each in verified(copy, code=1)["differences"]] == [path]


def test_a_trained_model_without_its_files_is_told(copy: Place) -> None:
    shutil.rmtree(copy.warehouse.parent / "models")
    told = verified(copy, code=0)["unverified"]
    assert "version 1 of next_order_amount: its files are not there (models/next_order_amount/1/model.json)." in told


@pytest.mark.parametrize("table", [*ALTERED, *(name for name in LEFT if name != MIGRATIONS)])
def test_a_row_that_is_deleted_by_hand_is_found_whatever_table_it_is_in(copy: Place, table: str) -> None:
    without_guards(copy.warehouse)
    if delete_one(copy.warehouse, table):
        found = {each["table"] for each in verified(copy, code=0 if table in MISSED else 1)["differences"]}
        assert bool(found) == (table not in MISSED), found


def test_a_warehouse_that_lacks_a_change_to_its_tables_is_refused(copy: Place) -> None:
    assert delete_one(copy.warehouse, MIGRATIONS)
    done = entered(copy, "verify")
    assert (done.returncode, "cannot be prepared" in done.stderr) == (3, True)


def delete_one(warehouse: Path, table: str) -> bool:
    """Delete the row in the middle of a table; whether it has any."""
    with closing(sqlite3.connect(warehouse)) as connection:
        keys = connection.execute("SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk", (table,)).fetchall()
        key = ", ".join(f'"{name}"' for (name,) in keys) or "rowid"
        [(count,)] = connection.execute(f'SELECT count(*) FROM "{table}"').fetchall()
        middle = f'SELECT {key} FROM "{table}" ORDER BY {key} LIMIT 1 OFFSET {count // 2}'
        connection.execute(f'DELETE FROM "{table}" WHERE ({key}) IN ({middle})')
        connection.commit()
    return bool(count)
