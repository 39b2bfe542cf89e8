"""What a dataset's YAML may say. Field descriptions are the reference: they go into the JSON Schema for editors."""

from __future__ import annotations

import posixpath
import re
from datetime import date, datetime
from decimal import Decimal
from itertools import combinations
from typing import Annotated, Any, Literal, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from processors.validation import Action, Severity
from stream.config.budget import BudgetConfig
from stream.config.columns import Bare, ColumnConfig
from stream.quoting import AUTO, DELIMITERS

NAME = r"^[A-Za-z][A-Za-z0-9_]{0,62}$"

Name: TypeAlias = Annotated[str, Field(pattern=NAME)]
Bound: TypeAlias = int | float | Decimal | datetime | date


def _is_bound(value: object) -> object:
    good = value is None or (isinstance(value, int | float | Decimal | date) and not isinstance(value, bool))
    if not good or value != value:
        raise ValueError("must be a number, a date or a timestamp, as YAML writes them (without quotes)")
    return value


def _as_written(value: object) -> object:
    """A value of a list as a cell would have it; YAML reads NO as false, which must be put in quotes."""
    if value is True or value is False:
        raise ValueError("true, false, yes and no must stand in quotes, since YAML takes them for truth values")
    return str(value) if isinstance(value, int | float | Decimal | date) else value


_SIGN = r"[\x01-\x09\x0b\x0c\x0e-\x7f]"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FilesConfig(_Strict):
    """Which files of the landing folder belong to the dataset."""

    folder: str | None = Field(None, description="Folder below the landing folder; the dataset's name by default.")
    pattern: str | Annotated[tuple[str, ...], Field(min_length=1)] = Field(
        ("*.csv", "*.csv.gz", "*.csv.zst", "*.csv.bz2"),
        description="Shell pattern of the file name, such as orders_*.csv, or several of them. What is compressed is "
        "recognised by its content; the pattern has to let its name pass.",
    )
    date: str | None = Field(
        None,
        description="Regular expression over the path with the groups (?P<year>…), (?P<month>…) and (?P<day>…), where "
        "the execution date is not written dt=2026-11-21, 2026-11-21 or 20261121. Without a group for the day, or for "
        "month and day, it is the first. Files without a date get the day of their arrival.",
    )
    ready: tuple[Literal["renamed", "closed", "marker", "lease", "quiet"], ...] = Field(
        ("renamed", "quiet"),
        min_length=1,
        description="What proves a file finished, so that a last line without a line end is a whole one; any of "
        "them. renamed: it was renamed into place while watch ran. closed: its writer closed it while watch ran. "
        "marker: its done-marker is there. lease: no process writes to it (Linux, own files). quiet: it has not "
        "changed for settle_seconds.",
    )
    settle_seconds: float = Field(2.0, ge=0, description="After so long without a change a file counts as quiet.")
    marker: str = Field(
        "{name}.done",
        description="The done-marker beside a file; {name} is its name, {stem} what precedes the dots.",
    )
    on_rewrite: Literal["supersede", "hold", "fail"] = Field(
        "supersede",
        description="What becomes of a loaded file whose loaded bytes have changed. supersede: once it is finished, "
        "the rows of the new content take the place of the old ones, in one transaction. hold: the old rows stay, and "
        "`ade-stream retry FILE` takes the new content. fail: the old rows stay, and the file is failed.",
    )
    on_copy: Literal["skip", "load"] = Field(
        "skip",
        description="What becomes of a new file with the same bytes, for the same date, as one that is loaded.",
    )

    after: Literal["leave", "archive", "delete"] = Field(
        "leave",
        description="What becomes of a file when all of it is loaded, that is durable, and it is finished. A file that "
        "comes later under the same name is then another file.",
    )
    archive: str = Field(
        ".archive",
        description="Where loaded files are moved: a path, or a hidden folder in the landing folder, such as .archive.",
    )
    follow_links: bool = Field(
        False,
        description="Whether links may lead out of the landing folder. Linked files within it are always followed.",
    )
    attempts_max: int = Field(
        3, ge=1, le=100, description="A file that cannot be read so many times in a row is set aside as failed."
    )

    @property
    def patterns(self) -> tuple[str, ...]:
        """The shell patterns of which a name must match one."""
        return (self.pattern,) if isinstance(self.pattern, str) else self.pattern

    @field_validator("folder")
    @classmethod
    def _inside(cls, folder: str | None) -> str | None:
        if folder is not None and (folder.startswith("/") or ".." in folder.split("/") or not folder.strip("/.")):
            raise ValueError("must name a folder below the landing folder, without '..'")
        return folder if folder is None else posixpath.normpath(folder)

    @field_validator("archive")
    @classmethod
    def _hidden(cls, archive: str) -> str:
        if not archive.startswith(("/", ".")) or ".." in archive.split("/") or not archive.strip("/."):
            raise ValueError("must be a path that begins with /, or the name of a folder that begins with a dot")
        return archive

    @field_validator("marker")
    @classmethod
    def _beside(cls, marker: str) -> str:
        try:
            name = marker.format(name="x.csv", stem="x")
        except (KeyError, IndexError, ValueError) as error:
            raise ValueError("may hold {name} and {stem}, and no other braces") from error
        if not name or "/" in name or name == "x.csv":
            raise ValueError("must name another file in the same folder")
        return marker

    @field_validator("date")
    @classmethod
    def _groups(cls, pattern: str | None) -> str | None:
        groups = set(_regex(pattern).groupindex) if pattern is not None else {"year"}
        if "year" not in groups or ("day" in groups and "month" not in groups):
            raise ValueError("must have the group (?P<year>…), or also (?P<month>…), or also (?P<day>…)")
        return pattern


