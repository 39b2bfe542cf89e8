"""What breaks the order of a file, told by example; the law for all orders of commits is in tests/contract."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.columns import ColumnType
from sinks.files import row_id
from sinks.table import Monotonic, Table
from sinks.warehouse import Warehouse
from tests.sinks import contents
from tests.sinks.drafts import Accepted, Cell, Draft, Refused, judged, store

WHOLE = ColumnType("integer")
RISING, STRICT = Monotonic("rising", "v"), Monotonic("rising", "v", strict=True)
FALLING = Monotonic("rising", "v", decreasing=True)


def table(rule: Monotonic = RISING, kind: ColumnType = WHOLE) -> Table:
    """One column, in order."""
    return Table("sales", (("v", kind),), monotonic=(rule,), raw=False)


def commit(path: Path, of: Table, *drafts: Draft) -> None:
    """The drafts, in this order."""
    with Warehouse(path, [of]) as warehouse:
        for draft in drafts:
            store(warehouse, judged(of, draft))


def broken(path: Path, of: Table, *values: Cell) -> list[Cell]:
    """The values, as the rows of one file, that are rejected."""
    commit(path, of, Draft(1, 1, tuple(Accepted((value,)) for value in values)))
    return [values[(row & 0xFFFFFFFF) - 1] for row in contents.reject_rules(path)]


def test_a_value_that_is_less_than_the_one_before_it_breaks_the_rule(tmp_path: Path) -> None:
    assert broken(tmp_path / "w.db", table(), 1, 2, 2, 1, 3) == [1]


def test_a_row_is_compared_with_the_one_before_it_even_if_that_one_is_rejected(tmp_path: Path) -> None:
    assert broken(tmp_path / "w.db", table(), 5, 9, 2, 3, 1) == [2, 1]


def test_equal_values_break_a_strict_rule(tmp_path: Path) -> None:
    assert broken(tmp_path / "w.db", table(STRICT), 1, 2, 2, 3) == [2]


def test_values_may_be_asked_to_decrease(tmp_path: Path) -> None:
    assert broken(tmp_path / "w.db", table(FALLING), 3, 2, 4, 4) == [4]


def test_a_null_is_passed_over(tmp_path: Path) -> None:
    assert broken(tmp_path / "w.db", table(), 3, None, 2, None, None, 4) == [2]


def test_files_have_an_order_of_their_own(tmp_path: Path) -> None:
    of = table()
    commit(tmp_path / "w.db", of, Draft(1, 1, (Accepted((9,)),)), Draft(2, 1, (Accepted((1,)),)))
    assert contents.reject_rules(tmp_path / "w.db") == {}


def test_a_record_that_a_step_refused_is_passed_over(tmp_path: Path) -> None:
    drafts = (
        Draft(1, 1, (Accepted((3,)), Accepted((9,)), Accepted((5,)))),
        Draft(1, 1, (Refused(), Refused(), Refused())),
    )
    commit(tmp_path / "w.db", table(), *drafts, Draft(1, 4, (Accepted((4,)),)))
    assert row_id(1, 4) not in contents.reject_rules(tmp_path / "w.db")


def test_the_first_row_behind_a_span_that_is_replaced_is_judged_again(tmp_path: Path) -> None:
    drafts = Draft(1, 1, (Accepted((9,)),)), Draft(1, 2, (Accepted((5,)), Accepted((6,))))
    commit(tmp_path / "w.db", table(), *drafts, Draft(1, 1, (Accepted((1,)),)))
    assert contents.reject_rules(tmp_path / "w.db") == {}


def test_the_reason_says_what_was_asked_and_by_which_line(tmp_path: Path) -> None:
    broken(tmp_path / "w.db", table(STRICT), 7, 7)
    [[reason]] = contents.reasons(tmp_path / "w.db").values()
    assert (reason["column"], reason["value"], reason["message"]) == ("v", "7", "v must be more than 7, as in line 2")


def test_the_reason_says_what_the_row_before_has_now(tmp_path: Path) -> None:
    drafts = Draft(1, 1, (Accepted((7,)),)), Draft(1, 2, (Accepted((3,)),)), Draft(1, 1, (Accepted((8,)),))
    commit(tmp_path / "w.db", table(), *drafts)
    [[reason]] = contents.reasons(tmp_path / "w.db").values()
    assert reason["message"] == "v must be at least 8, as in line 2"


DECIMALS = st.decimals(min_value=-(10**20), max_value=10**20, places=3)


@pytest.mark.parametrize(
    ("kind", "rising"),
    [
        (ColumnType("number"), (-1e300, -0.5, 0.1, 0.30000000000000004, 7.0, 1e300)),
        (WHOLE, (-(2**62), -7, 0, 9, 10, 2**62)),
        (ColumnType("date"), (date(1, 1, 1), date(999, 12, 31), date(2026, 11, 9), date(2026, 11, 10))),
        (ColumnType("timestamp"), tuple(datetime(2026, 11, 21, 9, 0, 0, us, UTC) for us in (0, 9, 10, 100))),
    ],
)
def test_values_are_ordered_as_values_of_their_type(tmp_path: Path, kind: ColumnType, rising: tuple[Cell, ...]) -> None:
    assert broken(tmp_path / "rising.db", table(STRICT, kind), *rising) == []
    assert broken(tmp_path / "falling.db", table(STRICT, kind), *reversed(rising)) == list(reversed(rising))[1:]


@settings(max_examples=25, deadline=None)
@given(values=st.lists(DECIMALS, min_size=2, max_size=30))
def test_decimals_of_any_length_are_ordered_by_value(
    tmp_path_factory: pytest.TempPathFactory, values: list[Decimal]
) -> None:
    of = table(STRICT, ColumnType("decimal", 38, 3))
    commit(path := tmp_path_factory.mktemp("decimals") / "w.db", of, Draft(1, 1, tuple(Accepted((v,)) for v in values)))
    wanted = [place for place, (before, value) in enumerate(pairwise(values), 2) if value <= before]
    assert [row & 0xFFFFFFFF for row in contents.reject_rules(path)] == wanted
