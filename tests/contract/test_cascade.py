"""Dates replayed by other rules, with all that rests on them, come to what a warehouse made from scratch has."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processors.errors import SourceError
from sinks.consequences.pending import Pending, note, pending
from sinks.database.connection import Connection
from sinks.database.lock import Turn
from sinks.warehouse import Warehouse
from stream.consequences.cascade import ROUNDS_MAX, Step, carried_out
from stream.differing.preview import compared
from stream.replaying import Replaying
from tests.contract.test_preview import AMOUNTS, KEYS, different
from tests.sinks.contents import Rows, content_hash, rows
from tests.sinks.landings import Datasets, land
from tests.sinks.previews import HEADER, by_dimension, changes, loaded, previewed, shop_sales, state

SHOPS = "abcd"
D1, D2, D3, D4 = "2026-11-10", "2026-11-11", "2026-11-12", "2026-11-13"
DAYS = st.lists(
    st.lists(st.tuples(KEYS, st.sampled_from(SHOPS), AMOUNTS), min_size=1, max_size=8), min_size=2, max_size=5
)
NUMBERS = st.lists(st.integers(0, 3), min_size=4, max_size=4)
RULES = st.tuples(st.sampled_from([0, 2, 5]), st.just("first"), st.sampled_from([0, 1, 2]))


def landed(folder: Path, days: list[list[tuple[int, str, str]]]) -> Path:
    """A file of sales each day."""
    for day, sales in enumerate(days, 10):
        lines = [f"k{key},{shop},{amount},2026-11-{day} 0{n}:00:00" for n, (key, shop, amount) in enumerate(sales)]
        land(folder, f"sales/2026-11-{day}.csv", HEADER, *lines)
    return folder


def shops(folder: Path, numbers: list[int]) -> Path:
    """A file of all shops, before all sales."""
    lines = (f"{shop},{number}" for shop, number in zip(SHOPS, numbers, strict=True))
    land(folder, "shops/2026-11-01.csv", "shop,number", *lines)
    return folder


def filled_up(path: Path, folder: Path, datasets: Datasets) -> None:
    """Load the shops, then their sales."""
    loaded(path, folder / "first", datasets)
    loaded(path, folder / "landing", datasets)


def cascaded(path: Path, datasets: Datasets, dates: list[tuple[str, str]]) -> list[Step]:
    """Replay dates, each of a dataset, and carry out what rests on them, as the command does."""
    with Warehouse(path, [each.table for each in datasets.values()]) as warehouse:
        work = Replaying(warehouse, datasets, path, path, Turn("replay"))
        for date, name in dates:
            work.date(name, date, refit=False)
        return work.cascade()


def figures(path: Path) -> Rows:
    """What each date is judged with."""
    return rows(
        path,
        "SELECT date, fitted FROM meta_parameter_dates JOIN meta_parameters USING (dataset, version) ORDER BY 1",
    )


def found(path: Path) -> list[object]:
    """All that is to be the same."""
    of_dates = {
        key: {name: each[name] for name in ("accepted", "kpis", "score", "vectors")}
        for key, each in state(path).items()
    }
    return [content_hash(path, "sales"), content_hash(path, "shops"), figures(path), of_dates]


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(DAYS, NUMBERS, RULES, RULES, st.integers(1, 3))
def test_all_dates_with_all_that_rests_on_them_are_as_if_made_from_scratch(  # type: ignore[no-untyped-def]
    days, numbers, before, after, window_dates
) -> None:
    with TemporaryDirectory() as name:
        folder, window = Path(name), {"window_dates": window_dates}
        shops(folder / "first", numbers), landed(folder / "landing", days)
        filled_up(folder / "was.db", folder, shop_sales(*before, parameters=window))
        filled_up(folder / "is.db", folder, shop_sales(*after, parameters=window))
        datasets = shop_sales(*after, parameters=window)
        dates, was = sorted(state(folder / "was.db")), state(folder / "was.db")
        with Warehouse(folder / "was.db", [each.table for each in datasets.values()], aside=True) as warehouse:
            previews = compared(warehouse, datasets, dates, cascade=True)
        cascaded(folder / "was.db", datasets, dates)
        assert found(folder / "was.db") == found(folder / "is.db")
        told, done = previewed(previews), by_dimension(changes(was, state(folder / "was.db")))
        assert {key: different(told[key], done[key]) for key in done if told.get(key) != done[key]} == {}
        with Connection(folder / "was.db", read_only=True) as connection:
            assert pending(connection) == []


def test_a_date_that_changes_names_the_dates_whose_parameters_rest_on_it(tmp_path: Path) -> None:
    path = tmp_path / "ade.db"
    shops(tmp_path / "first", [1, 1, 1, 1])
    landed(tmp_path / "landing", [[(day, "a", amount)] for day, amount in enumerate(["1", "4", "", "9"])])
    window = {"window_dates": 2}
    filled_up(path, tmp_path, shop_sales(0, parameters=window))
    datasets = shop_sales(3, parameters=window)
    with Warehouse(path, [each.table for each in datasets.values()]) as warehouse:
        done = Replaying(warehouse, datasets, path, path, Turn("replay")).date("sales", D1, refit=False)
    told = {each.kind: each for each in done.consequences}
    assert told["parameters"].dates == (D1, D2, D3)  # D1's own first records made the first ones
    assert told["parameters"].command == f"ade-stream replay --from {D1} --to {D3} --dataset sales --refit"
    assert (told["vectors"].subject, told["vectors"].dates) == ("spent", (D2, D3, D4))


def test_rows_of_other_dates_and_datasets_that_change_sides_are_named(tmp_path: Path) -> None:
    path = tmp_path / "ade.db"
    shops(tmp_path / "first", [1, 1, 0, 1])
    landed(tmp_path / "landing", [[(1, "a", "1"), (2, "c", "5")], [(1, "a", "7")], [(3, "c", "8")]])
    filled_up(path, tmp_path, shop_sales(0, filled=False))
    datasets = shop_sales(2, "first", 1, filled=False)
    with Warehouse(path, [each.table for each in datasets.values()]) as warehouse:
        work = Replaying(warehouse, datasets, path, path, Turn("replay"))
        [freed] = [each for each in work.date("sales", D1, refit=False).consequences if each.kind == "rows"]
        [orphans] = [each for each in work.date("shops", "2026-11-01", refit=False).consequences if each.kind == "rows"]
    assert (freed.dataset, freed.dates, freed.count, freed.command) == ("sales", (D2,), 1, None)
    assert (orphans.dataset, orphans.dates, orphans.count) == ("sales", (D1, D3), 2)


def test_references_that_rest_on_a_date_are_named_and_stay(tmp_path: Path) -> None:
    path, profile = tmp_path / "ade.db", {"columns": ["amount"], "reference_rows": 2, "rows_min": 1}
    shops(tmp_path / "first", [1, 1, 1, 1])
    landed(tmp_path / "landing", [[(1, "a", "1"), (2, "a", "5")], [(3, "a", "7")], [(4, "a", "9")]])
    filled_up(path, tmp_path, shop_sales(0, profile=profile))
    datasets = shop_sales(6, profile=profile)
    stored = rows(path, "SELECT * FROM meta_references")
    with Warehouse(path, [each.table for each in datasets.values()]) as warehouse:
        work = Replaying(warehouse, datasets, path, path, Turn("replay"))
        done = work.date("sales", D1, refit=False)
        work.cascade()
    told = [(each.dates, each.command) for each in done.consequences if each.kind == "reference"]
    assert told == [((D1,), f"ade-stream quality profile sales --new-reference {D1}")]
    assert rows(path, "SELECT * FROM meta_references") == stored != []


def test_a_replay_that_changes_nothing_leaves_nothing_to_do(tmp_path: Path) -> None:
    path, datasets = tmp_path / "ade.db", shop_sales()
    shops(tmp_path / "first", [1, 1, 1, 1])
    landed(tmp_path / "landing", [[(1, "a", "1")], [(2, "a", "")]])
    filled_up(path, tmp_path, datasets)
    assert cascaded(path, datasets, [(D1, "sales"), (D2, "sales")]) == []


def test_what_was_left_is_done_by_the_next_cascade_whatever_it_is_asked_for(tmp_path: Path) -> None:
    path, datasets = tmp_path / "ade.db", shop_sales(3)
    shops(tmp_path / "first", [1, 1, 1, 1])
    landed(tmp_path / "landing", [[(1, "a", "1"), (2, "a", "5")], [(3, "a", "")], [(4, "a", "")]])
    filled_up(path, tmp_path, shop_sales(0))
    with Warehouse(path, [each.table for each in datasets.values()]) as warehouse:
        Replaying(warehouse, datasets, path, path, Turn("replay")).date("sales", D1, refit=False)
    assert [(each.subject, each.changed) for each in cascaded(path, datasets, [])] == [
        (D1, True),
        (D2, True),
        (D3, True),
    ]
    assert cascaded(path, datasets, []) == []


def test_parameters_that_come_out_as_they_were_are_not_left_to_do(tmp_path: Path) -> None:
    path = tmp_path / "ade.db"
    shops(tmp_path / "first", [1, 1, 1, 1])
    landed(tmp_path / "landing", [[(1, "a", "1"), (2, "a", "5")], [(3, "a", "")], [(4, "a", "")]])
    filled_up(path, tmp_path, shop_sales(0))
    left = []
    for datasets in (shop_sales(3), shop_sales(0)):
        with Warehouse(path, [each.table for each in datasets.values()]) as warehouse:
            Replaying(warehouse, datasets, path, path, Turn("replay")).dates([(D1, "sales")], refit=False)
            left.append([each.subject for each in pending(warehouse.connection)])
    assert left == [[D1, D2, D3], []]


def test_a_step_that_fails_stays_to_be_done_and_a_date_is_not_made_anew_for_ever(tmp_path: Path) -> None:
    path, datasets = tmp_path / "ade.db", shop_sales()
    with Warehouse(path, [each.table for each in datasets.values()]) as warehouse:
        left = Pending("parameters", "sales", D1, D1)
        with warehouse.connection.transaction():
            note(warehouse.connection, [left])

        def fails(each: Pending) -> Step:
            raise SourceError(f"the file of {each.subject} has gone")

        steps = list(carried_out(warehouse.connection, datasets, {"parameters": fails}))
        assert [step.failed for step in steps] == [f"the file of {D1} has gone"] * ROUNDS_MAX
        assert pending(warehouse.connection) == [left]
