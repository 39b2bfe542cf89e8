"""The live dashboard of `watch`, seen in a real terminal: tmux draws it, and we read its screen."""

from __future__ import annotations

import os
import pty
import shlex
import shutil
import signal
import struct
import subprocess
import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from fcntl import ioctl
from pathlib import Path

import pytest

from tests.system.drops import orders, write
from tests.system.looking import staged
from tests.system.processes import ROOT, Place, command, environment, eventually
from tests.system.test_closing import asking

needs_tmux = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux, which draws the terminal, is not installed")


class Terminal:
    """A tmux server of our own with one window, in which a command runs."""

    def __init__(self, socket: Path, arguments: list[str], width: int, height: int) -> None:
        self._tmux = ["tmux", "-S", str(socket), "-f", "/dev/null"]
        shell = f"{shlex.join(arguments)}; echo exit code $?; exec sleep 300"
        size = ["-x", str(width), "-y", str(height)]
        self._run("new-session", "-d", *size, shell)

    def screen(self) -> str:
        """What is to be seen now."""
        return self._run("capture-pane", "-p")

    def press(self, key: str) -> None:
        """Press a key, in tmux's words."""
        self._run("send-keys", key)

    def until_shown(self, text: str, seconds: float = 20) -> str:
        """The screen, as soon as it shows `text`."""
        return eventually(
            lambda: screen if text in (screen := self.screen()) else "", seconds, f"{text!r} on the screen"
        )

    def close(self) -> None:
        """End the server and what runs in it."""
        with suppress(subprocess.CalledProcessError):
            self._run("kill-server")

    def _run(self, *words: str) -> str:
        arguments = [*self._tmux, *words]
        done = subprocess.run(
            arguments, cwd=ROOT, env=environment(TERM="xterm-256color"), capture_output=True, text=True, check=True
        )
        return done.stdout


Opener = Callable[[Place, int, int], Terminal]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opener]:
    """Opens a terminal of a width and height with a `watch` in it; closed behind the test."""
    terminals: list[Terminal] = []

    def start(place: Place, width: int, height: int) -> Terminal:
        terminals.append(Terminal(tmp_path / "tmux", command(place, "watch"), width, height))
        return terminals[-1]

    yield start
    for terminal in terminals:
        terminal.close()


def row(screen: str, dataset: str) -> list[str]:
    """The cells of a dataset's row."""
    (line,) = [line for line in screen.splitlines() if line.split()[:1] == [dataset]]
    return line.split()


@needs_tmux
@pytest.mark.parametrize(("width", "height"), [(100, 30), (80, 24)])
def test_the_dashboard_shows_datasets_counts_and_the_last_events(
    place: Place, opened: Opener, width: int, height: int
) -> None:
    write(place.landing / "orders" / "orders_1.csv", orders([1, 2, 3, 3]))
    screen = opened(place, width, height).until_shown("loaded dataset=orders")
    assert row(screen, "orders")[4:6] == ["3", "1"]
    assert row(screen, "employees")[1] == "0"
    assert "watching" in screen
    assert "last events" in screen
    assert "Ctrl-C" in screen


@needs_tmux
@pytest.mark.parametrize(("width", "height"), [(100, 30), (80, 24)])
def test_the_dashboard_shows_every_heading_whole(place: Place, opened: Opener, width: int, height: int) -> None:
    screen = opened(place, width, height).until_shown("nothing yet")
    for heading in (
        "dataset",
        "files",
        "pending",
        "rows/s",
        "accepted",
        "rejected",
        "aside",
        "drift",
        "lag",
        "p50",
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
    assert "1" in row(screen, "orders")[6:7]


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
    screen = opened(place, 80, 24).until_shown("(held)")
    assert "`ade-stream resume orders`" in " ".join(screen.replace("│", "").split())


@needs_tmux
def test_ctrl_c_leaves_the_summary_and_exit_code_0(place: Place, opened: Opener) -> None:
    write(place.landing / "orders" / "orders_1.csv", orders([1, 2, 3, 3]))
    terminal = opened(place, 100, 30)
    terminal.until_shown("orders_1.csv")
    terminal.press("C-c")
    screen = terminal.until_shown("exit code")
    assert "exit code 0" in screen
    assert row(screen, "orders")[4:6] == ["3", "1"]
    assert "last events" not in screen
    assert staged(place.warehouse) == 3


@needs_tmux
def test_a_full_screen_of_events_keeps_the_table_and_the_footer(place: Place, opened: Opener) -> None:
    for count in range(60):  # no last line end: each is taken alone
        path = write(place.landing / "orders" / f"orders_{count:02d}.csv", orders([count]).rstrip("\n"))
        os.utime(path, ns=(1, 1))
    screen = opened(place, 100, 30).until_shown("orders_59.csv")
    assert "dataset" in screen
    assert "Ctrl-C" in screen


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


Printed = Callable[[], bytes]


@contextmanager
def in_terminal(
    arguments: list[str], width: int, height: int, **more: str
) -> Iterator[tuple[subprocess.Popen[bytes], Printed]]:
    """A process whose output is a terminal of that size, and what it has printed so far."""
    ours, theirs = pty.openpty()
    ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
    os.set_blocking(ours, False)
    shown = bytearray()

    def printed() -> bytes:
        with suppress(BlockingIOError, OSError):
            while part := os.read(ours, 1 << 16):
                shown.extend(part)
        return bytes(shown)

    settings = environment(**{"TERM": "xterm-256color"} | more)
    process = subprocess.Popen(arguments, cwd=ROOT, env=settings, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    try:
        yield process, printed
    finally:
        process.kill()
        process.wait(20)
        os.close(ours)
