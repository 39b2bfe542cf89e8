"""Replaying a recorded date gives what was there; replaying under other rules gives what a fresh load would give."""

from __future__ import annotations

import csv
import gzip
import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processors.errors import SourceError
from sinks.database.connection import Connection
from sinks.ledger.prunes import delete_events
from sinks.reading import WarehouseReader
from stream.config import Dataset
from stream.replay import dates
from tests.sinks import contents
from tests.sinks.landings import cut, dataset, land, load, replayed, rules

DATES = ("2026-11-19", "2026-11-20", "2026-11-21")
COLUMNS: dict[str, Any] = {"id": "string", "amount": "number", "count": "integer"}
RANGE = {"check": "range", "column": "amount", "min": 0}
POSITIVE = {"check": "range", "column": "count", "min": 1}
BY_COUNT = {"check": "unique", "columns": ["count"]}
KEY = {"quality": {"duplicates": ["key"]}}
KEEP_LAST = {"quality": {"duplicates": ["key"], "keep": "last"}}
IN_ORDER = {"check": "monotonic", "column": "count", "strict": True}
REFERS = {"check": "referential", "columns": ["count"], "dataset": "sales", "fields": ["amount"]}

SALES = dataset("sales", COLUMNS, KEY, rules(RANGE), key=["id"])
PEOPLE = dataset("people", {"id": "integer", "name": "string"}, KEY, key=["id"], null_tokens=["", "NA"])
SHOP = {"sales": SALES, "people": PEOPLE}

