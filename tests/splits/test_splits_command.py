"""`ade-stream splits`, as a person and a program use it."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml

from tests.system.looking import rows
from tests.system.processes import Outcome, Place, entered, load

VIEW = "arrivals"
SQL = """\
SELECT count(*) OVER before AS seen
FROM stg_visits
WINDOW before AS (PARTITION BY who ORDER BY _event_us RANGE BETWEEN 3600000000 PRECEDING AND 1 PRECEDING)
"""
#: One visit an hour, of twelve people in turns, on two days.
HOURS = 48


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A dataset with a view, and the file of its first day and a half loaded."""
    found = Place(tmp_path / "configs", tmp_path / "landing", tmp_path / "ade.db")
    (found.configs / "sql").mkdir(parents=True)
    dataset = {
        "dataset": "visits",
        "columns": {"who": {"type": "string"}, "at": {"type": "timestamp"}},
        "event_time": "at",
        "processors": [{"schema": {}}],
    }
    (found.configs / "visits.yaml").write_text(yaml.safe_dump(dataset), "utf-8")
    (found.configs / "sql" / f"{VIEW}.sql").write_text(SQL, "utf-8")
    describe(found, quarters={"fractions": {"train": 0.5, "validation": 0.25, "test": 0.25}, "embargo": "0 days"})
    land(found, "visits_2026-11-01.csv", range(HOURS))
    load(found)
    return found


def describe(place: Place, **splits: Any) -> None:
    """Write the view's YAML with these splits."""
    view = {"view": VIEW, "version": 1, "dataset": "visits", "entity": "who", "event_time": "at", "splits": splits}
    (place.configs / "sql" / f"{VIEW}.yaml").write_text(yaml.safe_dump(view), "utf-8")


def land(place: Place, name: str, hours: range) -> None:
    """A file with a visit in each of these hours."""
    lines = [f"p{hour % 12},2026-11-{1 + hour // 24:02d} {hour % 24:02d}:00:00" for hour in hours]
    path = place.landing / "visits" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["who,at", *lines, ""]), "utf-8")


