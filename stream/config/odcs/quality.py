"""Quality rules of ODCS as rules of a config. Those that count over a table have no counterpart: rows are judged."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from stream.config.odcs.constraints import Written, one_of, whole_text
from stream.config.odcs.document import VENDOR, Quality

_SEVERITIES = {"info": "info", "warning": "warning", "warn": "warning", "error": "error"}


def quality_rules(quality: Quality, column: str | None) -> list[Written]:
    """The rules that a quality rule makes of a column, or of a table. Raises ValueError, saying why it makes none."""
    if quality.engine == VENDOR:
        if not isinstance(quality.implementation, Mapping):
            raise ValueError(f"the implementation of a rule of {VENDOR} must be a mapping, as a rule in a config")
        return [dict(quality.implementation)]
    metric = _metric(quality)
    if column is None and not (metric == "duplicateValues" and quality.arguments.properties):
        raise ValueError(f"{metric} of a whole table is not judged here")
    settings = _settings(quality)
    if metric == "duplicateValues" and settings.get("action") == "warn":
        raise ValueError("a duplicate is always rejected here, and by this rule it is no error")
    rules = [rule | settings for rule in _rules(metric, quality, column)]
    if len(rules) > 1 and "name" in settings:
        rules[1:] = [rule | {"name": f"{rule['name']}_{rule['check']}"} for rule in rules[1:]]
    return rules


def _metric(quality: Quality) -> str:
    """The metric under its present name, where none of the values may break it."""
    if quality.type in {"text", "sql", "custom"}:
        engine = f" of {quality.engine}" if quality.engine else ""
        raise ValueError(f"a rule of the type {quality.type}{engine} is not judged here")
    written = quality.metric or quality.rule or ""
    metric = _OLD_NAMES.get(written, written)
    if metric not in {"nullValues", "missingValues", "invalidValues", "duplicateValues"}:
        raise ValueError(f"{f'the metric {metric!r}' if metric else 'a rule without a metric'} is not judged here")
    if written != "validValues" and not _none_may_break(quality):
        raise ValueError(f"{metric} is judged record by record: only mustBe: 0 has a counterpart here")
    return metric


_OLD_NAMES = {"nullCheck": "nullValues", "validValues": "invalidValues", "duplicateCount": "duplicateValues"}


def _none_may_break(quality: Quality) -> bool:
    return bool(quality.must_be == 0 or quality.must_be_less_or_equal_to == 0 or quality.must_be_less_than == 1)


def _rules(metric: str, quality: Quality, column: str | None) -> Iterator[Written]:
    arguments = quality.arguments
    if metric == "duplicateValues":
        yield {"check": "unique", "columns": arguments.properties or [column]}
        return
    if metric in {"nullValues", "missingValues"}:
        yield {"check": "not_null", "column": column}
        return
    values = arguments.valid_values or quality.valid_values
    if values:
        yield one_of(str(column), values)
    if arguments.pattern:
        yield {"check": "matches", "column": column, "pattern": whole_text(arguments.pattern)}
    if arguments.others or not (values or arguments.pattern):
        told = (
            f"{', '.join(arguments.others)} makes" if arguments.others else "without validValues and pattern it makes"
        )
        raise ValueError(f"invalidValues: {told} no rule here")


def _settings(quality: Quality) -> dict[str, Any]:
    """Name, severity and action. What is no error is loaded, and marked, unless the contract says otherwise."""
    settings: dict[str, Any] = {}
    name = re.sub(r"[^A-Za-z0-9_]+", "_", quality.name or "").strip("_")[:63]
    if re.match("[A-Za-z]", name):
        settings["name"] = name
    severity = _SEVERITIES.get((quality.severity or "").lower(), "error")
    if severity != "error":
        settings |= {"severity": severity, "action": "warn"}
    for custom in quality.custom_properties:
        if custom.vendor == VENDOR:
            settings[custom.property] = custom.value
    return settings


def missing_values(quality: Quality) -> list[str]:
    """The cells that mean nothing by a rule on missing values."""
    listed = quality.arguments.missing_values if quality.metric == "missingValues" else None
    return [str(value) for value in listed or () if value is not None]
