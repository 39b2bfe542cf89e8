"""`schema accept` as people call it, beside a watch, and killed."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from random import Random

import pytest
import yaml

from tests.system.conftest import Starter
from tests.system.drops import rename_into
from tests.system.looking import hashes, number, unsound
from tests.system.processes import ROOT, Place, ade, command, environment, load
from tests.system.test_kill import wait

CONFIG = """\
dataset: feed
files: {settle_seconds: 0}
columns:
  id: {type: string}   # who
  amount: {type: integer}

# What happens to each record.
processors:
  - schema: {}
"""
LINE = "  unit_price: {type: number, source: Unit Price, optional: true}"


def fed(folder: Path, records: int = 5, files: int = 3) -> Place:
    """A feed that is loaded, in whose files stands a column that its config does not know."""
    (folder / "configs").mkdir()
    (folder / "configs" / "feed.yaml").write_text(CONFIG, "utf-8")
    for number_of in range(files):
        lines = "".join(f"{number_of}-{n},{n},{n}.25\n" for n in range(records))
        rename_into(folder / "landing" / "feed" / f"{number_of}.csv", "id,amount,Unit Price\n" + lines)
    place = Place(folder / "configs", folder / "landing", folder / "ade.db")
    load(place)
    return place


def text(place: Place) -> str:
    return (place.configs / "feed.yaml").read_text("utf-8")


def test_a_column_comes_into_the_config_and_the_table(tmp_path: Path) -> None:
    place = fed(tmp_path)
    done = ade(place, "schema", "accept", "feed", "Unit Price")
    assert (done.returncode, done.stderr) == (0, "")
    assert "3 files with it, 15 rows filled." in done.stdout
    assert text(place) == CONFIG.replace("  amount: {type: integer}\n", f"  amount: {{type: integer}}\n{LINE}\n")
    assert number(place.warehouse, "SELECT count(*) FROM stg_feed WHERE unit_price = amount + 0.25") == 15
    assert unsound(place.warehouse, ("feed",)) == []


def test_a_dry_run_says_what_would_be(tmp_path: Path) -> None:
    place = fed(tmp_path)
    before = hashes(place.warehouse, ("feed",))
    done = ade(place, "schema", "accept", "feed", "Unit Price", "--type", "integer", "--dry-run")
    assert "15 cells that cannot be read as integer" in done.stdout
    assert "feed/0.csv:2: '0.25'" in done.stdout
    assert "0 accepted now, 15 rejected now" in done.stdout
    assert (hashes(place.warehouse, ("feed",)), text(place)) == (before, CONFIG)


def test_programs_read_it_as_json(tmp_path: Path) -> None:
    place = fed(tmp_path)
    done = ade(place, "schema", "accept", "feed", "Unit Price", "--name", "price", "--json")
    told = json.loads(done.stdout)
    assert (told["column"], told["type"], told["filled"], told["dry_run"]) == ("price", "number", 15, False)


def test_a_wrong_name_is_told_with_those_that_there_are(tmp_path: Path) -> None:
    done = ade(fed(tmp_path), "schema", "accept", "feed", "Price")
    assert (done.returncode, done.stdout) == (2, "")
    assert "'Unit Price' (3 files)" in done.stderr


def test_beside_a_watch_it_is_refused_and_says_what_to_do(tmp_path: Path, start: Starter) -> None:
    place = fed(tmp_path)
    watch = start(place)
    done = ade(place, "schema", "accept", "feed", "Unit Price")
    assert done.returncode == 3
    assert f"process {watch.pid} (watch, since " in done.stderr
    assert "With --wait a running watch hands over" in done.stderr
    assert text(place) == CONFIG


@pytest.mark.slow
def test_where_it_is_killed_makes_no_difference(tmp_path: Path) -> None:
    random, place = Random(11), fed(tmp_path, records=4000, files=4)
    expected = place.beside("expected")
    arguments = command(place, "schema", "accept", "feed", "Unit Price")
    for _ in range(6):
        with subprocess.Popen(arguments, cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL) as accepting:
            wait(accepting, random.uniform(0.4, 1.6))
            accepting.kill()
        load(place)
        assert unsound(place.warehouse, ("feed",)) == []
    assert ade(place, "schema", "accept", "feed", "Unit Price").returncode == 0
    assert yaml.safe_load(text(place))["columns"]["unit_price"]["type"] == "number"
    load(expected)
    assert hashes(place.warehouse, ("feed",)) == hashes(expected.warehouse, ("feed",))
