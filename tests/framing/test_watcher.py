"""The observer of file events: that it may die, and that it rests in a flood."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from stream.landing import watcher
from stream.landing.watcher import Watcher
from tests.system.processes import eventually

NEVER = threading.Event()


def hears(listening: Watcher, path: Path) -> bool:
    """Whether a new file at `path` is told."""
    path.write_bytes(b"x")
    paths, _ = listening.hints.wait(1.0, NEVER)
    return os.fsencode(path.name) in paths


def test_an_observer_that_has_died_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watcher, "_REVIVE_SECONDS", 0.0)
    with Watcher(os.fsencode(tmp_path)) as listening:
        assert hears(listening, tmp_path / "a.csv")
        assert listening._observer is not None
        listening._observer.stop()
        listening._observer.join()
        listening.hints.wait(0.0, NEVER)
        listening.keep_alive()
        assert hears(listening, tmp_path / "b.csv")


def test_a_folder_without_events_is_no_error(tmp_path: Path) -> None:
    with Watcher(os.fsencode(tmp_path / "not there")) as listening:
        listening.keep_alive()
        assert listening.hints.wait(0.0, NEVER) == ({}, False)


def test_in_a_flood_listening_rests_and_wakes_again(tmp_path: Path) -> None:
    with Watcher(os.fsencode(tmp_path)) as listening:
        for each in range(3000):
            (tmp_path / f"{each}.csv").touch()
        eventually(lambda: listening.hints.is_flooded, 5, "the flood is noticed")
        listening.rest()
        assert listening._observer is None
        assert listening.wake()
        time.sleep(0.1)
        listening.hints.wait(0.0, NEVER)
        assert hears(listening, tmp_path / "late.csv")
