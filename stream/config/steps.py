"""What the steps of a dataset may say: the processors in their order, each with its settings."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field, model_validator

from processors.schemas.model import Mode
from stream.config.imputation import Imputation, OutliersConfig
from stream.config.rules import RuleConfig
from stream.config.strict import Name, Strict


class SchemaConfig(Strict):
    """Casts the text of each declared column to its type, and says what becomes of what does not fit the contract."""

    new_columns: Mode = Field(
        "rescue",
        description="Columns in a file that the config does not name. evolve: the table gains them, as text. "
        "quarantine: records with a value there are rejected, rule new_column. rescue: their cells are kept in "
        "_rescued. freeze: the file is held until a person decides.",
    )
    missing_columns: Mode = Field(
        "freeze",
        description="Columns that are not optional and that a file lacks. evolve: they count as optional from then on. "
        "quarantine: all its records are rejected, rule missing_column. rescue: their cells are null, and _flags has "
        "missing.<column>. freeze: the file is held until a person decides. A file that has none of the columns is "
        "held in any case.",
    )
    misfits: Mode = Field(
        "quarantine",
        description="Cells that do not cast to the type of their column. evolve: the type is widened where that loses "
        "nothing (integer to number, decimal to more digits), else as rescue. quarantine: their records are rejected, "
        "rule type. rescue: the cell is null, its text is kept in _rescued, and _flags has misfit.<column>. freeze: "
        "the file is held at the first such record; those before it are loaded.",
    )


class QualityConfig(Strict):
    """Cleans text cells, and names the duplicates to be refused."""

    trim: bool = Field(True, description="Take away blanks around text.")
    duplicates: tuple[Literal["key", "exact"], ...] = Field(
        (),
        description="key: a record whose key was seen before is rejected. exact: one whose every declared column was. "
        "The record with the smaller row id is the first, across batches, files and restarts.",
    )
    keep: Literal["first", "last"] = Field(
        "first",
        description="Which of several duplicates stays, by row id. Another choice takes hold where dates are replayed.",
    )
    outliers: dict[str, OutliersConfig] = Field(
        {},
        description="Columns of numbers, each with the fences beyond which a value is an outlier. They are made of the "
        "dates before. Looked for behind the cleaning of text, before nulls are imputed.",
    )
    impute: dict[str, Imputation] = Field(
        {},
        description="Columns whose nulls get a value: median or mean of numbers, mode (the most frequent value), "
        "previous (the last value of the dates before); {with: median, by: [sku]} takes that of the row's group, and "
        "{constant: NO} a value of its own. _flags has imputed.<column>.",
    )


class ValidationConfig(Strict):
    """Rules over typed rows; a row is rejected with every rule that it breaks."""

    model_config = ConfigDict(json_schema_extra={"anyOf": [{"required": ["rules"]}, {"required": ["suite"]}]})

    suite: str | None = Field(
        None,
        description="A file with rules, from the folder of this file, such as expectations/orders.yaml. Its rules come "
        "before those that stand here.",
    )
    rules: tuple[RuleConfig, ...] = Field((), min_length=1)

    @model_validator(mode="after")
    def _said(self) -> ValidationConfig:
        """The rules of a suite are in their place before a config is validated."""
        if self.suite is not None:
            raise ValueError("a suite is named by the config itself, where it is read from a file")
        if not self.rules:
            raise ValueError("needs rules, a suite or both")
        return self


class SuiteConfig(Strict):
    """A file of rules, which a dataset's validation names as its suite."""

    description: str = Field("", description="What the rules are for, and for whom.")
    rules: tuple[RuleConfig, ...] = Field(min_length=1)


class FeaturesConfig(Strict):
    """Columns computed from the other columns of the same row."""

    columns: dict[Name, str] = Field(description="Name: SQL expression over the row.", min_length=1)


class StepConfig(Strict):
    """One processor: a mapping with exactly one of these keys."""

    schema_: SchemaConfig | None = Field(None, alias="schema")
    quality: QualityConfig | None = None
    validation: ValidationConfig | None = None
    features: FeaturesConfig | None = None

    @model_validator(mode="after")
    def _one(self) -> StepConfig:
        if sum(part is not None for part in (self.schema_, self.quality, self.validation, self.features)) != 1:
            raise ValueError("needs exactly one of schema, quality, validation, features, with its settings (or {})")
        return self
