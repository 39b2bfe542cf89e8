"""Vectors of feature views beside those that are worked out row by row."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.columns import ColumnType
from processors.feature_views.evaluating import vectors, vectors_and_states
from processors.feature_views.inputs import input_types, inputs
from processors.feature_views.model import Feature, FeatureView, Frame, Input
from processors.feature_views.states import needs_history, reach_us, states
from processors.feature_views.values import arrow_type
from processors.frames import with_columns
from tests.processors.feature_view_samples import (
    COLUMNS,
    ENDS_OF_TIME,
    FRAMES,
    INTEGER,
    NUMBER,
    PROBES,
    SCHEMA,
    TEXT,
    probes,
    staged_rows,
    view,
)
from tests.processors.vector_oracle import expected

NEAR = st.integers(0, 40)
INSTANTS = st.integers(*ENDS_OF_TIME)
#: In so many entities a key of entity and distance in time does not fit into 64 bits.
CROWD = tuple(f"entity {number}" for number in range(20))
#: With the sum of doubles there are no states.
STATEFUL = [name for name in COLUMNS if name != "x"]


def staged(rows: list[dict[str, Any]]) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist(rows, SCHEMA)


def at(*instants: int, who: str = "ann") -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist([{"who": who, "shop": 1, "_event_us": each} for each in instants], PROBES)


def row(instant: int, **cells: object) -> dict[str, Any]:
    return {"_id": instant, "who": "ann", "shop": 1, "_event_us": instant} | cells


def beside(keys: pa.RecordBatch, kept: pa.RecordBatch) -> pa.RecordBatch:
    return with_columns(keys, dict(zip(kept.schema.names, kept.columns, strict=True)))


def feature(of: FeatureView, name: str, rows: list[dict[str, Any]], probed: pa.RecordBatch) -> list[object]:
    values: list[object] = vectors(of, inputs(of, staged(rows)), probed)[name].to_pylist()
    return values


@settings(deadline=None)
@given(
    rows=staged_rows(NEAR),
    probed=probes(NEAR),
    frames=st.lists(st.sampled_from(FRAMES), min_size=1, max_size=3, unique=True),
)
def test_a_vector_is_what_the_rows_in_its_windows_give(
    rows: list[dict[str, Any]], probed: list[dict[str, Any]], frames: list[Frame]
) -> None:
    of = view(frames)
    found = vectors(of, inputs(of, staged(rows)), pa.RecordBatch.from_pylist(probed, PROBES))
    assert found.to_pylist() == [expected(of, rows, probe) for probe in probed]


@settings(deadline=None, max_examples=50)
@given(rows=staged_rows(INSTANTS, 25, CROWD), probed=probes(INSTANTS, CROWD))
def test_a_vector_is_the_same_where_time_and_entities_are_too_many_for_one_key(
    rows: list[dict[str, Any]], probed: list[dict[str, Any]]
) -> None:
    of = view([Frame(10**15), Frame(None)], ["n"])
    crowd = [row(instant, who=who, n=1) for who in CROWD for instant in ENDS_OF_TIME]
    found = vectors(of, inputs(of, staged(rows + crowd)), pa.RecordBatch.from_pylist(probed, PROBES))
    assert found.to_pylist() == [expected(of, rows + crowd, probe) for probe in probed]


@settings(deadline=None)
@given(rows=staged_rows(NEAR, 20), probed=probes(st.integers(24, 40)), old=st.integers(0, 17), data=st.data())
def test_windows_that_reach_back_for_ever_go_on_from_the_states_of_older_rows(
    rows: list[dict[str, Any]], probed: list[dict[str, Any]], old: int, data: st.DataObject
) -> None:
    of = view([Frame(7), Frame(None), Frame(None, 4)], STATEFUL)
    aggregates = data.draw(st.lists(st.sampled_from(of.aggregates), min_size=1, unique=True))
    names = {each.name for each in aggregates}
    features = tuple(each for each in of.features if each.name in names)
    of = replace(of, aggregates=tuple(aggregates), features=features)
    given_rows, asked = inputs(of, staged(rows)), pa.RecordBatch.from_pylist(probed, PROBES)
    known = sorted({(each["who"], each["shop"]) for each in rows if each["who"] and each["shop"]})
    chosen = data.draw(st.lists(st.sampled_from(known), unique=True)) if known else []
    keys = pa.RecordBatch.from_pylist([{"who": who, "shop": shop, "_event_us": old} for who, shop in chosen], PROBES)
    kept = vectors_and_states(of, given_rows, keys)[1]
    before = beside(keys, kept)
    later = [(each["who"], each["shop"]) not in chosen or each["_event_us"] >= old for each in given_rows.to_pylist()]
    rest = given_rows.filter(pa.array(later, pa.bool_()))
    assert vectors_and_states(of, rest, asked, before) == vectors_and_states(of, given_rows, asked)


@settings(deadline=None)
@given(rows=staged_rows(NEAR), probed=probes(NEAR), others=staged_rows(NEAR, entities=("eve",)), data=st.data())
def test_a_vector_depends_on_nothing_but_the_rows_in_its_windows(
    rows: list[dict[str, Any]], probed: list[dict[str, Any]], others: list[dict[str, Any]], data: st.DataObject
) -> None:
    of = view([Frame(30, 3)])
    asked = pa.RecordBatch.from_pylist(probed, PROBES)
    first = vectors(of, inputs(of, staged(rows)), asked)
    late = [row(instant, x=1e308, n=1, price=None) for instant in (-31, 41)]
    mixed = data.draw(st.permutations(rows + others + late))
    assert vectors(of, inputs(of, staged(mixed)), asked) == first


def test_rows_at_the_instant_itself_are_not_seen() -> None:
    of = view([Frame(None)], ["n"])
    assert feature(of, "_window_1", [row(1), row(2), row(2)], at(1, 2, 3)) == [0, 1, 3]


def test_an_unknown_entity_has_counts_of_zero_and_nothing_else() -> None:
    of = view([Frame(None)])
    (found,) = vectors(of, inputs(of, staged([row(1, n=5)])), at(9, who="nobody")).to_pylist()
    assert {found[each.name] for each in of.aggregates if each.function == "count"} == {0}
    assert {found[each.name] for each in of.aggregates if each.function != "count"} == {None}


def test_the_schema_of_vectors_does_not_depend_on_the_rows() -> None:
    of = view(FRAMES, features=(Feature("twice", "_window_1 * 2", INTEGER, ()), Feature("word", "'a'", TEXT, ())))
    types = {each.name: arrow_type(each.type) for each in of.features}
    for rows, probed in (([], at()), ([], at(1)), ([row(1, n=1, code="a")], at(2))):
        assert vectors(of, inputs(of, staged(rows)), probed).schema == pa.schema(types)


def test_a_sum_of_integers_beyond_64_bits_is_null_and_its_mean_is_there() -> None:
    of = view([Frame(None)], ["n"])
    (found,) = vectors(of, inputs(of, staged([row(1, n=2**62), row(2, n=2**62)])), at(3)).to_pylist()
    named = {each.function: found[each.name] for each in of.aggregates}
    assert (named["sum"], named["avg"]) == (None, 2.0**62)


def test_a_sum_comes_back_into_64_bits_also_when_it_goes_on_from_a_state() -> None:
    of = view([Frame(None)], ["n"])
    older = inputs(of, staged([row(1, n=2**62), row(2, n=2**62)]))
    before = beside(at(3), vectors_and_states(of, older, at(3))[1])
    (total,) = [each.name for each in of.aggregates if each.function == "sum"]
    assert vectors(of, inputs(of, staged([row(3, n=-1)])), at(4), before)[total].to_pylist() == [2**63 - 1]


def test_a_sum_of_decimals_is_a_decimal() -> None:
    of = view([Frame(7)], ["price"])
    (total,) = [each.name for each in of.aggregates if each.function == "sum"]
    prices = [row(1, price=Decimal("0.1000")), row(2, price=Decimal("0.2000")), row(3, price=None)]
    assert feature(of, total, prices, at(4)) == [Decimal("0.3000")]


@pytest.mark.parametrize(
    ("sql", "kind", "value"),
    [
        ("_window_1 * 2", INTEGER, 4),
        ("_event_us - 1", INTEGER, 8),
        ("_window_1 / 4.0", NUMBER, 0.5),
        ("_window_1 / 7.0", NUMBER, 2 / 7),
        ("0.1 * _window_1 + 0.1", NUMBER, 0.1 * 2 + 0.1),
        ("_window_1 / (_window_1 - 2)", NUMBER, None),
        ("1e308 * 10.0 * _window_1", NUMBER, None),
        ("CASE WHEN _window_1 > 1 THEN 'regular' ELSE 'new' END", TEXT, "regular"),
        ("_window_1 > 5", ColumnType("boolean"), False),
        ("_window_1", NUMBER, 2.0),
    ],
)
def test_a_feature_is_an_expression_over_windows_and_the_instant(sql: str, kind: ColumnType, value: object) -> None:
    of = view([Frame(7)], ["n"], features=(Feature("f", sql, kind, ()),))
    assert feature(of, "f", [row(3), row(4)], at(9)) == [value]


def test_a_decimal_is_a_number_in_the_expression_of_a_feature() -> None:
    of = view([Frame(7)], ["price"])
    (total,) = [each.name for each in of.aggregates if each.function == "sum"]
    third = replace(of, features=(Feature("third", f"{total} / 3", NUMBER, ()),))
    assert feature(third, "third", [row(1, price=Decimal("1.0000"))], at(2)) == [1 / 3]


def test_rows_that_the_condition_does_not_take_are_left_out() -> None:
    of = view([Frame(None)], ["n"], where="code = 'paid' AND price > 1.5")
    price, other = Decimal("2.0000"), Decimal("1.0000")
    cells = [("paid", price), ("paid", other), ("open", price), (None, price), ("paid", None)]
    rows = [row(place, code=code, price=each) for place, (code, each) in enumerate(cells)]
    assert inputs(of, staged(rows))["_id"].to_pylist() == [0]


@pytest.mark.parametrize("key", ["who", "shop", "_event_us"])
def test_rows_without_entity_or_event_time_are_left_out(key: str) -> None:
    of = view([Frame(None)], ["n"])
    assert inputs(of, staged([row(1) | {key: None}, row(2)]))["_id"].to_pylist() == [2]


@pytest.mark.parametrize(
    ("sql", "kind", "value"),
    [
        ("n * 2", INTEGER, 14),
        ("x * 2.0", NUMBER, 1.0),
        ("1.0 / n", NUMBER, 1 / 7),
        ("x / 0", NUMBER, None),
        ("1e308 * 1e308 * x", NUMBER, None),
        ("price * 2", NUMBER, 3.0),
        ("price", ColumnType("decimal", 18, 4), 15_000),
        ("CASE WHEN n > 5 THEN price END", ColumnType("decimal", 18, 4), 15_000),
        ("CASE WHEN n > 5 THEN 1 END", INTEGER, 1),
        ("wide", ColumnType("decimal", 30, 2), "0.10"),
        ("upper(code)", TEXT, "AB"),
        ("day", ColumnType("date"), 1),
        ("at", ColumnType("timestamp"), 5),
        ("paid", ColumnType("boolean"), 1),
    ],
)
def test_an_input_is_held_as_sqlite_keeps_it_best(sql: str, kind: ColumnType, value: object) -> None:
    of = replace(view([Frame(None)], ["n"]), inputs=(Input("_input_1", sql, kind),))
    cells = {"n": 7, "x": 0.5, "price": Decimal("1.5000"), "wide": Decimal("0.10"), "code": "ab", "paid": True}
    times = {"day": date(1970, 1, 2), "at": datetime(1970, 1, 1, 0, 0, 0, 5, UTC)}
    held = inputs(of, staged([row(1, **cells, **times)]))
    assert held["_input_1"].to_pylist() == [value]
    assert held.schema.field("_input_1").type == input_types(of)["_input_1"]


def test_the_instant_is_no_column_of_its_own_among_the_inputs() -> None:
    of = view([Frame(None)], ["_event_us", "n"])
    assert list(input_types(of)) == ["_input_2"]
    assert inputs(of, staged([row(1)])).schema.names == ["who", "shop", "_event_us", "_id", "_date", "_input_2"]


def test_sums_of_numbers_for_ever_need_all_rows_and_no_state() -> None:
    of = view([Frame(7), Frame(None)], ["x"])
    assert needs_history(of)
    assert states(of) == {}
    assert not needs_history(view([Frame(7)], ["x"]))


def test_there_is_a_state_for_each_thing_that_windows_without_a_beginning_need() -> None:
    of = view([Frame(7), Frame(None), Frame(None, 4)], ["price", "code"])
    assert states(of) == {
        "_state_count": pa.int64(),
        "_state_count_input_1": pa.int64(),
        "_state_count_input_2": pa.int64(),
        "_state_high_input_1": pa.int64(),
        "_state_low_input_1": pa.int64(),
        "_state_max_input_1": pa.int64(),
        "_state_max_input_2": pa.string(),
        "_state_min_input_1": pa.int64(),
        "_state_min_input_2": pa.string(),
    }
    found = vectors_and_states(of, inputs(of, staged([])), at(1))[1]
    assert found.schema == pa.schema(list(states(of).items()))


def test_rows_are_needed_as_far_back_as_the_widest_window_or_the_gap_behind_one_without_a_beginning() -> None:
    assert reach_us(view([Frame(7), Frame(30, 3)])) == 30
    assert reach_us(view([Frame(7), Frame(None, 40)])) == 40
    assert reach_us(view([Frame(None)])) == 1
