"""A warehouse that has been through all that leaves a trace: figures, predictions, a correction, replays, a model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from tests.system.drops import settled_samples
from tests.system.processes import Place, ade, entered, load, write_configs

#: A model of orders that keeps its predictions.
SCORED = "next_order_amount"


def lived_in(folder: Path) -> Place:
    """The sample drops, loaded with all that fills a table; one reject was corrected, a date replayed, a model
    trained."""
    settled_samples(folder / "landing")
    configs = write_configs(folder / "configs", "employees", "orders", with_models=True)
    place = Place(configs, folder / "landing", folder / "ade.db")
    change(configs / "orders.yaml", profile={"reference_rows": 100}, parameters={"warmup_rows": 50})
    impute(configs / "orders.yaml")
    change(configs / "models" / f"{SCORED}.yaml", online=scoring(configs / "models" / f"{SCORED}.yaml"))
    load(place)
    assert ade(place, "train", SCORED).returncode == 0
    correct(place, folder / "rejects.csv")
    change(configs / "employees.yaml", null_tokens=["", "N/A", "NA", "null", "High School"])
    for date in ("2026-11-17", "2026-11-18", "2026-11-19"):
        assert entered(place, "replay", "--date", date, "--dataset", "employees").returncode == 0
    return place


def change(path: Path, **settings: Any) -> None:
    """Change settings of a config."""
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text("utf-8")) | settings, sort_keys=False), "utf-8")


def impute(path: Path) -> None:
    """Let missing amounts have the median of their country."""
    config = yaml.safe_load(path.read_text("utf-8"))
    step = next(step["quality"] for step in config["processors"] if "quality" in step)
    step["impute"] = {"amount": {"with": "median", "by": ["country"]}}
    path.write_text(yaml.safe_dump(config, sort_keys=False), "utf-8")


def scoring(path: Path) -> dict[str, Any]:
    """The online part of a model, which keeps its predictions."""
    online: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))["online"]
    return online | {"scoring": True, "drift": {"detectors": ["adwin"]}}


def correct(place: Place, export: Path) -> None:
    """Correct employees who are said to be 210 years old."""
    assert entered(place, "rejects", "export", "--dataset", "employees", "--output", str(export)).returncode == 0
    export.write_text(export.read_text("utf-8").replace(",210,", ",50,"), "utf-8")
    assert ": 3 accepted, " in ade(place, "rejects", "retry", "--from", str(export)).stdout
