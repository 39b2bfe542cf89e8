"""The vectors of real orders beside those that somebody else worked out: `FEATURES.csv` of CDNOW."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from pyarrow import csv

from processors.columns import ColumnType
from processors.feature_views.evaluating import vectors, vectors_and_states
from processors.feature_views.inputs import inputs
from processors.feature_views.model import EVENT_US, Aggregate, Feature, FeatureView, Frame, Input
from processors.feature_views.states import reach_us
from processors.frames import with_columns
from tests.system.shared import SHARED, needs

INTEGER, NUMBER, PRICE = ColumnType("integer"), ColumnType("number"), ColumnType("decimal", 10, 2)
TOTAL = ColumnType("decimal", 38, 2)
DAY_US = 86_400_000_000
WINDOWS = {"all": Frame(None), "30d": Frame(30 * DAY_US), "90d": Frame(90 * DAY_US)}


def orders_before() -> FeatureView:
    """Counts and sums of a customer's earlier orders, and the days since the last one."""
    counts = [Aggregate(f"n_{name}", "count", None, frame, INTEGER) for name, frame in WINDOWS.items()]
    sums = [Aggregate(f"sum_{name}", "sum", "_input_1", frame, TOTAL) for name, frame in WINDOWS.items()]
    last = Aggregate("last", "max", "_input_2", Frame(None), INTEGER)
    plain = [Feature(each.name.replace("_", "_prior_"), each.name, each.type, ()) for each in (*counts, *sums)]
    since = Feature("days_since_prev", f"(_event_us - last) / {DAY_US}.0", NUMBER, ())
    return FeatureView(
        name="orders_before",
        version=1,
        dataset="cdnow",
        entity=(("customer_id", ColumnType("string")),),
        horizon_us=None,
        inputs=(Input("_input_1", "amount", PRICE), Input("_input_2", EVENT_US, INTEGER)),
        aggregates=(*counts, *sums, last),
        features=(*plain, since),
        where=None,
        sql="",
        sql_hash="",
        config_hash="",
        schema_hash="",
    )


VIEW = orders_before()


@pytest.fixture(scope="module")
def truth() -> pa.RecordBatch:
    types = {"customer_id": pa.string(), "order_date": pa.timestamp("us"), "amount": pa.decimal128(10, 2)}
    types |= {f"sum_prior_{name}": pa.decimal128(38, 2) for name in WINDOWS} | {"days_since_prev": pa.float64()}
    options = csv.ConvertOptions(column_types=types)
    (rows,) = csv.read_csv(SHARED / "cdnow" / "FEATURES.csv", convert_options=options).combine_chunks().to_batches()
    return with_columns(rows, {"_id": pa.array(range(rows.num_rows)), EVENT_US: rows["order_date"].cast(pa.int64())})


@needs("cdnow")
def test_features_of_all_orders_are_those_of_another_hand(truth: pa.RecordBatch) -> None:
    nothing = {  # of which the sum is zero in the file
        f"sum_prior_{name}": pc.if_else(pc.equal(truth[f"n_prior_{name}"], 0), None, truth[f"sum_prior_{name}"])
        for name in WINDOWS
    }
    expected = with_columns(truth, nothing).select([each.name for each in VIEW.features])
    assert vectors(VIEW, inputs(VIEW, truth), truth) == expected


@needs("cdnow")
def test_months_that_go_on_from_the_states_of_older_orders_give_the_same(truth: pa.RecordBatch) -> None:
    rows = inputs(VIEW, truth)
    instants, customers = rows[EVENT_US], rows["customer_id"].unique()
    whole = vectors(VIEW, rows, rows)
    seen, before = 0, None
    for month in (1, 2, 3, 4):
        first, last = (_us(date(1997, each, 1)) for each in (month, month + 1))
        back = first - reach_us(VIEW)
        keys = pa.record_batch({"customer_id": customers, EVENT_US: pa.repeat(back, len(customers))})
        older = rows.filter(_between(instants, seen, back))
        before = with_columns(keys, _columns(vectors_and_states(VIEW, older, keys, before)[1]))
        new = _between(instants, first, last)
        known = rows.filter(_between(instants, back, last))
        assert vectors(VIEW, known, rows.filter(new), before) == whole.filter(new)
        seen = back


def _us(day: date) -> int:
    return (day - date(1970, 1, 1)).days * DAY_US


def _between(instants: pa.Array, first: int, end: int) -> pa.Array:
    return pc.and_(pc.greater_equal(instants, first), pc.less(instants, end))


def _columns(rows: pa.RecordBatch) -> dict[str, pa.Array]:
    return dict(zip(rows.schema.names, rows.columns, strict=True))
