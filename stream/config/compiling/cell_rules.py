"""From rules on a cell to their checks."""

from __future__ import annotations

from typing import TypeAlias

import polars as pl

from processors.columns import ColumnType
from processors.rules.checks import Check, Length, Listed, Matches, NotNull, OneOf, Range, Typed
from stream.config.columns import ColumnConfig
from stream.config.compiling.bounds import bound
from stream.config.compiling.formats import format_problem
from stream.config.rules import (
    LengthRule,
    MatchesRule,
    NotNullRule,
    OneOfRule,
    RangeRule,
    ReferentialRule,
    TypeRule,
)

CellRule: TypeAlias = NotNullRule | TypeRule | RangeRule | LengthRule | OneOfRule | MatchesRule | ReferentialRule


def cell_check(rule: CellRule, kind: ColumnType, timezone: str) -> tuple[Check, str]:
    """The check, and what it asks, as the end of a sentence that begins with the column's name.

    Raises ValueError, or what polars raises, where a column of that type cannot have the rule.
    """
    column = rule.column
    match rule:
        case NotNullRule():
            return NotNull(column), "must not be null"
        case TypeRule():
            _text_only(kind, rule.check)
            return _typed(rule, timezone), f"must be a valid {rule.type}"
        case RangeRule():
            low, high = (None if end is None else bound(end, kind, timezone) for end in (rule.min, rule.max))
            return Range(column, low, high, rule.exclusive), _range_text(rule)
        case LengthRule():
            _text_only(kind, rule.check)
            return Length(column, rule.min, rule.max), _length_text(rule)
        case OneOfRule():
            return _proven(OneOf(column, rule.values, kind)), f"must be one of {', '.join(rule.values)}"
        case ReferentialRule():
            return _proven(Listed(column, rule.values, rule.list, kind)), f"must be one of those in {rule.list}"
        case MatchesRule():
            _text_only(kind, rule.check)
            pl.Series([""]).str.contains(rf"\A(?:{rule.pattern})\z")
            return Matches(column, rule.pattern), f"must match {rule.pattern}"


def _text_only(kind: ColumnType, check: str) -> None:
    if not kind.is_text:
        raise ValueError(f"{check} judges text, and the column is cast to {kind.name} before it gets here")


def _typed(rule: TypeRule, timezone: str) -> Typed:
    described = ColumnConfig.model_validate({"type": rule.type, "formats": rule.formats})
    kind = described.column_type(timezone)
    for why in filter(None, (format_problem(kind, form) for form in rule.formats)):
        raise ValueError(why)
    return Typed(rule.column, kind)


def _proven(check: OneOf | Listed) -> Check:
    """The check, if the column can have all values of its list."""
    check.broken()
    return check


def _range_text(rule: RangeRule) -> str:
    low, high = ("more than", "less than") if rule.exclusive else ("at least", "at most")
    ends = [f"{low} {rule.min}"] if rule.min is not None else []
    ends += [f"{high} {rule.max}"] if rule.max is not None else []
    return f"must be {' and '.join(ends)}"


def _length_text(rule: LengthRule) -> str:
    ends = [f"at least {rule.min}"] if rule.min is not None else []
    ends += [f"at most {rule.max}"] if rule.max is not None else []
    return f"must have {' and '.join(ends)} characters"
