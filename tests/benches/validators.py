"""The seven rules on orders in the words of other validators.

Each is given what it likes best, a polars frame or, for Great Expectations, a pandas frame that is made beforehand, and
is to say which rows break which rule.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from typing import Any, TypeAlias

import polars as pl

from tests.benches.orders import CHANNELS, FIRST, LAST, MOST, ORDER, Found

#: What is timed, and how the rows that were found are read from its result.
Contender: TypeAlias = tuple[Callable[[], Any], Callable[[Any], Found]]

_BULK = (pl.col("quantity") >= 8) & (pl.col("amount") > 1000)
_WEB_DATE = (pl.col("channel") != "web") | pl.col("order_ts").is_between(FIRST, LAST)


def with_dataframely(frame: pl.DataFrame) -> Contender:
    """A schema whose `filter` tells the good rows from the others."""
    import dataframely as dy

    class Orders(dy.Schema):
        row_id = dy.Int64(alias="_id")
        customer_id = dy.String(nullable=False)
        order_id = dy.String(nullable=True, regex=rf"\A{ORDER}\z")
        quantity = dy.Int64(nullable=True, min=1, max=100)
        channel = dy.String(nullable=True, check=lambda channel: channel.is_in(CHANNELS))
        amount = dy.Decimal(12, 2, nullable=True, min=0, max=MOST)
        order_ts = dy.Any()

        @dy.rule()
        def no_bulk(cls) -> pl.Expr:  # noqa: N805 - as dataframely has it
            return ~_BULK

        @dy.rule()
        def web_date(cls) -> pl.Expr:  # noqa: N805
            return _WEB_DATE

    names = {"customer_id": "customer_there", "order_id": "order_id_form", "quantity": "quantity_in_range"}
    names |= {"channel": "channel_known", "amount": "amount_in_range"}

    def found(failed: Any) -> Found:
        told: Found = {}
        details = failed.details()
        for rule in failed.counts():
            rows = details.filter(pl.col(rule) == "invalid")["_id"].to_list()
            name = names.get(rule.partition("|")[0], rule)
            told[name] = sorted({*told.get(name, []), *rows})
        return told

    return lambda: Orders.filter(frame)[1], found


def with_pandera(frame: pl.DataFrame) -> Contender:
    """A lazy validation, whose error holds the failing cells."""
    import pandera.errors
    import pandera.polars as pa

    names = {"customer_id": "customer_there", "order_id": "order_id_form", "quantity": "quantity_in_range"}
    names |= {"channel": "channel_known", "amount": "amount_in_range"}
    schema = pa.DataFrameSchema(
        {
            "customer_id": pa.Column(str),
            "order_id": pa.Column(str, pa.Check.str_matches(f"^{ORDER}$"), nullable=True),
            "quantity": pa.Column(int, pa.Check.in_range(1, 100), nullable=True),
            "channel": pa.Column(str, pa.Check.isin(CHANNELS), nullable=True),
            "amount": pa.Column(pl.Decimal(12, 2), pa.Check.in_range(0, MOST), nullable=True),
        },
        checks=[
            pa.Check(lambda data: data.lazyframe.select(~_BULK), name="no_bulk"),
            pa.Check(lambda data: data.lazyframe.select(_WEB_DATE), name="web_date"),
        ],
    )

    def run() -> Any:
        try:
            schema.validate(frame, lazy=True)
        except pandera.errors.SchemaErrors as error:
            return error.failure_cases

    def found(cases: Any) -> Found:
        told: Found = {}
        for case in [] if cases is None else cases.iter_rows(named=True):
            told.setdefault(names.get(case["column"], case["check"]), []).append(case["index"] + 1)
        return {rule: sorted(set(rows)) for rule, rows in told.items()}

    return run, found


def with_pointblank(frame: pl.DataFrame) -> Contender:
    """An interrogation that keeps the failing rows."""
    import pointblank as pb

    names = (
        "customer_there",
        "order_id_form",
        "quantity_in_range",
        "channel_known",
        "amount_in_range",
        "no_bulk",
        "web_date",
    )

    def run() -> Any:
        return (
            pb.Validate(frame)
            .col_vals_not_null(columns="customer_id")
            .col_vals_regex(columns="order_id", pattern=f"^{ORDER}$", na_pass=True)
            .col_vals_between(columns="quantity", left=1, right=100, na_pass=True)
            .col_vals_in_set(columns="channel", set=CHANNELS)
            .col_vals_between(columns="amount", left=0, right=10_000, na_pass=True)
            .col_vals_expr(expr=~_BULK)
            .col_vals_expr(expr=_WEB_DATE)
            .interrogate()
        )

    def found(interrogated: Any) -> Found:
        extracts = {place: interrogated.get_data_extracts(i=place, frame=True) for place in range(1, 8)}
        rows = {names[place - 1]: each for place, each in extracts.items() if each is not None}
        return {name: sorted(each["_id"].to_list()) for name, each in rows.items() if len(each)}

    return run, found


def with_great_expectations(frame: pl.DataFrame) -> Contender:
    """A suite over a batch of pandas. It has no expressions over a row there: what they give is a column that is made
    beforehand, in its favour."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    import great_expectations as gx
    import great_expectations.expectations as gxe
    import pandas as pd

    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    made = frame.with_columns(no_bulk=~_BULK, web_date=_WEB_DATE, amount=pl.col("amount").cast(pl.Float64))
    data = pd.DataFrame(made.to_dict(as_series=False))
    definition = context.data_sources.add_pandas("p").add_dataframe_asset("a").add_batch_definition_whole_dataframe("b")
    expectations = {
        "customer_there": gxe.ExpectColumnValuesToNotBeNull(column="customer_id"),
        "order_id_form": gxe.ExpectColumnValuesToMatchRegex(column="order_id", regex=f"^{ORDER}$"),
        "quantity_in_range": gxe.ExpectColumnValuesToBeBetween(column="quantity", min_value=1, max_value=100),
        "channel_known": gxe.ExpectColumnValuesToBeInSet(column="channel", value_set=list(CHANNELS)),
        "amount_in_range": gxe.ExpectColumnValuesToBeBetween(column="amount", min_value=0, max_value=10_000),
        "no_bulk": gxe.ExpectColumnValuesToBeInSet(column="no_bulk", value_set=[True]),
        "web_date": gxe.ExpectColumnValuesToBeInSet(column="web_date", value_set=[True]),
    }
    suite = gx.ExpectationSuite(name="orders", expectations=list(expectations.values()))
    wanted = {"result_format": "COMPLETE", "unexpected_index_column_names": ["_id"]}

    def run() -> Any:
        return definition.get_batch(batch_parameters={"dataframe": data}).validate(suite, result_format=wanted)

    def found(result: Any) -> Found:
        told: Found = {}
        for name, each in zip(expectations, result.results, strict=True):
            if each.result["unexpected_count"]:
                told[name] = sorted(row["_id"] for row in each.result["unexpected_index_list"])
        return told

    return run, found


CONTENDERS: dict[str, Callable[[pl.DataFrame], Contender]] = {
    "dataframely": with_dataframely,
    "pandera": with_pandera,
    "pointblank": with_pointblank,
    "Great Expectations": with_great_expectations,
}
