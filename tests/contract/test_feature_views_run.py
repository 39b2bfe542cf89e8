"""Vectors follow whatever changes rows: retries, replays, columns that are accepted later, another type of a column."""

from __future__ import annotations

import csv
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from processors.feature_views.sql.definition import Definition
from processors.feature_views.sql.parsing import parse_view
from sinks.reading import WarehouseReader
from sinks.rows.rejects import Choice
from stream.config import Dataset
from stream.rejects.export import as_csv, prepare
from stream.rejects.retry import retry_chosen, retry_corrected
from tests.sinks.contents import Rows, rows
from tests.sinks.landings import dataset, land, load, replayed, rules
from tests.sinks.test_accept import CONFIG, Bench

COLUMNS = {"id": "string", "who": "string", "amount": "decimal(9,2)", "at": "timestamp"}
HEADER = "id,who,amount,at"
KEY = {"quality": {"duplicates": ["key"]}}
POSITIVE = rules({"check": "range", "column": "amount", "min": 0})
SQL = """
SELECT count(*) OVER day AS rows_1d, sum(amount) OVER day AS amount_1d, sum(amount) OVER ever AS amount,
    _event_us - max(_event_us) OVER ever AS gap
FROM stg_sales
WINDOW day AS (PARTITION BY who ORDER BY _event_us RANGE BETWEEN 86400000000 PRECEDING AND 1 PRECEDING),
    ever AS (PARTITION BY who ORDER BY _event_us RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
"""


def sales(*steps: object, raw: bool = True) -> dict[str, Dataset]:
    """A dataset with a view."""
    plain = dataset("sales", COLUMNS, *steps, key=["id"], raw=raw, event_time="at")  # type: ignore[arg-type]
    view = parse_view(Definition("spent", 1, "sales", ("who",), "at", SQL), plain.table.columns)
    return {"sales": replace(plain, table=replace(plain.table, views=(view,)))}


def vectors(path: Path) -> tuple[Rows, Rows]:
    """What is kept of the view, and that nothing waits."""
    assert rows(path, 'SELECT * FROM "feats_spent.changes"') == []
    return rows(path, "SELECT * FROM feats_spent"), rows(path, "SELECT * FROM feats_spent_latest")


def landed(folder: Path, *changes: tuple[str, str]) -> Path:
    """Three days of rows, out of order in time, some of them at one instant; with other texts in them."""
    for day in (19, 20, 21):
        lines = [f"{day}{n},{'ab'[n % 2]},{n}.50,2026-11-{day - n % 3} 0{n % 4}:00:00" for n in range(8)]
        for old, new in changes:
            lines = [line.replace(old, new) for line in lines]
        land(folder, f"sales/2026-11-{day}.csv", HEADER, *lines)
    return folder


@pytest.mark.parametrize("raw", [True, False], ids=["raw layer", "no raw layer"])
def test_a_rule_that_is_fixed_later_makes_the_vectors_that_it_would_have_made(tmp_path: Path, raw: bool) -> None:
    strict, lenient = sales(KEY, POSITIVE, raw=raw), sales(KEY, raw=raw)
    landing = landed(tmp_path / "landing", (",3.50", ",-3.50"), (",5.50", ",-5.50"))
    load(tmp_path / "was.db", landing, strict)
    load(tmp_path / "is.db", landing, lenient)
    retry_chosen(lenient, tmp_path / "was.db", Choice(), threading.Event())
    assert vectors(tmp_path / "was.db") == vectors(tmp_path / "is.db")


