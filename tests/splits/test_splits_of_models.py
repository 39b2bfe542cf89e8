"""Splits of the rows that a model has: of a view, or, where there is none, of a dataset."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from processors.errors import ConfigError
from sinks.database.connection import Scalar
from sinks.table import Table
from stream.config import load_configs
from stream.splits.of_models import ModelSplit, split_of_model
from tests.system.looking import rows
from tests.system.processes import Place, entered, load, write_configs


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Employees and orders with their models, loaded."""
    configs = write_configs(tmp_path / "configs", "employees", "orders", with_models=True)
    found = Place(configs, tmp_path / "landing", tmp_path / "ade.db")
    (tmp_path / "landing").symlink_to(Path(__file__).parents[2] / "landing")
    load(found)
    return found


def table_of(place: Place, dataset: str) -> Table:
    """The table of a dataset."""
    return load_configs(place.configs)[dataset].table


def pairs(warehouse: Path, sql: str) -> Iterator[tuple[Scalar, Scalar]]:
    """The rows of a query of two columns."""
    return ((first, second) for first, second in rows(warehouse, sql))


def split(place: Place, dataset: str) -> ModelSplit:
    """The split of the only model of a dataset."""
    table = table_of(place, dataset)
    [model] = table.models
    assert model.batch is not None
    return split_of_model(place.warehouse, table, model, model.batch.split)


def test_rows_without_an_event_time_are_split_by_their_execution_date(place: Place) -> None:
    found = split(place, "employees")
    dates: dict[Scalar, Scalar] = dict(pairs(place.warehouse, "SELECT _id, _date FROM stg_employees"))
    assert {part: {dates[row] for row in ids.tolist()} for part, ids in found.parts.items()} == {
        "train": {"2026-11-17"},
        "validation": {"2026-11-18"},
        "test": {"2026-11-19"},
    }
    assert sum(len(ids) for ids in found.parts.values()) == len(dates)


def test_the_ids_of_a_part_ascend_and_are_those_of_the_manifest(place: Place) -> None:
    found = split(place, "orders")
    told = f"SELECT part, rows FROM meta_dataset_splits WHERE split_id = {found.split_id}"
    counted: dict[Scalar, Scalar] = dict(pairs(place.warehouse, told))
    assert {part: len(ids) for part, ids in found.parts.items()} == counted
    assert all((np.diff(ids) > 0).all() for ids in found.parts.values())


def test_the_split_of_a_view_is_the_one_that_splits_make_has_made(place: Place) -> None:
    made = json.loads(entered(place, "splits", "make", "customer_features", "by_time", "--json").stdout)
    found = split(place, "orders")
    assert (found.split_id, found.is_new) == (made["split"]["split_id"], False)


def test_a_split_of_a_dataset_is_told_and_verified_like_any_other(place: Place) -> None:
    number = str(split(place, "employees").split_id)
    [told] = json.loads(entered(place, "splits", "list", "--json").stdout)
    assert (told["view"], told["view_version"], told["name"]) == ("stg_employees", 1, "salary")
    verified = entered(place, "splits", "verify", number)
    assert (verified.returncode, verified.stdout) == (0, f"Split {number}: all parts have the rows that they had.\n")


def test_a_split_of_a_dataset_is_written_out_with_its_columns(place: Place, tmp_path: Path) -> None:
    found = split(place, "employees")
    done = entered(place, "splits", "export", str(found.split_id), "--output", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    written = pq.read_table(tmp_path / "out" / "test.parquet")
    assert written["_id"].to_pylist() == found.parts["test"].tolist()
    assert written.column_names[:3] == ["_id", "_event_us", "_date"]
    assert "salary" in written.column_names


def test_a_dataset_without_rows_cannot_be_split(place: Place) -> None:
    empty = place.beside("empty")
    empty = Place(empty.configs, empty.landing.with_name("nothing"), empty.warehouse)
    empty.landing.mkdir()
    load(empty)
    with pytest.raises(ConfigError, match="the dataset employees has no rows yet; `ade-stream run` loads files"):
        split(empty, "employees")
