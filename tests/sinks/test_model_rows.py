"""The rows that a model learns from, as they are read from a warehouse."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processors.columns import ColumnType
from processors.feature_views.model import FeatureView
from processors.learning.model import Model
from sinks.database.connection import Connection
from sinks.models.rows import ModelRows, rows_by_id
from sinks.table import Table
from tests.contract.test_feature_views import Step, played, steps
from tests.sinks.drafts import Accepted, Draft
from tests.sinks.models import MODEL, with_models
from tests.sinks.oracle import expected
from tests.sinks.views import EVER, LATE, TABLE, WITHIN, oracle, row

#: Features of each view that a model may look at, with their types.
OF_VIEW = replace(
    MODEL,
    view=WITHIN,
    numbers=(("n", ColumnType("integer")), ("sum_paid_20_1", ColumnType("decimal", 38, 2))),
    categories=("who", "max_code_7_1"),
)


def read(path: Path, model: Model) -> list[dict[str, Any]]:
    """All rows of a model."""
    with Connection(path, read_only=True) as connection:
        return [each for batch in rows_by_id(connection, model) for each in batch.to_pylist()]


def written(folder: Path, *rows: Accepted, table: Table = TABLE) -> Path:
    """A warehouse with one span."""
    played(folder / "w.db", [Draft(1, 1, rows)], table)
    return folder / "w.db"


def test_a_row_has_its_place_the_target_and_the_inputs(tmp_path: Path) -> None:
    path = written(tmp_path, row("a", "ann", 7, n=3, paid="2.25"))
    assert read(path, MODEL) == [
        {
            "_id": (1 << 32) + 1,
            "_date": "2026-11-21",
            "_time_us": 7,
            "price": 2.5,
            "n": 3,
            "paid": Decimal("2.25"),
            "who": "ann",
        }
    ]


def test_numbers_are_in_their_types_and_categories_are_text(tmp_path: Path) -> None:
    path = written(tmp_path, row("a", None, 1, n=None))
    model = replace(MODEL, numbers=(("paid", ColumnType("decimal", 9, 2)),), categories=("n", "who"))
    with Connection(path, read_only=True) as connection:
        [rows] = rows_by_id(connection, model)
    kinds = {field.name: field.type for field in rows.schema}
    assert kinds["paid"] == pa.decimal128(9, 2)
    assert (kinds["price"], kinds["n"], kinds["who"]) == (pa.float64(), pa.string(), pa.string())


def test_a_whole_number_that_is_a_category_is_its_text(tmp_path: Path) -> None:
    path = written(tmp_path, row("a", "ann", 1, n=-5))
    [found] = read(path, replace(MODEL, numbers=(), categories=("n",)))
    assert found["n"] == "-5"


def test_a_row_without_an_event_time_is_at_midnight_of_its_date(tmp_path: Path) -> None:
    path = written(tmp_path, Accepted(("a", "ann", 1, 2.5, Decimal(1), None)))
    [found] = read(path, MODEL)
    midnight = datetime(2026, 11, 21, tzinfo=UTC)
    assert found["_time_us"] == int(midnight.timestamp()) * 1_000_000


def test_with_a_view_rows_without_a_vector_are_not_there(tmp_path: Path) -> None:
    table = with_models(OF_VIEW)
    path = written(tmp_path, row("a", "ann", 1), row("b", None, 2), row("c", "ann", 3), table=table)
    assert [each["_id"] & 0xFF for each in read(path, OF_VIEW)] == [1, 3]


def test_there_are_types_where_there_are_no_rows(tmp_path: Path) -> None:
    table = with_models(OF_VIEW)
    played(tmp_path / "w.db", [None], table)
    with Connection(tmp_path / "w.db", read_only=True) as connection:
        rows = ModelRows(connection, OF_VIEW).between(0, 1 << 40, 9)
    assert (rows.num_rows, rows.schema.names[3:]) == (0, ["price", "n", "sum_paid_20_1", "who", "max_code_7_1"])


@given(steps(), st.sampled_from([WITHIN, EVER, LATE]))
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
def test_rows_are_the_staged_ones_with_their_vectors(told: list[Step], view: FeatureView) -> None:
    features = tuple((feature.name, feature.type) for feature in view.features if feature.type.name != "string")
    model = replace(MODEL, view=view, numbers=features)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "w.db"
        drafts = played(path, told, with_models(model))
        found = read(path, model)
    staged = expected(TABLE, drafts).staged
    vectors = oracle(view, staged)
    names = [feature.name for feature in view.features]
    assert [each["_id"] for each in found] == sorted(vectors)
    for each in found:
        cells = dict(zip(names, vectors[each["_id"]][-len(names) :], strict=True))
        assert each["price"] == staged[each["_id"]][3]
        assert {name: each[name] for name, _ in features} == {name: cells[name] for name, _ in features}
