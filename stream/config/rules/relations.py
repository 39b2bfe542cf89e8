"""Rules on what a row has to do with what is beside it: other rows, and lists of values."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, PrivateAttr, ValidationInfo, model_validator

from stream.config.rules.base import NamedRule, RowRule
from stream.config.value_lists import VALUES_MAX, read_list


class UniqueRule(NamedRule):
    """No earlier record has the same values in these columns. Records with a null among them are not compared."""

    check: Literal["unique"]
    columns: tuple[str, ...] = Field(min_length=1)
    scope: Literal["file", "date", "dataset"] = Field(
        "dataset", description="Which records are compared: those of one file, of one execution date, or all."
    )
    action: Literal["quarantine", "drop"] = "quarantine"


class MonotonicRule(NamedRule):
    """The value is not less than that of the nearest record before it in its file that has one and passed the steps,
    whether that one breaks this rule or not."""

    check: Literal["monotonic"]
    column: str = Field(description="A column of numbers, dates or timestamps.")
    direction: Literal["increasing", "decreasing"] = "increasing"
    strict: bool = Field(False, description="Equal values break the rule too.")
    action: Literal["quarantine", "drop"] = "quarantine"


class ReferentialRule(RowRule):
    """The value of a column stands in a list; or those of some columns are those of a record of another dataset.

    The list is read when the config is: from the folder that the validation's context names as `folder`, where configs
    are, else from the working directory. A record of the other dataset counts when it passed the steps, whether a rule
    like this one, or `unique`, rejects it or not; so nothing cascades. A record without a counterpart is rejected, and
    comes back by itself when one comes.
    """

    check: Literal["referential"]
    column: str = Field("", description="The column whose value is looked for in the list.")
    list: str = Field(
        "",
        description=f"A CSV file with a header, in UTF-8, from the folder of the config; at the most {VALUES_MAX:,} "
        "different values.",
    )
    field: str | None = Field(None, description="The column of the list; its first by default.")
    columns: tuple[str, ...] = Field((), description="The columns whose values are looked for in the dataset.")
    dataset: str = Field("", description="The dataset in which they are looked for; it may be this one.")
    fields: tuple[str, ...] = Field(
        (), description="Its columns, in the order of `columns`; by default the same names."
    )
    _values: tuple[str, ...] = PrivateAttr(())

    @property
    def values(self) -> tuple[str, ...]:
        """The values of the list, each once, in the order of the file."""
        return self._values

    @model_validator(mode="after")
    def _one_form(self, info: ValidationInfo) -> ReferentialRule:
        of_list, of_dataset = (self.column, self.list, self.field), (self.columns, self.dataset, self.fields)
        if all(of_list[:2]) and not any(of_dataset):
            folder = Path((info.context or {}).get("folder", Path()))
            self._values = read_list(folder / self.list, self.field)
        elif all(of_dataset[:2]) and not any(of_list):
            self._check_sink()
        else:
            raise ValueError("needs either column and list (and field), or columns and dataset (and fields)")
        return self

    def _check_sink(self) -> None:
        """What is decided where rows are stored can do no more than reject."""
        if self.fields and len(self.fields) != len(self.columns):
            raise ValueError(f"has {len(self.columns)} columns and {len(self.fields)} fields, which must be as many")
        if self.action not in {"quarantine", "drop"}:
            raise ValueError(f"the action of a rule that looks into a dataset is quarantine or drop, not {self.action}")
        if self.when is not None:
            raise ValueError("a rule that looks into a dataset asks all rows; leave when out")
