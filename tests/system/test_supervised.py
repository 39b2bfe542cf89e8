"""`watch` under a service manager: what it tells over a real socket, by the protocol of sd_notify."""

from __future__ import annotations

import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sinks.database.lock import Turn, WriterLock
from stream.arrivals import Pace
from stream.running.supervision import supervisor
from tests.system.drops import orders, write
from tests.system.looking import staged
from tests.system.processes import ROOT, Place, command, environment, eventually

#: The program is alive four times in it.
WATCHDOG_SECONDS = 4


@pytest.fixture
def told(tmp_path: Path) -> Iterator[socket.socket]:
    """The socket of a service manager."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as its:
        its.bind(str(tmp_path / "notify"))
        its.settimeout(30)
        yield its


@contextmanager
def service(place: Place, told: socket.socket) -> Iterator[subprocess.Popen[bytes]]:
    """`watch`, started by the manager, and gone behind the block."""
    process = subprocess.Popen(
        command(place, "watch"),
        cwd=ROOT,
        env=environment(NOTIFY_SOCKET=told.getsockname(), WATCHDOG_USEC=str(WATCHDOG_SECONDS * 1_000_000)),
        stdout=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(20)


def heard(told: socket.socket) -> str:
    """The next message."""
    return told.recv(1024).decode()


def drained(told: socket.socket) -> None:
    """Forget what was said until now."""
    told.setblocking(False)
    try:
        while heard(told):
            pass
    except BlockingIOError:
        told.settimeout(30)


def test_a_watch_is_ready_behind_its_first_look_and_then_gives_signs_of_life(place: Place, told: socket.socket) -> None:
    with service(place, told):
        assert [heard(told) for _ in range(3)] == ["READY=1", "WATCHDOG=1", "WATCHDOG=1"]


def test_a_watch_that_is_told_to_stop_says_so_and_ends_with_0(place: Place, told: socket.socket) -> None:
    with service(place, told) as process:
        assert heard(told) == "READY=1"
        process.send_signal(signal.SIGTERM)
        eventually(lambda: heard(told) == "STOPPING=1", 30, "it says that it stops")
        assert process.wait(20) == 0


def test_a_watch_that_hangs_gives_no_sign_of_life(place: Place, told: socket.socket) -> None:
    with service(place, told) as process:
        assert heard(told) == "READY=1"
        process.send_signal(signal.SIGSTOP)
        time.sleep(0.2)
        drained(told)
        told.settimeout(WATCHDOG_SECONDS)
        with pytest.raises(TimeoutError):
            heard(told)


def test_a_manager_that_has_gone_keeps_no_file_from_being_loaded(place: Place, told: socket.socket) -> None:
    with service(place, told):
        assert heard(told) == "READY=1"
        Path(told.getsockname()).unlink()
        write(place.landing / "orders" / "orders_1.csv", orders(range(1, 11)))
        eventually(lambda: staged(place.warehouse) == 10, 30, "ten orders are staged")


def test_who_lends_its_lock_gives_signs_of_life_until_it_is_back(tmp_path: Path) -> None:
    lock, signs, came = WriterLock(tmp_path / "ade.db", Turn("watch")), list[bool](), threading.Event()

    def borrow() -> None:
        with WriterLock(tmp_path / "ade.db", Turn("replay", 20)):
            came.set()
            eventually(lambda: len(signs) > 2, 20, "the lender gives signs of life")

    borrower = threading.Thread(target=borrow)
    with lock:
        borrower.start()
        eventually(lambda: lock.wanted_by() is not None, 20, "somebody waits for the lock")
        assert lock.lend(threading.Event(), lambda: signs.append(came.is_set()))
        borrower.join()
    assert signs.count(True) > 1


def test_what_is_not_committed_yet_is_known_by_its_barrier() -> None:
    pace = Pace()
    (barrier,) = pace.due()
    assert pace.is_waiting
    barrier.lift()
    assert not pace.is_waiting


def test_a_name_that_is_no_path_is_met(tmp_path: Path) -> None:
    name = f"ade-stream-{tmp_path.name}-{threading.get_ident()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as its:
        its.bind(f"\0{name}")
        its.settimeout(5)
        supervisor({"NOTIFY_SOCKET": f"@{name}"}).turned()
        assert heard(its) == "READY=1"


def test_the_watchdog_of_another_process_gets_no_signs(told: socket.socket) -> None:
    started_by = supervisor({"NOTIFY_SOCKET": told.getsockname(), "WATCHDOG_USEC": "1000", "WATCHDOG_PID": "1"})
    started_by.turned()
    started_by.stopping()
    assert [heard(told), heard(told)] == ["READY=1", "STOPPING=1"]
