"""A dataset of taxi rides whose price is a sum of its parts, and models that learn it from what lands."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from random import Random
from typing import Any

import yaml

from tests.system.looking import rows
from tests.system.processes import Outcome, Place, ade, entered

HEADER = "ride,km,stops,city,price\n"
CITIES = {"Oslo": 30.0, "Bergen": 10.0, "Tromsø": 20.0}

DATASET: dict[str, Any] = {
    "dataset": "rides",
    "files": {"pattern": "*.csv"},
    "columns": {
        "ride": {"type": "string"},
        "km": {"type": "number"},
        "stops": {"type": "integer"},
        "city": {"type": "category"},
        "price": {"type": "number"},
    },
    "null_tokens": ["", "NA"],
    "processors": [{"schema": {}}, {"quality": {"trim": True}}],
}

BAYESIAN = {"steps": [{"river": "linear_model.BayesianLinearRegression"}]}
STEPWISE = {
    "steps": [
        {"river": "preprocessing.StandardScaler"},
        {"river": "linear_model.LinearRegression", "with": {"intercept_lr": 0.1}},
    ],
    "tick_rows": 10,
}


def model(online: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """A model of the price, in the words of its YAML."""
    inputs = {"numbers": ["km", "stops"], "categories": ["city"]}
    return {
        "model": "price",
        "dataset": "rides",
        "task": "regression",
        "target": "price",
        "inputs": inputs,
        "online": dict(online),
    } | more


def place(tmp_path: Path, *models: Mapping[str, Any], **more: Any) -> Place:
    """An empty landing folder, the dataset (with `more` settings) and some models."""
    configs = tmp_path / "configs"
    (configs / "models").mkdir(parents=True)
    (tmp_path / "landing" / "rides").mkdir(parents=True)
    _write(configs / "rides.yaml", DATASET | more)
    for each in models:
        _write(configs / "models" / f"{each['model']}.yaml", each)
    return Place(configs, tmp_path / "landing", tmp_path / "ade.db")


def change(place: Place, model: Mapping[str, Any]) -> None:
    """Another YAML in the place of a model's."""
    _write(place.configs / "models" / f"{model['model']}.yaml", model)


def _write(path: Path, content: Mapping[str, Any]) -> None:
    path.write_text(yaml.safe_dump(dict(content), sort_keys=False, allow_unicode=True), "utf-8")


def lines(count: int, seed: int = 1, first: int = 1, per_km: float = 2.0) -> list[str]:
    """Rides with a price of so much a kilometre, five a stop and something for the city, to a tenth or so."""
    random = Random(seed)
    found = []
    for number in range(first, first + count):
        km, stops, city = round(random.uniform(1, 40), 2), random.randint(0, 4), random.choice(list(CITIES))
        price = per_km * km + 5 * stops + CITIES[city] + random.gauss(0, 0.1)
        found.append(f"R-{number:05d},{km},{stops},{city},{price:.4f}\n")
    return found


def drop(place: Place, name: str, lines: Iterable[str]) -> Path:
    """A file of rides in the landing folder; `name`: with the date."""
    path = place.landing / "rides" / name
    path.write_text(HEADER + "".join(lines), "utf-8")
    return path


def run(place: Place, *words: str) -> Outcome:
    """`ade-stream run`, or another command, in this process; it must end well."""
    done = entered(place, *(words or ("run",)))
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def in_a_process(place: Place) -> Outcome:
    """`ade-stream run` in a process of its own."""
    done = ade(place, "run")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    return done


def learner(place: Place, name: str = "price") -> dict[str, Any]:
    """What the warehouse knows of a learner; its JSON columns read."""
    columns = "version", "state", "seq", "row_id", "rows", "stale", "refused", "metrics", "status", "reason"
    [row] = rows(place.warehouse, f"SELECT {', '.join(columns)} FROM meta_learners WHERE model = ?", name)
    found = dict(zip(columns, row, strict=True))
    return found | {each: json.loads(str(found[each])) for each in ("state", "refused", "metrics")}
