"""What is asked has an id; what is asked of a dataset, and how, has a hash."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from processors.assessing.assessment import Result, Tally, assess, joined
from processors.assessing.expectations import Expectation, Suite, canonical, suite

RANGE = Expectation(
    "amount_range",
    "range",
    "validity",
    ("amount",),
    counted=("rule.amount_range",),
    definition=canonical({"check": "range", "column": "amount", "min": 0}),
)
UNIQUE = Expectation("id_unique", "unique", "uniqueness", ("id",), level="sink")
READING = Expectation("encoding", "encoding", "validity", level="reader", counted=("rule.encoding",))
ROWS = Expectation("row_count", "row_count", "timeliness", level="date")
SUITE = Suite("orders", (READING, RANGE, UNIQUE, ROWS))

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def test_the_id_of_a_rule_is_the_same_in_every_process() -> None:
    assert RANGE.rule_id == "a0b8babc34862163"


def test_a_rule_that_is_called_or_handled_otherwise_keeps_its_id() -> None:
    assert replace(RANGE, name="x", severity="info", action="warn", weight=7).rule_id == RANGE.rule_id


def test_a_suite_in_which_a_rule_is_handled_otherwise_is_another() -> None:
    milder = replace(RANGE, severity="warning")
    assert Suite("orders", (READING, milder, UNIQUE, ROWS)).hash != SUITE.hash


@given(st.dictionaries(st.text(), JSON, max_size=4))
@settings(deadline=None)
def test_canonical_json_does_not_depend_on_the_order_of_keys(told: dict[str, object]) -> None:
    assert canonical(dict(reversed(told.items()))) == canonical(told)


def test_a_whole_number_is_one_however_it_is_written() -> None:
    assert canonical({"min": 5.0}) == canonical({"min": 5})


def test_a_suite_comes_back_from_its_rules() -> None:
    assert suite("orders", SUITE.rules) == SUITE


def test_a_record_rule_is_asked_of_all_records_that_were_split_and_not_skipped() -> None:
    counts = {"skipped.amount_range": 3, "unknown.amount_range": 2, "rule.amount_range": 1}
    _, found, *_ = assess(SUITE, Tally(12, 10, 8, counts))
    assert found == Result(RANGE, 7, 2, 1)


def test_a_rule_of_the_sink_is_asked_of_the_rows_that_passed() -> None:
    found = assess(SUITE, Tally(12, 10, 8, {"unknown.id_unique": 1}, {"id_unique": 2}))[2]
    assert found == Result(UNIQUE, 8, 1, 2)


def test_a_fault_of_reading_is_asked_of_every_record() -> None:
    assert assess(SUITE, Tally(12, 10, 8, {"rule.encoding": 2}))[0] == Result(READING, 12, 0, 2)


def test_a_rule_about_a_date_has_no_result_in_spans() -> None:
    assert ROWS not in [each.expectation for each in assess(SUITE, Tally(1, 1, 1))]


def test_where_nothing_has_an_answer_there_is_no_percentage() -> None:
    assert Result(RANGE, 2, 2, 0).unexpected_percent is None
    assert Result(RANGE, 0, 0, 0).missing_percent is None


def test_results_of_one_rule_are_added_up_and_those_of_another_by_its_name_are_not() -> None:
    other = replace(RANGE, definition=canonical({"check": "range", "column": "amount", "min": 1}))
    found = joined([Result(RANGE, 5, 1, 2), Result(other, 3, 0, 0), Result(RANGE, 4, 0, 1)])
    assert found == (Result(RANGE, 9, 1, 3), Result(other, 3, 0, 0))
