"""The shipped retail dataset with a feature view and a learner that follows it, loaded in this process.

    python -m tests.benches.learned LANDING DATABASE {features,bayesian,stepwise,bayesian_by_100,stepwise_by_100}

The amount of an invoice line is learned from 8 features of its customer, the country and the month.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from processors.learning import learner
from processors.learning.model import Model, Online, Step
from sinks.database.connection import Connection
from sinks.warehouse import Warehouse
from stream.config import Dataset
from stream.config.loading import load_config
from stream.learning.learners import Learners
from stream.running.engine import run
from tests.benches.featured import featured
from tests.benches.load import arrivals
from tests.benches.measuring import ROOT, measured, report

#: Imported before the clock starts, as everything else here: river takes a second.
LEARNER = learner.Learner
_MONTH = '        Month: "EXTRACT(MONTH FROM InvoiceDate)"\n'
_LEARNERS = {
    "bayesian": Online((Step("linear_model.BayesianLinearRegression"),), tick_rows=2000),
    "stepwise": Online(
        (
            Step("preprocessing.StandardScaler"),
            Step("linear_model.LinearRegression", (("clip_gradient", 1.0), ("intercept_lr", 0.01))),
        ),
        tick_rows=2000,
    ),
}
#: In ticks as they are by default.
_LEARNERS |= {f"{name}_by_100": replace(online, tick_rows=100) for name, online in _LEARNERS.items()}


def dataset() -> Dataset:
    """Retail with the month of each line, and the features of its customer."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "retail.yaml"
        path.write_text((ROOT / "configs" / "retail.yaml").read_text("utf-8").rstrip("\n") + "\n" + _MONTH, "utf-8")
        return featured(load_config(path))


def learning(dataset: Dataset, online: Online) -> Dataset:
    """The dataset with a model of 8 numbers and 2 categories."""
    [view] = dataset.table.views
    kinds = dict(dataset.table.columns)
    numbers = tuple((each.name, each.type) for each in view.features if each.name != "days_since_last")
    model = Model(
        "amount",
        "retail",
        view,
        "regression",
        ("Amount", kinds["Amount"]),
        numbers,
        ("Country", "Month"),
        tuple((name, 0.0) for name, _ in numbers),
        online,
        None,
        *("{}", "definition", "schema"),
    )
    return replace(dataset, table=replace(dataset.table, models=(model,)))


def load(landing: Path, database: Path, dataset: Dataset) -> int:
    """Take and learn everything that is there; the number of records."""
    records = 0
    with Warehouse(database, [dataset.table]) as warehouse, arrivals(landing, dataset, database) as landed:
        learners = Learners(warehouse)
        for receipt in run(landed.present(), {dataset.name: dataset.chain}, warehouse):
            learners.follow(receipt)
            records += receipt.batch.row_count
        learners.catch_up()
    return records


def learned(database: Path) -> int:
    """How many rows the learner knows."""
    with Connection(database, read_only=True) as connection:
        return connection.integer("SELECT sum(rows) FROM meta_learners")


if __name__ == "__main__":
    chosen = dataset()
    if sys.argv[3] in _LEARNERS:
        chosen = learning(chosen, _LEARNERS[sys.argv[3]])
    with measured() as figures:
        figures["rows"] = load(Path(sys.argv[1]), Path(sys.argv[2]), chosen)
    figures["learned"] = learned(Path(sys.argv[2]))
    report(figures)
