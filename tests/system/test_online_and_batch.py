"""By the end of the stream the online model of Montgomery's salaries is as good as least squares on all at once."""

from __future__ import annotations

import shutil
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest
import yaml

from processors.learning.examples import examples
from processors.learning.learner import Learner
from sinks.database.connection import Connection
from sinks.models.rows import rows_by_id
from tests.learning.rides import learner
from tests.learning.weights import compiled
from tests.system.processes import SHIPPED_CONFIGS, Place, load
from tests.system.shared import SHARED, needs

pytestmark = needs("montgomery_salaries")
MODEL = {
    "model": "pay",
    "dataset": "montgomery_salaries",
    "task": "regression",
    "target": "salary",
    "inputs": {"categories": ["gender", "department_code", "assignment"], "fill": {"gender": "unknown"}},
    "online": {
        "steps": [{"river": "linear_model.BayesianLinearRegression", "with": {"alpha": 100.0}}],
        "scoring": True,
    },
}
Numbers: TypeAlias = npt.NDArray[np.float64]
Rows: TypeAlias = tuple[pl.DataFrame, Numbers]
#: The end of the stream.
LAST = 500


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The salaries of 2016 in a warehouse, whose learner has learned them."""
    folder = tmp_path_factory.mktemp("pay")
    (folder / "configs" / "models").mkdir(parents=True)
    shutil.copy(SHIPPED_CONFIGS / "examples" / "montgomery_salaries.yaml", folder / "configs")
    (folder / "configs" / "models" / "pay.yaml").write_text(yaml.safe_dump(MODEL), "utf-8")
    (folder / "landing" / "montgomery_salaries").mkdir(parents=True)
    shutil.copy(SHARED / "montgomery_salaries" / "2016.csv", folder / "landing" / "montgomery_salaries")
    place = Place(folder / "configs", folder / "landing", folder / "ade.db")
    load(place)
    return place


@pytest.fixture(scope="module")
def matrix(loaded: Place) -> Rows:
    """All rows as zeros and ones, by means of polars alone, and what is earned."""
    with Connection(loaded.warehouse, read_only=True) as connection:
        [rows] = rows_by_id(connection, compiled(loaded, "pay"))
    frame = pl.DataFrame(pl.from_arrow(rows)).with_columns(pl.col("gender").fill_null("unknown"))
    dummies = frame.select("gender", "department_code", "assignment").to_dummies()
    return dummies, frame["salary"].cast(pl.Float64).to_numpy()


def squares(dummies: pl.DataFrame, target: Numbers, rows: int) -> Numbers:
    """What least squares on the first rows predicts of all."""
    every = dummies.to_numpy().astype(float)
    weights = np.linalg.lstsq(every[:rows], target[:rows], rcond=None)[0]
    return np.asarray(every @ weights)


def test_what_it_knows_in_the_end_is_within_2_percent_of_least_squares(loaded: Place, matrix: Rows) -> None:
    dummies, target = matrix
    with Connection(loaded.warehouse, read_only=True) as connection:
        [rows] = rows_by_id(connection, compiled(loaded, "pay"))
    model = compiled(loaded, "pay")
    predicted = Learner.load(model, learner(loaded, "pay")["state"]).predict(examples(model, rows))
    batch = np.abs(target - squares(dummies, target, len(target))).mean()
    assert np.abs(target - predicted).mean() == pytest.approx(batch, rel=0.02)


def test_what_it_said_of_the_last_rows_before_it_learned_them_is_within_2_percent(loaded: Place, matrix: Rows) -> None:
    dummies, target = matrix
    with Connection(loaded.warehouse, read_only=True) as connection:
        errors = connection.table("SELECT error FROM preds_pay ORDER BY _id")["error"].to_numpy()
    batch = np.abs(target - squares(dummies, target, len(target) - LAST))[-LAST:].mean()
    assert np.abs(errors[-LAST:]).mean() == pytest.approx(batch, rel=0.02)
