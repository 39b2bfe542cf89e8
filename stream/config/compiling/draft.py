"""What is known of a dataset while its steps are read in their order, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from processors.casting.casting import polars_type
from processors.columns import ColumnType
from processors.outcome import Processor
from processors.reasons import MISSING, NEW, OTHER_HEADER, REPEATED_HEADER, TYPE
from processors.rules.set_rules import SetRule
from processors.standards import Standard, Standardise
from sinks.table import Monotonic, Reference, Unique
from stream.config.models import DatasetConfig

Location = tuple[int | str, ...]
Fault = tuple[Location, str]

#: Rules that the reader and the schema step have.
READER_RULES = {
    TYPE,
    NEW,
    MISSING,
    REPEATED_HEADER,
    OTHER_HEADER,
    "field_count",
    "encoding",
    "record_too_long",
    "field_too_long",
    "unterminated_quote",
    "unreadable",
}


@dataclass(slots=True)
class Draft:
    """What is known while the steps are read in their order."""

    config: DatasetConfig
    types: dict[str, ColumnType] = field(default_factory=dict)
    steps: list[Processor] = field(default_factory=list)
    unique: list[Unique] = field(default_factory=list)
    monotonic: list[Monotonic] = field(default_factory=list)
    references: list[tuple[Location, Reference]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    set_rules: list[SetRule] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    #: How text is to be written, where no step does that yet.
    standards: tuple[Standard, ...] = ()

    def fault(self, where: Sequence[int | str], why: str) -> None:
        told = why.split("\n\n")[0]  # libraries append plans and hints behind a blank line
        self.faults.append((tuple(where), " ".join(told.split())))

    def known(self, where: Sequence[int | str], column: str) -> bool:
        if column not in self.types:
            self.fault(
                where, f"there is no column {column!r}; the columns are {', '.join(self.types) or 'not cast yet'}"
            )
        return column in self.types


def standardise(draft: Draft) -> None:
    """Behind the step that cleans text where that follows the casts, else behind these."""
    if draft.standards:
        draft.steps.append(Standardise(draft.standards))
        draft.standards = ()


def add_unique(draft: Draft, where: Location, rule: Unique) -> None:
    claim(draft, where, rule.rule)
    draft.unique.append(rule)


def claim(draft: Draft, where: Location, name: str) -> None:
    if name.lower() in draft.names:
        draft.fault(where, f"rule name {name!r} is used twice; a rule's name is its error code")
    if name.lower() in READER_RULES:
        draft.fault(where, f"rule name {name!r} is taken by a fault of the reader or the schema step")
    draft.names.add(name.lower())


def polars_types(types: Mapping[str, ColumnType]) -> dict[str, pl.DataType]:
    return {name: polars_type(kind) for name, kind in types.items()}
