"""The log: entries as lines of text for people, or of JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, TypeAlias

from stream.logging.entries import Entry, Level, said
from stream.logging.privacy import without_values
from stream.screens.output import shown, write
from stream.screens.tables import to_json_line

Format: TypeAlias = Literal["text", "json"]


@dataclass(slots=True)
class Log:
    """How lines are written. `format`: None where a screen would be liked better, if there is one. `with_values`: what
    stood in rows may be told. `declared`: names that the config has; `run_id`: the run that goes on, if any does."""

    format: Format | None = None
    with_values: bool = False
    declared: frozenset[str] = frozenset()
    run_id: int | None = None

    def line(self, entry: Entry) -> str:
        """The entry as it is written now."""
        values = self.shown(entry)
        if self.format != "json":
            return f"{clock()} {text(entry, values)}\n"
        known = {name: values.get(name) for name in ("dataset", "file", "span")}
        told = {"ts": clock(), "level": entry.level, "event": entry.event, **known, "run_id": self.run_id, **values}
        return to_json_line({name: value for name, value in told.items() if value is not None})

    def shown(self, entry: Entry) -> Mapping[str, object]:
        """The values of an entry as far as they may be told."""
        if self.with_values:
            return entry.values
        values = {**entry.values, **entry.hidden}
        return values | {name: self.told(str(values[name])) for name in ("reason", "message") if name in values}

    def told(self, sentence: str) -> str:
        """A sentence as far as it may be told."""
        return sentence if self.with_values else without_values(sentence, self.declared)

    def write(self, entry: Entry) -> None:
        """A line on standard output, at once."""
        write(self.line(entry))

    def complain(self, event: str, sentence: str, level: Level = "warning", **values: object) -> None:
        """A line on standard error; for people, in the words in which the program tells errors."""
        if self.format == "json":
            sys.stderr.write(self.line(said(event, sentence, level, **values)))
        else:
            sys.stderr.write(f"ade-stream: {self.told(sentence)}\n")


def text(entry: Entry, values: Mapping[str, object] | None = None) -> str:
    """What happened, as `key=value` pairs behind a verb; values with blanks are quoted."""
    values = entry.values if values is None else values
    if entry.sentence:
        return str(values["message"])
    return " ".join([entry.event, *(f"{name}={_value(value)}" for name, value in values.items())])


def _value(value: object) -> str:
    told = str(value)
    is_plain = told.isprintable() and not any(mark in told for mark in ' "=')
    return told if told and is_plain else shown(json.dumps(told, ensure_ascii=False))


def clock() -> str:
    """The time of an event, UTC."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
