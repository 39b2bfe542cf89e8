"""A preview says what a replay then does, of every date, and keeps nothing."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sinks.warehouse import Warehouse
from stream.differing.preview import compared
from tests.sinks.contents import everything
from tests.sinks.landings import land
from tests.sinks.previews import (
    HEADER,
    by_dimension,
    changes,
    loaded,
    previewed,
    replayed_and_closed,
    shop_sales,
    state,
)

KEYS = st.integers(0, 12)
AMOUNTS = st.sampled_from(["", "1", "2.5", "3", "8", "-1", "x"])
#: A day's sales: key, shop and amount; and its shops.
DAYS = st.lists(
    st.tuples(
        st.lists(st.tuples(KEYS, st.sampled_from("abcd"), AMOUNTS), min_size=1, max_size=8),
        st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 3)), max_size=3),
    ),
    min_size=2,
    max_size=4,
)
RULES = st.tuples(st.sampled_from([0, 2, 5]), st.sampled_from(["first", "last"]), st.sampled_from([0, 1, 2]))


def landed(folder: Path, days: list[tuple[list[tuple[int, str, str]], list[tuple[str, int]]]]) -> Path:
    """A file of sales each day, and one of shops where there are any."""
    for day, (sales, shops) in enumerate(days, 10):
        lines = [f"k{key},{shop},{amount},2026-11-{day} 0{n}:00:00" for n, (key, shop, amount) in enumerate(sales)]
        land(folder, f"sales/2026-11-{day}.csv", HEADER, *lines)
        if shops:
            land(folder, f"shops/2026-11-{day}.csv", "shop,number", *(f"{shop},{number}" for shop, number in shops))
    return folder


def different(told: dict[str, Any], done: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What a preview says, and what came of it, where these are not the same."""
    return {name: (told[name], done[name]) for name in done if told[name] != done[name]}


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(DAYS, RULES, RULES, st.booleans(), st.data())
def test_preview_equals_result(days, before, after, refit, data) -> None:  # type: ignore[no-untyped-def]
    """Rules, which row stays, and a KPI are others than those by which the rows were loaded."""
    with TemporaryDirectory() as folder:
        path, landing = Path(folder) / "ade.db", landed(Path(folder) / "landing", days)
        loaded(path, landing, shop_sales(*before, sold="max(amount)"))
        datasets, was = shop_sales(*after), state(path)
        dates = sorted(data.draw(st.sets(st.sampled_from(sorted(was)), min_size=1)))
        stored = everything(path)
        with Warehouse(path, [each.table for each in datasets.values()], aside=True) as warehouse:
            found = compared(warehouse, datasets, dates, refit=refit)
        assert everything(path) == stored
        replayed_and_closed(path, datasets, dates, refit=refit)
        told, done = previewed(found), by_dimension(changes(was, state(path)))
        assert told.keys() == done.keys()
        assert {key: different(told[key], done[key]) for key in done if told[key] != done[key]} == {}
