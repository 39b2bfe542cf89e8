"""`wait`: scripts go on when something is loaded, and learn by the exit code when it is not."""

from __future__ import annotations

import subprocess

from tests.system.conftest import Starter
from tests.system.drops import append, orders, write
from tests.system.looking import staged
from tests.system.processes import ROOT, Place, ade, command, entered, environment, load


def waiting(place: Place, *words: str) -> subprocess.Popen[str]:
    """A `wait` that goes on beside us."""
    arguments = command(place, "wait", *words, "--timeout", "60")
    return subprocess.Popen(arguments, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True)


def test_it_ends_when_the_file_that_is_still_to_come_is_loaded(place: Place, start: Starter) -> None:
    path = place.landing / "orders" / "orders_2026-11-20.csv"
    waits = waiting(place, "--file", str(path))
    start(place)
    assert waits.poll() is None
    write(path, orders([1, 2]))
    printed, _ = waits.communicate(timeout=60)
    assert (waits.returncode, printed) == (0, "orders/orders_2026-11-20.csv: committed. All 2 records are read.\n")


def test_a_file_that_was_written_to_since_is_waited_for(place: Place) -> None:
    path = write(place.landing / "orders" / "orders_2026-11-20.csv", orders([1, 2]))
    load(place)
    assert entered(place, "wait", "--file", str(path), "--timeout", "0").returncode == 0
    append(path, orders([3]).splitlines()[1] + "\n")
    assert entered(place, "wait", "--file", str(path), "--timeout", "0").returncode == 4
    load(place)
    assert entered(place, "wait", "--file", str(path), "--timeout", "0").returncode == 0


def test_a_file_that_is_set_aside_is_exit_1_with_its_reason(place: Place) -> None:
    path = write(place.landing / "orders" / "orders_2026-11-20.csv", "x\n")
    load(place, code=1)
    done = entered(place, "wait", "--file", str(path), "--timeout", "60")
    assert done.returncode == 1
    assert "orders/orders_2026-11-20.csv: held." in done.stdout


def test_what_does_not_come_in_time_is_exit_4_and_says_that_nobody_loads(place: Place) -> None:
    done = entered(place, "wait", "--file", "orders/none.csv", "--timeout", "0.2")
    assert (done.returncode, done.stdout) == (4, "")
    assert "orders/none.csv is not loaded yet, and no process loads into" in done.stderr


def test_it_is_caught_up_when_all_is_loaded_and_its_dates_are_summed_up(place: Place, start: Starter) -> None:
    for number in range(20):
        write(place.landing / "orders" / f"orders_2026-11-{number + 1:02d}.csv", orders([number]))
    start(place)
    done = ade(place, "wait", "--until-caught-up", "--timeout", "60")
    assert (done.returncode, done.stdout) == (0, "All that has landed is loaded.\n")
    assert staged(place.warehouse) == 20


def test_it_is_not_caught_up_while_a_file_waits(place: Place) -> None:
    write(place.landing / "orders" / "orders_2026-11-20.csv", orders([1]))
    load(place)
    write(place.landing / "orders" / "orders_2026-11-21.csv", orders([2]))
    assert entered(place, "wait", "--until-caught-up", "--timeout", "0").returncode == 4


def test_what_is_left_for_a_person_is_exit_1(place: Place) -> None:
    write(place.landing / "orders" / "orders_2026-11-20.csv", "x\n")
    load(place, code=1)
    done = entered(place, "wait", "--until-caught-up", "--timeout", "60")
    assert done.returncode == 1
    assert "orders/orders_2026-11-20.csv: held." in done.stdout


def test_it_must_be_said_what_to_wait_for(place: Place) -> None:
    for words in ((), ("--file", "a.csv", "--until-caught-up")):
        done = entered(place, "wait", *words)
        assert done.returncode == 2
        assert "--file FILE, or --until-caught-up" in done.stderr
