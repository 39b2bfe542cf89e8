"""The configs that are shipped: each is loaded, fits the shipped JSON Schema, and the schema is the program's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from stream.config import load_configs
from tests.system.processes import SHIPPED_CONFIGS, Outcome, Place, ade

SHIPPED = sorted(SHIPPED_CONFIGS.glob("*.yaml"))
VIEWS = sorted(SHIPPED_CONFIGS.glob("**/sql/*.yaml"))
MODELS = sorted(SHIPPED_CONFIGS.glob("**/models/*.yaml"))
SUITES = sorted((SHIPPED_CONFIGS / "expectations").glob("*.yaml"))
each_shipped = pytest.mark.parametrize("path", SHIPPED, ids=[path.stem for path in SHIPPED])


def schema(of: str = "dataset") -> dict[str, Any]:
    """A shipped schema."""
    return dict(json.loads((SHIPPED_CONFIGS / f"{of}.schema.json").read_text("utf-8")))


def orders() -> dict[str, Any]:
    """The shipped config of the orders, to be spoilt."""
    return dict(yaml.safe_load((SHIPPED_CONFIGS / "orders.yaml").read_text("utf-8")))


@each_shipped
def test_a_shipped_config_is_loaded_under_the_name_of_its_file(path: Path) -> None:
    assert load_configs(SHIPPED_CONFIGS)[path.stem].name == path.stem


@each_shipped
def test_a_shipped_config_points_editors_to_the_schema_beside_it(path: Path) -> None:
    assert path.read_text("utf-8").startswith("# yaml-language-server: $schema=dataset.schema.json\n")


@each_shipped
def test_a_shipped_config_fits_the_schema(path: Path) -> None:
    jsonschema.Draft202012Validator(schema()).validate(yaml.safe_load(path.read_text("utf-8")))


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, Outcome]:
    """`check` on the shipped configs, in a place where nothing is."""
    folder = tmp_path_factory.mktemp("checked")
    place = Place(SHIPPED_CONFIGS, folder / "landing", folder / "warehouse" / "ade.db")
    return place, ade(place, "check")


def test_check_finds_every_shipped_config_right(checked: tuple[Place, Outcome]) -> None:
    _, outcome = checked
    assert outcome.returncode == 0, outcome.stderr
    told = [line.split(":")[0] for line in outcome.stdout.splitlines() if not line.startswith(" ")]
    assert told == [path.stem for path in SHIPPED]


def test_check_tells_the_views_of_a_dataset(checked: tuple[Place, Outcome]) -> None:
    _, outcome = checked
    assert "  view customer_features, version 1: 9 features of customer_id: ok\n" in outcome.stdout


def test_check_tells_the_models_of_a_dataset(checked: tuple[Place, Outcome]) -> None:
    _, outcome = checked
    assert "  model salary: regression of salary from 5 inputs: ok\n" in outcome.stdout


def test_check_makes_no_warehouse(checked: tuple[Place, Outcome]) -> None:
    place, _ = checked
    assert not place.warehouse.parent.exists()


@pytest.mark.parametrize(
    ("option", "of"),
    [("--json-schema", "dataset"), ("--suite-schema", "suite"), ("--view-schema", "view"), ("--model-schema", "model")],
)
def test_a_shipped_schema_is_what_check_prints(place: Place, option: str, of: str) -> None:
    printed = ade(place, "check", option)
    assert printed.returncode == 0, printed.stderr
    assert printed.stdout == (SHIPPED_CONFIGS / f"{of}.schema.json").read_text("utf-8")


@pytest.mark.parametrize("of", ["dataset", "suite", "view", "model"])
def test_a_schema_is_itself_a_valid_schema(of: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema(of))


@pytest.mark.parametrize("path", SUITES, ids=[path.stem for path in SUITES])
def test_a_shipped_suite_fits_its_schema_and_points_editors_to_it(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.startswith("# yaml-language-server: $schema=../suite.schema.json\n")
    jsonschema.Draft202012Validator(schema("suite")).validate(yaml.safe_load(text))


@pytest.mark.parametrize("path", VIEWS, ids=[path.stem for path in VIEWS])
def test_a_shipped_view_fits_its_schema_and_points_editors_to_it(path: Path) -> None:
    text = path.read_text("utf-8")
    beside = "../" * len(path.parent.relative_to(SHIPPED_CONFIGS).parts)
    assert text.startswith(f"# yaml-language-server: $schema={beside}view.schema.json\n")
    jsonschema.Draft202012Validator(schema("view")).validate(yaml.safe_load(text))


@pytest.mark.parametrize("path", MODELS, ids=[path.stem for path in MODELS])
def test_a_shipped_model_fits_its_schema_and_points_editors_to_it(path: Path) -> None:
    text = path.read_text("utf-8")
    beside = "../" * len(path.parent.relative_to(SHIPPED_CONFIGS).parts)
    assert text.startswith(f"# yaml-language-server: $schema={beside}model.schema.json\n")
    said = json.loads(json.dumps(yaml.safe_load(text), default=str))  # a date is a text to a schema
    jsonschema.Draft202012Validator(schema("model")).validate(said)


@pytest.mark.parametrize(
    "spoilt",
    [{"task": "ranking"}, {"inputs": {"nubmers": []}}, {"online": {"steps": []}}, {"batch": {"sklearn": "Ridge"}}],
    ids=json.dumps,
)
def test_the_schema_of_models_refuses_a_wrong_one(spoilt: dict[str, Any]) -> None:
    model = dict(yaml.safe_load((SHIPPED_CONFIGS / "models" / "next_order_amount.yaml").read_text("utf-8")))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema("model")).validate(model | spoilt)


@pytest.mark.parametrize(
    "spoilt",
    [{"version": 0}, {"entity": []}, {"entity": "1st"}, {"horizons": "3 days"}, {"sql": "../x.sql"}],
    ids=json.dumps,
)
def test_the_schema_of_views_refuses_a_wrong_one(spoilt: dict[str, Any]) -> None:
    view = dict(yaml.safe_load((SHIPPED_CONFIGS / "sql" / "customer_features.yaml").read_text("utf-8")))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema("view")).validate(view | spoilt)


@pytest.mark.parametrize(
    "spoilt",
    [{"rules": []}, {"rulse": []}, {"rules": [{"check": "type", "column": "a"}]}, {"rules": [{"check": "timestamp"}]}],
    ids=json.dumps,
)
def test_the_schema_of_suites_refuses_a_wrong_one(spoilt: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema("suite")).validate(spoilt)


@pytest.mark.parametrize(
    "spoilt",
    [
        {"datset": "orders"},
        {"dataset": "1orders"},
        {"columns": {}},
        {"columns": {"order_id": {"typ": "string"}}},
        {"key": "order_id"},
        {"limits": {"batch_rows": 0}},
        {"processors": [{"schema": {}}, {"validation": {"rules": [{"check": "not_nul", "column": "order_id"}]}}]},
        {"processors": [{"schema": {}}, {"validation": {"rules": [{"check": "not_null", "colum": "order_id"}]}}]},
        {"processors": [{"schema": {}}, {"validation": {}}]},
        {"dialect": {"delimiter": ";;"}},
    ],
    ids=lambda spoilt: json.dumps(spoilt)[:60],
)
def test_the_schema_refuses_a_wrong_config(spoilt: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema()).validate(orders() | spoilt)


@pytest.mark.parametrize("kind", ["text", "decimal(2)"])
def test_the_schema_refuses_a_type_that_there_is_not(kind: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema()).validate(orders() | {"columns": {"order_id": {"type": kind}}})
