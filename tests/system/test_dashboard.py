"""The live dashboard of `watch`, seen in a real terminal: tmux draws it, and we read its screen."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.system.drops import orders, write
from tests.system.looking import staged
from tests.system.processes import Place, command, eventually
from tests.system.terminals import Opener, in_terminal, needs_tmux, row
from tests.system.test_closing import asking


@needs_tmux
@pytest.mark.parametrize(("width", "height"), [(100, 30), (80, 24)])
def test_the_dashboard_shows_datasets_counts_and_the_last_events(
    place: Place, opened: Opener, width: int, height: int
) -> None:
    write(place.landing / "orders" / "orders_1.csv", orders([1, 2, 3, 3]))
    screen = opened(place, width, height).until_shown("loaded dataset=orders")
    assert row(screen, "orders")[3:5] == ["3", "1"]
    assert row(screen, "employees")[1:3] == ["idle", "0"]
    assert "watching" in screen
    assert "last events" in screen
    assert "q quit" in screen


@needs_tmux
@pytest.mark.parametrize(("width", "height"), [(100, 30), (80, 24)])
def test_the_dashboard_shows_every_heading_whole(place: Place, opened: Opener, width: int, height: int) -> None:
    screen = opened(place, width, height).until_shown("nothing yet")
    for heading in (
        "dataset",
        "state",
        "rows/s",
        "accepted",
        "rejected",
        "aside",
        "drift",
        "score",
        "backlog",
        "commit p50",
        "p99",
    ):
        assert heading in screen


@needs_tmux
def test_the_dashboard_follows_what_comes(place: Place, opened: Opener) -> None:
    terminal = opened(place, 100, 30)
    terminal.until_shown("nothing yet")
    write(place.landing / "orders" / "orders_1.csv", orders(range(1, 1235)))
    screen = terminal.until_shown("1,234")
    assert "orders_1.csv" in screen


@needs_tmux
def test_the_dashboard_shows_a_file_that_is_set_aside(place: Place, opened: Opener) -> None:
    write(place.landing / "orders" / "orders_1.csv", "x\n")
    screen = opened(place, 100, 30).until_shown("held")
    assert row(screen, "orders")[5] == "1"


@needs_tmux
@pytest.mark.parametrize(("width", "height"), [(200, 50), (80, 24)])
def test_the_dashboard_counts_what_is_found_and_says_all_of_it(
    place: Place, opened: Opener, tmp_path: Path, width: int, height: int
) -> None:
    place = asking(place, tmp_path / "strict", {"check": "row_count", "min": 150})
    write(place.landing / "orders" / "orders_2026-11-21.csv", orders(range(3)))
    screen = opened(place, width, height).until_shown("must be at least 150")
    header = screen.splitlines()[0]
    assert "/landing   up " in header
    assert header.endswith("   1 finding")


@needs_tmux
def test_the_dashboard_of_80_columns_names_a_held_dataset_whole(place: Place, opened: Opener) -> None:
    path = place.configs / "orders.yaml"
    path.write_text(f"{path.read_text('utf-8')}\nbudget: {{max_reject_percent: 1, min_records: 1}}\n", "utf-8")
    write(place.landing / "orders" / "orders_1.csv", orders([1]).replace(",web,", ",fax,"))
    screen = opened(place, 80, 24).until_shown(" held")
    assert row(screen, "orders")[1] == "held"
    assert "`ade-stream resume orders`" in " ".join(screen.replace("│", "").split())


@needs_tmux
def test_ctrl_c_leaves_the_summary_and_exit_code_0(place: Place, opened: Opener) -> None:
    write(place.landing / "orders" / "orders_1.csv", orders([1, 2, 3, 3]))
    terminal = opened(place, 100, 30)
    terminal.until_shown("orders_1.csv")
    terminal.press("C-c")
    screen = terminal.until_shown("exit code")
    assert "exit code 0" in screen
    assert row(screen, "orders")[1:5] == ["1", "4", "3", "1"]
    assert "keys are as they were" in terminal.until_shown("keys are")
    assert "last events" not in screen
    assert staged(place.warehouse) == 3


@needs_tmux
def test_a_full_screen_of_events_keeps_the_table_and_the_footer(place: Place, opened: Opener) -> None:
    for count in range(60):  # no last line end: each is taken alone
        path = write(place.landing / "orders" / f"orders_{count:02d}.csv", orders([count]).rstrip("\n"))
        os.utime(path, ns=(1, 1))
    screen = opened(place, 100, 30).until_shown("orders_59.csv")
    assert "dataset" in screen
    assert "q quit" in screen


def test_a_terminal_of_80_columns_is_restored_after_ctrl_c(place: Place) -> None:
    write(place.landing / "orders" / "orders_1.csv", orders([1]))
    with in_terminal(command(place, "watch"), 80, 24) as (process, printed):
        eventually(lambda: b"loaded dataset=orders" in printed(), 20, "the dashboard shows the file")
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        shown = printed()
    assert b"\x1b[?1049h" in shown
    assert shown.rindex(b"\x1b[?1049l") > shown.rindex(b"\x1b[?1049h")
    assert shown.rindex(b"\x1b[?25h") > shown.rindex(b"\x1b[?25l")


def test_a_dumb_terminal_gets_plain_lines(place: Place) -> None:
    write(place.landing / "orders" / "orders_1.csv", orders([1]))
    with in_terminal(command(place, "run"), 80, 24, TERM="dumb") as (process, printed):
        assert process.wait(20) == 0
        shown = printed()
    assert b"\x1b" not in shown
    assert b"file=orders/orders_1.csv" in shown


VIEWS = {"2": "where time goes", "3": "reason", "4": "channel_one_of", "5": "model", "1": "last events"}


@needs_tmux
@pytest.mark.parametrize(("width", "height"), [(200, 50), (80, 24)])
def test_keys_switch_between_five_views(place: Place, opened: Opener, width: int, height: int) -> None:
    write(place.landing / "orders" / "orders_1.csv", orders([1, 2]).replace(",web,", ",fax,", 1))
    terminal = opened(place, width, height)
    terminal.until_shown("loaded dataset=orders")
    terminal.press("Down")
    for key, told in VIEWS.items():
        terminal.press(key)
        screen = terminal.until_shown(told)
        assert len(screen.splitlines()) <= height


@needs_tmux
def test_p_holds_the_screen_still_and_loading_goes_on(place: Place, opened: Opener) -> None:
    terminal = opened(place, 100, 30)
    terminal.until_shown("nothing yet")
    terminal.press("p")
    terminal.until_shown("paused")
    write(place.landing / "orders" / "orders_1.csv", orders([1, 2]))
    eventually(lambda: place.warehouse.exists() and staged(place.warehouse) == 2, 20, "the file is loaded")
    assert "nothing yet" in terminal.screen()
    terminal.press("p")
    assert "orders_1.csv" in terminal.until_shown("loaded dataset=orders")


@needs_tmux
def test_q_quits_as_ctrl_c_does(place: Place, opened: Opener) -> None:
    terminal = opened(place, 100, 30)
    terminal.until_shown("nothing yet")
    terminal.press("q")
    assert "exit code 0" in terminal.until_shown("keys are as they were")


@needs_tmux
def test_sigterm_gives_the_terminal_back(place: Place, opened: Opener) -> None:
    terminal = opened(place, 100, 30)
    terminal.until_shown("nothing yet")
    os.kill(terminal.process(), signal.SIGTERM)
    assert "exit code 0" in terminal.until_shown("keys are as they were")


@needs_tmux
def test_the_screen_follows_the_size_of_its_terminal(place: Place, opened: Opener) -> None:
    terminal = opened(place, 200, 50)
    terminal.until_shown("failing rules")
    terminal.resize(60, 15)
    eventually(lambda: "failing rules" not in terminal.screen(), 10, "a screen without what has no room")
    assert "overview" in terminal.until_shown("nothing yet").splitlines()[-1]


@needs_tmux
@pytest.mark.parametrize(("setting", "colours"), [("", True), ("1", False)])
def test_no_colour_is_used_where_none_is_wanted(place: Place, opened: Opener, setting: str, colours: bool) -> None:
    terminal = opened(place, 100, 30, NO_COLOR=setting)
    write(place.landing / "orders" / "orders_1.csv", orders([1, 2]))
    terminal.until_shown("loaded dataset=orders")
    codes = terminal.codes()
    assert any(f"\x1b[{colour}m" in codes for colour in (32, 33, 36)) is colours


@needs_tmux
def test_a_large_file_has_a_bar_that_tells_how_far_it_is_read(place: Place, opened: Opener) -> None:
    write(place.landing / "orders" / "orders_1.csv", orders(range(300_000)))
    terminal = opened(place, 80, 24)
    screen = terminal.until_shown("files being read")
    assert "%" in screen
    assert "█" in screen
    assert " of 1" in screen


def test_ctrl_z_gives_the_terminal_back_until_the_process_goes_on(place: Place) -> None:
    with in_terminal(command(place, "watch"), 80, 24) as (process, printed):
        eventually(lambda: b"nothing yet" in printed(), 20, "the dashboard")
        process.send_signal(signal.SIGTSTP)
        eventually(lambda: printed().endswith(b"\x1b[?1049l"), 20, "the terminal is given back")
        process.send_signal(signal.SIGCONT)
        eventually(lambda: printed().count(b"\x1b[?1049h") == 2, 20, "the dashboard again")
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0


def test_what_is_there_already_is_not_written_again(place: Place) -> None:
    with in_terminal(command(place, "watch"), 80, 24) as (process, printed):
        eventually(lambda: b"nothing yet" in printed(), 20, "the dashboard")
        eventually(lambda: printed().count(b"ade-stream\x1b") >= 4, 20, "the header of four seconds")
        shown = printed()
        process.send_signal(signal.SIGINT)
        process.wait(20)
    assert shown.count(b"last events") == 1
    assert shown.count(b"\x1b[2J") <= 2
