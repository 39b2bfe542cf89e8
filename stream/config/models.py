"""What a dataset's YAML may say. Field descriptions are the reference: they go into the JSON Schema for editors."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from processors.schemas.model import Mode
from processors.validation import Action, Severity
from stream.config.budget import BudgetConfig
from stream.config.columns import AsWritten, Bare, ColumnConfig
from stream.config.dialect import DialectConfig
from stream.config.files import FilesConfig

NAME = r"^[A-Za-z][A-Za-z0-9_]{0,62}$"

Name: TypeAlias = Annotated[str, Field(pattern=NAME)]
Bound: TypeAlias = int | float | Decimal | datetime | date


def _is_bound(value: object) -> object:
    good = value is None or (isinstance(value, int | float | Decimal | date) and not isinstance(value, bool))
    if not good or value != value:
        raise ValueError("must be a number, a date or a timestamp, as YAML writes them (without quotes)")
    return value


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SchemaConfig(_Strict):
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


class QualityConfig(_Strict):
    """Cleans text cells, and names the duplicates to be refused."""

    trim: bool = Field(True, description="Take away blanks around text.")
    duplicates: tuple[Literal["key", "exact"], ...] = Field(
        (),
        description="key: a record whose key was seen before is rejected. exact: one whose every declared column was. "
        "The record with the smaller row id is the first, across batches, files and restarts.",
    )


class _RuleConfig(_Strict):
    name: Name | None = Field(None, description="Error code and counter; <column>_<check> by default.")
    severity: Severity = "error"
    action: Action = Field(
        "quarantine",
        description="warn: pass and flag. quarantine, drop: reject. fail: set the whole file aside.",
    )


class NotNullRule(_RuleConfig):
    """The cell has a value."""

    check: Literal["not_null"]
    column: str


class RangeRule(_RuleConfig):
    """min ≤ value ≤ max; the ends are included unless exclusive."""

    check: Literal["range"]
    column: str
    min: Annotated[Bound | None, BeforeValidator(_is_bound)] = None
    max: Annotated[Bound | None, BeforeValidator(_is_bound)] = None
    exclusive: bool = False

    @model_validator(mode="after")
    def _bounded(self) -> RangeRule:
        if self.min is None and self.max is None:
            raise ValueError("needs min, max or both")
        if type(self.min) is type(self.max) and self.min is not None and self.min > self.max:  # type: ignore[operator]
            raise ValueError("min is greater than max, so no value lies between")
        return self


class OneOfRule(_RuleConfig):
    """The value is one of a list."""

    check: Literal["one_of"]
    column: str
    values: tuple[AsWritten, ...] = Field(min_length=1)


class MatchesRule(_RuleConfig):
    """The whole text matches a regular expression."""

    check: Literal["matches"]
    column: str
    pattern: str


class TimestampRule(_RuleConfig):
    """The text of a string column reads as a timestamp."""

    check: Literal["timestamp"]
    column: str
    formats: tuple[str, ...] = ()


class UniqueRule(_RuleConfig):
    """No earlier record has the same values in these columns. Records with a null among them are not compared."""

    check: Literal["unique"]
    columns: tuple[str, ...] = Field(min_length=1)
    action: Literal["quarantine", "drop"] = "quarantine"


class ExpressionRule(_RuleConfig):
    """A SQL expression over the row is true (or null)."""

    check: Literal["expression"]
    name: Name
    sql: str


RuleConfig: TypeAlias = Annotated[
    NotNullRule | RangeRule | OneOfRule | MatchesRule | TimestampRule | UniqueRule | ExpressionRule,
    Field(discriminator="check"),
]


class ValidationConfig(_Strict):
    """Rules over typed rows; a row is rejected with every rule that it breaks."""

    rules: tuple[RuleConfig, ...] = Field(min_length=1)


class FeaturesConfig(_Strict):
    """Columns computed from the other columns of the same row."""

    columns: dict[Name, str] = Field(description="Name: SQL expression over the row.", min_length=1)


class StepConfig(_Strict):
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


class LimitsConfig(_Strict):
    """Bounds on what a file may ask of us. Results never depend on those of a micro-batch (batch_rows, batch_bytes)."""

    batch_rows: int = Field(20_000, ge=1, le=1_000_000, description="Records in a micro-batch at the most.")
    batch_bytes: int = Field(1 << 19, ge=1 << 10, le=1 << 28, description="Bytes read for a micro-batch.")
    record_bytes_max: int = Field(1 << 20, ge=64, le=1 << 28, description="A longer record is rejected.")
    field_bytes_max: int = Field(
        1 << 20, ge=1, le=1 << 28, description="A record with a field that is longer, as UTF-8, is rejected."
    )
    columns_max: int = Field(2000, ge=1, le=100_000, description="A file whose header has more columns is set aside.")
    expanded_bytes_max: int = Field(
        1 << 34, ge=1, description="A compressed file is read so far; one that holds more is set aside then."
    )


class DatasetConfig(_Strict):
    """A dataset: where its files are, what is in them, and what happens to each row."""

    dataset: Name = Field(description="Names the table stg_<dataset>.")
    description: str = ""
    contract: str | None = Field(
        None,
        description="A file of the Open Data Contract Standard, version 3, from the folder of this file. It gives "
        "columns, key and rules; what is said here wins, and is added. Without processors here, it gives these too.",
    )
    files: FilesConfig = FilesConfig()  # type: ignore[call-arg]
    dialect: DialectConfig = DialectConfig()  # type: ignore[call-arg]
    null_tokens: tuple[Bare, ...] = Field(("",), description="Cells that mean nothing, compared without blanks around.")
    timezone: str = Field("UTC", description="Where timestamps without an offset are read, such as Europe/Oslo.")
    columns: dict[Name, ColumnConfig] = Field(min_length=1)
    key: tuple[str, ...] = Field((), description="The columns that identify a record.")
    event_time: str | None = Field(None, description="The timestamp column that is also kept in _event_us.")
    processors: tuple[StepConfig, ...] = Field(min_length=1)
    limits: LimitsConfig = LimitsConfig()  # type: ignore[call-arg]
    budget: BudgetConfig | None = Field(None, description="Without one any number of records may be rejected.")
    raw: bool = Field(True, description="Keep every record as JSON in raw_events; replay reads it.")

    @property
    def modes(self) -> SchemaConfig:
        """What becomes of what does not fit the contract."""
        return next((step.schema_ for step in self.processors if step.schema_ is not None), SchemaConfig())  # type: ignore[call-arg]

    @field_validator("timezone")
    @classmethod
    def _zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError("must be a time zone of the IANA database, such as UTC or Europe/Oslo") from error
        return name

    @field_validator("columns")
    @classmethod
    def _distinct(cls, columns: dict[str, ColumnConfig]) -> dict[str, ColumnConfig]:
        if len({name.lower() for name in columns}) < len(columns):
            raise ValueError("two columns differ only in upper and lower case, which SQL does not tell apart")
        sources = [source for name, column in columns.items() for source in column.source or (name,)]
        repeated = [source for source in sources if sources.count(source) > 1]
        if repeated:
            raise ValueError(f"the header name {repeated[0]!r} is given twice")
        return columns


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a dataset's YAML, for editors."""
    schema = DatasetConfig.model_json_schema()
    told = {name: schema[name] for name in schema if name != "required"}
    alone = {"required": [name for name in schema["required"] if name != "dataset"]}
    del told["$defs"]["ColumnConfig"]["required"]  # a contract may say the type
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **told,
        "required": ["dataset"],
        "anyOf": [{"required": ["contract"]}, alone],
        "title": "ade-stream dataset",
    }
