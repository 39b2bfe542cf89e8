"""A feed that changes under a running watch: the contract follows it, without a restart and whatever is killed."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from random import Random

import pytest
import yaml

from sinks.schemas.amendments import recorded
from tests.system.conftest import Starter
from tests.system.drops import rename_into
from tests.system.looking import files, hashes, number, rows, unsound
from tests.system.processes import Place, Watch, ade, eventually, load
from tests.system.test_kill import wait

CONFIG = {
    "dataset": "feed",
    "files": {"settle_seconds": 0.2},
    "columns": {"id": {"type": "string"}, "amount": {"type": "integer"}, "city": {"type": "string"}},
    "key": ["id"],
    "processors": [
        {"schema": {"new_columns": "evolve", "missing_columns": "evolve", "misfits": "evolve"}},
        {"quality": {"duplicates": ["key"]}},
    ],
    "limits": {"batch_rows": 7},
}
#: Each day's file, and what is new in it.
DAYS = (
    ("id,amount,city\n", lambda n: f"A{n},{n},Oslo\n"),
    ("id,amount,city,Postal Code\n", lambda n: f"B{n},{n},Oslo,{n:04d}\n"),
    ("amount,id,city\n", lambda n: f"{n}{'.5' if n == 12 else ''},C{n},Oslo\n"),
    ("id,amount\n", lambda n: f"D{n},{n}\n"),
    ("id,AMOUNT,city,postal code,note\n", lambda n: f"E{n},{'many' if n == 3 else n},Oslo,{n},x\n"),
    ("id,amount,city\n", lambda n: f"A{n},{n},Bergen\n"),
)


def evolving(folder: Path) -> Place:
    """The feed's config, and nothing landed yet."""
    (folder / "configs").mkdir()
    (folder / "configs" / "feed.yaml").write_text(yaml.safe_dump(CONFIG), "utf-8")
    (folder / "landing" / "feed").mkdir(parents=True)
    return Place(folder / "configs", folder / "landing", folder / "ade.db")


def drop(place: Place, day: int, records: int = 30) -> str:
    """A day's file; its path in the ledger."""
    header, line = DAYS[day]
    name = f"2026-11-{day + 10}.csv"
    rename_into(place.landing / "feed" / name, header + "".join(map(line, range(records))))
    return f"feed/{name}"


def is_loaded(place: Place, path: str) -> bool:
    found = files(place.warehouse).get(path)
    return found is not None and found.state == "committed"


def has_printed(watch: Watch, lines: int) -> bool:
    return watch.output().count("\n") > lines or watch.process.poll() is not None


def test_a_watch_takes_one_change_after_the_other(tmp_path: Path, start: Starter) -> None:
    place = evolving(tmp_path)
    watch = start(place)
    for day in range(len(DAYS)):
        path = drop(place, day)
        eventually(partial(is_loaded, place, path), 20, f"{path} is loaded")
    assert watch.stop() == 0
    assert number(place.warehouse, "SELECT count(*) FROM stg_feed WHERE postal_code IS NOT NULL") == 60
    assert rows(place.warehouse, "SELECT DISTINCT typeof(amount) FROM stg_feed ORDER BY 1") == [("null",), ("real",)]
    assert number(place.warehouse, "SELECT count(*) FROM rejects") == 30
    assert unsound(place.warehouse, ("feed",)) == []


def test_what_a_watch_made_of_the_feed_is_what_one_run_makes_of_it(tmp_path: Path, start: Starter) -> None:
    place = evolving(tmp_path)
    watch = start(place)
    for day in range(len(DAYS)):
        path = drop(place, day)
        eventually(partial(is_loaded, place, path), 20, f"{path} is loaded")
    watch.stop()
    at_once = place.beside("at_once")
    load(at_once)
    assert hashes(place.warehouse, ("feed",)) == hashes(at_once.warehouse, ("feed",))
    assert recorded(place.warehouse) == recorded(at_once.warehouse)


@pytest.mark.slow
def test_a_watch_that_is_killed_again_and_again_comes_to_the_same(tmp_path: Path) -> None:
    random, place = Random(7), evolving(tmp_path)
    for day in range(len(DAYS)):
        drop(place, day, 200)
    for attempt in range(6):
        watch = Watch(place, tmp_path / f"watch-{attempt}.log")
        eventually(partial(has_printed, watch, random.randint(1, 25)), 30, "commits")
        wait(watch.process, random.uniform(0, 0.05))
        watch.kill()
    load(place)
    undisturbed = place.beside("undisturbed")
    load(undisturbed)
    assert unsound(place.warehouse, ("feed",)) == []
    assert hashes(place.warehouse, ("feed",)) == hashes(undisturbed.warehouse, ("feed",))


def test_a_further_process_knows_what_the_contract_has_gained(tmp_path: Path) -> None:
    place = evolving(tmp_path)
    for day in (0, 1, 2):
        drop(place, day)
    load(place)
    before = hashes(place.warehouse, ("feed",))
    done = ade(place, "replay", "--from", "2026-11-10", "--to", "2026-11-12")
    assert (done.returncode, done.stderr) == (0, "")
    assert hashes(place.warehouse, ("feed",)) == before


def test_what_the_first_file_adds_and_widens_is_a_drift_from_the_config(tmp_path: Path) -> None:
    place = evolving(tmp_path)
    (place.landing / "feed" / "2026-11-10.csv").write_text("id,amount,city,note\na,1,Oslo,x\nb,2.5,Oslo,y\n", "utf-8")
    done = ade(place, "run", "--log-values")
    assert done.returncode == 0, done.stderr
    [told] = [line for line in done.stdout.splitlines() if " drift " in line]
    assert "from=contract to=1" in told
    assert "added note" in told
    assert "widened amount from integer to number" in told
