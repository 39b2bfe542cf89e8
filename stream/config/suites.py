"""From a dataset's config to the suite of all that it expects: its rules, its schema, its duplicates, its reader."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, TypeAlias

from polars.exceptions import PolarsError

from processors.assessing.expectations import Dimension, Expectation, Level, Suite, canonical, digest
from processors.reasons import MISSING, NEW, TYPE
from processors.rules.expressions import parsed
from processors.schemas.model import Mode
from stream.config.models import DatasetConfig
from stream.config.rules import RuleConfig

Action: TypeAlias = Literal["warn", "quarantine", "fail"]

#: What each check of the config says of the data, and where it is known whether a rule is met.
CHECKS: Mapping[str, tuple[Dimension, Level]] = {
    "not_null": ("completeness", "record"),
    "unique": ("uniqueness", "sink"),
    "type": ("validity", "record"),
    "range": ("validity", "record"),
    "length": ("validity", "record"),
    "one_of": ("validity", "record"),
    "matches": ("validity", "record"),
    "distribution": ("validity", "date"),
    "expression": ("consistency", "record"),
    "date_order": ("consistency", "record"),
    "sum": ("consistency", "record"),
    "referential": ("consistency", "record"),
    "monotonic": ("consistency", "sink"),
    "row_count": ("timeliness", "date"),
    "freshness": ("timeliness", "date"),
    "volume": ("timeliness", "date"),
}
#: What keeps the reader from having the columns of a record.
READING = ("field_count", "encoding", "record_too_long", "field_too_long", "unterminated_quote", "unreadable")
_WEIGHTS = {"info": 0.0, "warning": 0.5, "error": 1.0}
#: How a rule is called, and what becomes of what breaks it, is no part of what it asks.
_HANDLING = {"name", "description", "severity", "action", "weight", "impute"}
_ACTIONS: Mapping[Mode, Action] = {"evolve": "warn", "rescue": "warn", "quarantine": "quarantine", "freeze": "fail"}


def suite_of(config: DatasetConfig) -> Suite:
    """All that the config expects."""
    return Suite(
        config.dataset, (*_reading(), *_schema(config), *_duplicates(config), *_outliers(config), *_rules(config))
    )


def _reading() -> Iterator[Expectation]:
    for name in READING:
        asked = canonical({"check": name})
        yield Expectation(name, name, "validity", level="reader", counted=(f"rule.{name}",), definition=asked)


def _schema(config: DatasetConfig) -> Iterator[Expectation]:
    """What the schema step asks of records. A mode that holds the file, or takes it as it is, asks nothing of them."""
    modes = config.modes
    if modes.missing_columns == "quarantine":
        yield _built_in(MISSING, MISSING, "completeness", "quarantine", (f"rule.{MISSING}",))
    elif modes.missing_columns == "rescue":
        for name in (name for name, column in config.columns.items() if not column.optional):
            yield _built_in(f"{MISSING}.{name}", MISSING, "completeness", "warn", (f"missing.{name}",), name)
    if modes.new_columns == "quarantine":
        yield _built_in(NEW, NEW, "validity", "quarantine", (f"rule.{NEW}",))
    for name, column in config.columns.items():
        if not column.column(name, config.timezone).type.is_text:
            counted = (f"type.{name}", f"misfit.{name}")
            yield _built_in(f"{TYPE}.{name}", TYPE, "validity", _ACTIONS[modes.misfits], counted, name, column.type)


def _built_in(
    name: str, check: str, dimension: Dimension, action: Action, counted: tuple[str, ...], *about: str
) -> Expectation:
    """`about`: the column, and its type."""
    asked = {"check": check} | dict(zip(("column", "type"), about, strict=False))
    return Expectation(name, check, dimension, about[:1], action=action, counted=counted, definition=canonical(asked))


def _outliers(config: DatasetConfig) -> Iterator[Expectation]:
    """Outliers are refused where the config says so; else they are what they are."""
    for step in config.processors:
        for column, outliers in step.quality.outliers.items() if step.quality else ():
            if outliers.action == "quarantine":
                name, asked = f"outlier_{column}", {"check": "outlier", "column": column}
                definition = canonical(asked | outliers.model_dump(include={"fences", "k"}))
                yield Expectation(
                    name, "outlier", "validity", (column,), counted=(f"rule.{name}",), definition=definition
                )


def _duplicates(config: DatasetConfig) -> Iterator[Expectation]:
    asked = {each for step in config.processors if step.quality for each in step.quality.duplicates}
    for name, columns in (("key", config.key), ("exact", ())):
        if name in asked:
            definition = canonical({"check": "duplicates", "of": name, "columns": columns})
            yield Expectation(
                f"duplicate_{name}", "duplicates", "uniqueness", columns, level="sink", definition=definition
            )


def _rules(config: DatasetConfig) -> Iterator[Expectation]:
    for step in config.processors:
        for rule in step.validation.rules if step.validation else ():
            yield _rule(rule)


def as_asked(rule: RuleConfig) -> dict[str, Any]:
    """What the config says of a rule. What it leaves to its default is no part of that, so that a setting which rules
    gain one day changes no id. The values of a list are, by their hash."""
    told = rule.model_dump(exclude_defaults=True)
    if "list" in told:
        told["values"] = digest(canonical(getattr(rule, "values", ())))
    return told


def _rule(rule: RuleConfig) -> Expectation:
    told = as_asked(rule)
    check, severity = str(told["check"]), rule.severity
    dimension, level = CHECKS[check]
    if check == "referential" and "dataset" in told:
        level = "sink"
    if check == "distribution" and not told.keys() & {"mean", "quantile"}:
        dimension = "completeness"
    name = rule.error_code
    return Expectation(
        name,
        check,
        dimension,
        _named(told) or _read(told.get("sql")),
        severity,
        rule.action,
        float(told.get("weight", _WEIGHTS[severity])),
        level,
        (f"rule.{name}",) if level == "record" else (),
        canonical({key: value for key, value in told.items() if key not in _HANDLING}),
    )


def _named(told: Mapping[str, Any]) -> tuple[str, ...]:
    """The columns that a rule names."""
    return tuple(told["columns"]) if "columns" in told else (told["column"],) if "column" in told else ()


def _read(sql: str | None) -> tuple[str, ...]:
    """The columns that an expression looks at; of an unsound one, which is told elsewhere, none."""
    try:
        return () if sql is None else tuple(dict.fromkeys(parsed(sql).meta.root_names()))
    except (PolarsError, ValueError, TypeError):
        return ()
