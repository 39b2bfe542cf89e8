"""Every span names the config by which it was judged last."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from sinks.configs.reading import judged_dates, last_config
from sinks.database.connection import Connection
from sinks.rows.rejects import Choice
from sinks.warehouse import Warehouse
from stream.config import Dataset
from stream.config.versioning import versioned
from stream.rejects.retry import retry_chosen
from stream.replay import replay
from tests.sinks import contents
from tests.sinks.landings import dataset, land, load, replayed, rules

COLUMNS = {"id": "string", "amount": "integer"}
POSITIVE = {"check": "range", "column": "amount", "min": 0}
DAYS = ("2026-11-20", "2026-11-21")
BY_SPAN = "SELECT date, c.hash FROM meta_spans JOIN meta_files ON file_id = span_id >> 32 LEFT JOIN meta_configs c"


def sales(minimum: int = 0, **more: Any) -> Dataset:
    """Amounts from a minimum on."""
    return versioned(
        dataset("sales", {"id": "string", "amount": "integer"}, rules({**POSITIVE, "min": minimum}), **more)
    )


def landed(folder: Path, *days: str) -> Path:
    """A file of two records for each day."""
    for day in days:
        land(folder, f"sales/{day}.csv", "id,amount", "a,1", "b,-1")
    return folder


def by_span(path: Path) -> list[tuple[str, str | None]]:
    """The date of each span, and the hash of its config."""
    found = contents.rows(path, f"{BY_SPAN} USING (config_id) ORDER BY span_id")
    return [(str(date), None if hashed is None else str(hashed)) for date, hashed in found]


def hash_of(described: Dataset) -> str:
    assert described.table.config is not None
    return described.table.config.hash


def test_spans_of_one_config_share_it(tmp_path: Path) -> None:
    path, landing = tmp_path / "w.db", landed(tmp_path / "landing", DAYS[0])
    load(path, landing, {"sales": sales()})
    load(path, landed(landing, *DAYS), {"sales": sales()})
    assert by_span(path) == [(day, hash_of(sales())) for day in DAYS]
    assert contents.rows(path, "SELECT count(*) FROM meta_configs") == [(1,)]


def test_the_next_span_has_the_new_config_and_the_others_keep_theirs(tmp_path: Path) -> None:
    path, landing = tmp_path / "w.db", landed(tmp_path / "landing", DAYS[0])
    load(path, landing, {"sales": sales()})
    load(path, landed(landing, *DAYS), {"sales": sales(1)})
    assert by_span(path) == [(DAYS[0], hash_of(sales())), (DAYS[1], hash_of(sales(1)))]


def test_small_files_that_are_committed_together_have_it_each(tmp_path: Path) -> None:
    path, landing = tmp_path / "w.db", tmp_path / "landing"
    for number in range(12):
        land(landing, f"sales/{DAYS[0]}-{number:02}.csv", "id,amount", f"{number},1")
    receipts = load(path, landing, {"sales": sales()})
    assert max(len(each.batch.parts) for each in receipts) > 1
    assert by_span(path) == [(DAYS[0], hash_of(sales()))] * 12


def test_a_replay_records_its_config_on_the_spans_that_it_judged(tmp_path: Path) -> None:
    path, landing = tmp_path / "w.db", landed(tmp_path / "landing", *DAYS)
    load(path, landing, {"sales": sales()})
    replayed(path, {"sales": sales(1)}, DAYS[1:])
    assert by_span(path) == [(DAYS[0], hash_of(sales())), (DAYS[1], hash_of(sales(1)))]


def test_a_config_whose_transaction_was_undone_is_recorded_by_the_next(tmp_path: Path) -> None:
    path, landing, stricter = tmp_path / "w.db", landed(tmp_path / "landing", DAYS[0]), sales(1)
    load(path, landing, {"sales": sales()})
    with Warehouse(path, [stricter.table]) as sink:
        with sink.transaction(keep=False):
            sink.configs.id_of(stricter.table)
        assert by_span(path) == [(DAYS[0], hash_of(sales()))]
        replay(sink, stricter, DAYS[0])
    assert by_span(path) == [(DAYS[0], hash_of(stricter))]


def test_a_retry_of_some_records_leaves_the_config_of_their_span(tmp_path: Path) -> None:
    path, landing = tmp_path / "w.db", landed(tmp_path / "landing", DAYS[0])
    load(path, landing, {"sales": sales()})
    retry_chosen({"sales": sales(-5)}, path, Choice(), threading.Event())
    assert contents.rows(path, "SELECT count(*) FROM stg_sales") == [(2,)]
    assert by_span(path) == [(DAYS[0], hash_of(sales()))]


def test_spans_that_nobody_says_a_config_of_have_none(tmp_path: Path) -> None:
    path, landing = tmp_path / "w.db", landed(tmp_path / "landing", DAYS[0])
    load(path, landing, {"sales": dataset("sales", COLUMNS)})
    assert by_span(path) == [(DAYS[0], None)]
    with Connection(path, read_only=True) as connection:
        assert last_config(connection, "sales") is None
        assert [each.config_id for each in judged_dates(connection)] == [0]


def test_the_last_config_is_the_one_of_the_last_run_even_where_it_was_there_before(tmp_path: Path) -> None:
    path, landing = tmp_path / "w.db", landed(tmp_path / "landing", *DAYS)
    load(path, landing, {"sales": sales()})
    for described in (sales(1), sales()):
        with Warehouse(path, [described.table], replaying=True) as sink, sink.recording("replay"):
            replay(sink, described, DAYS[0])
    with Connection(path, read_only=True) as connection:
        assert last_config(connection, "sales") == sales().table.config


def test_rows_of_a_superseded_file_count_for_no_config(tmp_path: Path) -> None:
    path, landing = tmp_path / "w.db", landed(tmp_path / "landing", DAYS[0])
    load(path, landing, {"sales": sales()})
    land(landing, f"sales/{DAYS[0]}.csv", "id,amount", "c,1", "d,2", "e,3")
    load(path, landing, {"sales": sales(1)})
    with Connection(path, read_only=True) as connection:
        assert [(each.config_id, each.rows) for each in judged_dates(connection)] == [(2, 3)]
