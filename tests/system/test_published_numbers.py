"""Numbers that river publishes, from files that are dropped into the landing folder: predicted first, learned then."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.learning.rides import learner
from tests.system.processes import Place, load
from tests.system.shared import SHARED, needs

pytestmark = needs("river_bundled")
SCALER = {"river": "preprocessing.StandardScaler"}
LINEAR = {"river": "linear_model.LinearRegression", "with": {"intercept_lr": 0.1}}
LOGISTIC = {
    "river": "linear_model.LogisticRegression",
    "with": {"optimizer": {"river": "optim.SGD", "with": {"lr": 0.1}}},
}


def dropped(tmp_path: Path, name: str, files: int, model: dict[str, Any]) -> Place:
    """The set cut into files of a day each, and a model of its last column, one row a tick."""
    configs, landing = tmp_path / "configs", tmp_path / "landing" / name
    (configs / "models").mkdir(parents=True)
    landing.mkdir(parents=True)
    header, *lines = (SHARED / "river_bundled" / f"{name}.csv").read_text("utf-8").splitlines(keepends=True)
    columns = header.strip().split(",")
    dataset = {
        "dataset": name,
        "files": {"pattern": "*.csv"},
        "columns": {column: {"type": "number"} for column in columns},
        "processors": [{"schema": {}}],
    }
    size = -(-len(lines) // files)
    for day in range(files):
        (landing / f"2026-11-{day + 1:02d}.csv").write_text(header + "".join(lines[day * size : (day + 1) * size]))
    inputs = {"numbers": [column for column in columns if column != model["target"]]}
    said = {"model": "published", "dataset": name, "inputs": inputs} | model
    for path, content in ((configs / f"{name}.yaml", dataset), (configs / "models" / "published.yaml", said)):
        path.write_text(yaml.safe_dump(content, sort_keys=False), "utf-8")
    return Place(configs, tmp_path / "landing", tmp_path / "ade.db")


@pytest.mark.parametrize("files", [1, 7])
def test_trump_approval_has_the_mean_absolute_error_that_is_published(tmp_path: Path, files: int) -> None:
    online = {"steps": [SCALER, LINEAR], "tick_rows": 1}
    model = {"task": "regression", "target": "five_thirty_eight", "online": online}
    where = dropped(tmp_path, "trump_approval", files, model)
    load(where)
    metrics = learner(where, "published")["metrics"]
    assert (metrics["rows"], round(metrics["mae"], 6)) == (1001, 0.558735)


@pytest.mark.parametrize("files", [1, 7])
def test_phishing_has_the_accuracy_that_is_published(tmp_path: Path, files: int) -> None:
    online = {"steps": [SCALER, LOGISTIC], "tick_rows": 1}
    model = {"task": "classification", "target": "is_phishing", "online": online}
    where = dropped(tmp_path, "phishing", files, model)
    load(where)
    metrics = learner(where, "published")["metrics"]
    assert (metrics["rows"], metrics["accuracy"]) == (1250, 0.8896)
