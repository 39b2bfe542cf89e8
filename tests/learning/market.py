"""Sales of the shops of a market, with a view over them and models of the price, loaded into a warehouse."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tests.system.processes import Outcome, Place, entered, load

START = datetime(2026, 11, 1, tzinfo=UTC)
SHOPS = {"north": 10.0, "south": 30.0, "söuth": 50.0}
DATASET: dict[str, Any] = {
    "dataset": "sales",
    "columns": {
        "sale": {"type": "string"},
        "shop": {"type": "category"},
        "at": {"type": "timestamp"},
        "size": {"type": "number"},
        "price": {"type": "decimal(9,2)"},
    },
    "key": ["sale"],
    "event_time": "at",
    "processors": [
        {"schema": {}},
        {"quality": {"trim": True, "duplicates": ["key"]}},
        {"features": {"columns": {"per_size": "price / size"}}},
        {
            "validation": {
                "rules": [
                    {"check": "not_null", "column": "price"},
                    {"check": "range", "column": "size", "min": 0, "name": "size_not_negative"},
                    {"check": "expression", "name": "priced", "sql": "per_size IS NOT NULL"},
                ]
            }
        },
    ],
}
VIEW = {"view": "shops", "version": 1, "dataset": "sales", "entity": "shop", "event_time": "at"}
SQL = """\
SELECT count(*) OVER before AS sold
FROM stg_sales
WINDOW before AS (PARTITION BY shop ORDER BY _event_us RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
"""
#: Six days; the fifth is to validate with, the sixth to test with.
SPLIT = {"boundaries": {"validation": "2026-11-05", "test": "2026-11-06"}, "embargo": "0 days"}
DAYS, A_DAY = 6, 40


class Sale(NamedTuple):
    """A line of a file."""

    sale: str
    shop: str
    at: str
    size: str
    price: str


def sales(day: int, seed: int = 1, count: int = A_DAY) -> list[Sale]:
    """Those of a day. The price is that of the shop, and twice the size, and a little more each day, and some noise."""
    chance = random.Random(f"{seed} {day}")
    found = []
    for number in range(count):
        at = START + timedelta(days=day, minutes=15 * number)
        shop, size = chance.choice(list(SHOPS)), chance.randrange(1, 60)
        price = SHOPS[shop] + 2 * size + 0.5 * day + chance.gauss(0, 1)
        found.append(Sale(f"s{day}-{number}", shop, f"{at:%Y-%m-%d %H:%M:%S}", str(size), f"{price:.2f}"))
    return found


def model(**more: Any) -> dict[str, Any]:
    """The price by size, shop, and how much the shop sold before, in the words of the YAML."""
    return {
        "model": "price",
        "dataset": "sales",
        "view": "shops",
        "task": "regression",
        "target": "price",
        "inputs": {"numbers": ["size", "sold"], "categories": ["shop"]},
        "online": {"steps": [{"river": "linear_model.BayesianLinearRegression"}]},
        "batch": {"split": SPLIT},
    } | more


def place(tmp_path: Path, *models: Mapping[str, Any], **more: Any) -> Place:
    """The dataset (with `more` settings) and some models; all days have landed, and nothing is loaded."""
    found = Place(tmp_path / "configs", tmp_path / "landing", tmp_path / "warehouse" / "ade.db")
    for name in ("sql", "models"):
        (found.configs / name).mkdir(parents=True)
    found.warehouse.parent.mkdir()
    (found.configs / "sales.yaml").write_text(yaml.safe_dump(DATASET | more, sort_keys=False), "utf-8")
    (found.configs / "sql" / "shops.yaml").write_text(yaml.safe_dump(VIEW), "utf-8")
    (found.configs / "sql" / "shops.sql").write_text(SQL, "utf-8")
    for each in models:
        describe(found, each)
    for day in range(DAYS):
        land(found, f"2026-11-{day + 1:02d}.csv", sales(day))
    return found


def loaded(tmp_path: Path, *models: Mapping[str, Any], **more: Any) -> Place:
    """The same, loaded."""
    found = place(tmp_path, *models, **more)
    load(found)
    return found


def describe(place: Place, model: Mapping[str, Any]) -> None:
    """Write the YAML of a model."""
    (place.configs / "models" / f"{model['model']}.yaml").write_text(yaml.safe_dump(dict(model)), "utf-8")


def land(place: Place, name: str, rows: Sequence[Sale]) -> Path:
    """Write a file into the landing folder."""
    return write(place.landing / "sales" / name, rows)


def write(path: Path, rows: Sequence[Sale], columns: Sequence[str] = Sale._fields) -> Path:
    """Write a file with some of the columns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [",".join(columns), *(",".join(getattr(row, name) for name in columns) for row in rows)]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def told(place: Place, *words: str) -> Any:
    """What a command says with `--json`, which ends well."""
    done = entered(place, *words, "--json")
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return json.loads(done.stdout)


def refused(place: Place, code: int, *words: str) -> str:
    """What a command says on standard error, where it prints nothing and exits with `code`."""
    done: Outcome = entered(place, *words)
    assert (done.returncode, done.stdout) == (code, ""), done.stdout + done.stderr
    return done.stderr
