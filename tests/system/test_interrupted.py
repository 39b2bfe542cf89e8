"""Ctrl-C while a command starts, and while it replays."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from tests.system.drops import orders, write
from tests.system.looking import number
from tests.system.processes import ROOT, Place, environment, eventually, load
from tests.system.test_handing_over import started, stricter

DATES = [f"2026-11-{day}" for day in range(10, 16)]
#: Somebody presses Ctrl-C while a library is imported.
INTERRUPTED = """
import sys

class Impatient:
    def find_spec(self, name, *_):
        if name == "typer":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Impatient())
from stream.starting import main
main()
"""


def test_a_command_that_is_interrupted_while_it_starts_ends_without_a_word() -> None:
    words = [sys.executable, "-c", INTERRUPTED]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=ROOT, env=environment())
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


@pytest.mark.parametrize("signalled", [signal.SIGINT, signal.SIGTERM])
def test_a_replay_that_is_interrupted_says_which_dates_it_has_kept(place: Place, signalled: signal.Signals) -> None:
    for day, date in enumerate(DATES):
        write(place.landing / "orders" / f"orders_{date}.csv", orders(range(day * 5000, day * 5000 + 5000)))
    load(place)
    stricter(place)
    with started(place, "replay", "--from", DATES[0], "--to", DATES[-1]) as replaying:
        eventually(lambda: number(place.warehouse, "SELECT count(*) FROM meta_replays") > 0, 60, "a date is replayed")
        replaying.send_signal(signalled)
        told = replaying.communicate(timeout=60)[1].splitlines()[-1]
    kept = number(place.warehouse, "SELECT count(*) FROM meta_replays")
    assert told == f"ade-stream: stopped: {kept} of 6 dates were replayed and stay so; the others are as they were."
    assert replaying.returncode == 130
