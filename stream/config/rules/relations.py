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
    action: Literal["quarantine", "drop"] = "quarantine"


class ReferentialRule(RowRule):
    """The value stands in a list. It is read when the config is: from the folder that the validation's context names as
    `folder`, where configs are, else from the working directory."""

    check: Literal["referential"]
    column: str
    list: str = Field(
        description=f"A CSV file with a header, in UTF-8, from the folder of the config; at the most {VALUES_MAX:,} "
        "different values."
    )
    field: str | None = Field(None, description="The column of the list; its first by default.")
    _values: tuple[str, ...] = PrivateAttr(())

    @property
    def values(self) -> tuple[str, ...]:
        """The values of the list, each once, in the order of the file."""
        return self._values

    @model_validator(mode="after")
    def _read(self, info: ValidationInfo) -> ReferentialRule:
        folder = Path((info.context or {}).get("folder", Path()))
        self._values = read_list(folder / self.list, self.field)
        return self
