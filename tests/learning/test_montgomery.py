"""Salaries of Montgomery County, 2016: `train` comes to what a plain script with scikit-learn comes to."""

from __future__ import annotations

import csv
import shutil
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
import yaml
from sklearn.linear_model import LinearRegression
from sklearn.preprocessing import OneHotEncoder

from tests.learning.market import describe, told
from tests.system.processes import SHIPPED_CONFIGS, Place, load
from tests.system.shared import SHARED, needs

pytestmark = needs("montgomery_salaries")

CATEGORIES = {
    "gender": "Gender",
    "department": "Department Name",
    "division": "Division",
    "assignment": "Assignment Category",
    "title": "Employee Position Title",
}
#: Who was hired when: a quarter of them since 2011.
BORDERS = ("2011-01-01", "2014-01-01")
MODEL = {
    "model": "salary",
    "dataset": "montgomery_salaries",
    "task": "regression",
    "target": "salary",
    "inputs": {"numbers": ["hired_year"], "categories": list(CATEGORIES), "fill": dict.fromkeys(CATEGORIES, "unknown")},
    "batch": {"split": {"boundaries": {"validation": BORDERS[0], "test": BORDERS[1]}, "embargo": "0 days"}},
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The year as it is shipped, with the day of hire as the event time."""
    folder = tmp_path_factory.mktemp("montgomery")
    found = Place(folder / "configs", folder / "landing", folder / "ade.db")
    (found.configs / "models").mkdir(parents=True)
    config = yaml.safe_load((SHIPPED_CONFIGS / "examples" / "montgomery_salaries.yaml").read_text("utf-8"))
    config["columns"]["hired"]["type"] = "timestamp"
    config["event_time"] = "hired"
    config["processors"].append({"features": {"columns": {"hired_year": "EXTRACT(YEAR FROM hired)"}}})
    (found.configs / "montgomery_salaries.yaml").write_text(yaml.safe_dump(config, sort_keys=False), "utf-8")
    describe(found, MODEL)
    (found.landing / "montgomery_salaries").mkdir(parents=True)
    shutil.copy(SHARED / "montgomery_salaries" / "2016.csv", found.landing / "montgomery_salaries")
    load(found)
    return found


def plain(path: Path) -> dict[str, float]:
    """The script: the mean absolute error of each part."""
    with path.open(encoding="utf-8", newline="") as file:
        records = list(csv.DictReader(file))
    hired = [datetime.strptime(row["Date First Hired"], "%m/%d/%Y") for row in records]  # noqa: DTZ007
    salaries = np.array([float(row["Current Annual Salary"].replace("$", "")) for row in records])
    texts = [[row[name].strip() or "unknown" for name in CATEGORIES.values()] for row in records]
    first, second = (datetime.fromisoformat(border) for border in BORDERS)
    parts = np.array([(day >= first) + (day >= second) for day in hired], np.int64)
    encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    encoder.fit([row for row, part in zip(texts, parts, strict=True) if part == 0])
    matrix = np.column_stack([[day.year for day in hired], encoder.transform(texts)])
    fitted = LinearRegression().fit(matrix[parts == 0], salaries[parts == 0])
    errors = np.abs(fitted.predict(matrix) - salaries)
    return {name: float(errors[parts == number].mean()) for number, name in enumerate(("train", "validation", "test"))}


def test_the_error_is_within_two_percent_of_a_plain_script(place: Place) -> None:
    found = told(place, "train", "salary")
    theirs = plain(SHARED / "montgomery_salaries" / "2016.csv")
    ours = {each["part"]: each["value"] for each in found["metrics"] if each["metric"] == "mae"}
    assert sum(found["parts"].values()) == 2307
    for part, error in theirs.items():
        assert ours[part] == pytest.approx(error, rel=0.02), part
    assert ours["test"] < ours["mean.test"] / 2
    assert told(place, "models", "verify", "salary")["file"] == ""
