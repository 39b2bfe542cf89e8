"""What a dataset may say of its key figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, TypeAlias

from pydantic import BeforeValidator, Field, WithJsonSchema, field_validator

from processors.columns import ColumnType
from processors.kpis.model import Kpi
from stream.config.strict import NAME, Name, Strict

_TAKEN = {"date", "value"}
_NAMED = {"type": "object", "additionalProperties": {"type": "string"}, "propertyNames": {"pattern": NAME}}
_LISTED = {"type": "array", "items": {"type": "string", "pattern": NAME}, "uniqueItems": True}


def _named(by: object) -> object:
    """A column that is only listed is told by its own name."""
    return {name: name for name in by} if isinstance(by, list) and all(isinstance(each, str) for each in by) else by


_Dimensions: TypeAlias = Annotated[
    dict[Name, str], BeforeValidator(_named), WithJsonSchema({"anyOf": [_LISTED, _NAMED]})
]


class KpiConfig(Strict):
    """An aggregate of the accepted rows of each execution date, kept in kpi_history and the view kpi_<dataset>_<name>.

    SQL that SQLite and PostgreSQL share; a slash divides as on paper.
    """

    value: str = Field(description="A SQL aggregate over the columns, features too, such as avg(salary) or count(*).")
    by: _Dimensions = Field(
        {}, description="What it is told by: columns; or names, each with a SQL expression over one row."
    )
    where: str | None = Field(None, description="A SQL condition over one row; other rows do not count.")
    description: str = ""
    unit: str = Field("", description="What stands behind the value where people read it, such as EUR or %.")

    @field_validator("by")
    @classmethod
    def _free(cls, by: dict[str, str]) -> dict[str, str]:
        for name in by:
            if name.lower() in _TAKEN:
                raise ValueError(f"{name!r} is a column of each KPI's view; give another name: {{day: ...}}")
            if [each.lower() for each in by].count(name.lower()) > 1:
                raise ValueError(f"{name!r} is given twice; SQL does not tell upper from lower case")
        return by

    def kpi(self, name: str) -> Kpi:
        """The same, for the sink."""
        return Kpi(name, self.value, tuple(self.by.items()), self.where, self.description, self.unit)


def kpi_faults(dataset: str, kpi: Kpi, columns: Mapping[str, ColumnType]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Where in its config something is wrong with a KPI, and what."""
    from processors.kpis.parsing import aggregate, row_value
    from sinks.kpis.trying import refusal

    is_sound = True
    for where, check, sql in (
        (("value",), aggregate, kpi.value),
        *((("by",), row_value, said) for _, said in kpi.by),
        *([(("where",), row_value, kpi.where)] if kpi.where is not None else []),
    ):
        try:
            check(sql, columns)
        except ValueError as error:
            is_sound = False
            yield where, str(error)
    if is_sound and (why := refusal(dataset, columns, kpi)):
        yield (), f"SQLite does not take it: {why}"
