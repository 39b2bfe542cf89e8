"""When two values are one key, for each logical type."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from processors.columns import ColumnType
from sinks.table import Table, Unique
from sinks.warehouse import Warehouse
from tests.sinks import contents
from tests.sinks.drafts import Accepted, Cell, Draft, judged, store

#: A value, and one that is close to it and another.
PAIRS: dict[str, tuple[ColumnType, Cell, Cell]] = {
    "numerals": (ColumnType("string"), "7", "007"),
    "numerals with an exponent": (ColumnType("string"), "1e2", "100"),
    "letters in both cases": (ColumnType("string"), "a", "A"),
    "blanks behind": (ColumnType("string"), "a", "a "),
    "accents": (ColumnType("string"), "\u00e9", "e\u0301"),
    "an empty text": (ColumnType("string"), "", " "),
    "the word NULL": (ColumnType("string"), "NULL", "null"),
    "a quoted text": (ColumnType("string"), "'a'", "a"),
    "whole numbers beyond the doubles": (ColumnType("integer"), 2**53, 2**53 + 1),
    "the largest whole numbers": (ColumnType("integer"), 2**63 - 1, 2**63 - 2),
    "neighbouring doubles": (ColumnType("number"), 0.3, 0.1 + 0.2),
    "large doubles": (ColumnType("number"), 1e300, 1.0000000000000002e300),
    "decimals": (ColumnType("decimal", 38, 2), Decimal("12345678901234567890.10"), Decimal("12345678901234567890.11")),
    "booleans": (ColumnType("boolean"), True, False),
    "dates": (ColumnType("date"), date(2026, 11, 21), date(2026, 11, 22)),
    "timestamps": (
        ColumnType("timestamp"),
        datetime(2026, 11, 21, 9, 30, 0, 1, UTC),
        datetime(2026, 11, 21, 9, 30, 0, 2, UTC),
    ),
}
TEXT = ColumnType("string")


def staged(path: Path, table: Table, *rows: tuple[Cell, ...]) -> list[int]:
    """Which of the rows (from 1), each committed by itself, are staged."""
    with Warehouse(path, [table]) as warehouse:
        for place, cells in enumerate(rows, 1):
            store(warehouse, judged(table, Draft(1, place, (Accepted(cells),))))
    return [row & 0xFFFFFFFF for row in contents.staged(path, table.dataset)]


@pytest.mark.parametrize(("kind", "value", "other"), PAIRS.values(), ids=PAIRS.keys())
class TestAValueAndOneThatIsCloseToIt:
    def test_are_different_keys_of_one_column(self, tmp_path: Path, kind: ColumnType, value: Cell, other: Cell) -> None:
        table = Table("sales", (("v", kind),), unique=(Unique("u", ("v",)),))
        assert staged(tmp_path / "w.db", table, (value,), (other,), (value,), (other,)) == [1, 2]

    def test_are_different_keys_of_two_columns(
        self, tmp_path: Path, kind: ColumnType, value: Cell, other: Cell
    ) -> None:
        table = Table("sales", (("v", kind), ("w", TEXT)), unique=(Unique("u", ("v", "w")),))
        rows = [(value, "x"), (other, "x"), (value, "x"), (other, "x")]
        assert staged(tmp_path / "w.db", table, *rows) == [1, 2]

    def test_are_different_records(self, tmp_path: Path, kind: ColumnType, value: Cell, other: Cell) -> None:
        table = Table("sales", (("v", kind),), unique=(Unique("u", ("v",), exact=True),))
        assert staged(tmp_path / "w.db", table, (value,), (other,), (value,), (other,)) == [1, 2]


def test_negative_and_positive_zero_are_one_key(tmp_path: Path) -> None:
    table = Table("sales", (("v", ColumnType("number")), ("w", TEXT)), unique=(Unique("u", ("v", "w")),))
    assert staged(tmp_path / "w.db", table, (0.0, "x"), (-0.0, "x")) == [1]


def test_columns_do_not_run_into_each_other_in_a_key(tmp_path: Path) -> None:
    table = Table("sales", (("v", TEXT), ("w", TEXT)), unique=(Unique("u", ("v", "w")),))
    assert staged(tmp_path / "w.db", table, ("a','b", "c"), ("a", "b','c"), ("a,b", "c"), ("a", "b,c")) == [1, 2, 3, 4]


def test_a_row_without_a_value_in_its_key_is_not_compared(tmp_path: Path) -> None:
    table = Table("sales", (("v", TEXT), ("w", TEXT)), unique=(Unique("u", ("v", "w")),))
    assert staged(tmp_path / "w.db", table, (None, "x"), (None, "x"), ("x", None), ("x", None)) == [1, 2, 3, 4]


def test_an_exact_rule_compares_nulls_as_values(tmp_path: Path) -> None:
    table = Table("sales", (("v", TEXT), ("w", TEXT)), unique=(Unique("u", ("v", "w"), exact=True),))
    assert staged(tmp_path / "w.db", table, (None, "x"), (None, "x"), ("NULL", "x"), (None, None)) == [1, 3, 4]


def test_a_key_of_hundreds_of_columns_is_compared(tmp_path: Path) -> None:
    columns = tuple((f"c{place}", TEXT) for place in range(400))
    table = Table("sales", columns, unique=(Unique("u", tuple(name for name, _ in columns)),), raw=False)
    same, other = ("x",) * 400, ("x",) * 399 + ("y",)
    assert staged(tmp_path / "w.db", table, same, other, same) == [1, 2]


@pytest.mark.parametrize(
    ("kind", "value", "told"),
    [
        (TEXT, 'say "hi"\n', 'say "hi"\n'),
        (ColumnType("integer"), 2**63 - 1, "9223372036854775807"),
        (ColumnType("number"), 0.1 + 0.2, "0.30000000000000004"),
        (ColumnType("decimal", 10, 2), Decimal("1.10"), "1.10"),
        (ColumnType("date"), date(2026, 11, 21), "2026-11-21"),
    ],
)
def test_the_reason_of_a_duplicate_tells_its_value_whole(
    tmp_path: Path, kind: ColumnType, value: Cell, told: str
) -> None:
    table = Table("sales", (("v", kind),), unique=(Unique("u", ("v",)),))
    staged(tmp_path / "w.db", table, (value,), (value,))
    assert contents.reasons(tmp_path / "w.db")[2**32 + 2][0]["value"] == told
