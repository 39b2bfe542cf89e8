"""Real terminals: one that tmux draws, whose screen we read, and one whose bytes we read."""

from __future__ import annotations

import os
import pty
import shlex
import shutil
import struct
import subprocess
import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from fcntl import ioctl
from pathlib import Path

import pytest

from tests.system.processes import ROOT, Place, command, environment, eventually

needs_tmux = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux, which draws the terminal, is not installed")


class Terminal:
    """A tmux server of our own with one window, in which a command runs."""

    def __init__(self, socket: Path, arguments: list[str], width: int, height: int, **more: str) -> None:
        self._tmux = ["tmux", "-S", str(socket), "-f", "/dev/null"]
        settings = shlex.join(["env", *(f"{name}={value}" for name, value in more.items())])
        modes = "stty -a | grep -qw -e -icanon && echo keys are raw || echo keys are as they were"
        shell = f"{settings} {shlex.join(arguments)}; echo exit code $?; {modes}; exec sleep 300"
        size = ["-x", str(width), "-y", str(height)]
        self._run("new-session", "-d", *size, shell)

    def screen(self) -> str:
        """What is to be seen now."""
        return self._run("capture-pane", "-p")

    def codes(self) -> str:
        """What is to be seen now, with the codes of its styles."""
        return self._run("capture-pane", "-p", "-e")

    def press(self, key: str) -> None:
        """Press a key, in tmux's words."""
        self._run("send-keys", key)

    def resize(self, width: int, height: int) -> None:
        """Another size."""
        self._run("resize-window", "-x", str(width), "-y", str(height))

    def process(self) -> int:
        """The command's process id."""
        shell = self._run("display-message", "-p", "#{pane_pid}").strip()
        return int(subprocess.run(["pgrep", "-P", shell], capture_output=True, text=True, check=True).stdout.split()[0])

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


Opener = Callable[..., Terminal]


@contextmanager
def opening(folder: Path) -> Iterator[Opener]:
    """Opens terminals of a width and height with a command in each, `watch` unless another is named; they are closed
    behind the block."""
    terminals: list[Terminal] = []

    def start(place: Place, width: int, height: int, *words: str, **more: str) -> Terminal:
        socket = folder / f"tmux-{len(terminals)}"
        terminals.append(Terminal(socket, command(place, *(words or ("watch",))), width, height, **more))
        return terminals[-1]

    try:
        yield start
    finally:
        for terminal in terminals:
            terminal.close()


def row(screen: str, dataset: str) -> list[str]:
    """The cells of a dataset's row."""
    (line,) = [line for line in screen.splitlines() if line.split()[:1] == [dataset]]
    return line.split()


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
    # In a group of its own, as a shell starts it: Ctrl-Z does not stop a group that has no parent in its session.
    process = subprocess.Popen(
        arguments, cwd=ROOT, env=settings, stdin=theirs, stdout=theirs, stderr=theirs, process_group=0
    )
    os.close(theirs)
    try:
        yield process, printed
    finally:
        process.kill()
        process.wait(20)
        os.close(ours)