def test_a_correction_that_takes_a_key_from_another_row_moves_both(tmp_path: Path) -> None:
    datasets, path = sales(KEY, POSITIVE), tmp_path / "was.db"
    load(path, landed(tmp_path / "wrong", ("191,b,1.50", "191,b,-1.50")), datasets)
    load(tmp_path / "is.db", landed(tmp_path / "right", ("191,b,1.50", "212,b,9.50")), datasets)
    with WarehouseReader(path) as recorded:
        [line] = csv.DictReader("".join(as_csv(recorded, prepare(recorded, Choice(), datasets))).splitlines())
    corrected = tmp_path / "corrected.csv"
    _write(corrected, [line | {"id": "212", "amount": "9.50"}])
    retry_corrected(datasets, path, corrected, threading.Event())
    assert vectors(path) == vectors(tmp_path / "is.db")


def _write(path: Path, lines: Sequence[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, lines[0].keys())
        writer.writeheader()
        writer.writerows(lines)


def test_a_replay_with_another_rule_makes_the_vectors_that_it_would_have_made(tmp_path: Path) -> None:
    lenient, strict = sales(KEY), sales(KEY, POSITIVE)
    landing = landed(tmp_path / "landing", (",3.50", ",-3.50"))
    load(tmp_path / "was.db", landing, lenient)
    load(tmp_path / "is.db", landing, strict)
    replayed(tmp_path / "was.db", strict, ["2026-11-20", "2026-11-19", "2026-11-21"])
    assert vectors(tmp_path / "was.db") == vectors(tmp_path / "is.db")


def test_replaying_changes_no_vector(tmp_path: Path) -> None:
    datasets = sales(KEY)
    load(tmp_path / "w.db", landed(tmp_path / "landing"), datasets)
    before = vectors(tmp_path / "w.db")
    [again] = replayed(tmp_path / "w.db", datasets, ["2026-11-20"])
    assert not again.changed
    assert vectors(tmp_path / "w.db") == before


def with_view(bench: Bench, expression: str, **changes: object) -> None:
    """A config with an event time, and a view beside it."""
    columns = {**CONFIG["columns"], "at": {"type": "timestamp"}}
    bench.say(columns=columns, event_time="at", **changes)
    folder = bench.config.parent / "sql"
    folder.mkdir(exist_ok=True)
    head = "view: spent\nversion: 1\ndataset: sales\nentity: code\nevent_time: at\n"
    (folder / "spent.yaml").write_text(head, "utf-8")
    window = "PARTITION BY code ORDER BY _event_us RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING"
    (folder / "spent.sql").write_text(f"SELECT {expression} OVER ({window}) AS total FROM stg_sales", "utf-8")


@pytest.mark.parametrize("raw", [True, False], ids=["raw layer", "no raw layer"])
def test_a_name_that_is_accepted_later_fills_vectors_too(tmp_path: Path, raw: bool) -> None:
    bench = Bench(tmp_path)
    with_view(bench, "sum(n)", raw=raw)
    bench.land("1", "code,n,at", "a,1,2026-11-19 01:00:00", "b,2,2026-11-19 01:00:00")
    bench.land("2", "code,Number,at", "a,30,2026-11-19 02:00:00", "a,40,2026-11-19 03:00:00")
    bench.load()
    bench.accept("Number", existing="n")
    assert rows(bench.warehouse, "SELECT total FROM feats_spent WHERE code = 'a'") == [(None,), (1,), (31,)]
    assert bench.hash() == bench.hash_from_the_start()


def test_a_column_that_is_widened_while_files_are_read_computes_its_vectors_anew(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    steps = [{"schema": {"misfits": "evolve"}}, {"quality": {"trim": True}}]
    with_view(bench, "max(n)", processors=steps)
    bench.land("1", "code,n,at", "a,1,2026-11-19 01:00:00", "a,2,2026-11-19 02:00:00")
    bench.land("2", "code,n,at", "a,2.5,2026-11-19 03:00:00", "a,1,2026-11-19 04:00:00")
    bench.load()
    bench.load()
    assert rows(bench.warehouse, "SELECT total FROM feats_spent") == [(None,), (1.0,), (2.0,), (2.5,)]
    assert bench.hash() == bench.hash_from_the_start()
