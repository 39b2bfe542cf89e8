"""A draft as the text of a YAML file, with the reasons beside what was decided."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import yaml

from processors.casting.date_formats import FIRST_YEAR
from stream.config.files import FilesConfig
from stream.config.models import LimitsConfig
from stream.drafting.draft import Draft, DraftColumn

_WIDTH = 116
_SHOWN = 3


def written(draft: Draft) -> str:
    """The config. The same draft gives the same text."""
    parts = (
        _head(draft),
        _files(draft),
        _dialect(draft),
        _columns(draft),
        _whole(draft),
        _processors(draft),
        _limits(draft),
    )
    return "\n".join("\n".join(lines) + "\n" for part in parts if (lines := list(part)))


def _head(draft: Draft) -> Iterator[str]:
    files = f"{len(draft.samples):,} samples" if len(draft.samples) > 1 else "one sample"
    yield from _comment(
        f"Drafted by `ade-stream init {draft.dataset}` from {files} with {draft.records:,} records, all of which were "
        "looked at. Read it through: LOOK marks what a person should decide."
    )
    yield f"dataset: {_value(draft.dataset)}"


def _files(draft: Draft) -> Iterator[str]:
    named, settings = draft.naming, list[str]()
    if named.folder is not None:
        settings.append(f"  folder: {_value(named.folder)}")
    default = FilesConfig().patterns  # type: ignore[call-arg]
    if not set(named.patterns) <= set(default):
        patterns = named.patterns[0] if len(named.patterns) == 1 else list(named.patterns)
        settings.append(f"  pattern: {_value(patterns)}")
    told = _dates_told(draft)
    if named.date is not None:
        settings += [*_comment(told, "  "), f"  date: {_value(named.date)}"]
    where = named.folder or draft.dataset
    yield from _comment(f"Files land in {where}/ below the landing folder." + ("" if named.date else f" {told}"))
    yield from ["files:", *settings] if settings else []


def _dates_told(draft: Draft) -> str:
    dates = [date for date in draft.naming.dates if date is not None]
    if not dates:
        return "Their names tell no date: the execution date is the day of their arrival."
    spans = dates[0] if len(set(dates)) == 1 else f"{min(dates)} to {max(dates)}"
    told = f"Their names tell the execution date: {spans}."
    if len(dates) < len(draft.naming.dates):
        told += f" LOOK: {len(draft.naming.dates) - len(dates)} of the samples have none."
    if draft.naming.is_ambiguous:
        told += " LOOK: no name tells whether the day or the month comes first; the month is taken."
    return told


def _dialect(draft: Draft) -> Iterator[str]:
    dialect, settings = draft.dialect, list[str]()
    if dialect.delimiter != ",":
        why = "  # it differs from sample to sample" if dialect.delimiter == "auto" else ""
        settings.append(f"  delimiter: {_value(dialect.delimiter)}{why}")
    if draft.quote != '"':
        settings.append(f"  quote: {_value(draft.quote)}")
    if not draft.has_header:
        settings.append("  header: false  # LOOK: the first record seems to name no columns")
    if dialect.encoding != "utf-8":
        settings.append(f"  encoding: {_value(dialect.encoding)}")
    if dialect.fallback is not None:
        count = sum(sample.dialect.fallback is not None for sample in draft.samples)
        settings.append(f"  encoding_fallback: {dialect.fallback}  # samples that are not all UTF-8: {count:,}")
    yield from ["dialect:", *settings] if settings else []


def _columns(draft: Draft) -> Iterator[str]:
    yield "columns:"
    for column in draft.columns:
        yield from _comment(_why(draft, column), "  ")
        yield from _flow(f"  {_value(column.name)}: ", _settings(column))
    if draft.surplus:
        yield from _comment(
            f"LOOK: a table of SQLite holds no more columns. The other {draft.surplus:,} of the samples are kept in "
            "_rescued, as JSON; declare those that you need in the place of some of these.",
            "  ",
        )


def _settings(column: DraftColumn) -> dict[str, Any]:
    kind = column.kind
    settings: dict[str, Any] = {"type": kind.type}
    if column.sources != (column.name,):
        settings["source"] = column.sources[0] if len(column.sources) == 1 else list(column.sources)
    found = {
        "optional": column.lacking > 0,
        "null_tokens": list(column.null_tokens),
        "formats": list(kind.formats),
        "two_digit_years_from": kind.first_year if kind.first_year != FIRST_YEAR else None,
        "decimal_mark": kind.style.decimal_mark if kind.style.decimal_mark != "." else None,
        "thousands_mark": kind.style.thousands_mark,
        "currency": kind.style.currency,
        "accounting": kind.style.accounting,
    }
    return settings | {name: value for name, value in found.items() if value}


def _why(draft: Draft, column: DraftColumn) -> str:
    kind = column.kind
    told = [*kind.why]
    if kind.days is not None:
        told.append(kind.days[0] if kind.days[0] == kind.days[1] else f"{kind.days[0]} to {kind.days[1]}")
    if kind.extent is not None:
        low, high = _number(kind.extent.low), _number(kind.extent.high)
        told.append(f"always {low}" if low == high else f"{low} to {high}")
    if column.records > column.nulls:
        told.append(f"{column.nulls:,} of {column.records:,} empty" if column.nulls else "never empty")
    if column.lacking:
        told.append(f"{column.lacking:,} of {len(draft.samples):,} samples lack it")
    if kind.dirt:
        told.append(f"LOOK: {kind.dirt:,} values are none of these and are rejected")
    told += [_null_told(column.null_tokens)] if column.null_tokens else []
    if column.guessed:
        names = ", ".join(_value(name) for name in column.guessed)
        told.append(f"LOOK: that {names} is the same column under another name is a guess")
    return "; ".join(told)


def _null_told(tokens: tuple[str, ...]) -> str:
    return f"{', '.join(_value(token) for token in tokens)} means nothing here"


def _number(value: float) -> str:
    return f"{value:.0f}" if value == int(value) and abs(value) < 1e15 else f"{value:.10g}"


def _whole(draft: Draft) -> Iterator[str]:
    if draft.null_tokens:
        yield f"null_tokens: {_value(['', *draft.null_tokens])}  # each in several columns, of which one has a type"
    if draft.key is not None:
        key = f"key: {_value(list(draft.key.columns))}"
        yield f"{key}  # {draft.key.why}" if draft.key.is_sure else f"# {key}  # LOOK: {draft.key.why}; is it the key?"
    if draft.event_time is not None:
        yield f"event_time: {_value(draft.event_time)}  # times without an offset are UTC; timezone says others"


def _processors(draft: Draft) -> Iterator[str]:
    yield "processors:"
    yield "  - schema: {}"
    yield f"  - quality: {{trim: true{', duplicates: [key]' if draft.identifying else ''}}}"
    rules = draft.rules()
    if rules:
        told = "What held in every record of the samples. A row that breaks a warning is loaded and flagged."
        yield from _comment(told, "  ")
        yield from ("  - validation:", "      rules:")
        for rule in rules:
            yield from _flow("        - ", rule)


def _limits(draft: Draft) -> Iterator[str]:
    widest = max(len(sample.names) for sample in draft.samples)
    if widest > LimitsConfig().columns_max:  # type: ignore[call-arg]
        yield f"limits: {{columns_max: {widest}}}"


def _flow(begin: str, settings: Mapping[str, Any]) -> list[str]:
    """A mapping in one line, or in several where it is long."""
    line = f"{begin}{_value(dict(settings))}"
    if len(line) <= _WIDTH + 4:
        return [line]
    indent = " " * (len(begin) - len(begin.lstrip()) + 2)
    lead = [begin.rstrip()] if begin.rstrip().endswith(":") else []
    items = [f"{indent}{name}:{_wrapped(value, indent)}" for name, value in settings.items()]
    if not lead:
        items[0] = begin + items[0].lstrip()
    return [*lead, *items]


def _wrapped(value: object, indent: str) -> str:
    text = _value(value)
    if not isinstance(value, list) or len(indent) + len(text) <= _WIDTH:
        return f" {text}"
    return "".join(f"\n{indent}  - {_value(each)}" for each in value)


def _value(value: object) -> str:
    """A value as YAML in one line, quoted where it would be read as another."""
    text = yaml.safe_dump([value], default_flow_style=True, width=float("inf"), allow_unicode=True, sort_keys=False)
    if "\n" in text.strip():  # a line end in a value; JSON is YAML, and knows how to write that in one line
        return json.dumps(value, ensure_ascii=False)
    return text.strip()[1:-1]


def _comment(text: str, indent: str = "") -> Iterable[str]:
    lines = textwrap.wrap(text, _WIDTH - len(indent), break_long_words=False, break_on_hyphens=False)
    return [f"{indent}# {line}" for line in lines]
