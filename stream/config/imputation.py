"""What a config may say of cells that get another value than came: what is imputed, and which values are outliers."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from processors.cleaning.outliers import FenceKind, OutlierAction
from stream.config.columns import AsWritten
from stream.config.strict import Strict

Method: TypeAlias = Literal["median", "mean", "mode", "previous"]


class ImputationConfig(Strict):
    """What is put in the place of a cell: a figure of the dates before, or a constant."""

    model_config = ConfigDict(serialize_by_alias=True)

    with_: Method | None = Field(
        None,
        alias="with",
        description="median, mean: of numbers; integers and decimals take them rounded, half to even. mode: the most "
        "frequent value, of several the smallest. previous: the value of the last record that has one.",
    )
    by: tuple[str, ...] = Field(
        (), description="Columns; rows that agree in them have a figure of their own. New ones take that of all."
    )
    constant: AsWritten | None = Field(None, description="A value, written as the column's cells are.")

    @model_validator(mode="after")
    def _one(self) -> ImputationConfig:
        if (self.with_ is None) == (self.constant is None):
            raise ValueError("needs either with (median, mean, mode or previous) or constant")
        if self.by and self.with_ is None:
            raise ValueError("a constant is the same for all rows; by belongs to with")
        return self


def _method(value: object) -> object:
    """One word for a figure of all rows."""
    return {"with": value} if isinstance(value, str) else value


Imputation: TypeAlias = Annotated[
    ImputationConfig, BeforeValidator(_method, json_schema_input_type=Method | ImputationConfig)
]


def _word(value: object) -> object:
    """YAML reads a bare null as nothing."""
    return "null" if value is None else value


class OutliersConfig(Strict):
    """Fences, and what becomes of a value beyond them."""

    fences: FenceKind = Field(
        description="iqr: k times the range between the quartiles beyond these. zscore: k standard deviations from the "
        "mean. mad: k times 1.4826 median absolute deviations from the median. There are none where that spread is 0."
    )
    k: float | None = Field(
        None, gt=0, allow_inf_nan=False, description="How far: 1.5 for iqr, 3 for zscore, 3.5 for mad by default."
    )
    action: Annotated[OutlierAction, BeforeValidator(_word, json_schema_input_type=OutlierAction | None)] = Field(
        "flag",
        description="flag: pass; _flags has outlier.<column>. clip: the nearer fence takes its place, and _flags has "
        "clipped.<column>. null: the cell becomes null; removed.<column>. quarantine: the record is rejected, rule "
        "outlier_<column>. What clip and null took away is kept in _rescued.",
    )
