"""Splits by time: parts follow each other, and nothing leaks across their borders."""

from __future__ import annotations

import hashlib
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.splitting.assigning import entity_parts, place
from processors.splitting.manifest import Tally
from processors.splitting.model import EXCLUSIONS, Borders, PartName, Split, borders

PARTS: tuple[PartName, ...] = ("train", "validation", "test")
HALF, QUARTER = Fraction(1, 2), Fraction(1, 4)

moments = st.lists(st.integers(0, 200), min_size=1, max_size=60)
distances = st.integers(0, 40)


def verdicts(split: Split, where: Borders, events: list[int], entities: list[int] | None = None) -> list[str]:
    """The part of each row, or why it is in none."""
    of = None if entities is None else np.array(entities, np.int64)
    codes = place(split, where, np.array(events, np.int64), of).codes
    return [split.parts[code] if code >= 0 else EXCLUSIONS[-1 - code] for code in codes]


def expected(split: Split, where: Borders, event: int) -> str:
    """By the definition, border by border."""
    if not where.starts[0] <= event < where.end:
        return "outside"
    [part] = [
        place
        for place, (since, until) in enumerate(zip(where.starts, (*where.starts[1:], where.end), strict=True))
        if since <= event < until
    ]
    behind = where.starts[part + 1] if part + 1 < len(where.starts) else None if where.open_end else where.end
    if part and event < where.starts[part] + split.embargo_us:
        return "embargoed"
    if behind is not None and event + split.label_horizon_us >= behind:
        return "purged"
    return split.parts[part]


@settings(deadline=None)
@given(moments, distances, distances, st.booleans())
def test_each_row_is_where_the_definition_has_it(events: list[int], label: int, embargo: int, open_end: bool) -> None:
    split = Split("s", PARTS, starts=(70, 120, None if open_end else 180), label_horizon_us=label, embargo_us=embargo)
    try:
        where = borders(split, min(events), max(events))
    except ValueError:
        assert min(events) >= 70 or max(events) < 120
        return
    assert verdicts(split, where, events) == [expected(split, where, event) for event in events]


@settings(deadline=None)
@given(st.lists(st.integers(0, 10**15), min_size=1, max_size=60), distances, distances)
def test_labels_end_before_the_next_part_and_features_begin_behind_the_part_before(
    events: list[int], label: int, embargo: int
) -> None:
    split = Split("s", PARTS, (HALF, QUARTER, QUARTER), label_horizon_us=label, embargo_us=embargo)
    try:
        where = borders(split, min(events), max(events))
    except ValueError:
        assert max(events) - min(events) < 4
        return
    found = verdicts(split, where, events)
    times = {part: [event for event, each in zip(events, found, strict=True) if each == part] for part in PARTS}
    for before, behind in (("train", "validation"), ("train", "test"), ("validation", "test")):
        for event in times[behind]:  # type: ignore[index]
            assert all(other + label < event for other in times[before])  # type: ignore[index]
    assert all(event >= where.starts[1] + embargo for event in times["validation"])


@given(moments)
def test_the_order_of_rows_makes_no_difference(events: list[int]) -> None:
    split = Split("s", PARTS, starts=(70, 120, None), label_horizon_us=5, embargo_us=5)
    where = Borders((0, 70, 120), 201, open_end=True)
    forth, back = verdicts(split, where, events), verdicts(split, where, events[::-1])
    assert forth == back[::-1]


def test_shares_are_of_the_time_and_not_of_the_rows() -> None:
    split = Split("s", PARTS, (Fraction(7, 10), Fraction(3, 20), Fraction(3, 20)))
    assert borders(split, 1000, 1999) == Borders((1000, 1700, 1850), 2000, open_end=True)


@pytest.mark.parametrize(("first", "last"), [(80, 200), (0, 100)])
def test_a_part_that_would_hold_no_instant_is_refused(first: int, last: int) -> None:
    with pytest.raises(ValueError, match="would hold no instant"):
        borders(Split("s", PARTS, starts=(70, 120, None)), first, last)


def keyed(*keys: str) -> pa.RecordBatch:
    """Entities of one column."""
    return pa.RecordBatch.from_pydict({"customer": list(keys)})


def test_an_entity_is_in_one_part_only_whatever_stands_beside_it() -> None:
    names = [f"customer {number}" for number in range(1000)]
    whole = entity_parts(keyed(*names), (HALF, QUARTER, QUARTER))
    alone = [entity_parts(keyed(name), (HALF, QUARTER, QUARTER))[0] for name in names[:50]]
    assert list(whole[:50]) == alone


def test_entities_fall_into_the_parts_by_their_weights() -> None:
    found = entity_parts(keyed(*(str(number) for number in range(10_000))), (HALF, QUARTER, QUARTER))
    assert np.allclose(np.bincount(found) / 10_000, [0.5, 0.25, 0.25], atol=0.02)


def test_rows_of_an_entity_in_the_time_of_another_part_are_left_out() -> None:
    split = Split("s", PARTS, starts=(70, 120, None), by_entity=True)
    where = Borders((0, 70, 120), 201, open_end=True)
    assert verdicts(split, where, [10, 80, 130], [0, 0, 2]) == ["train", "entity", "test"]


@settings(deadline=None)
@given(moments, st.integers(1, 20))
def test_a_manifest_does_not_depend_on_pages(events: list[int], size: int) -> None:
    split = Split("s", PARTS, label_horizon_us=5, embargo_us=9)
    where, ids = Borders((0, 70, 120), 190, open_end=True), np.arange(len(events), dtype=np.int64) * 3
    whole, paged = Tally(split), Tally(split)
    times = np.array(events, np.int64)
    whole.add(ids, times, place(split, where, times))
    for first in range(0, len(events), size):
        some = slice(first, first + size)
        paged.add(ids[some], times[some], place(split, where, times[some]))
    assert list(whole.manifests()) == list(paged.manifests())
    assert sum(each.rows + sum(each.excluded.values()) for each in whole.manifests()) == len(events)


def test_a_hash_is_that_of_the_ids_in_their_order() -> None:
    tally, split = Tally(Split("s", PARTS)), Split("s", PARTS)
    times = np.array([5, 80, 6], np.int64)
    tally.add(np.array([1, 2, 3], np.int64), times, place(split, Borders((0, 70, 120), 201, open_end=True), times))
    train, _, _ = tally.manifests()
    assert train.row_hash == hashlib.sha256(b"".join(each.to_bytes(8, "little") for each in (1, 3))).hexdigest()
    assert (train.rows, train.first_us, train.last_us) == (2, 5, 6)
