"""Models of a folder of configs: found, compiled over the columns of their datasets, refused where they are wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from processors.columns import ColumnType
from processors.errors import ConfigError
from processors.learning.model import Drift, Model, Step
from processors.schemas.amendments import Amendment
from stream.config import Dataset, load_configs
from stream.config.amending import with_amendments
from stream.config.learning.models import model_schema
from stream.config.loading import load_config
from tests.config.sales import SALES, refusal
from tests.config.test_views import SQL, VIEW

MODEL = """\
model: worth
dataset: sales
view: buyers
task: regression
target: amount
inputs:
  numbers: [count, n]
  categories: [kind]
  fill: {kind: none, n: 0}
online:
  steps:
    - {river: preprocessing.StandardScaler}
    - {river: linear_model.LinearRegression, with: {optimizer: {river: optim.SGD, with: {lr: 0.1}}}}
  drift: {}
batch:
  split: quarters
"""
SPLITS = "splits: {quarters: {fractions: {train: 0.5, validation: 0.25, test: 0.25}, embargo: 0 days}}\n"


def folder_of(folder: Path, model: str = MODEL, sales: str = SALES) -> Path:
    """A folder of configs with a view and a model."""
    texts = {
        "sales.yaml": sales,
        "sql/buyers.yaml": VIEW + SPLITS,
        "sql/buyers.sql": SQL,
        "models/worth.yaml": model,
    }
    for name, text in texts.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


def loaded(folder: Path, model: str = MODEL) -> Model:
    """The model of a folder."""
    [found] = load_configs(folder_of(folder, model))["sales"].table.models
    return found


def test_a_model_belongs_to_the_table_of_its_dataset(tmp_path: Path) -> None:
    model = loaded(tmp_path)
    assert (model.name, model.dataset, model.task, model.target) == (
        "worth",
        "sales",
        "regression",
        ("amount", ColumnType("decimal", 12, 2)),
    )


def test_inputs_are_columns_of_the_dataset_and_features_of_the_view(tmp_path: Path) -> None:
    model = loaded(tmp_path)
    assert [(name, kind.name) for name, kind in model.numbers] == [("count", "integer"), ("n", "integer")]
    assert model.categories == ("kind",)
    assert model.view is not None
    assert model.view.name == "buyers"


def test_nulls_of_numbers_are_filled_with_numbers_and_those_of_categories_with_text(tmp_path: Path) -> None:
    model = loaded(tmp_path, MODEL.replace("kind: none", "kind: 7"))
    assert model.fill == (("n", 0.0), ("kind", "7"))


def test_steps_have_their_options_in_the_order_of_their_names(tmp_path: Path) -> None:
    model = loaded(tmp_path, MODEL.replace("with: {optimizer", "with: {l2: 0.5, intercept_lr: 0.1, optimizer"))
    assert model.online is not None
    options = dict(model.online.steps[1].options)
    assert list(options) == ["intercept_lr", "l2", "optimizer"]
    assert options["optimizer"] == Step("optim.SGD", (("lr", 0.1),))


def test_drift_without_more_has_the_usual_detectors(tmp_path: Path) -> None:
    model = loaded(tmp_path)
    assert model.online is not None
    assert model.online.drift == Drift(("adwin", "page_hinkley"), "alert")


def test_a_split_of_the_view_is_known_by_its_name(tmp_path: Path) -> None:
    batch = loaded(tmp_path).batch
    assert batch is not None
    assert (batch.split.name, batch.split.parts) == ("quarters", ("train", "validation", "test"))


@pytest.mark.parametrize(
    ("task", "target", "estimator", "metric"),
    [
        ("regression", "amount", "linear_model.LinearRegression", "mae"),
        ("classification", "fresh", "linear_model.LogisticRegression", "accuracy"),
    ],
)
def test_a_batch_model_of_which_nothing_is_said_is_linear(
    tmp_path: Path, task: str, target: str, estimator: str, metric: str
) -> None:
    said = {"model": "m", "dataset": "sales", "task": task, "target": target, "inputs": {"numbers": ["count"]}}
    batch = loaded(tmp_path, yaml.safe_dump(said | {"batch": {}})).batch
    assert batch is not None
    assert (batch.estimator, batch.metric, batch.split.name) == (Step(estimator), metric, "m")


def test_the_definition_is_what_the_yaml_says(tmp_path: Path) -> None:
    said = json.loads(loaded(tmp_path).definition)
    assert said["inputs"] == {"numbers": ["count", "n"], "categories": ["kind"], "fill": {"kind": "none", "n": 0}}
    assert said["batch"]["split"] == {"of_view": "quarters", "by_entity": False}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("target: amount", "target: count\n#"),
        ("numbers: [count, n]", "numbers: [n, count]"),
        ("n: 0", "n: 1"),
        ("lr: 0.1", "lr: 0.2"),
        ("  drift: {}", "  tick_rows: 7"),
        ("  drift: {}", "  categories_max: 7"),
        ("  drift: {}", "  drift: {detectors: [adwin]}"),
        ("  drift: {}\n", ""),
    ],
)
def test_a_learner_is_another_where_it_would_learn_otherwise(tmp_path: Path, old: str, new: str) -> None:
    before = loaded(tmp_path)
    changed = MODEL.replace(old, new)
    if "target: count" in changed:
        changed = changed.replace("[count, n]", "[n]")
    assert loaded(tmp_path, changed).definition_hash != before.definition_hash


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("task:", "description: what it is worth\ntask:"),
        ("  drift: {}", "  drift: {on_alarm: reset}"),
        ("  drift: {}", "  drift: {}\n  scoring: true"),
        ("split: quarters", "promotion: {metric: r2}"),
    ],
)
def test_a_learner_is_the_same_whatever_is_said_of_it_or_done_with_it(tmp_path: Path, old: str, new: str) -> None:
    assert loaded(tmp_path).definition_hash == loaded(tmp_path, MODEL.replace(old, new)).definition_hash


def test_another_type_of_an_input_is_another_schema(tmp_path: Path) -> None:
    before = loaded(tmp_path)
    [after] = load_configs(folder_of(tmp_path, sales=SALES.replace("count: {type: integer}", "count: {type: number}")))[
        "sales"
    ].table.models
    assert before.schema_hash != after.schema_hash
    assert before.definition_hash == after.definition_hash


def test_a_column_that_a_model_looks_at_is_not_widened(tmp_path: Path) -> None:
    folder_of(tmp_path, sales=SALES.replace("- schema: {}", "- schema: {misfits: evolve}"))
    dataset = load_configs(tmp_path)["sales"]
    misfits = {column.name: column.misfits for column in dataset.columns}
    assert (misfits["count"], misfits["amount"], misfits["fresh"]) == ("rescue", "rescue", None)


def test_a_model_stays_where_the_contract_gains_a_column(tmp_path: Path) -> None:
    folder_of(tmp_path, sales=SALES.replace("- schema: {}", "- schema: {new_columns: evolve}"))
    dataset = load_configs(tmp_path)["sales"]
    wider, _ = with_amendments(dataset, [Amendment("sales", "add", "note", "Note", "string")])
    assert "note" in dict(wider.table.columns)
    assert wider.table.models == dataset.table.models


def test_a_config_that_is_read_alone_has_its_models(tmp_path: Path) -> None:
    folder_of(tmp_path)
    assert [model.name for model in load_config(tmp_path / "sales.yaml").table.models] == ["worth"]


def test_models_come_by_name_whatever_their_files_are_called(tmp_path: Path) -> None:
    folder_of(tmp_path)
    (tmp_path / "models" / "z.yml").write_text(MODEL.replace("worth", "again"), "utf-8")
    assert [model.name for model in _sales(tmp_path).table.models] == ["again", "worth"]


def _sales(folder: Path) -> Dataset:
    return load_configs(folder)["sales"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("model: worth", "model: 1st", "1: model: string should match pattern"),
        ("dataset: sales", "dataset: sale", "2: no config describes a dataset 'sale'; there are sales."),
        (
            "view: buyers",
            "view: sellers",
            "3: view: the dataset sales has no feature view 'sellers'; there are buyers.",
        ),
        ("task: regression", "task: ranking", "4: task: input should be 'regression' or 'classification'"),
        ("target: amount", "target: n", "5: target: there is no column 'n' in sales; the columns are id, at,"),
        (
            "target: amount",
            "target: kind",
            "5: target: 'kind' is a category; a regression predicts number, integer, decimal columns.",
        ),
        (
            "task: regression\ntarget: amount",
            "task: classification\ntarget: amount",
            "5: target: 'amount' is a decimal(12,2); a classification predicts boolean, integer, number columns.",
        ),
        ("[count, n]", "[count, m]", "7: inputs.numbers.1: there is no column or feature 'm'; there are id, at, day,"),
        ("[count, n]", "[count, n, n]", "7: inputs.numbers.2: 'n' stands twice among the inputs."),
        ("[count, n]", "[day]", "7: inputs.numbers.0: 'day' is a date; here may be number, integer, decimal, boolean."),
        ("[kind]", "[day]", "8: inputs.categories.0: 'day' is a date; here may be category, string, integer."),
        (
            "[count, n]",
            "[count, amount]",
            "7: inputs.numbers.1: 'amount' is the target, or is computed from it: the prediction would know what it is",
        ),
        ("[count, n]", "[total]", "7: inputs.numbers.0: 'total' is the target, or is computed from it:"),
        (
            "numbers: [count, n]\n  categories: [kind]\n  fill: {kind: none, n: 0}",
            "fill: {}",
            "6: inputs: needs some numbers or categories.",
        ),
        ("n: 0}", "n: none}", "9: inputs.fill.n: 'none' is no number, and 'n' is one."),
        ("n: 0}", "n: .nan}", "9: inputs.fill.n: nan would be refused; a number lies within ±9.0072e+15."),
        ("n: 0}", "spent: 0}", "9: inputs.fill.spent: 'spent' is not among the inputs."),
        (
            "steps:",
            "step:",
            "11: unknown key 'online.step'. Known keys: steps, tick_rows, categories_max, scoring, drift.",
        ),
        (
            "river: preprocessing",
            "rivr: preprocessing",
            "12: unknown key 'online.steps.0.rivr'. Known keys: river, with.",
        ),
        (
            "preprocessing.StandardScaler",
            "preprocessing.Scaler",
            "11: online.steps: preprocessing.Scaler is not offered; there are preprocessing.StandardScaler,",
        ),
        ("lr: 0.1", "lr: 0", "11: online.steps: linear_model.LinearRegression: optimizer is optim.SGD, and must be"),
        ("lr: 0.1", "lr: [1]", "13: online.steps.1.with.optimizer.with.lr: must be a number, a text, true or false."),
        (
            "river: optim",
            "rivr: optim",
            "13: unknown key 'online.steps.1.with.optimizer.rivr'. Known keys: river, with.",
        ),
        ("drift: {}", "tick_rows: 0", "14: online.tick_rows: input should be greater than or equal to 1 (found 0)."),
        ("drift: {}", "drift: {detectors: []}", "14: online.drift.detectors: tuple should have at least 1 item"),
        ("split: quarters", "split: thirds", "16: batch.split: the view has no split 'thirds'; there are quarters."),
        (
            "split: quarters",
            "split: {by_entity: true}",
            "16: batch.split: needs either fractions or boundaries.",
        ),
        (
            "split: quarters",
            "split: {boundaries: {validation: 2026-02-01, test: 2026-01-01}}",
            "16: batch.split: each part must begin before the next one, and test before its end.",
        ),
        (
            "split: quarters",
            "split: {of_view: quarters, by_entity: true}",
            "16: batch.split: of_view names a split that is written in the view; nothing else stands beside it",
        ),
        (
            "split: quarters",
            "splits: x",
            "16: unknown key 'batch.splits'. Known keys: sklearn, with, split, promotion.",
        ),
        (
            "split: quarters",
            "promotion: {metric: f1}",
            "16: batch.promotion.metric: f1 is not told of a regression; there are mae, rmse, r2.",
        ),
        ("split: quarters", "sklearn: linear_model.Perceptron", "16: batch.sklearn: linear_model.Perceptron"),
        ("target: amount", "target: amount\ntarget: count", "6: key 'target' is written twice."),
        ("target: amount\n", "", "1: key 'target' is missing."),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert MODEL.count(old) >= 1
    lines = refusal(folder_of(tmp_path, MODEL.replace(old, new, 1)))
    assert any(line.startswith(f"models/worth.yaml:{told}") for line in lines)


def test_a_model_that_nobody_learns_is_refused(tmp_path: Path) -> None:
    told = refusal(folder_of(tmp_path, MODEL.split("online:")[0]))
    assert told == ["models/worth.yaml:1: the file: needs online or batch, or both: nobody would learn it."]


def test_a_split_of_a_view_needs_a_view(tmp_path: Path) -> None:
    told = refusal(
        folder_of(tmp_path, MODEL.replace("view: buyers\n", "").replace("count, n", "count").replace(", n: 0", ""))
    )
    assert told == ["models/worth.yaml:15: batch.split: the view has no split 'quarters'; the model has no view."]


def test_a_split_by_entity_needs_a_view(tmp_path: Path) -> None:
    said = "{fractions: {train: 0.5, test: 0.5}, by_entity: true}"
    model = MODEL.replace("view: buyers\n", "").replace("count, n", "count").replace(", n: 0", "")
    [told] = refusal(folder_of(tmp_path, model.replace("quarters", said)))
    assert told.endswith("batch.split: by_entity needs a view, which says what an entity is.")


def test_an_input_that_is_a_column_and_a_feature_is_refused(tmp_path: Path) -> None:
    folder_of(tmp_path)
    (tmp_path / "sql" / "buyers.sql").write_text(SQL.replace("AS n", "AS count").replace("spent", "n"), "utf-8")
    [told] = refusal(tmp_path)
    assert told.endswith("'count' is a column of the dataset and a feature of the view: rename one of them.")


def test_two_models_of_one_name_are_refused(tmp_path: Path) -> None:
    folder_of(tmp_path)
    (tmp_path / "models" / "z.yaml").write_text(MODEL.replace("worth", "Worth"), "utf-8")
    assert refusal(tmp_path) == [
        "models/z.yaml:1: model 'Worth' is described twice; SQL does not tell upper from lower case."
    ]


def test_where_a_view_is_wrong_the_models_that_have_it_are_not_looked_at(tmp_path: Path) -> None:
    folder_of(tmp_path)
    (tmp_path / "sql" / "buyers.sql").write_text(SQL.replace("sum(amount)", "sum(kind)"), "utf-8")
    assert [line.split(":")[0] for line in refusal(tmp_path)] == ["sql/buyers.sql"]


def test_a_model_that_is_wrong_is_told_where_a_config_is_read_alone(tmp_path: Path) -> None:
    folder_of(tmp_path, MODEL.replace("[kind]", "[kinds]"))
    with pytest.raises(ConfigError, match=r"worth\.yaml:8: inputs\.categories\.0: there is no column"):
        load_config(tmp_path / "sales.yaml")


def _descriptions(schema: Any) -> list[str]:
    fields = [*schema["properties"].items()]
    fields += [each for part in schema["$defs"].values() for each in part.get("properties", {}).items()]
    return [name for name, field in fields if "description" not in field and "$ref" not in field]


def test_every_key_of_a_model_is_described() -> None:
    assert set(_descriptions(model_schema())) <= {"description", "detectors", "validation", "test", "train"}