def made(place: Place, split: str) -> dict[str, Any]:
    """What `splits make … --json` says."""
    done = entered(place, "splits", "make", VIEW, split, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def refused(place: Place, *words: str) -> str:
    """What is said where `ade-stream splits …` exits with 2."""
    done: Outcome = entered(place, "splits", *words)
    assert (done.returncode, done.stdout) == (2, "")
    return done.stderr


def test_parts_follow_each_other_in_time_and_their_ids_are_hashed(place: Place) -> None:
    found = made(place, "quarters")
    parts = found["split"]["parts"]
    ids = [int(str(row[0])) for row in rows(place.warehouse, "SELECT _id FROM stg_visits ORDER BY at")]
    cuts = {"train": ids[:24], "validation": ids[24:36], "test": ids[36:]}
    assert found["is_new"]
    assert [(part["part"], part["rows"]) for part in parts] == [(name, len(some)) for name, some in cuts.items()]
    assert [part["row_hash"] for part in parts] == [
        hashlib.sha256(b"".join(each.to_bytes(8, "little") for each in sorted(some))).hexdigest()
        for some in cuts.values()
    ]


def test_the_same_split_of_the_same_rows_is_made_once(place: Place) -> None:
    first = made(place, "quarters")
    assert made(place, "quarters") == first | {"is_new": False}
    assert rows(place.warehouse, "SELECT count(*) FROM meta_dataset_splits") == [(3,)]


def test_what_reaches_over_a_border_is_left_out_and_counted(place: Place) -> None:
    describe(place, days={"boundaries": {"test": "2026-11-02"}, "label_horizon": "2 hours", "embargo": "3 hours"})
    train, test = made(place, "days")["split"]["parts"]
    assert (train["rows"], train["excluded"]["purged"], train["time_max"]) == (22, 2, "2026-11-01T21:00:00.000000Z")
    assert (test["rows"], test["excluded"]["embargoed"], test["time_min"]) == (21, 3, "2026-11-02T03:00:00.000000Z")


def test_without_an_embargo_it_is_as_far_as_windows_look_back(place: Place) -> None:
    describe(place, days={"boundaries": {"test": "2026-11-02"}})
    _, test = made(place, "days")["split"]["parts"]
    assert test["excluded"]["embargoed"] == 1, "the windows of this view look back an hour"


def test_by_entity_nobody_is_in_two_parts(place: Place) -> None:
    describe(place, people={"boundaries": {"test": "2026-11-02"}, "embargo": "0 days", "by_entity": True})
    made(place, "people")
    assert entered(place, "splits", "export", "1", "--output", str(place.landing.parent / "out")).returncode == 0
    people = [
        set(pq.read_table(place.landing.parent / "out" / f"{part}.parquet")["who"].to_pylist())
        for part in ("train", "test")
    ]
    assert people[0].isdisjoint(people[1])


def test_verify_tells_that_rows_have_changed_since(place: Place) -> None:
    made(place, "quarters")
    assert entered(place, "splits", "verify", "1").stdout == "Split 1: all parts have the rows that they had.\n"
    land(place, "later_2026-11-03.csv", range(HOURS, HOURS + 5))
    load(place)
    assert entered(place, "splits", "verify", "1").returncode == 0, "what comes behind the end is in no part"
    land(place, "late_2026-11-01.csv", range(3, 4))
    load(place)
    done = entered(place, "splits", "verify", "1")
    assert done.returncode == 1
    assert done.stdout == "Split 1: train has other rows than when it was made: 24 then, 25 now.\n"


def test_export_writes_each_part_with_its_vectors(place: Place, tmp_path: Path) -> None:
    made(place, "quarters")
    assert entered(place, "splits", "export", "1", "--output", str(tmp_path / "out")).returncode == 0
    table = pq.read_table(tmp_path / "out" / "validation.parquet")
    assert table.column_names == ["who", "_event_us", "_id", "_date", "seen"]
    assert table.num_rows == 12
    assert table["_id"].to_pylist() == sorted(table["_id"].to_pylist())


def test_export_writes_nothing_where_rows_have_changed(place: Place, tmp_path: Path) -> None:
    made(place, "quarters")
    land(place, "late_2026-11-01.csv", range(3, 4))
    load(place)
    assert entered(place, "splits", "export", "1", "--output", str(tmp_path / "out")).returncode == 1
    assert list((tmp_path / "out").iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told(place: Place, tmp_path: Path) -> None:
    made(place, "quarters")
    (tmp_path / "out").write_text("a file")
    said = refused(place, "export", "1", "--output", str(tmp_path / "out"))
    assert "out: cannot be written: File exists. Make room, or name another folder (--output)." in said


def test_a_part_outside_of_the_rows_is_told_with_times(place: Place) -> None:
    describe(place, late={"boundaries": {"test": "2027-01-01"}})
    said = refused(place, "make", VIEW, "late")
    assert "the part test would hold no instant, from 2027-01-01 00:00:00+00:00 to 2026-11-02 23:00:00.000001" in said
    assert "the rows are from 2026-11-01 00:00:00+00:00 to 2026-11-02 23:00:00+00:00." in said


def test_a_part_without_rows_is_refused_with_the_reason(place: Place) -> None:
    describe(place, days={"boundaries": {"test": "2026-11-02"}, "embargo": "3 days"})
    assert "would leave test without rows (24 embargoed). Shorten" in refused(place, "make", VIEW, "days")


def test_what_is_not_there_is_told(place: Place) -> None:
    assert "has no split 'halves'; there are quarters" in refused(place, "make", VIEW, "halves")
    assert "no config describes a feature view 'nix'" in refused(place, "make", "nix", "quarters")
    assert "there is no split 7" in refused(place, "show", "7")
    assert "there is no split 99999999999999999999" in refused(place, "show", "99999999999999999999")


@pytest.mark.parametrize(
    ("split", "said"),
    [
        ({}, "needs either fractions or boundaries"),
        ({"fractions": {"train": 0.5, "test": 0.4}}, "the fractions do not add up to 1"),
        ({"boundaries": {"validation": "2026-11-03", "test": "2026-11-02"}}, "each part must begin before the next"),
        ({"boundaries": {"test": "2026-11-02"}, "embargo": "soon"}, "must be a number and a unit"),
        ({"boundaries": {"test": "2026-11-02"}, "embargo": "999999999 days"}, "must be at most 36500 days"),
        ({"boundaries": {"test": "2026-11-02"}, "label_horizon": f"{10**400} weeks"}, "must be at most 36500 days"),
    ],
)
def test_what_is_wrong_with_a_split_is_told_with_its_line(place: Place, split: dict[str, Any], said: str) -> None:
    describe(place, wrong=split)
    done = entered(place, "check")
    assert done.returncode == 2
    assert said in done.stderr
    assert f"{VIEW}.yaml:" in done.stderr


def test_list_and_show_tell_the_parts(place: Place) -> None:
    made(place, "quarters")
    listed, shown = entered(place, "splits", "list").stdout, entered(place, "splits", "show", "1").stdout
    assert listed == shown
    assert f"split 1: quarters of {VIEW} version 1" in shown
    assert shown.split("train", 1)[1].split()[0] == "24"
    at = json.loads(entered(place, "splits", "list", "--json").stdout)[0]["made_at"]
    assert datetime.fromisoformat(at)
