"""The tables that keep account of others, held against these: each entry names what is there, and counts it right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from sinks.database.connection import Connection
from sinks.database.identifiers import feature_changes, feature_rows, latest_features, literal, quote
from sinks.verifying.books import Contradiction

_RANGE = "BETWEEN f.file_id << 32 AND (f.file_id << 32) + 4294967295"
_VIEWS = "SELECT view, dataset FROM meta_feature_registry WHERE status = 'active' ORDER BY view"
_FEATURES = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB 'feats_*' ORDER BY name"
#: Files in their order, each with the version of the one before it.
_TIMELINE = """
(SELECT dataset, date, file_id, schema_version AS version,
        lag(schema_version) OVER (PARTITION BY dataset ORDER BY date, file_id) AS before
 FROM meta_files WHERE schema_version IS NOT NULL AND state <> 'superseded')
"""
_SPANS = "SELECT f.dataset, s.span_id, s.span_id + s.row_count - 1 FROM meta_files f JOIN meta_spans s ON s.span_id"
_LOGGED = "SELECT dataset, id_first, id_last FROM meta_learning_log WHERE cause = 'span'"
#: What is of no dataset or date is about all of them.
_WANTED = """
WITH found (dataset, date, row) AS ({}) SELECT * FROM found
WHERE coalesce(dataset = ?1, TRUE) AND coalesce(date BETWEEN ?2 AND ?3, TRUE) LIMIT 1
"""
_IS_LOGGED = "f.dataset IN (SELECT dataset FROM meta_learning_log) AND f.state <> 'superseded'"


@dataclass(frozen=True, slots=True)
class _Account:
    """What must not be in a table. `found`: a SELECT of it: dataset, date and row, each of which may be null. `spoils`:
    as with a Contradiction."""

    table: str
    told: str
    found: str
    spoils: Literal["nothing", "all"] = "nothing"


_ACCOUNTS = (
    _Account(
        "meta_file_states",
        "it does not know when a file came into the state that it is in",
        """SELECT f.dataset, f.date, NULL FROM meta_files f WHERE NOT EXISTS (
        SELECT 1 FROM meta_file_states s WHERE s.file_id = f.file_id AND s.state = f.state)""",
    ),
    _Account(
        "meta_closings",
        "a date is summed up in a state that it never had",
        "SELECT dataset, date, NULL FROM meta_closings WHERE closed > changes OR (closed > 0) <> (closed_at NOTNULL)",
    ),
    _Account(
        "meta_closings",
        "a date that has records is not there",
        """SELECT dataset, date, NULL FROM meta_files f WHERE records > 0 AND state <> 'superseded' AND NOT EXISTS (
        SELECT 1 FROM meta_closings c WHERE c.dataset = f.dataset AND c.date = f.date)""",
    ),
    _Account(
        "meta_parameters",
        "records were judged with a version of parameters that is not there",
        """SELECT f.dataset, f.date, s.span_id FROM meta_spans s JOIN meta_files f ON f.file_id = s.span_id >> 32
        WHERE s.parameters_version NOTNULL AND NOT EXISTS (SELECT 1 FROM meta_parameters p
        WHERE p.dataset = f.dataset AND p.version = s.parameters_version)""",
        "all",
    ),
    _Account(
        "meta_parameter_dates",
        "none of its records were judged with the parameters that the date is said to have",
        f"""SELECT d.dataset, d.date, NULL FROM meta_parameter_dates d WHERE NOT EXISTS (
        SELECT 1 FROM meta_files f JOIN meta_spans s ON s.span_id {_RANGE}
        WHERE f.dataset = d.dataset AND f.date = d.date AND s.parameters_version = d.version)""",
    ),
    _Account(
        "meta_parameter_dates",
        "its records were judged with parameters, and it is not said which ones the date has",
        f"""SELECT f.dataset, f.date, s.span_id FROM meta_files f JOIN meta_spans s ON s.span_id {_RANGE}
        WHERE s.parameters_version NOTNULL AND f.state <> 'superseded' AND NOT EXISTS (
        SELECT 1 FROM meta_parameter_dates d WHERE d.dataset = f.dataset AND d.date = f.date)""",
    ),
    _Account(
        "meta_suites",
        "records were judged by a suite that is not there",
        """SELECT NULL, NULL, span_id FROM meta_spans s
        WHERE suite_id NOTNULL AND suite_id NOT IN (SELECT suite_id FROM meta_suites)""",
    ),
    _Account(
        "meta_configs",
        "records were judged by a config that is not there",
        """SELECT NULL, NULL, span_id FROM meta_spans
        WHERE config_id NOTNULL AND config_id NOT IN (SELECT config_id FROM meta_configs)""",
    ),
    _Account(
        "meta_replays",
        "a date was replayed of which there is no file",
        """SELECT dataset, date, NULL FROM meta_replays r WHERE NOT EXISTS (
        SELECT 1 FROM meta_files f WHERE f.dataset = r.dataset AND f.date = r.date)""",
    ),
    _Account(
        "meta_replays",
        "records of the date were judged by a replay that is not there",
        f"""SELECT f.dataset, f.date, s.span_id FROM meta_files f JOIN meta_spans s ON s.span_id {_RANGE}
        JOIN meta_runs r ON r.run_id = s.run_id AND r.command = 'replay'
        WHERE r.run_id >= (SELECT min(run_id) FROM meta_replays) AND NOT EXISTS (SELECT 1 FROM meta_replays p
        WHERE p.dataset = f.dataset AND p.date = f.date AND p.run_id = s.run_id)""",
    ),
    _Account(
        "meta_replays",
        "a replay is not there, and later ones are",
        "SELECT NULL, NULL, NULL WHERE (SELECT max(replay_id) > count(*) FROM meta_replays)",
    ),
    _Account(
        "meta_consequences",
        "something is to be made anew because of a date of which there never was a file",
        """SELECT dataset, cause, NULL FROM meta_consequences
        WHERE cause NOT IN (SELECT date FROM meta_files)""",
    ),
    _Account(
        "meta_prunes",
        "something was given up of a date of which there never was a file",
        """SELECT dataset, date, NULL FROM meta_prunes p WHERE NOT EXISTS (
        SELECT 1 FROM meta_files f WHERE f.dataset = p.dataset AND f.date = p.date)""",
    ),
    _Account(
        "meta_runs",
        "records were judged in a run that is not there",
        """SELECT NULL, NULL, span_id FROM meta_spans
        WHERE run_id NOTNULL AND run_id NOT IN (SELECT run_id FROM meta_runs)""",
    ),
    _Account(
        "meta_runs",
        "a run is not there, and later ones are",
        "SELECT NULL, NULL, NULL WHERE (SELECT max(run_id) > count(*) FROM meta_runs)",
    ),
    _Account(
        "meta_batches",
        "a batch was committed in a run that is not there",
        """SELECT dataset, NULL, span_id FROM meta_batches WHERE run_id NOT IN (SELECT run_id FROM meta_runs)""",
    ),
    _Account(
        "meta_schema_versions",
        "a file has a version of the schema that is not there",
        """SELECT dataset, date, NULL FROM meta_files f WHERE schema_version NOTNULL AND NOT EXISTS (
        SELECT 1 FROM meta_schema_versions v WHERE v.dataset = f.dataset AND v.version = f.schema_version)""",
        "all",
    ),
    _Account(
        "meta_schema_drifts",
        "a file is not where it says that the schema changed, or the other way round",
        f"""SELECT t.dataset, t.date, NULL FROM {_TIMELINE} t
        LEFT JOIN meta_schema_drifts d ON d.dataset = t.dataset AND d.file_id = t.file_id
        WHERE iif(d.file_id ISNULL, t.before <> t.version, (d.from_version, d.to_version) IS NOT (t.before, t.version)
                  OR t.before IS t.version)""",
    ),
    _Account(
        "meta_schema_drifts",
        "it names a file that has no schema",
        """SELECT dataset, NULL, NULL FROM meta_schema_drifts d WHERE NOT EXISTS (SELECT 1 FROM meta_files f
        WHERE f.file_id = d.file_id AND f.dataset = d.dataset AND f.schema_version NOTNULL)""",
    ),
    _Account(
        "meta_learning_log",
        "records that were committed never came to those who learn",
        f"""SELECT dataset, NULL, span_id FROM ({_SPANS} {_RANGE} WHERE {_IS_LOGGED} EXCEPT {_LOGGED})""",
    ),
    _Account(
        "meta_learning_log",
        "it has records that were not committed so",
        f"SELECT dataset, NULL, id_first FROM ({_LOGGED} EXCEPT {_SPANS} {_RANGE})",
    ),
    _Account(
        "meta_learning_log",
        "it has records of a file that is not known, or of another dataset",
        """SELECT l.dataset, NULL, l.id_first FROM meta_learning_log l WHERE NOT EXISTS (
        SELECT 1 FROM meta_files f WHERE f.file_id = l.id_first >> 32 AND f.dataset = l.dataset)""",
    ),
    _Account(
        "meta_learners",
        "a learner is further than the log of what came",
        "SELECT NULL, NULL, NULL FROM meta_learners WHERE seq > (SELECT coalesce(max(seq), 0) FROM meta_learning_log)",
    ),
    _Account(
        "meta_learner_spans",
        "a learner took what the log does not have, or more rows than that has",
        """SELECT NULL, NULL, t.id_first FROM meta_learner_spans t LEFT JOIN meta_learning_log l ON l.seq = t.seq
        WHERE l.seq ISNULL OR t.id_first < l.id_first OR t.id_last > l.id_last OR t.rows < 0
        OR t.rows > t.id_last - t.id_first + 1 OR t.model NOT IN (SELECT model FROM meta_learners)""",
    ),
    _Account(
        "meta_learner_spans",
        "a learner knows more rows than it took",
        """SELECT NULL, NULL, NULL FROM meta_learners m WHERE version = 1 AND rows > stale + (
        SELECT coalesce(sum(t.rows), 0) FROM meta_learner_spans t WHERE t.model = m.model)""",
    ),
    _Account(
        "meta_kpis",
        "there are values of a KPI of which no definition is there",
        """SELECT dataset, NULL, NULL FROM (SELECT DISTINCT dataset, kpi FROM kpi_history) h WHERE NOT EXISTS (
        SELECT 1 FROM meta_kpis k WHERE k.dataset = h.dataset AND k.kpi = h.kpi)""",
    ),
    _Account(
        "meta_models",
        "a version was trained with a split that is not there",
        """SELECT dataset, NULL, NULL FROM meta_models
        WHERE split_id NOTNULL AND split_id NOT IN (SELECT split_id FROM meta_dataset_splits)""",
    ),
    _Account(
        "meta_dataset_splits",
        "a part of a split is not there",
        """SELECT NULL, NULL, NULL FROM meta_dataset_splits
        GROUP BY split_id HAVING count(*) < json_array_length(max(definition), '$.parts')""",
    ),
    _Account(
        "meta_model_metrics",
        "it has figures of a version that is not there",
        """SELECT NULL, NULL, NULL FROM meta_model_metrics m WHERE NOT EXISTS (
        SELECT 1 FROM meta_models v WHERE v.model = m.model AND v.version = m.version)""",
    ),
    _Account(
        "meta_corrections",
        "a record that is not there was corrected",
        """SELECT NULL, NULL, c._id FROM meta_corrections c WHERE NOT EXISTS (SELECT 1 FROM meta_spans s
        WHERE s.span_id = (SELECT max(span_id) FROM meta_spans WHERE span_id <= c._id)
        AND c._id < s.span_id + s.row_count)""",
    ),
    _Account(
        "meta_feature_registry",
        "a view is said to have other vectors than are counted by date",
        """SELECT r.dataset, NULL, NULL FROM meta_feature_registry r WHERE status = 'active'
        AND (rows, first_date, last_date) IS NOT (SELECT coalesce(sum(rows), 0), min(date), max(date)
        FROM meta_feature_dates d WHERE d.view = r.view AND d.rows > 0)""",
    ),
)


def of_tables(connection: Connection, dataset: str | None, first: str, last: str) -> Iterator[Contradiction]:
    """The first thing of each account that is not so, as far as it is about a dataset (None: all) and the dates from
    `first` to `last`."""
    for each in (*_ACCOUNTS, *_of_views(connection), *_of_strangers(connection)):
        for name, date, row in connection.rows(_WANTED.format(each.found), dataset, first, last):
            where = None if name is None else str(name), None if date is None else str(date)
            record = None if row is None else int(str(row))
            yield Contradiction(each.table, each.told, *where, row=record, spoils=each.spoils)


def _of_views(connection: Connection) -> Iterator[_Account]:
    """How many vectors of which dates there are, and that none is still to be computed."""
    for view, dataset in connection.rows(_VIEWS):
        named, own = str(view), literal(str(dataset))
        there = f"SELECT _date AS date, count(*) AS rows FROM {quote(feature_rows(named))} GROUP BY 1"
        counted = f"SELECT date, rows FROM meta_feature_dates WHERE view = {literal(named)} AND rows <> 0"
        other = f"SELECT date FROM ({there} EXCEPT {counted}) UNION SELECT date FROM ({counted} EXCEPT {there})"
        told = f"{named} has not as many vectors of the date as it says"
        yield _Account("meta_feature_dates", told, f"SELECT {own}, date, NULL FROM ({other})")
        waiting = feature_changes(named)
        told = "rows are written down whose vectors were never computed"
        yield _Account(waiting, told, f"SELECT {own}, NULL, _id FROM {quote(waiting)}")


def _of_strangers(connection: Connection) -> Iterator[_Account]:
    """Vectors of which no version of a view says what they are: nothing can be computed in their tables."""
    known = {name for (view, _) in connection.rows(_VIEWS) for name in _tables_of(str(view))}
    for (table,) in connection.rows(_FEATURES):
        if str(table) not in known:
            told = f"there is {table!s}, and no version of its view is registered"
            yield _Account("meta_feature_registry", told, "SELECT NULL, NULL, NULL", "all")
            return


def _tables_of(view: str) -> tuple[str, ...]:
    return feature_rows(view), latest_features(view), feature_changes(view)
