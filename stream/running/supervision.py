"""The service manager that started us is told how we are, by the protocol of sd_notify(3): lines in a datagram.

Where none did (there is no NOTIFY_SOCKET), nobody is told anything, and nothing is spent on it.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

#: A sign of life is given so many times in the time after which we would be taken for dead.
_SIGNS = 4


@dataclass(slots=True)
class Supervisor:
    """Whoever reads `address`. `watchdog_seconds`: without a sign of life for so long we are killed; None where nobody
    looks."""

    address: str | None = None
    watchdog_seconds: float | None = None
    _is_ready: bool = False
    _next_sign: float = 0.0

    def turned(self) -> None:
        """The loop turned once more: the first time we are ready, from then on we are alive."""
        if self.address is None:
            return
        if not self._is_ready:
            self._is_ready = True
            self._tell("READY=1")
        if self.watchdog_seconds is not None and time.monotonic() >= self._next_sign:
            self._next_sign = time.monotonic() + self.watchdog_seconds / _SIGNS
            self._tell("WATCHDOG=1")

    def stopping(self) -> None:
        """We were asked to stop, and finish what is in hand."""
        self._tell("STOPPING=1")

    def _tell(self, line: str) -> None:
        if self.address is None:
            return
        with (
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK) as told,
            suppress(OSError),  # it has gone, or has no time: loading goes on, and the next sign may come through
        ):
            told.sendto(line.encode(), self.address)


def supervisor(environment: Mapping[str, str] = os.environ) -> Supervisor:
    """The one that the environment names.

    >>> supervisor({"NOTIFY_SOCKET": "/run/systemd/notify", "WATCHDOG_USEC": "600000000"})
    Supervisor(address='/run/systemd/notify', watchdog_seconds=600.0, _is_ready=False, _next_sign=0.0)
    >>> supervisor({}).address is None
    True
    """
    address = environment.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return Supervisor()
    if address.startswith("@"):
        address = "\0" + address[1:]  # a name that is no path begins with a zero byte, which no environment can hold
    is_meant = environment.get("WATCHDOG_PID") in {None, str(os.getpid())}
    microseconds = environment.get("WATCHDOG_USEC", "") if is_meant else ""
    return Supervisor(address, int(microseconds) / 1e6 if microseconds.isdigit() else None)
