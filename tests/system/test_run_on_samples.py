"""`run` on the shipped drops: what was planted in them is what the warehouse says, no more and no less."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.samples import EMPLOYEES_CLEAN, EMPLOYEES_DIRT, ORDERS_CLEAN, ORDERS_DIRT
from tests.system.looking import files, hashes, number, rows, unsound
from tests.system.processes import Place, ade, entered, load

#: The rule and column under which each kind of dirt is refused.
ORDERS_REFUSED = {
    "duplicate.exact": ("duplicate_key", "order_id"),
    "duplicate.key": ("duplicate_key", "order_id"),
    "duplicate.earlier_day": ("duplicate_key", "order_id"),
    "null.amount": ("amount_not_null", "amount"),
    "type.order_ts": ("type", "order_ts"),
    "type.quantity": ("type", "quantity"),
    "value.negative_amount": ("amount_not_negative", "amount"),
    "value.outlier_amount": ("amount_plausible", "amount"),
    "value.unknown_channel": ("channel_one_of", "channel"),
    "shape.too_few_fields": ("field_count", None),
    "shape.too_many_fields": ("field_count", None),
}
EMPLOYEES_REFUSED = {
    "duplicate.exact": ("duplicate_key", "employee_id"),
    "duplicate.key": ("duplicate_key", "employee_id"),
    "null.salary": ("salary_not_null", "salary"),
    "value.age_against_years": ("hired_after_fourteen", None),
    "value.impossible_age": ("age_range", "age"),
    "value.negative_salary": ("salary_not_negative", "salary"),
    "value.outlier_salary": ("salary_plausible", "salary"),
    "value.department_case": ("department_one_of", "department"),
}
CASES = [
    ("orders", ORDERS_CLEAN, ORDERS_DIRT, ORDERS_REFUSED),
    ("employees", EMPLOYEES_CLEAN, EMPLOYEES_DIRT, EMPLOYEES_REFUSED),
]
DATASETS = pytest.mark.parametrize(("dataset", "clean", "dirt", "refused"), CASES, ids=["orders", "employees"])

Counts = Mapping[str, int]
Refused = Mapping[str, tuple[str, str | None]]
DATES = sorted({*ORDERS_CLEAN, *EMPLOYEES_CLEAN})


@DATASETS
def test_every_planted_record_is_refused_under_its_rule_on_its_date(
    loaded: Place, dataset: str, clean: Counts, dirt: Mapping[str, Counts], refused: Refused
) -> None:
    planted: dict[tuple[object, ...], int] = {}
    for date, kinds in dirt.items():
        for kind, reason in refused.items():
            planted[date, *reason] = planted.get((date, *reason), 0) + kinds.get(kind, 0)
    found = rows(
        loaded.warehouse,
        """SELECT r._date, reason.value ->> 'rule', reason.value ->> 'column', count(*)
        FROM rejects r, json_each(r.reasons) reason
        WHERE r.dataset = ? AND reason.value ->> 'action' <> 'warn' GROUP BY 1, 2, 3""",
        dataset,
    )
    assert {row[:3]: row[3] for row in found} == {key: count for key, count in planted.items() if count}


@DATASETS
def test_every_file_has_the_clean_and_the_planted_records_and_balances(
    loaded: Place, dataset: str, clean: Counts, dirt: Mapping[str, Counts], refused: Refused
) -> None:
    expected = {}
    for date, kinds in dirt.items():
        rejected = sum(count for kind, count in kinds.items() if kind in refused)
        records = clean[date] + sum(kinds.values())
        expected[date] = (records, records - rejected, rejected)
    found = [entry for entry in files(loaded.warehouse).values() if entry.file.dataset == dataset]
    assert {entry.file.date: (entry.records, entry.accepted, entry.rejected) for entry in found} == expected


def test_the_books_of_the_loaded_warehouse_agree_with_its_rows(loaded: Place) -> None:
    assert unsound(loaded.warehouse) == []


@pytest.mark.parametrize(
    ("dataset", "column", "kind", "dirt"),
    [
        ("orders", "customer_id", "null.customer_id", ORDERS_DIRT),
        ("employees", "education", "null.education", EMPLOYEES_DIRT),
    ],
)
def test_a_planted_null_that_only_warns_is_staged_as_null_and_flagged(
    loaded: Place, dataset: str, column: str, kind: str, dirt: Mapping[str, Counts]
) -> None:
    found = rows(
        loaded.warehouse,
        f"SELECT _date, count(*), sum(instr(_flags || ',', '{column}_not_null,') > 0) FROM stg_{dataset} "
        f"WHERE {column} IS NULL GROUP BY 1 ORDER BY 1",
    )
    assert found == [(date, kinds[kind], kinds[kind]) for date, kinds in dirt.items()]


@pytest.mark.parametrize(
    ("dataset", "column", "kind", "dirt"),
    [
        ("orders", "country", "value.padded_country", ORDERS_DIRT),
        ("employees", "department", "value.padded_department", EMPLOYEES_DIRT),
    ],
)
def test_a_planted_padded_cell_is_staged_without_its_blanks_and_counted(
    loaded: Place, dataset: str, column: str, kind: str, dirt: Mapping[str, Counts]
) -> None:
    found = rows(
        loaded.warehouse,
        """SELECT f.date, sum(c.count) FROM meta_counts c JOIN meta_files f ON f.file_id = c.span_id >> 32
        WHERE f.dataset = ? AND c.name = ? GROUP BY 1 ORDER BY 1""",
        dataset,
        f"trimmed.{column}",
    )
    assert found == [(date, kinds[kind]) for date, kinds in dirt.items()]
    assert number(loaded.warehouse, f"SELECT count(*) FROM stg_{dataset} WHERE {column} <> trim({column})") == 0


@pytest.mark.parametrize(("dataset", "column"), [("orders", "country"), ("employees", "department")])
def test_exactly_the_rows_with_a_padded_cell_say_so(loaded: Place, dataset: str, column: str) -> None:
    wrong = f"""SELECT count(*) FROM stg_{dataset} s JOIN raw_events r ON r._id = s._id
        WHERE (r.payload ->> '{column}' <> trim(r.payload ->> '{column}'))
        <> coalesce(instr(',' || _flags || ',', ',trimmed.{column},') > 0, FALSE)"""
    assert number(loaded.warehouse, wrong) == 0


@pytest.mark.parametrize(
    ("pattern", "kind"),
    [
        ("%,%", "shape.comma_in_name"),
        ('%"%', "shape.quote_in_name"),
        ("%\n%", "shape.line_end_in_name"),
    ],
)
def test_a_name_that_takes_care_to_read_is_staged_whole(loaded: Place, pattern: str, kind: str) -> None:
    found = rows(loaded.warehouse, "SELECT _date, count(*) FROM stg_employees WHERE name LIKE ? GROUP BY 1", pattern)
    assert found == [(date, kinds[kind]) for date, kinds in EMPLOYEES_DIRT.items()]


def test_an_undeclared_column_of_a_later_day_is_kept_as_json(loaded: Place) -> None:
    found = rows(loaded.warehouse, "SELECT DISTINCT _date FROM stg_orders WHERE _rescued ->> 'coupon' = 'WELCOME10'")
    assert sorted(found) == [("2026-11-19",), ("2026-11-20",)]


@pytest.mark.parametrize(("dataset", "key"), [("orders", "order_id"), ("employees", "employee_id")])
def test_a_duplicate_names_file_and_line_of_the_first(loaded: Place, dataset: str, key: str) -> None:
    found = rows(
        loaded.warehouse,
        """SELECT r.path, r.line, reason.value ->> 'message' FROM rejects r, json_each(r.reasons) reason
        WHERE r.dataset = ? AND reason.value ->> 'rule' = 'duplicate_key' ORDER BY r._id""",
        dataset,
    )
    assert found == list(_duplicates(loaded.landing, dataset, key))


def test_an_order_repeated_on_a_later_day_names_a_file_of_an_earlier_day(loaded: Place) -> None:
    found = rows(
        loaded.warehouse,
        """SELECT r._date, count(*) FROM rejects r, json_each(r.reasons) reason
        WHERE r.dataset = 'orders' AND reason.value ->> 'rule' = 'duplicate_key'
        AND reason.value ->> 'message' NOT LIKE '%' || r.path || '%' GROUP BY 1""",
    )
    planted = [(date, kinds["duplicate.earlier_day"]) for date, kinds in ORDERS_DIRT.items()]
    assert found == [entry for entry in planted if entry[1]]


def test_running_again_changes_nothing(copied: Place) -> None:
    before = hashes(copied.warehouse)
    again = load(copied)
    assert "records=0" in again.stdout
    assert hashes(copied.warehouse) == before


def test_replaying_every_date_changes_nothing_and_says_so(copied: Place) -> None:
    before = hashes(copied.warehouse)
    replayed = ade(copied, "replay", "--from", DATES[0], "--to", DATES[-1])
    assert replayed.returncode == 0, replayed.stderr
    assert replayed.stdout.splitlines()[-1] == "nothing changed"
    assert all(date in replayed.stdout for date in DATES)
    assert hashes(copied.warehouse) == before


def test_replaying_a_date_that_nobody_recorded_says_so(copied: Place) -> None:
    replayed = ade(copied, "replay", "--date", "1999-12-31")
    assert (replayed.returncode, replayed.stdout) == (0, "Nothing is recorded for 1999-12-31.\n")


def test_status_as_json_tells_each_datasets_balance(loaded: Place) -> None:
    told = entered(loaded, "status", "--json")
    assert told.returncode == 0, told.stderr
    balances = {
        entry["dataset"]: (entry["files"], entry["dates"], entry["records"], entry["accepted"] + entry["rejected"])
        for entry in json.loads(told.stdout)["datasets"]
    }
    expected = {
        dataset: (
            len(clean),
            len(clean),
            *[sum(clean.values()) + sum(sum(kinds.values()) for kinds in dirt.values())] * 2,
        )
        for dataset, clean, dirt, _ in CASES
    }
    assert balances == expected


def test_status_on_eighty_columns_cuts_nothing_off(loaded: Place) -> None:
    told = entered(loaded, "status")
    assert told.returncode == 0, told.stderr
    assert "682" in told.stdout
    assert "…" not in told.stdout


def _duplicates(landing: Path, dataset: str, key: str) -> Iterator[tuple[str, int, str]]:
    """Path, line and message of each record whose key stood before, by Python's own reader."""
    first: dict[str, tuple[str, int]] = {}
    for path in sorted((landing / dataset).rglob("*.csv")):
        name = path.relative_to(landing).as_posix()
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.reader(file)
            place = next(reader).index(key)
            line = reader.line_num + 1
            for record in reader:
                if record[place] in first:
                    where = "{} line {}".format(*first[record[place]])
                    yield name, line, f"this {key} was first seen in {where}"
                first.setdefault(record[place], (name, line))
                line = reader.line_num + 1
