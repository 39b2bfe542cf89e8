"""What an ODCS property says of its values, as rules of a config: its options, and the values that it lists."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, TypeAlias

Written: TypeAlias = dict[str, Any]

_ENDS: Final = {
    "minimum": ("min", False),
    "maximum": ("max", False),
    "exclusiveMinimum": ("min", True),
    "exclusiveMaximum": ("max", True),
}
#: What the type says already: numbers are floats of 64 bits and integers of 64, timestamps may have an offset.
_SAID: Final = {("format", "i64"), ("format", "f64"), ("timezone", "True"), ("timezone", "False")}
#: What other parts of the reading take.
_READ_ELSEWHERE: Final = {"precision", "scale", "defaultTimezone"}


def option_rules(column: str, kind: str, options: Mapping[str, Any]) -> Iterator[tuple[str, Written | ValueError]]:
    """The rules that logicalTypeOptions make, each with the option that it comes from; ValueError says of an option why
    it makes none.
    """
    if _ENDS.keys() & options.keys():
        yield from _ranges(column, kind, options)
    if "pattern" in options:
        yield "pattern", {"check": "matches", "column": column, "pattern": whole_text(str(options["pattern"]))}
    yield from _lengths(column, kind, options)
    if "multipleOf" in options:
        yield "multipleOf", _multiple(column, kind, options["multipleOf"])
    rest = {*options} - {*_ENDS, *_READ_ELSEWHERE, "pattern", "minLength", "maxLength", "multipleOf"}
    for option in sorted(rest):
        is_format = option == "format" and kind in {"date", "timestamp"}
        if not is_format and (option, str(options[option])) not in _SAID:
            yield option, ValueError(f"{option}: {options[option]} makes no rule here")


def _ranges(column: str, kind: str, options: Mapping[str, Any]) -> Iterator[tuple[str, Written | ValueError]]:
    """One rule for the ends that are included, one for those that are not."""
    for exclusive in (False, True):
        ends = {option: end for option, (end, out) in _ENDS.items() if out is exclusive and option in options}
        if not ends:
            continue
        rule: Written = {"check": "range", "column": column, "exclusive": True}
        if not exclusive:
            del rule["exclusive"]
        elif len(_ENDS.keys() & options.keys()) > len(ends):
            rule["name"] = f"{column}_exclusive"
        where = next(iter(ends))
        try:
            yield where, rule | {end: _bound(kind, options[option]) for option, end in ends.items()}
        except ValueError:
            yield where, ValueError(f"{options[where]!r} is no bound of a {kind}")


def _bound(kind: str, value: object) -> object:
    """An end as YAML has it in a config: dates are no strings there."""
    if isinstance(value, str) and kind in {"date", "timestamp"}:
        return date.fromisoformat(value) if len(value) == len("2026-11-22") else datetime.fromisoformat(value)
    return value


def whole_text(pattern: str) -> str:
    """A pattern of ECMA-262, which is looked for anywhere in a text, as one that the whole text matches.

    >>> whole_text("^(?:O-[0-9]{6})$"), whole_text("^[A-Z]{2}$"), whole_text("@")
    ('O-[0-9]{6}', '[A-Z]{2}', '(?s:.*)(?:@)(?s:.*)')
    """
    inner = re.fullmatch(r"\^(.*)\$", pattern, re.DOTALL)
    if inner and (grouped := re.fullmatch(r"\(\?:(.*)\)", inner[1], re.DOTALL)) and _balanced(grouped[1]):
        return grouped[1]
    if inner and "|" not in inner[1] and not inner[1].endswith("\\"):
        return inner[1]
    return f"(?s:.*)(?:{pattern})(?s:.*)"


def anywhere(pattern: str) -> str:
    """A pattern that the whole text matches, as one of ECMA-262."""
    return f"^(?:{pattern})$"


def _balanced(pattern: str) -> bool:
    """Whether no parenthesis closes that was not opened; those behind a backslash or in a set count for nothing."""
    depth = 0
    for mark in re.findall(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[()]", pattern, re.DOTALL):
        depth += (mark == "(") - (mark == ")")
        if depth < 0:
            return False
    return depth == 0


def _lengths(column: str, kind: str, options: Mapping[str, Any]) -> Iterator[tuple[str, Written | ValueError]]:
    """One rule of both ends; an end that is no number makes none."""
    given = {option: options[option] for option in ("minLength", "maxLength") if option in options}
    if given and kind not in {"string", "category"}:
        yield next(iter(given)), ValueError(f"minLength and maxLength are judged of text only, and this is a {kind}")
        return
    wrong = {option: count for option, count in given.items() if not _is_count(count)}
    for option, count in wrong.items():
        yield option, ValueError(f"{option}: {count!r} is no number of characters")
    ends = {option: count for option, count in given.items() if option not in wrong}
    if ends:
        named = {option.removesuffix("Length"): count for option, count in ends.items()}
        yield next(iter(ends)), {"check": "length", "column": column, **named}


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _multiple(column: str, kind: str, of: object) -> Written | ValueError:
    if kind != "integer" or not isinstance(of, int):
        return ValueError(f"multipleOf: {of} is judged of integers only")
    return {"check": "expression", "name": f"{column}_multiple", "sql": f'"{column}" % {of} = 0'}


def enum_rule(column: str, entries: Sequence[object]) -> Written:
    """The rule that a property's `enum` makes. An entry is a mapping with a value, or the value."""
    return one_of(column, [entry.get("value") if isinstance(entry, Mapping) else entry for entry in entries])


def one_of(column: str, values: Sequence[object]) -> Written:
    """The rule that a list of valid values makes."""
    texts = [str(value).lower() if isinstance(value, bool) else value for value in values]
    return {"check": "one_of", "column": column, "values": texts}
