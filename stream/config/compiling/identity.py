"""The columns that say what a record is, and which records are one and the same."""

from __future__ import annotations

from stream.config.models import DatasetConfig
from stream.config.rules import MonotonicRule, ReferentialRule, UniqueRule


def identifying(config: DatasetConfig) -> set[str]:
    """The columns that say which records are duplicates."""
    found: set[str] = set()
    for step in config.processors:
        duplicates = step.quality.duplicates if step.quality else ()
        found.update(config.columns if "exact" in duplicates else config.key if "key" in duplicates else ())
        rules = step.validation.rules if step.validation else ()
        found.update(column for rule in rules if isinstance(rule, UniqueRule) for column in rule.columns)
    return found


def compared(config: DatasetConfig) -> set[str]:
    """The columns whose values are compared with those of other records."""
    found = identifying(config)
    for step in config.processors:
        for rule in step.validation.rules if step.validation else ():
            if isinstance(rule, MonotonicRule):
                found.add(rule.column)
            if isinstance(rule, ReferentialRule):
                found.update(rule.columns)
    return found


def fixed_by(config: DatasetConfig, column: str) -> str | None:
    """Why the cells of a column cannot be given other values, as the end of a sentence; None where they can."""
    if column in config.key:
        return f"{column!r} is a part of the key, and a record with another key is another record"
    if column == config.event_time:
        return f"{column!r} is the event time, and no other record says when this one happened"
    if column in identifying(config):
        return f"{column!r} says which records are duplicates, and other values would make others of them"
    return None
