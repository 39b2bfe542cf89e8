"""`replay --cascade`: learners and models that rest on rows which are others now are made anew."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.learning.market import DATASET, model, place
from tests.sinks.contents import Rows, rows
from tests.system.processes import Place, entered, load

FIRST, LAST = "2026-11-01", "2026-11-06"


@pytest.fixture
def market(tmp_path: Path) -> Place:
    """All days are loaded and learned, and the model is trained."""
    found = place(tmp_path, model())
    load(found)
    assert entered(found, "train", "price").returncode == 0
    return found


def say_least(market: Place, size: int) -> None:
    """From now on sizes are at least so much."""
    config = deepcopy(DATASET)
    config["processors"][-1]["validation"]["rules"][1]["min"] = size
    (market.configs / "sales.yaml").write_text(yaml.safe_dump(config, sort_keys=False), "utf-8")


def replayed(market: Place, *words: str) -> Any:
    """What a replay of all days says."""
    done = entered(market, "replay", "--from", FIRST, "--to", LAST, "--json", *words)
    assert done.stderr == ""
    return json.loads(done.stdout)


def learned(path: Path) -> object:
    """What the learner knows."""
    [(state, count)] = rows(path, "SELECT state, rows FROM meta_learners")
    return json.loads(str(state)), count


def trained(path: Path) -> Rows:
    """What each version was trained on, and which is in use."""
    return rows(path, "SELECT version, rows, row_hash, alias FROM meta_models ORDER BY version")


def test_a_replay_names_the_learner_and_the_model_that_rest_on_its_rows(market: Place) -> None:
    say_least(market, 20)
    dates = replayed(market)
    left = [(each["kind"], each["subject"], each["command"]) for each in dates[0]["consequences"] if each["command"]]
    assert left == [
        ("learner", "price", "ade-stream train price --online"),
        ("model", "price", "ade-stream train price"),
    ]
    assert entered(market, "train", "price", "--online").returncode == 0
    again = entered(market, "replay", "--date", FIRST).stdout
    assert "train price --online" not in again
    assert "ade-stream train price" in again


def test_with_cascade_both_are_as_if_made_from_scratch_and_the_champion_stays(market: Place) -> None:
    say_least(market, 20)
    told = replayed(market, "--cascade")
    assert [(each["kind"], each["failed"]) for each in told["carried_out"]] == [("learner", ""), ("model", "")]
    assert told["left"] == []
    scratch = market.beside("scratch")
    load(scratch)
    assert entered(scratch, "train", "price").returncode == 0
    assert learned(market.warehouse) == learned(scratch.warehouse)
    [first, second] = trained(market.warehouse)
    [made] = trained(scratch.warehouse)
    assert (first[3], second[1:3], second[3]) == ("champion", made[1:3], "challenger")


def test_a_preview_names_them_too_and_touches_neither(market: Place) -> None:
    before = learned(market.warehouse), trained(market.warehouse)
    say_least(market, 20)
    dates = replayed(market, "--diff", "--cascade")
    assert {each["kind"] for date in dates for each in date["consequences"] if each["command"]} == {"learner", "model"}
    assert (learned(market.warehouse), trained(market.warehouse)) == before


def test_what_cannot_be_made_anew_stays_to_be_done_and_is_told(market: Place) -> None:
    say_least(market, 1000)
    done = entered(market, "replay", "--from", FIRST, "--to", LAST, "--cascade")
    assert done.returncode == 1
    assert "model of price: " in done.stdout
    assert "ade-stream train price" in done.stdout
