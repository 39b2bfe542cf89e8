"""`ade-stream models`: who is the champion, what is verified, and what is refused."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml

from sinks.reading import WarehouseReader
from stream.learning.known import known_model
from stream.learning.promoting import carry_out, decide
from stream.schemas.contracts import load_contracts
from tests.learning.market import SPLIT, VIEW, Sale, describe, land, loaded, model, refused, sales, told, write
from tests.system.looking import rows
from tests.system.processes import Place, ade, duplicate, entered, load

FOREST = {"sklearn": "ensemble.RandomForestRegressor", "with": {"n_estimators": 5, "max_depth": 3}, "split": SPLIT}
LINEAR: dict[str, Any] = {"split": SPLIT}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A forest that is the champion, and a better linear model that is the challenger."""
    place = loaded(tmp_path_factory.mktemp("trained"), model(batch=FOREST))
    told(place, "train", "price")
    describe(place, model(batch=LINEAR))
    told(place, "train", "price")
    return place


@pytest.fixture
def place(trained: Place, tmp_path: Path) -> Place:
    """A copy that may be changed."""
    return duplicate(trained, tmp_path)


def aliases(place: Place) -> dict[int, str]:
    """By version."""
    found = rows(place.warehouse, "SELECT version, alias FROM meta_models WHERE alias IS NOT NULL")
    return {int(str(version)): str(alias) for version, alias in found}


def changed(place: Place, sql: str) -> None:
    """Change the registry behind our back."""
    with closing(sqlite3.connect(place.warehouse)) as warehouse, warehouse:
        warehouse.execute(sql)


def new_rows(place: Place) -> str:
    """A file to be predicted."""
    return str(write(place.landing.parent / "new.csv", [Sale("new", "north", "2026-11-08 10:00:00", "5", "1.00")]))


def test_a_challenger_that_is_better_takes_the_place_of_the_champion(place: Place) -> None:
    found = told(place, "models", "promote", "price")
    assert found["is_promoted"]
    assert found["rows"] == 40
    assert found["challenger"] < found["champion"]
    assert aliases(place) == {2: "champion"}


def test_one_that_is_no_better_does_not_unless_by_force(place: Place) -> None:
    told(place, "models", "promote", "price")
    done = entered(place, "models", "promote", "price", "1")
    assert done.returncode == 1
    assert done.stdout.startswith("price version 1 is not promoted: it has mae ")
    assert "on the same 40 rows, and must be better (--force promotes it)." in done.stdout
    assert aliases(place) == {2: "champion"}
    assert told(place, "models", "promote", "price", "1", "--force")["challenger"] is None
    assert aliases(place) == {1: "champion", 2: "challenger"}


def test_it_must_be_better_by_the_share_that_is_asked_for(place: Place) -> None:
    describe(place, model(batch=LINEAR | {"promotion": {"metric": "mae", "min_improvement": 0.99}}))
    done = entered(place, "models", "promote", "price")
    assert done.returncode == 1
    assert "must be better by 99.0%" in done.stdout


def test_both_are_measured_on_the_rows_of_the_challenger(place: Place) -> None:
    land(place, "2026-11-07.csv", sales(6))
    load(place)
    describe(place, model(batch={"split": {"boundaries": {"test": "2026-11-07"}, "embargo": "0 days"}}))
    told(place, "train", "price")
    found = told(place, "models", "promote", "price", "3")
    kept = rows(
        place.warehouse, "SELECT value FROM meta_model_metrics WHERE version = 3 AND part || metric = 'testmae'"
    )
    assert [(found["challenger"],)] == kept


def test_what_was_decided_of_another_champion_is_not_carried_out(place: Place) -> None:
    known = known_model(load_contracts(place.configs, place.warehouse), "price")
    with WarehouseReader(place.warehouse) as recorded:
        decided = decide(recorded, known, None, force=False)
    assert (decided.is_promoted, decided.before, decided.version) == (True, 1, 2)
    changed(place, "UPDATE meta_models SET alias = NULL WHERE version = 1")
    assert not carry_out(place.warehouse, decided)
    assert aliases(place) == {2: "challenger"}
    changed(place, "UPDATE meta_models SET alias = 'champion' WHERE version = 1")
    assert carry_out(place.warehouse, decided)
    assert aliases(place) == {2: "champion"}


def test_versions_that_are_not_there_are_told(place: Place) -> None:
    assert "the model price has no version 7; it has the versions 1, 2." in refused(
        place, 2, "models", "promote", "price", "7"
    )
    assert "price version 1 is the champion already." in refused(place, 2, "models", "promote", "price", "1")
    assert "the warehouse knows of no model 'nix'" in refused(place, 2, "models", "show", "nix")


@pytest.mark.parametrize("version", ["1", "2"])
def test_a_version_comes_of_its_rows_once_more(place: Place, version: str) -> None:
    describe(place, model(batch={"split": {"boundaries": {"test": "2026-11-03"}}}))
    found = told(place, "models", "verify", "price", version)
    assert found["artifact_hash"] == found["version"]["artifact_hash"]
    assert (found["same_rows"], found["file"], found["rows"]) == (True, "", 160)


def test_rows_that_have_changed_are_told(place: Place) -> None:
    late = [row._replace(sale=f"late{row.sale}") for row in sales(1, seed=2, count=3)]
    land(place, "late_2026-11-02.csv", late)
    load(place)
    done = entered(place, "models", "verify", "price")
    assert done.returncode == 1
    assert done.stdout == "price version 1: its rows have changed: 160 then, 163 now.\n"


