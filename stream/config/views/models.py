"""What the YAML of a feature view may say. Field descriptions are the reference, and go into the JSON Schema."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, TypeAlias

from pydantic import BeforeValidator, Field, field_validator

from stream.config.durations import Duration, timespan
from stream.config.splits import SplitConfig
from stream.config.strict import Name, Strict

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_SQL_FILE = r"^[A-Za-z0-9_][A-Za-z0-9_.-]*$"


_SomeNames: TypeAlias = Annotated[tuple[Name, ...], Field(min_length=1)]


def _listed(names: object) -> object:
    return (names,) if isinstance(names, str) else names


#: A name, or several of them.
Names: TypeAlias = Annotated[tuple[Name, ...], BeforeValidator(_listed, json_schema_input_type=Name | _SomeNames)]


class ViewConfig(Strict):
    """Features of an entity: what was known of it before an instant, from windows over the rows of a dataset."""

    view: Name = Field(description="Names the tables feats_<view> and feats_<view>_latest.")
    version: int = Field(
        ge=1, description="Raised whenever the view comes to mean something else; the SQL under a version stays."
    )
    dataset: Name = Field(description="The dataset over whose accepted rows the windows are.")
    entity: Names = Field(
        min_length=1,
        description="The column, or the columns, whose rows belong together. Each window is partitioned by them. Rows "
        "with a null there belong to none.",
    )
    event_time: Name = Field(description="The dataset's event_time, which windows are ordered by, as _event_us.")
    horizon: Duration | None = Field(
        None,
        description="Such as 30 days: no window reaches further back, but for those that are UNBOUNDED. Without it, as "
        "far as the windows do.",
    )
    sql: Annotated[str, Field(pattern=_SQL_FILE)] | None = Field(
        None, description="The file with the SELECT, in this folder; <view>.sql by default."
    )
    description: str = ""
    splits: dict[Name, SplitConfig] = Field({}, description="Parts to train, validate and test with, by name.")

    @field_validator("view")
    @classmethod
    def _no_serving_table(cls, name: str) -> str:
        if name.lower().endswith("_latest"):
            raise ValueError("must not end in _latest; so the table with the latest vectors of another view is called")
        return name

    @property
    def file(self) -> str:
        """The name of the file with the SQL."""
        return self.sql or f"{self.view}.sql"

    @property
    def horizon_us(self) -> int | None:
        """The horizon in microseconds."""
        return None if self.horizon is None else timespan(self.horizon) // timedelta(microseconds=1)


def view_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a view's YAML, for editors."""
    return {"$schema": _DIALECT, **ViewConfig.model_json_schema(), "title": "ade-stream feature view"}
