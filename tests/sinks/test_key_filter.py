"""A filter never denies a key that was added."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sinks.relations.filters import KeyFilter

KEYS = {
    "texts": (st.text(st.characters(exclude_categories=["Cs"]), max_size=5), pa.string()),
    "integers": (st.integers(-(2**63), 2**63 - 1), pa.int64()),
    "numbers": (st.floats(allow_nan=False), pa.float64()),
}


@pytest.mark.parametrize(("keys", "kind"), KEYS.values(), ids=KEYS.keys())
@settings(deadline=None, max_examples=20)
@given(data=st.data())
def test_a_key_that_was_added_may_be_there(
    keys: st.SearchStrategy[object], kind: pa.DataType, data: st.DataObject
) -> None:
    added = data.draw(st.lists(keys, max_size=20))
    known = KeyFilter(len(added))
    known.add(pa.array(added, kind))
    assert known.may_have(pa.array(added[::-1], kind)).all()


def test_negative_and_positive_zero_are_one_key() -> None:
    known = KeyFilter(1)
    known.add(pa.array([0.0]))
    assert known.may_have(pa.array([-0.0])).all()


def test_most_keys_that_were_not_added_are_not_there() -> None:
    known = KeyFilter(1_000_000)
    known.add(pa.array(range(1_000_000)))
    assert known.may_have(pa.array(range(1_000_000, 1_010_000))).sum() < 200


def test_a_filter_that_has_all_its_keys_is_outgrown_until_it_is_as_large_as_may_be() -> None:
    small, large = KeyFilter(1000), KeyFilter(100_000_000)
    assert (small.is_outgrown(1000), small.is_outgrown(1001), large.is_outgrown(200_000_000)) == (False, True, False)
