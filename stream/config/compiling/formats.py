"""Formats of dates that polars does not understand, found on a sample instead of on the first row."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
from polars.exceptions import PolarsError

from processors.casting.casting import cast
from processors.casting.date_formats import ISO
from processors.columns import ColumnType


def format_problem(kind: ColumnType, form: str) -> str | None:
    """A format is sound when it reads the day from what it writes."""
    if form == ISO:
        return None
    moment = datetime(2026, 11, 21, 13, 14, 15, tzinfo=UTC)
    try:
        text = pl.Series([moment]).dt.to_string(form)
        values, _ = cast(text, ColumnType(kind.name, formats=(form,)), ())
    except (PolarsError, ValueError) as error:
        return f"{form!r} is no usable format: {error}"
    return None if values.cast(pl.Date)[0] == moment.date() else f"{form!r} does not give back the day that it writes"