def test_values_that_have_changed_are_told(place: Place) -> None:
    changed(place, "UPDATE stg_sales SET size = size + 1 WHERE _id = (SELECT min(_id) FROM stg_sales)")
    assert "its rows have changed: 160 then, 160 now." in entered(place, "models", "verify", "price").stdout


def artifact(place: Place, version: int, name: str = "model.json") -> Path:
    """A file of a version."""
    return place.warehouse.parent / "models" / "price" / str(version) / name


def test_a_file_that_was_changed_is_not_taken(place: Place) -> None:
    path = artifact(place, 2)
    path.write_text(path.read_text("utf-8").replace('"intercept": ', '"intercept": 1'), "utf-8")
    said = refused(place, 3, "predict", "sales", new_rows(place), "--version", "2")
    assert "2/model.json: is not what was written when the model was trained. `ade-stream train price` trains" in said
    done = entered(place, "models", "verify", "price", "2")
    assert done.returncode == 1
    assert "is not what was written" in done.stdout


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"format": 1, "coefficients": {}}', b"\xff\xfe"])
def test_a_file_that_is_no_model_is_refused_even_with_its_hash_in_the_registry(place: Place, content: bytes) -> None:
    artifact(place, 2).write_bytes(content)
    changed(place, f"UPDATE meta_models SET artifact_hash = '{hashlib.sha256(content).hexdigest()}' WHERE version = 2")
    said = refused(place, 3, "predict", "sales", new_rows(place), "--version", "2")
    assert "2/model.json: is no model that ade-stream has written. `ade-stream train price` trains it anew." in said


@pytest.mark.parametrize("end", [100, -1])
def test_a_file_that_is_cut_off_is_not_taken(place: Place, end: int) -> None:
    path = artifact(place, 1, "estimator.skops")
    path.write_bytes(path.read_bytes()[:end])
    assert "is not what was written" in refused(place, 3, "predict", "sales", new_rows(place))


def test_the_file_of_another_version_is_not_taken(place: Place) -> None:
    artifact(place, 1).write_bytes(artifact(place, 2).read_bytes())
    assert "is not what was written" in refused(place, 3, "predict", "sales", new_rows(place))


def test_a_pickle_in_the_place_of_an_estimator_is_not_looked_at(place: Place, tmp_path: Path) -> None:
    trap = tmp_path / "trapped"
    pickle = f"cos\nsystem\n(S'touch {trap}'\ntR.".encode()
    artifact(place, 1, "estimator.skops").write_bytes(pickle)
    assert "is not what was written" in refused(place, 3, "predict", "sales", new_rows(place))
    assert not trap.exists()


def test_a_file_that_is_gone_is_told(place: Place) -> None:
    artifact(place, 1, "estimator.skops").unlink()
    assert "estimator.skops: cannot be read: No such file" in refused(place, 3, "predict", "sales", new_rows(place))


def test_a_version_of_other_types_is_refused(place: Place) -> None:
    config = yaml.safe_load((place.configs / "sales.yaml").read_text("utf-8"))
    config["columns"]["price"]["type"] = "number"
    (place.configs / "sales.yaml").write_text(yaml.safe_dump(config, sort_keys=False), "utf-8")
    describe(place, model(batch=LINEAR, online=None))
    load(place)
    said = refused(place, 3, "predict", "sales", new_rows(place))
    assert (
        "price version 1 was trained on a target and inputs of other names or types. `ade-stream train price`" in said
    )


def test_a_version_of_another_definition_is_refused(place: Place) -> None:
    inputs = {"numbers": ["size", "sold"], "categories": ["shop"], "fill": {"size": 1}}
    describe(place, model(batch=LINEAR, inputs=inputs))
    said = refused(place, 3, "predict", "sales", new_rows(place))
    assert "was trained for a model that its YAML describes otherwise now" in said


def test_a_version_of_another_version_of_the_view_is_refused(place: Place) -> None:
    (place.configs / "sql" / "shops.yaml").write_text(yaml.safe_dump(VIEW | {"version": 2}), "utf-8")
    describe(place, model(batch=LINEAR, online=None))
    assert ade(place, "run").returncode == 0
    said = refused(place, 3, "predict", "sales", new_rows(place))
    assert "was trained on version 1 of shops, which has version 2 now" in said


def test_a_version_of_another_release_of_a_library_is_refused(place: Place) -> None:
    changed(place, "UPDATE meta_models SET libraries = json_set(libraries, '$.scikit-learn', '1.2.3')")
    said = refused(place, 3, "predict", "sales", new_rows(place))
    assert "price version 1 was trained by scikit-learn 1.2.3, and here is" in said
    assert "was trained by" in refused(place, 3, "models", "verify", "price")


def test_the_list_has_a_row_for_each_version_and_learner(place: Place) -> None:
    lines = [line.split() for line in entered(place, "models", "list").stdout.splitlines()]
    assert [line[:3] for line in lines[1:]] == [
        ["price", "1", "champion"],
        ["price", "2", "challenger"],
        ["price", "online.1", "learning"],
    ]


def test_a_learner_learns_anew_from_a_day_on(place: Place) -> None:
    done = entered(place, "train", "price", "--online", "--from", "2026-11-05")
    assert (done.returncode, done.stdout.splitlines()[0][:15]) == (0, "price online.2:")
    [(kept,)] = rows(place.warehouse, "SELECT rows FROM meta_learners WHERE version = 2")
    assert kept == 80
    assert json.loads(entered(place, "models", "show", "price", "--json").stdout)["learner"]["rows"] == 80