class DialectConfig(_Strict):
    """How the bytes of the files are laid out."""

    delimiter: str = Field(
        ",",
        json_schema_extra={"pattern": f"^({_SIGN}|{AUTO})$"},
        description="What separates fields. auto: the one of , ; tab | under which a file's header names most of the "
        "columns, or else its records have the most even number of fields.",
    )
    quote: str | None = Field(
        '"',
        json_schema_extra={"pattern": f"^{_SIGN}$"},
        description="The quote character; null where the format has none.",
    )
    escape: str | None = Field(
        None,
        json_schema_extra={"pattern": f"^{_SIGN}$"},
        description="Makes the byte behind it literal, inside quotes and outside; null where the format has none.",
    )
    comment: str | None = Field(
        None,
        json_schema_extra={"pattern": f"^{_SIGN}$"},
        description="A line outside quotes that begins with it is no record; null where the format has none.",
    )
    header: bool = Field(
        True, description="Whether the first record names the columns; else they come in config order."
    )
    skip_lines: int = Field(0, ge=0, le=1_000_000, description="Lines before the header, or the first record.")
    encoding: Literal["utf-8", "latin-1", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "auto"] = Field(
        "utf-8",
        description="A byte order mark is taken off. A record that is not of this encoding is rejected. auto: by the "
        "byte order mark, else UTF-16 by its NULs, else UTF-8 with the fallback, or cp1252 where none is named.",
    )
    encoding_fallback: Literal["latin-1", "cp1252"] | None = Field(
        None, description="With utf-8 or auto: what a record that is not UTF-8 is read with, instead of rejecting it."
    )

    @model_validator(mode="after")
    def _single_bytes(self) -> DialectConfig:
        signs = {"delimiter": self.delimiter, "quote": self.quote, "escape": self.escape, "comment": self.comment}
        for name, value in signs.items():
            is_auto = name == "delimiter" and value == AUTO
            if value is not None and not is_auto and (len(value.encode()) != 1 or value in "\r\n\0"):
                other = ", or auto" if name == "delimiter" else ""
                raise ValueError(f"{name} must be one ASCII character other than a line end{other}")
        for one, other in combinations([name for name, value in signs.items() if value is not None], 2):
            if signs[one] == signs[other]:
                raise ValueError(f"{one} and {other} must differ")
        if self.delimiter == AUTO and set(DELIMITERS) & set(signs.values()):
            raise ValueError("with delimiter: auto, quote, escape and comment must be none of , ; tab |")
        if self.encoding_fallback and self.encoding not in {"utf-8", AUTO}:
            raise ValueError("encoding_fallback belongs to the encodings utf-8 and auto")
        return self


class SchemaConfig(_Strict):
    """Casts the text of each declared column to its type; undeclared columns are kept in _rescued."""


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
    values: tuple[Annotated[str, BeforeValidator(_as_written, json_schema_input_type=str | int | float)], ...] = Field(
        min_length=1
    )


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


def _regex(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise ValueError(f"is no regular expression: {error}") from error


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a dataset's YAML, for editors."""
    schema = DatasetConfig.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "ade-stream dataset"}