#: The dataset `sales`, described otherwise.
VARIANTS: dict[str, Dataset] = {
    "another limit": dataset("sales", COLUMNS, KEY, rules({**RANGE, "min": 4}), key=["id"]),
    "no limit": dataset("sales", COLUMNS, KEY, key=["id"]),
    "a warning": dataset("sales", COLUMNS, KEY, rules({**RANGE, "action": "warn"}), key=["id"]),
    "no key": dataset("sales", COLUMNS, rules(RANGE)),
    "another key": dataset("sales", COLUMNS, KEY, rules(RANGE), key=["count"]),
    "a wider key": dataset("sales", COLUMNS, KEY, rules(RANGE), key=["id", "count"]),
    "another key and limit": dataset("sales", COLUMNS, KEY, rules(RANGE, POSITIVE), key=["count"]),
    "another key and limits": dataset("sales", COLUMNS, KEY, rules({**RANGE, "min": -5, "max": 3}), key=["count"]),
    "one more unique rule": dataset("sales", COLUMNS, KEY, rules(RANGE, BY_COUNT), key=["id"]),
    "another unique rule": dataset("sales", COLUMNS, rules(RANGE, BY_COUNT)),
    "exact duplicates": dataset("sales", COLUMNS, {"quality": {"duplicates": ["exact"]}}, rules(RANGE)),
    "the last of a key": dataset("sales", COLUMNS, KEEP_LAST, rules(RANGE), key=["id"]),
    "the last of another key": dataset("sales", COLUMNS, KEEP_LAST, rules(RANGE), key=["count"]),
    "unique in a file": dataset("sales", COLUMNS, KEY, rules(RANGE, {**BY_COUNT, "scope": "file"}), key=["id"]),
    "counts in order": dataset("sales", COLUMNS, KEY, rules(RANGE, IN_ORDER), key=["id"]),
    "counts that are amounts": dataset("sales", COLUMNS, KEY, rules(RANGE, REFERS), key=["id"]),
    "count as text": dataset("sales", {**COLUMNS, "count": "string"}, KEY, rules(RANGE), key=["count"]),
    "amount as decimal": dataset("sales", {**COLUMNS, "amount": "decimal(10,2)"}, KEY, rules(RANGE), key=["id"]),
    "id as number": dataset("sales", {**COLUMNS, "id": "integer"}, KEY, rules(RANGE), key=["id"]),
    "one more column": dataset("sales", {**COLUMNS, "note": {"type": "string"}}, KEY, rules(RANGE), key=["id"]),
    "a feature": dataset("sales", COLUMNS, KEY, {"features": {"columns": {"total": "amount * count"}}}, key=["id"]),
}


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three days of sales and two of people: duplicates within and across files, rejects, malformed records."""
    folder = tmp_path_factory.mktemp("landing")
    head = "id,amount,count,note"
    land(
        folder,
        "sales/2026-11-19.csv",
        head,
        "1,5,1,a",
        "2,-1,2,b",
        "1,6,1,a",
        "x,3,,c",
        "3,7",
        "07,8,7,d",
        "7,1,8,",
        "1,3.5,77,a",
    )
    land(
        folder,
        "sales/2026-11-20.csv",
        head,
        "2,9,2,b",
        "3,x,3,c",
        "1,5,1,a",
        "4,0,0,d",
        ",1,9,e",
        "5,4,4,f",
        "1,1,1,1,1",
    )
    land(
        folder,
        "sales/2026-11-21.csv",
        head,
        "3,2.5,3,c",
        "5,1,5,f",
        "2,-4,4,b",
        "6,3,0,g",
        "x,4,6,c",
        "1,5,1,a",
        "9,-5,77,h",
    )
    land(folder, "people/2026-11-20.csv", "id,name", "1,Åse", "2,NA", "1,Ola", "three,Per")
    land(folder, "people/2026-11-21.csv", "id,name", '2,"Nilsen, Kari"', "3,Ida")
    return folder


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory, landing: Path) -> Path:
    """A warehouse with all of it, which no test writes to."""
    path = tmp_path_factory.mktemp("loaded") / "w.db"
    load(path, landing, cut(SHOP, 3))
    return path


@pytest.fixture
def path(tmp_path: Path, loaded: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copy(loaded, tmp_path / "w.db"))


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory, landing: Path) -> dict[str, str]:
    """The content hash of a fresh load under each variant."""
    hashes = {}
    for variant, description in VARIANTS.items():
        path = tmp_path_factory.mktemp("fresh") / "w.db"
        load(path, landing, {**SHOP, "sales": description})
        hashes[variant] = contents.content_hash(path, "sales")
    return hashes


@pytest.mark.parametrize("name", ["sales", "people"])
@pytest.mark.parametrize("date", DATES)
def test_replaying_any_date_changes_nothing(path: Path, date: str, name: str) -> None:
    before = contents.content_hash(path, name)
    assert [each.changed for each in replayed(path, SHOP, [date], name)] == [False]
    assert contents.content_hash(path, name) == before


def test_replaying_every_date_leaves_every_table_byte_for_byte_as_it_was(path: Path) -> None:
    before = contents.everything(path)
    replayed(path, SHOP, DATES)
    assert contents.everything(path) == before


def test_only_the_dates_that_came_out_otherwise_are_entered_as_replayed(path: Path) -> None:
    replayed(path, {**SHOP, "sales": VARIANTS["another limit"]}, [DATES[0]])
    found = contents.rows(path, "SELECT dataset, date, changed, records, accepted, rejected FROM meta_replays")
    assert found == [("sales", DATES[0], 4, 8, 2, 6)]


def test_what_is_entered_counts_rows_that_are_otherwise_and_rows_that_only_have_another_reason(path: Path) -> None:
    named = dataset("sales", COLUMNS, KEY, rules({**RANGE, "name": "amount_is_positive"}), key=["id"])
    [found] = replayed(path, {**SHOP, "sales": named}, [DATES[0]], "sales")
    assert (found.changed, found.rows) == (True, 1)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE stg_sales SET amount = amount + 1 WHERE _id = (SELECT min(_id) FROM stg_sales)",
        "DELETE FROM rejects WHERE _id = (SELECT min(_id) FROM rejects WHERE dataset = 'sales')",
        "UPDATE meta_counts SET count = count + 1 WHERE span_id = (SELECT min(span_id) FROM meta_counts)",
    ],
    ids=["a row", "a reject", "a count"],
)
def test_what_was_altered_by_hand_is_mended_by_a_replay(path: Path, sql: str) -> None:
    before = contents.content_hash(path, "sales")
    with Connection(path) as connection:
        connection.run(sql)
    assert [each.changed for each in replayed(path, SHOP, DATES, "sales")].count(True) == 1
    assert contents.content_hash(path, "sales") == before
    assert not any(each.changed for each in replayed(path, SHOP, DATES, "sales"))


def test_a_replay_counts_the_records_that_the_ledger_has_for_the_date(path: Path) -> None:
    found = replayed(path, SHOP, DATES, "sales")
    assert [(each.records, each.accepted, each.rejected) for each in found] == list(contents.balances(path).values())[
        :3
    ]


def test_replaying_a_date_without_files_replays_nothing(path: Path) -> None:
    [found] = replayed(path, SHOP, ["1999-01-01"], "sales")
    assert (found.files, found.records, found.changed) == (0, 0, False)


def test_replaying_one_dataset_leaves_the_rows_of_another_alone(path: Path) -> None:
    before = contents.content_hash(path, "people")
    replayed(path, {**SHOP, "sales": VARIANTS["another limit"]}, DATES, "sales")
    assert contents.content_hash(path, "people") == before


def test_the_dates_of_a_span_of_time_are_those_that_have_files(path: Path) -> None:
    with WarehouseReader(path) as reader:
        found = dates(reader, "2026-11-20", "2026-11-21")
    assert found == [(date, name) for date in DATES[1:] for name in ("people", "sales")]


def test_a_rule_that_changes_moves_rows_to_the_other_side(path: Path) -> None:
    stricter = {**SHOP, "sales": VARIANTS["another limit"]}
    [found] = replayed(path, stricter, ["2026-11-19"], "sales")
    assert (found.changed, found.accepted) == (True, 2)


@pytest.mark.parametrize("variant", VARIANTS)
class TestUnderAnotherDescriptionOfTheDataset:
    @pytest.mark.parametrize(
        "order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)], ids=["forwards", "backwards", "from the middle"]
    )
    def test_replaying_all_dates_in_any_order_gives_what_a_fresh_load_gives(
        self, path: Path, fresh: dict[str, str], variant: str, order: tuple[int, ...]
    ) -> None:
        replayed(path, {"sales": VARIANTS[variant]}, [DATES[day] for day in order])
        assert contents.content_hash(path, "sales") == fresh[variant]

    @pytest.mark.parametrize("date", DATES)
    def test_the_balances_hold_when_only_one_date_was_replayed(self, path: Path, variant: str, date: str) -> None:
        replayed(path, {"sales": VARIANTS[variant]}, [date])
        assert contents.balances(path) == contents.counted(path, "sales") | contents.counted(path, "people")

    def test_every_reject_has_reasons_with_names_after_each_date(self, path: Path, variant: str) -> None:
        for date in DATES:
            replayed(path, {"sales": VARIANTS[variant]}, [date])
            assert all(found and all(found) for found in contents.reasons(path).values())

    def test_replaying_back_gives_the_original_content_hash(self, path: Path, variant: str) -> None:
        before = contents.content_hash(path, "sales")
        for description in (VARIANTS[variant], SALES):
            replayed(path, {"sales": description}, DATES)
        assert contents.content_hash(path, "sales") == before


def test_a_row_whose_event_was_pruned_can_lose_to_one_that_comes_later(tmp_path: Path) -> None:
    sales = {"sales": VARIANTS["the last of a key"]}
    land(tmp_path / "landing", f"sales/{DATES[0]}.csv", "id,amount,count", "1,5,1", "2,6,2")
    load(tmp_path / "w.db", tmp_path / "landing", sales)
    with Connection(tmp_path / "w.db") as connection, connection.transaction():
        delete_events(connection, iter([(0, 1 << 62)]))
    land(tmp_path / "landing", f"sales/{DATES[1]}.csv", "id,amount,count", "1,7,1")
    load(tmp_path / "w.db", tmp_path / "landing", sales)
    assert contents.balances(tmp_path / "w.db") == {1: (2, 1, 1), 2: (1, 1, 0)}
    [(raw,)] = contents.rows(tmp_path / "w.db", "SELECT raw FROM rejects")
    assert json.loads(str(raw))["amount"] == 5


class TestWithoutARawLayer:
    NO_RAW = dataset("sales", COLUMNS, KEY, rules(RANGE), key=["id"], raw=False)
    STRICT = dataset("sales", COLUMNS, KEY, rules({**RANGE, "min": 4}), key=["id"], raw=False)

    @pytest.fixture
    def landed(self, tmp_path: Path, landing: Path) -> Path:
        """A landing folder of its own, which is loaded."""
        copied = Path(shutil.copytree(landing, tmp_path / "landing"))
        load(tmp_path / "w.db", copied, cut({"sales": self.NO_RAW}, 3))
        return copied

    def test_the_landing_files_are_read_again_and_nothing_changes(self, tmp_path: Path, landed: Path) -> None:
        before = contents.everything(tmp_path / "w.db")
        assert not any(
            each.changed for each in replayed(tmp_path / "w.db", {"sales": self.NO_RAW}, DATES, landing=landed)
        )
        assert contents.everything(tmp_path / "w.db") == before

    def test_other_rules_give_what_a_fresh_load_gives(self, tmp_path: Path, landed: Path) -> None:
        replayed(tmp_path / "w.db", {"sales": self.STRICT}, DATES, landing=landed)
        load(tmp_path / "fresh.db", landed, {"sales": self.STRICT})
        assert contents.content_hash(tmp_path / "w.db", "sales") == contents.content_hash(
            tmp_path / "fresh.db", "sales"
        )

    def test_a_compressed_file_is_read_again(self, tmp_path: Path, landing: Path) -> None:
        copied = Path(shutil.copytree(landing, tmp_path / "landing"))
        path = copied / "sales" / f"{DATES[0]}.csv"
        path.write_bytes(gzip.compress(path.read_bytes()))
        load(tmp_path / "w.db", copied, cut({"sales": self.NO_RAW}, 3))
        assert not any(
            each.changed for each in replayed(tmp_path / "w.db", {"sales": self.NO_RAW}, DATES, landing=copied)
        )

    @pytest.mark.parametrize("how", ["gone", "changed", "cut short"])
    def test_a_file_that_is_not_as_it_was_loaded_is_refused_by_name_and_nothing_is_replaced(
        self, tmp_path: Path, landed: Path, how: str
    ) -> None:
        path, before = landed / "sales" / f"{DATES[0]}.csv", contents.everything(tmp_path / "w.db")
        text = path.read_text("utf-8")
        path.unlink() if how == "gone" else path.write_text(text.replace("5", "6") if how == "changed" else text[:40])
        with pytest.raises(SourceError, match=rf"{DATES[0]}\.csv: .*Nothing was replaced"):
            replayed(tmp_path / "w.db", {"sales": self.STRICT}, [DATES[0]], landing=landed)
        assert contents.everything(tmp_path / "w.db") == before

    def test_a_file_that_has_grown_since_is_read_as_far_as_it_was_loaded(self, tmp_path: Path, landed: Path) -> None:
        with (landed / "sales" / f"{DATES[0]}.csv").open("a") as file:
            file.write("99,1,9,z\n")
        [found] = replayed(tmp_path / "w.db", {"sales": self.NO_RAW}, [DATES[0]], landing=landed)
        assert (found.records, found.changed) == (8, False)

    def test_a_file_of_the_archive_is_read_again(self, tmp_path: Path, landing: Path) -> None:
        archiving = dataset(
            "sales", COLUMNS, KEY, rules(RANGE), key=["id"], raw=False, files={"after": "archive", "archive": ".loaded"}
        )
        copied = Path(shutil.copytree(landing, tmp_path / "landing"))
        for _ in range(2):
            load(tmp_path / "w.db", copied, {"sales": archiving})
        assert not (copied / "sales" / f"{DATES[0]}.csv").exists()
        found = replayed(tmp_path / "w.db", {"sales": archiving}, DATES, landing=copied)
        assert [(each.records > 0, each.changed) for each in found] == [(True, False)] * 3

    def test_what_was_loaded_before_there_was_a_raw_layer_is_read_from_its_file(
        self, tmp_path: Path, landed: Path
    ) -> None:
        [found] = replayed(tmp_path / "w.db", {"sales": SALES}, [DATES[0]], landing=landed)
        assert (found.records, found.changed) == (8, False)


def test_a_file_that_grows_is_replayed_with_all_its_spans(tmp_path: Path, landing: Path) -> None:
    growing = Path(shutil.copytree(landing, tmp_path / "growing"))
    load(tmp_path / "w.db", growing, SHOP)
    with (growing / "sales" / "2026-11-21.csv").open("a") as file:
        file.write("8,1,8,x\n2,1,1,b\n")
    load(tmp_path / "w.db", growing, SHOP)
    [found] = replayed(tmp_path / "w.db", SHOP, ["2026-11-21"], "sales")
    assert (found.records, found.changed) == (9, False)


def test_bytes_that_are_no_text_are_replayed_as_the_reject_that_they_were(tmp_path: Path) -> None:
    land(tmp_path / "landing", "people/2026-11-21.csv", "id,name", "1,a", '2,"open', "3,c")
    target = tmp_path / "landing" / "people" / "2026-11-21.csv"
    target.write_bytes(target.read_bytes() + b"4,\xff\xfe\n5,\xc3\xa5\n")
    load(tmp_path / "w.db", tmp_path / "landing", {"people": PEOPLE})
    assert [each.changed for each in replayed(tmp_path / "w.db", {"people": PEOPLE}, ["2026-11-21"])] == [False]


CELLS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(CELLS, CELLS), max_size=8))
def test_any_text_is_replayed_as_it_was_read(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    written = io.StringIO(newline="")
    csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([("a", "b"), *rows])
    (folder / "texts").mkdir()
    (folder / "texts" / "2026-11-21.csv").write_bytes(written.getvalue().encode())
    texts = {"texts": dataset("texts", {"a": "string"}, {"quality": {"trim": False}}, key=["a"])}
    load(folder / "w.db", folder, texts)
    assert [(each.records, each.changed) for each in replayed(folder / "w.db", texts, ["2026-11-21"])] == [
        (len(rows), False)
    ]


def test_a_replay_does_not_depend_on_where_the_recorded_spans_were_cut(tmp_path: Path, landing: Path) -> None:
    stricter, hashes = {"sales": VARIANTS["another key and limit"]}, set()
    for batch_rows in (1, 2, 100):
        path = tmp_path / f"{batch_rows}.db"
        load(path, landing, cut(SHOP, batch_rows))
        replayed(path, stricter, DATES)
        hashes.add(contents.content_hash(path, "sales"))
    assert len(hashes) == 1
