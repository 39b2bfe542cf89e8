"""A snapshot, a size and a view: the lines of the screen."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream.running.snapshot import Snapshot
from stream.screens.live.drawing import Size, draw
from stream.screens.live.summary import summary
from stream.screens.live.views import NAMES, Name, View
from tests.screens.snapshots import EMPTY, busy

BUSY = busy("orders", "employees", "retail", "rides")
SIZES = [Size(80, 24), Size(200, 50), Size(40, 10)]


def screen(snapshot: Snapshot, size: Size, view: View | None = None) -> str:
    """What is to be read."""
    return "\n".join(each.text for each in draw(snapshot, size, view or View()))


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("snapshot", [BUSY, EMPTY], ids=["busy", "empty"])
def test_every_view_fills_the_screen_and_no_more(snapshot: Snapshot, name: Name, size: Size) -> None:
    lines = draw(snapshot, size, View(name))
    assert [each.cells for each in lines] == [size.width] * size.height


@settings(deadline=None)
@given(st.integers(1, 250), st.integers(1, 60), st.sampled_from(NAMES), st.integers(-9, 9), st.text(max_size=40))
def test_no_size_and_no_name_spoils_a_screen(width: int, height: int, name: Name, chosen: int, dataset: str) -> None:
    lines = draw(busy(dataset, "orders"), Size(width, height), View(name, chosen))
    assert [each.cells for each in lines] == [width] * height
    assert all(each.text.isprintable() for each in lines)


@pytest.mark.parametrize("size", SIZES[:2], ids=str)
def test_the_overview_has_what_is_to_be_known_of_a_run(size: Size) -> None:
    shown = screen(BUSY, size)
    for told in (
        "up 2 h 5 min",
        "212 MB",
        "2 findings",
        "rows/s",
        "backlog 18 files, 207 MB, eta 17 s",
        "oldest waits",
    ):
        assert told in shown
    for told in ("commit p50 4.1 ms, p99 12.3 ms", "last events", "files being read", "62.0 %", "q quit"):
        assert told in shown


@pytest.mark.parametrize("size", SIZES[:2], ids=str)
def test_the_overview_has_what_is_to_be_known_of_each_dataset(size: Size) -> None:
    shown = screen(BUSY, size)
    for told in ("orders", "employees", "retail", "rides", "loading", "held", "1,234,500", "67", "92.0 "):
        assert told in shown
    for told in ("orders_2026-11-21.csv", "quantity_range 45", "mae 3.217"):
        assert told in shown


def test_a_small_screen_says_how_many_datasets_it_hides() -> None:
    assert "more: view 2 shows each" in screen(busy(*(f"dataset_{each}" for each in range(40))), Size(80, 24))


def test_the_reason_of_what_is_no_plain_event_is_told_whole() -> None:
    assert "ends here" in screen(BUSY, Size(80, 24))


def test_a_chosen_dataset_comes_round_again() -> None:
    assert screen(BUSY, Size(80, 24), View("dataset", 0)) == screen(BUSY, Size(80, 24), View("dataset", 4))


def test_a_held_dataset_has_its_reason_and_the_way_out() -> None:
    assert "`ade-stream resume rides`" in screen(BUSY, Size(80, 24), View("dataset", 3))


def test_states_are_words_so_that_no_colour_is_needed() -> None:
    plain = [each.drawn(colour=False, ascii_only=False) for each in draw(BUSY, Size(80, 24), View())]
    coloured = [each.drawn(colour=True, ascii_only=False) for each in draw(BUSY, Size(80, 24), View())]
    assert "held" in "".join(plain)
    assert not any(f"\x1b[{code}m" in "".join(plain) for code in (31, 32, 33, 36))
    assert any("\x1b[32m" in each for each in coloured)


def test_a_terminal_of_ascii_gets_ascii() -> None:
    assert all(each.drawn(colour=True, ascii_only=True).isascii() for each in draw(BUSY, Size(80, 24), View()))


def test_wide_letters_take_two_cells() -> None:
    shown = draw(busy("注文", "orders"), Size(80, 24), View())
    first, second = (each.text for each in shown if each.text.startswith(("注文", "orders  ")))
    assert first.index("loading") == second.index("loading") - 2


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("snapshot", [BUSY, EMPTY], ids=["busy", "empty"])
def test_the_summary_fits_on_one_screen(snapshot: Snapshot, size: Size) -> None:
    lines = summary(snapshot, size)
    assert len(lines) <= size.height - 2
    assert all(each.cells <= size.width for each in lines)


def test_the_summary_says_what_the_run_came_to_and_where_its_time_went() -> None:
    shown = "\n".join(each.text for each in summary(BUSY, Size(120, 30)))
    for told in ("7,407,402 records in 2 h 5 min", "1,234,500", "where time went: read", "`ade-stream resume rides`"):
        assert told in shown
