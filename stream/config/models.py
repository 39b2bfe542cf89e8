"""What a dataset's YAML may say. Field descriptions are the reference: they go into the JSON Schema for editors."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator

from sinks.table import ExportKind
from stream.config.budget import BudgetConfig
from stream.config.columns import Bare, ColumnConfig
from stream.config.dialect import DialectConfig
from stream.config.files import FilesConfig
from stream.config.kpis import KpiConfig
from stream.config.parameters import ParametersConfig
from stream.config.profile import ProfileConfig
from stream.config.scoring import ScoreConfig
from stream.config.steps import SchemaConfig, StepConfig, SuiteConfig
from stream.config.strict import Name, Strict


class LimitsConfig(Strict):
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


class DatasetConfig(Strict):
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
    parameters: ParametersConfig = ParametersConfig()  # type: ignore[call-arg]
    profile: ProfileConfig | None = Field(
        None, description="Without it no date is profiled, and drift is not looked for. {} takes the defaults."
    )
    score: ScoreConfig = ScoreConfig()  # type: ignore[call-arg]
    exports: tuple[ExportKind, ...] = Field(
        (),
        description="What is written to files in the warehouse's folder when a date is closed: `clean`, its accepted "
        "rows as CSV; `features`, its vectors in each feature view as Parquet and CSV; `kpis`, the history of each KPI "
        "as CSV. Each costs a copy. `ade-stream export` writes any of them by hand.",
    )
    kpis: dict[Name, KpiConfig] = Field({}, description="Key figures of each execution date, by name.")
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


_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def suite_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a suite, for editors."""
    return {"$schema": _DIALECT, **SuiteConfig.model_json_schema(), "title": "ade-stream suite"}


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a dataset's YAML, for editors."""
    schema = DatasetConfig.model_json_schema()
    told = {name: schema[name] for name in schema if name != "required"}
    alone = {"required": [name for name in schema["required"] if name != "dataset"]}
    del told["$defs"]["ColumnConfig"]["required"]  # a contract may say the type
    return {
        "$schema": _DIALECT,
        **told,
        "required": ["dataset"],
        "anyOf": [{"required": ["contract"]}, alone],
        "title": "ade-stream dataset",
    }
