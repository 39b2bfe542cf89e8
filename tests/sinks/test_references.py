"""Rows that refer to rows of another dataset, told by example; the laws are in tests/contract."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from processors.columns import ColumnType
from sinks.files import row_id
from sinks.table import Reference, Table
from sinks.warehouse import Warehouse
from tests.sinks import contents
from tests.sinks.drafts import Accepted, Cell, Draft, Refused, judged, store

TEXT, WHOLE, NUMBER = ColumnType("string"), ColumnType("integer"), ColumnType("number")
ORDERS = Table("orders", (("customer", TEXT),), references=(Reference("known", ("customer",), "customers", ("id",)),))
CUSTOMERS = Table("customers", (("id", TEXT),), raw=False)
ORDER = Draft(1, 1, (Accepted(("c-1",)),))
CUSTOMER = Draft(2, 1, (Accepted(("c-1",)),))
GONE = Draft(2, 1, (Refused(),))


def commit(path: Path, *commits: tuple[Table, Draft]) -> list[int]:
    """Commit in this order; how many other rows changed sides by each."""
    tables = {table.dataset: table for table in (ORDERS, CUSTOMERS, *(table for table, _ in commits))}
    with Warehouse(path, tables.values()) as warehouse:
        return [store(warehouse, judged(table, draft)).rejudged for table, draft in commits]


def test_a_row_whose_counterpart_is_there_is_staged(tmp_path: Path) -> None:
    commit(tmp_path / "w.db", (CUSTOMERS, CUSTOMER), (ORDERS, ORDER))
    assert contents.staged(tmp_path / "w.db", "orders", "customer") == {row_id(1, 1): ("c-1",)}


def test_an_orphan_is_rejected_with_what_is_missing(tmp_path: Path) -> None:
    commit(tmp_path / "w.db", (ORDERS, ORDER))
    [[reason]] = contents.reasons(tmp_path / "w.db").values()
    told = reason["rule"], reason["column"], reason["value"], reason["message"]
    assert told == ("known", "customer", "c-1", "no id c-1 in customers")


def test_an_orphan_lost_to_no_row_in_particular(tmp_path: Path) -> None:
    commit(tmp_path / "w.db", (ORDERS, ORDER))
    assert contents.rows(tmp_path / "w.db", "SELECT first_id FROM meta_duplicates") == [(None,)]


def test_an_orphan_comes_back_when_its_counterpart_comes_and_goes_again_with_it(tmp_path: Path) -> None:
    moved = commit(tmp_path / "w.db", (ORDERS, ORDER), (CUSTOMERS, CUSTOMER), (CUSTOMERS, GONE))
    assert moved == [0, 1, 1]
    assert contents.reject_rules(tmp_path / "w.db")[row_id(1, 1)] == ["known"]


def test_a_row_stays_as_long_as_one_of_its_counterparts_does(tmp_path: Path) -> None:
    another = Draft(3, 1, (Accepted(("c-1",)),))
    moved = commit(tmp_path / "w.db", (CUSTOMERS, CUSTOMER), (CUSTOMERS, another), (ORDERS, ORDER), (CUSTOMERS, GONE))
    assert moved == [0, 0, 0, 0]


def test_committing_counterparts_again_moves_nothing(tmp_path: Path) -> None:
    assert commit(tmp_path / "w.db", (CUSTOMERS, CUSTOMER), (ORDERS, ORDER), (CUSTOMERS, CUSTOMER)) == [0, 0, 0]


def test_a_null_refers_to_nothing(tmp_path: Path) -> None:
    commit(tmp_path / "w.db", (ORDERS, Draft(1, 1, (Accepted((None,)),))))
    assert contents.reject_rules(tmp_path / "w.db") == {}


def test_a_chain_of_references_does_not_cascade(tmp_path: Path) -> None:
    boss = Table("staff", (("id", TEXT), ("boss", TEXT)), references=(Reference("known", ("boss",), "staff", ("id",)),))
    rows = ("a", "b"), ("b", "nobody"), ("c", "c")
    commit(tmp_path / "w.db", (boss, Draft(1, 1, tuple(Accepted(cells) for cells in rows))))
    assert contents.reject_rules(tmp_path / "w.db") == {row_id(1, 2): ["known"]}


#: Types that are compared, and values of them that are equal.
EQUAL: dict[str, tuple[ColumnType, Cell, ColumnType, Cell]] = {
    "integer and number": (WHOLE, 7, NUMBER, 7.0),
    "large integer and number": (WHOLE, 2**62, NUMBER, float(2**62)),
    "integer and decimal": (WHOLE, 700, ColumnType("decimal", 10, 2), Decimal("700.00")),
    "decimals of two scales": (
        ColumnType("decimal", 10, 1),
        Decimal("-0.5"),
        ColumnType("decimal", 10, 3),
        Decimal("-0.500"),
    ),
    "category and string": (ColumnType("category"), "a", TEXT, "a"),
}
UNEQUAL: dict[str, tuple[ColumnType, Cell, ColumnType, Cell]] = {
    "neighbours beyond the doubles": (WHOLE, 2**53 + 1, NUMBER, float(2**53)),
    "numerals": (TEXT, "7", TEXT, "007"),
    "a fraction": (WHOLE, 7, ColumnType("decimal", 10, 2), Decimal("7.01")),
}


@pytest.mark.parametrize("more", [0, 1], ids=["one column", "two columns"])
@pytest.mark.parametrize(
    ("pair", "orphans"),
    [*((pair, 0) for pair in EQUAL.values()), *((pair, 1) for pair in UNEQUAL.values())],
    ids=[*EQUAL, *UNEQUAL],
)
def test_values_are_compared_by_value_across_types(
    tmp_path: Path, pair: tuple[ColumnType, Cell, ColumnType, Cell], orphans: int, more: int
) -> None:
    kind, value, other, others_value = pair
    beside, fields = (("w", TEXT),) * more, ("v", "w")[: 1 + more]
    child = Table("child", (("v", kind), *beside), references=(Reference("known", fields, "parent", fields),))
    parent = Table("parent", (("v", other), *beside))
    rows = [(table, (cell, *("x",) * more)) for table, cell in ((parent, others_value), (child, value))]
    commit(
        tmp_path / "w.db", *((table, Draft(file, 1, (Accepted(cells),))) for file, (table, cells) in enumerate(rows, 1))
    )
    assert len(contents.reject_rules(tmp_path / "w.db")) == orphans
