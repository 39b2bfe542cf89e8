"""`kill -9` at any moment, while files are dropped and one grows: every row is learned once, no row is left out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml

from processors.learning.learner import Learner
from processors.learning.numbers import unpacked
from stream.learning.relearning import relearn
from tests.learning.rides import BAYESIAN, STEPWISE, learner
from tests.learning.weights import compiled
from tests.system.looking import hashes, number, unsound
from tests.system.processes import Place, Watch, load, write_configs
from tests.system.sieges import writing
from tests.system.test_kill import kill_at_random

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
MODELS = {"bayesian": BAYESIAN | {"scoring": True, "tick_rows": 7}, "stepwise": STEPWISE | {"tick_rows": 7}}


def under_siege(tmp_path: Path, models: tuple[str, ...], *, keys: bool) -> Place:
    """Orders in small micro-batches, of which some are told twice; without `keys` nobody minds."""
    configs = write_configs(tmp_path / "configs", "orders", limits={"batch_rows": 20}, files={"settle_seconds": 60})
    (configs / "models").mkdir(exist_ok=True)
    for name in models:
        model = {
            "model": name,
            "dataset": "orders",
            "task": "regression",
            "target": "total",
            "inputs": {"numbers": ["quantity"], "categories": ["customer_id"]},
            "online": MODELS[name],
        }
        (configs / "models" / f"{name}.yaml").write_text(yaml.safe_dump(model), "utf-8")
    if not keys:
        config: dict[str, Any] = yaml.safe_load((configs / "orders.yaml").read_text("utf-8"))
        del config["key"]
        quality = next(step["quality"] for step in config["processors"] if "quality" in step)
        del quality["duplicates"]
        (configs / "orders.yaml").write_text(yaml.safe_dump(config, sort_keys=False), "utf-8")
    (tmp_path / "landing" / "orders").mkdir(parents=True)
    return Place(configs, tmp_path / "landing", tmp_path / "ade.db")


def besiege(place: Place, tmp_path: Path, kills: int, seed: int) -> None:
    """Rounds of `watch` that are killed, then one undisturbed `run`."""
    random = Random(seed)
    with writing(place.landing / "orders", seed):
        for count in range(kills):
            watch = Watch(place, tmp_path / f"watch-{count}.log")
            try:
                kill_at_random(watch, random)
            finally:
                watch.kill()
            assert "Traceback" not in watch.output()
    load(place)
    assert unsound(place.warehouse, ("orders",)) == []


def known(place: Place, name: str) -> dict[str, float]:
    """All that a learner knows, number by number, whatever the order in which it met its features."""
    state = unpacked(learner(place, name)["state"]["pipeline"])
    weights = Learner.load(compiled(place, name), learner(place, name)["state"]).weights
    found = {f"weight {feature}": weight for feature, weight in weights.by_feature.items()}
    estimator = state["estimator"]
    if "precision" in estimator:
        pairs = enumerate(estimator["features"])
        found |= {
            f"{one} {other}": estimator["precision"][row, column]
            for row, one in pairs
            for column, other in enumerate(estimator["features"])
        }
    return found | {"rows": learner(place, name)["rows"], "intercept": weights.intercept}


def once(place: Place, name: str) -> None:
    """The learner learned each staged row once: it knows what one pass over the log comes to."""
    followed, metrics = known(place, name), learner(place, name)["metrics"]
    relearn(place.configs, place.warehouse, name, None)
    assert followed == pytest.approx(known(place, name), rel=1e-9, abs=1e-9)
    assert metrics["mae"] == pytest.approx(learner(place, name)["metrics"]["mae"], rel=1e-9)


def test_twenty_kills_leave_learners_that_learned_every_row_once(tmp_path: Path) -> None:
    place = under_siege(tmp_path, ("bayesian", "stepwise"), keys=False)
    besiege(place, tmp_path, 20, 20261122)
    staged = number(place.warehouse, "SELECT count(*) FROM stg_orders")
    assert learner(place, "bayesian")["rows"] == staged
    assert learner(place, "stepwise")["rows"] == staged // 7 * 7
    assert number(place.warehouse, "SELECT count(*) FROM preds_bayesian") == staged
    for name in MODELS:
        once(place, name)


def test_twenty_kills_leave_the_learner_of_a_warehouse_that_was_never_killed(tmp_path: Path) -> None:
    place = under_siege(tmp_path, ("bayesian",), keys=True)
    besiege(place, tmp_path, 20, 7)
    undisturbed = replace(place, warehouse=tmp_path / "undisturbed.db")
    load(undisturbed)
    assert hashes(place.warehouse, ("orders",)) == hashes(undisturbed.warehouse, ("orders",))
    staged = number(place.warehouse, "SELECT count(*) FROM stg_orders")
    assert (learner(place, "bayesian")["rows"], learner(place, "bayesian")["stale"]) == (staged, 0)
    assert known(place, "bayesian") == pytest.approx(known(undisturbed, "bayesian"), rel=1e-9, abs=1e-9)
    relearn(place.configs, place.warehouse, "bayesian", None)
    assert known(place, "bayesian") == pytest.approx(known(undisturbed, "bayesian"), rel=1e-9, abs=1e-9)
