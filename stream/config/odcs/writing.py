"""A dataset's config as a contract of the Open Data Contract Standard. What is no promise about records is no part of
it: files, dialect, limits, budget, the raw layer, score, profile and parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import yaml
from pydantic.alias_generators import to_camel

from stream.config.columns import ColumnConfig
from stream.config.models import DatasetConfig
from stream.config.odcs.constraints import Written
from stream.config.odcs.date_patterns import java_pattern, strftime_format
from stream.config.odcs.document import VENDOR
from stream.config.odcs.expressing import express, plain
from stream.config.odcs.types import logical_type
from stream.config.rules import RuleConfig
from stream.config.rules.base import error_code

_API_VERSION: Final = "v3.2.0"
#: A property says first what it is, then what it must be.
_ORDER: Final = (
    "name",
    "physicalName",
    "description",
    "logicalType",
    "physicalType",
    "required",
    "unique",
    "primaryKey",
    "primaryKeyPosition",
    "logicalTypeOptions",
    "enum",
    "quality",
    "customProperties",
)


def odcs_text(config: DatasetConfig) -> str:
    """The contract as YAML: the same text for the same config."""
    return yaml.safe_dump(odcs_document(config), sort_keys=False, allow_unicode=True, width=120)


def odcs_document(config: DatasetConfig) -> Written:
    """The contract. What ODCS has no words for stands in custom properties and custom quality rules."""
    properties = {name: _property(config, name, column) for name, column in config.columns.items()}
    quality: Written = {}
    for rule in _rules(config):
        express(rule, config, quality, properties)
    table: Written = {"name": config.dataset, "logicalType": "object", "physicalType": "table"}
    if config.description:
        table["description"] = config.description
    table["properties"] = [{key: each[key] for key in _ORDER if key in each} for each in properties.values()]
    table |= {**quality, "customProperties": _customs(_of_dataset(config))}
    return {
        "apiVersion": _API_VERSION,
        "kind": "DataContract",
        "id": config.dataset,
        "name": config.dataset,
        "version": "1.0.0",
        "status": "active",
        "schema": [table],
    }


def _rules(config: DatasetConfig) -> list[RuleConfig]:
    return [rule for step in config.processors if step.validation for rule in step.validation.rules]


def _of_dataset(config: DatasetConfig) -> dict[str, Any]:
    said = config.model_dump(include={"null_tokens", "timezone", "event_time"}, exclude_defaults=True)
    return said | {
        "processors": [_step(step.model_dump(by_alias=True, exclude_defaults=True)) for step in config.processors]
    }


def _step(written: Mapping[str, Any]) -> dict[str, Any]:
    """A step, with the names of rules instead of the rules, which stand where they belong."""
    if "validation" not in written:
        return dict(written)
    return {"validation": {"rules": [error_code(rule) for rule in written["validation"]["rules"]]}}


def _property(config: DatasetConfig, name: str, column: ColumnConfig) -> dict[str, Any]:
    """A column, its rules left out."""
    custom = column.model_dump(exclude_defaults=True, exclude={"type", "description"})
    written: dict[str, Any] = {"name": name}
    if column.source and (len(column.source) > 1 or column.source[0] == name):
        written["physicalName"] = column.source[0]
    elif column.source:
        written["physicalName"] = custom.pop("source")[0]
    if column.description:
        written["description"] = column.description
    written["logicalType"] = logical_type(column.type)
    if written["logicalType"] != column.type:
        written["physicalType"] = column.type
    if column.type == "category":
        custom = {"type": column.type, **custom}
    if name in config.key:
        written |= {"primaryKey": True, "primaryKeyPosition": config.key.index(name) + 1}
    options = _time_options(config, column, custom)
    if options:
        written["logicalTypeOptions"] = options
    if custom:
        written["customProperties"] = _customs(custom)
    return written


def _time_options(config: DatasetConfig, column: ColumnConfig, custom: dict[str, Any]) -> Written:
    """Format and time zone of a column of dates; a format that is told so needs no custom property."""
    options: Written = {}
    if len(column.formats) == 1 and (pattern := java_pattern(column.formats[0])):
        options["format"] = pattern
        if strftime_format(pattern) == column.formats[0]:
            del custom["formats"]
    if column.type == "timestamp" and config.timezone != "UTC":
        options["defaultTimezone"] = config.timezone
    return options


def _customs(said: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"property": to_camel(name), "value": plain(value), "vendor": VENDOR} for name, value in said.items()]
