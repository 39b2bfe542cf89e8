"""Vectors of feature views beside those that are worked out row by row."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.feature_views.evaluating import vectors, vectors_and_states
from processors.feature_views.inputs import inputs
from processors.feature_views.model import FeatureView, Frame
from tests.processors.feature_view_samples import (
    COLUMNS,
    ENDS_OF_TIME,
    FRAMES,
    PROBES,
    SCHEMA,
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
@given(rows=staged_rows(NEAR, 20), probed=probes(st.integers(24, 40)), old=st.integers(0, 20), data=st.data())
def test_windows_that_reach_back_for_ever_go_on_from_the_states_of_older_rows(
    rows: list[dict[str, Any]], probed: list[dict[str, Any]], old: int, data: st.DataObject
) -> None:
    of = view([Frame(None), Frame(None, 4)], STATEFUL)
    given_rows, asked = inputs(of, staged(rows)), pa.RecordBatch.from_pylist(probed, PROBES)
    known = sorted({(each["who"], each["shop"]) for each in rows if each["who"] and each["shop"]})
    chosen = data.draw(st.lists(st.sampled_from(known), unique=True)) if known else []
    keys = pa.RecordBatch.from_pylist([{"who": who, "shop": shop, "_event_us": old} for who, shop in chosen], PROBES)
    kept = vectors_and_states(of, given_rows, keys)[1]
    before = pa.RecordBatch.from_arrays([*keys.columns, *kept.columns], names=[*keys.schema.names, *kept.schema.names])
    later = [(each["who"], each["shop"]) not in chosen or each["_event_us"] >= old for each in given_rows.to_pylist()]
    rest = given_rows.filter(pa.array(later, pa.bool_()))
    assert vectors_and_states(of, rest, asked, before) == vectors_and_states(of, given_rows, asked)
