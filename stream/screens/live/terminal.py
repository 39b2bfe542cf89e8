"""A terminal that is ours for a while: its alternate screen, its keys, and everything as it was behind that."""

from __future__ import annotations

import os
import select
import signal
import sys
import termios
import threading
import tty
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType, TracebackType
from typing import Any, Self

from rich.control import Control

from stream.screens.live.drawing import Size
from stream.screens.live.lines import Line

#: Lines end where the screen does: they are not broken into two.
_WRAPS, _CUTS = "\x1b[?7h", "\x1b[?7l"
_ENTER = f"{Control.alt_screen(True)}{Control.show_cursor(False)}{_CUTS}{Control.clear()}"
_LEAVE = f"{_WRAPS}{Control.show_cursor(True)}{Control.alt_screen(False)}"
_ARROWS = {b"A": "up", b"B": "down", b"C": "right", b"D": "left"}
_PATIENCE_SECONDS = 2.0


def is_screen() -> bool:
    """Whether standard output is a terminal on which one can draw."""
    return sys.stdout is not None and sys.stdout.isatty() and os.environ.get("TERM", "") not in {"", "dumb", "unknown"}


class Terminal:
    """Entered by `with`, in the main thread; drawn on by one thread. What is drawn twice is written once, so nothing
    flickers. Ctrl-Z gives the terminal back until the process goes on."""

    def __init__(self) -> None:
        self._output, self._input = sys.stdout.fileno(), _readable()
        self._colour = not os.environ.get("NO_COLOR")
        self._ascii_only = "utf" not in (sys.stdout.encoding or "").lower()
        self._lock = threading.RLock()
        self._before: list[Any] | None = None
        self._drawn: dict[int, str] = {}
        self._is_open = False
        self._woken, self._waker = os.pipe()
        self._handlers: dict[int, Any] = {}

    def __enter__(self) -> Self:
        self._take()
        if threading.current_thread() is threading.main_thread():
            for number, handler in ((signal.SIGTSTP, self._rest), (signal.SIGCONT, self._go_on)):
                self._handlers[number] = signal.signal(number, handler)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._give_back()
        for end in (self._woken, self._waker):
            os.close(end)

    @property
    def size(self) -> Size:
        """As it is now."""
        with suppress(OSError):
            width, height = os.get_terminal_size(self._output)
            if width and height:
                return Size(width, height)
        return Size(80, 24)

    def draw(self, lines: Sequence[Line]) -> None:
        """Put lines on the screen, from its first row on; only those that are not there yet are written."""
        drawn = [each.drawn(colour=self._colour, ascii_only=self._ascii_only) for each in lines]
        with self._locked() as is_ours:
            if not (is_ours and self._is_open):
                return
            fresh = [(row, text) for row, text in enumerate(drawn) if self._drawn.get(row) != text]
            self._write("".join(f"{Control.move_to(0, row)}{text}" for row, text in fresh))
            self._drawn.update(fresh)

    def forget(self) -> None:
        """Nothing of what was drawn is there any more: the size has changed."""
        with self._locked():
            self._drawn.clear()
            if self._is_open:
                self._write(str(Control.clear()))

    def keys(self, seconds: float) -> list[str]:
        """The keys that are pressed within some seconds; as soon as there are any, or somebody wakes."""
        inputs = [self._woken] if self._input is None else [self._woken, self._input]
        ready, _, _ = select.select(inputs, [], [], seconds)
        if self._woken in ready:
            os.read(self._woken, 1024)
        if self._input is None or self._input not in ready:
            return []
        try:
            pressed = os.read(self._input, 1024)
        except OSError:  # we are in the background, or the terminal has gone
            pressed = b""
        if not pressed:
            self._input = None
        return list(_named(pressed))

    def wake(self) -> None:
        """Whoever waits for a key goes on."""
        with suppress(OSError):
            os.write(self._waker, b".")

    def _take(self) -> None:
        with self._locked():
            if self._is_open:
                return
            if self._input is not None:
                with suppress(termios.error):
                    self._before = termios.tcgetattr(self._input)
                    tty.setcbreak(self._input, termios.TCSANOW)
            self._drawn.clear()
            self._is_open = True
            self._write(_ENTER)

    def _give_back(self) -> None:
        with self._locked():
            if not self._is_open:
                return
            self._is_open = False
            self._write(_LEAVE)
            if self._before is not None and self._input is not None:
                with suppress(termios.error):
                    termios.tcsetattr(self._input, termios.TCSANOW, self._before)

    def _rest(self, number: int, _: FrameType | None) -> None:
        """Ctrl-Z: stop as any process does, and take the terminal again behind that."""
        self._give_back()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
        self._go_on(signal.SIGCONT, None)

    def _go_on(self, _: int, __: FrameType | None) -> None:
        signal.signal(signal.SIGTSTP, self._rest)
        if _is_in_front(self._output):
            self._take()
        self.wake()

    @contextmanager
    def _locked(self) -> Iterator[bool]:
        """Nobody waits for ever for one who writes on a terminal that takes nothing."""
        is_ours = self._lock.acquire(timeout=_PATIENCE_SECONDS)
        try:
            yield is_ours
        finally:
            if is_ours:
                self._lock.release()

    def _write(self, text: str) -> None:
        data = text.encode("utf-8", "backslashreplace")
        while data:
            try:
                data = data[os.write(self._output, data) :]
            except BlockingIOError:
                select.select([], [self._output], [], _PATIENCE_SECONDS)
            except OSError:  # the terminal has gone
                return


def _readable() -> int | None:
    """Standard input, where keys can be read from it: it is a terminal, and we are not in the background."""
    with suppress(OSError, ValueError, AttributeError):
        number = sys.stdin.fileno()
        if os.isatty(number) and _is_in_front(number):
            return number
    return None


def _is_in_front(number: int) -> bool:
    try:
        return os.tcgetpgrp(number) == os.getpgrp()
    except OSError:  # a terminal that controls no process
        return True


def _named(pressed: bytes) -> Iterator[str]:
    """
    >>> list(_named(b"1\\x1b[Aq"))
    ['1', 'up', 'q']
    """
    while pressed:
        if pressed[:2] in {b"\x1b[", b"\x1bO"}:
            if (name := _ARROWS.get(pressed[2:3])) is not None:
                yield name
            pressed = pressed[3:]
        else:
            yield chr(pressed[0])
            pressed = pressed[1:]
