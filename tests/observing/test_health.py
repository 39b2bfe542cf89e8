"""Whether a run is well."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from stream.observing.health import STALLED_SECONDS, Health, Pulse, health
from stream.running.snapshot import DatasetNow, Snapshot, Waiting
from tests.screens.snapshots import EMPTY

LONG = STALLED_SECONDS + 1


def asked(snapshot: Snapshot | None, folder: Path, silent: float = 0.0, *, ongoing: bool = True) -> Health:
    """The health of a run that gave no sign of life for so long."""
    pulse = Pulse(time.monotonic() - silent)
    return health(snapshot, pulse, folder / "ade.db", lambda sentence: sentence, ongoing=ongoing)


def waiting(lag_seconds: float, **more: object) -> Snapshot:
    """A run that has files, and has committed nothing for long."""
    dataset = replace(DatasetNow("orders"), waiting=Waiting(3, 100, lag_seconds), **more)  # type: ignore[arg-type]
    return replace(EMPTY, datasets=(dataset,), uptime_seconds=1e4, since_last_seconds=LONG)


def test_a_run_whose_loop_turns_is_well(tmp_path: Path) -> None:
    assert asked(EMPTY, tmp_path).status == "ok"


def test_a_run_that_has_not_begun_is_not_well_yet(tmp_path: Path) -> None:
    assert asked(None, tmp_path).reasons == ("It has not begun yet.",)


def test_a_watch_whose_loop_does_not_turn_is_stalled(tmp_path: Path) -> None:
    assert "It is stalled" in asked(EMPTY, tmp_path, LONG).reasons[0]


def test_a_run_that_ends_by_itself_has_no_loop_that_turns(tmp_path: Path) -> None:
    assert asked(EMPTY, tmp_path, LONG, ongoing=False).status == "ok"


def test_files_that_wait_for_long_while_nothing_is_committed_are_not_well(tmp_path: Path) -> None:
    assert "nothing was committed" in asked(waiting(LONG), tmp_path).reasons[0]


def test_files_that_came_just_now_may_wait(tmp_path: Path) -> None:
    assert asked(waiting(1.0), tmp_path).status == "ok"


def test_files_of_a_dataset_that_is_held_wait_for_a_person(tmp_path: Path) -> None:
    reasons = asked(waiting(LONG, state="held", reason="Its budget is used up."), tmp_path).reasons
    assert reasons == ("Dataset orders is held. Its budget is used up.",)


def test_a_folder_that_has_gone_is_told(tmp_path: Path) -> None:
    assert "No such file or directory" in asked(EMPTY, tmp_path / "gone").reasons[0]
