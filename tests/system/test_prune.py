"""`prune`: raw events and landing files of old dates go, what replay and verify need stays, and it is recorded."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from sinks.database.connection import Connection
from tests.system.drops import append, orders, write
from tests.system.looking import rows, staged
from tests.system.processes import Place, ade, entered, load
from tests.system.tampering import tamper
from tests.system.test_handing_over import change, started, stricter

DATES = ("2026-11-19", "2026-11-20", "2026-11-21")


@pytest.fixture
def filled(place: Place) -> Place:
    """Three dates of orders, 3,000 on each."""
    for number, date in enumerate(DATES):
        write(_file(place, date), orders(range(number * 3000, number * 3000 + 3000)))
    load(place)
    return place


def _file(place: Place, date: str) -> Path:
    return place.landing / "orders" / f"orders_{date}.csv"


def prune(place: Place, *words: str, code: int = 0) -> dict[str, Any]:
    done = entered(place, "prune", "--before", DATES[2], *words, "--json")
    assert (done.returncode, done.stderr) == (code, "")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def goes(found: dict[str, Any]) -> list[tuple[str, str, bool]]:
    return [(part["date"], part["what"], part["goes"]) for part in found["parts"]]


def events(place: Place) -> int:
    [(count,)] = rows(place.warehouse, "SELECT count(*) FROM raw_events")
    return int(str(count))


def content(place: Place) -> list[tuple[Any, ...]]:
    return rows(place.warehouse, "SELECT * FROM stg_orders ORDER BY _id")


def test_without_yes_nothing_goes_and_what_would_is_shown(filled: Place) -> None:
    found = prune(filled)
    assert goes(found) == [
        (DATES[0], "landing", True),
        (DATES[0], "raw", False),
        (DATES[1], "landing", True),
        (DATES[1], "raw", False),
    ]
    assert not found["done"]
    assert events(filled) == 9000
    assert all(_file(filled, date).exists() for date in DATES)


def test_landing_files_go_where_raw_events_stay_and_replay_and_verify_still_work(filled: Place) -> None:
    prune(filled, "--files", "--yes")
    assert [_file(filled, date).exists() for date in DATES] == [False, False, True]
    assert "nothing changed" in ade(filled, "replay", "--from", DATES[0], "--to", DATES[2]).stdout
    assert ade(filled, "verify").returncode == 0
    load(filled)
    assert staged(filled.warehouse) == 9000


def test_raw_events_go_where_landing_files_stay_and_the_file_becomes_smaller(filled: Place) -> None:
    before, rows_before = filled.warehouse.stat().st_size, content(filled)
    found = prune(filled, "--raw", "--yes")
    assert goes(found) == [(DATES[0], "raw", True), (DATES[1], "raw", True)]
    assert events(filled) == 3000
    assert filled.warehouse.stat().st_size == found["bytes_after"] < before * 0.9
    assert content(filled) == rows_before
    assert "nothing changed" in ade(filled, "replay", "--from", DATES[0], "--to", DATES[2]).stdout
    verified = ade(filled, "verify")
    assert (verified.returncode, verified.stderr) == (0, ""), verified.stdout


def test_nobody_can_delete_raw_events_behind_it(filled: Place) -> None:
    prune(filled, "--raw", "--yes")
    with (
        Connection(filled.warehouse) as connection,
        pytest.raises(Exception, match="raw_events is immutable"),
    ):
        connection.run("DELETE FROM raw_events")


def test_what_nobody_could_replay_any_more_stays_and_why_is_said(filled: Place) -> None:
    _file(filled, DATES[0]).unlink()
    found = prune(filled, "--raw", "--yes", code=1)
    assert goes(found) == [(DATES[0], "raw", False), (DATES[1], "raw", True)]
    assert "replay and verify read them" in found["parts"][0]["reasons"][0]
    assert events(filled) == 6000


def test_what_is_given_up_though_it_is_needed_is_told_as_pruned_and_not_as_damaged(filled: Place) -> None:
    prune(filled, "--even-if-needed", "--yes")
    assert events(filled) == 3000
    replayed = ade(filled, "replay", "--date", DATES[0])
    assert replayed.returncode != 0
    assert "its raw events were pruned on 20" in replayed.stderr
    assert f"`ade-stream prune --before {DATES[2]}`" in replayed.stderr
    verified = ade(filled, "verify")
    assert verified.returncode == 0, verified.stdout
    assert "pruned on 20" in verified.stdout
    assert "nothing changed" in ade(filled, "replay", "--date", DATES[2]).stdout


def test_a_replay_passes_over_dates_that_were_pruned_and_replays_those_behind_them(filled: Place) -> None:
    prune(filled, "--even-if-needed", "--yes")
    stricter(filled)
    done = ade(filled, "replay", "--from", DATES[0], "--to", DATES[2], "--json")
    assert done.returncode == 1
    assert [each["date"] for each in json.loads(done.stdout)] == [DATES[2]]
    told = [line for line in done.stderr.splitlines() if " was not replayed. " in line]
    assert [each.partition(" was not replayed. ")[0] for each in told] == [
        f"ade-stream: orders {date}" for date in DATES[:2]
    ]
    assert all("its raw events were pruned on 20" in each for each in told)


def test_a_plan_names_dates_that_cannot_be_replayed_and_recommends_the_others(filled: Place) -> None:
    prune(filled, "--even-if-needed", "--yes")
    stricter(filled)
    shown = ade(filled, "plan")
    assert shown.returncode == 1
    assert f"ade-stream replay --date {DATES[2]} --dataset orders" in shown.stdout
    lost = [line for line in shown.stdout.splitlines() if line.startswith("  stays ")]
    assert [line.split(",")[0].split()[-1] for line in lost] == list(DATES[:2])
    assert ade(filled, "replay", "--date", DATES[2]).returncode == 0
    assert json.loads(ade(filled, "plan", "--json").stdout)["nothing_to_do"]


def test_verify_counts_dates_that_it_could_recompute_and_says_how_many_others_there_are(filled: Place) -> None:
    prune(filled, "--even-if-needed", "--yes")
    assert ade(filled, "verify").stdout.splitlines()[-1] == (
        "verified: 3,000 records of 1 date come to what is recorded, and so do 11 files; 2 dates could not be verified."
    )
    one = ade(filled, "verify", "--date", DATES[0])
    assert one.stdout.splitlines()[-1] == "not verified: 1 date, all that was asked for."
    tamper(filled.warehouse, "UPDATE stg_orders SET channel = 'mine' WHERE _id = (SELECT max(_id) FROM stg_orders)")
    assert ", in 3,000 records of 1 date; 2 dates could not be verified; of each table" in ade(filled, "verify").stdout


@pytest.mark.parametrize("how", ["changed", "grown"])
def test_a_landing_file_with_other_bytes_than_were_loaded_is_nobodys_to_delete(filled: Place, how: str) -> None:
    path = _file(filled, DATES[0])
    if how == "changed":
        path.write_text(path.read_text("utf-8").replace("NO", "SE", 1), "utf-8")
    else:
        append(path, "O-9,C-1,2026-11-21 10:00:00,1,NO,web,1.00\n")
    assert goes(prune(filled, "--files", "--yes")) == [(DATES[1], "landing", True)]
    assert path.exists()


def test_files_of_a_dataset_without_a_raw_layer_stay(place: Place) -> None:
    change(place, raw=False)
    write(_file(place, DATES[0]), orders(range(10)))
    load(place)
    found = prune(place, "--yes", code=1)
    assert goes(found) == [(DATES[0], "landing", False)]
    assert _file(place, DATES[0]).exists()


def test_a_date_with_a_file_that_is_not_loaded_yet_stays_whatever_is_said(place: Place) -> None:
    write(_file(place, DATES[0]), "this,is,no,order\n1,2,3,4\n")
    ade(place, "run")
    write(_file(place, DATES[1]), orders(range(10)))
    ade(place, "run")
    write(_file(place, DATES[0]).with_name(f"orders_{DATES[0]}b.csv"), orders(range(20, 30)))
    ade(place, "run")
    found = prune(place, "--even-if-needed")
    assert [each for each in goes(found) if each[0] == DATES[0]] == [
        (DATES[0], "landing", False),
        (DATES[0], "raw", False),
    ]
    assert f"orders_{DATES[0]}.csv is " in found["parts"][0]["reasons"][0]
    assert (DATES[1], "landing", True) in goes(found)


def test_what_was_pruned_is_recorded(filled: Place) -> None:
    prune(filled, "--raw", "--yes")
    found = rows(filled.warehouse, "SELECT dataset, date, what, files, rows, before FROM meta_prunes ORDER BY date")
    assert found == [("orders", date, "raw", 1, 3000, DATES[2]) for date in DATES[:2]]


@pytest.mark.parametrize("seconds", [0.6, 0.8, 1.0, 1.3])
def test_killed_at_any_moment_it_has_taken_all_raw_events_or_none_and_ends_when_called_again(
    filled: Place, seconds: float
) -> None:
    with started(filled, "prune", "--before", DATES[2], "--even-if-needed", "--yes") as pruning:
        time.sleep(seconds)
        pruning.kill()
    assert events(filled) in {3000, 9000}
    assert staged(filled.warehouse) == 9000
    prune(filled, "--even-if-needed", "--yes")
    assert events(filled) == 3000
    assert [_file(filled, date).exists() for date in DATES] == [False, False, True]
    assert ade(filled, "verify").returncode == 0
