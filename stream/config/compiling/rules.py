"""From the rules of a config to the checks that rows meet, and to what must be unique."""

from __future__ import annotations

import polars as pl
from polars.exceptions import PolarsError

from processors.checks import Check, Holds, Matches, NotNull, OneOf, Range, ValidTimestamp
from processors.cleaning.refilling import Refill, Refilled
from processors.columns import ColumnType
from processors.expressions import row_expression
from processors.validation import Rule, Validate
from sinks.base import Unique
from stream.config.compiling.bounds import bound
from stream.config.compiling.draft import Draft, Location, add_unique, claim, polars_types
from stream.config.compiling.formats import format_problem
from stream.config.compiling.imputation import refilled
from stream.config.rules import (
    ExpressionRule,
    MatchesRule,
    NotNullRule,
    OneOfRule,
    RangeRule,
    TimestampRule,
    UniqueRule,
)
from stream.config.steps import ValidationConfig


def add_rules(draft: Draft, where: Location, config: ValidationConfig) -> None:
    rules: list[Rule] = []
    refills: list[Refilled | None] = []
    for position, rule in enumerate(config.rules):
        place = (*where, "rules", position)
        if isinstance(rule, UniqueRule):
            _unique(draft, place, rule)
            continue
        if isinstance(rule, ExpressionRule):
            compiled = _expression(draft, place, rule)
        else:
            compiled = _column_rule(draft, place, rule)
        if compiled is not None:
            claim(draft, place, compiled.name)
            if rule.impute is None:
                rules.append(compiled)
            else:
                refills.append(refilled(draft, place, compiled, rule.impute))
    if refills:
        draft.steps.append(Refill(tuple(each for each in refills if each is not None)))
    if rules or not refills:
        draft.steps.append(Validate(tuple(rules)))


def _unique(draft: Draft, where: Location, rule: UniqueRule) -> None:
    known = [draft.known((*where, "columns"), column) for column in rule.columns]
    if all(known):
        name = rule.name or "_".join([*rule.columns, "unique"])
        add_unique(draft, where, Unique(name, rule.columns, severity=rule.severity, action=rule.action))


def _expression(draft: Draft, where: Location, rule: ExpressionRule) -> Rule | None:
    try:
        _, kind = row_expression(rule.sql, polars_types(draft.types))
    except ValueError as error:
        draft.fault((*where, "sql"), str(error))
        return None
    if kind != pl.Boolean:
        draft.fault((*where, "sql"), f"{rule.sql!r} gives {kind}, not true or false")
        return None
    return Rule(rule.name, f"must hold: {rule.sql}", None, Holds(rule.sql), rule.severity, rule.action)


_ColumnRule = NotNullRule | RangeRule | OneOfRule | MatchesRule | TimestampRule


def _column_rule(draft: Draft, where: Location, rule: _ColumnRule) -> Rule | None:
    if not draft.known((*where, "column"), rule.column):
        return None
    try:
        check, asks = _check(rule, draft.types[rule.column], draft.config.timezone)
    except (ValueError, PolarsError) as error:
        draft.fault(where, str(error))
        return None
    name = rule.name or f"{rule.column}_{rule.check}"
    return Rule(name, f"{rule.column} {asks}", rule.column, check, rule.severity, rule.action)


def _check(rule: _ColumnRule, kind: ColumnType, timezone: str) -> tuple[Check, str]:
    """The check and what it asks, as the end of a sentence that begins with the column's name."""
    column = rule.column
    match rule:
        case NotNullRule():
            return NotNull(column), "must not be null"
        case RangeRule():
            low, high = (None if end is None else bound(end, kind, timezone) for end in (rule.min, rule.max))
            return Range(column, low, high, rule.exclusive), _range_text(rule)
        case OneOfRule():
            one_of = OneOf(column, rule.values, kind)
            one_of.broken()
            return one_of, f"must be one of {', '.join(rule.values)}"
        case MatchesRule():
            _text_only(kind, rule.check)
            pl.Series([""]).str.contains(rf"\A(?:{rule.pattern})\z")
            return Matches(column, rule.pattern), f"must match {rule.pattern}"
        case TimestampRule():
            _text_only(kind, rule.check)
            stamp = ColumnType("timestamp", formats=rule.formats, timezone=timezone)
            for why in filter(None, (format_problem(stamp, form) for form in rule.formats)):
                raise ValueError(why)
            return ValidTimestamp(column, stamp), "must be a valid timestamp"


def _text_only(kind: ColumnType, check: str) -> None:
    if not kind.is_text:
        raise ValueError(f"{check} judges text, and the column is cast to {kind.name} before it gets here")


def _range_text(rule: RangeRule) -> str:
    low, high = ("more than", "less than") if rule.exclusive else ("at least", "at most")
    ends = [f"{low} {rule.min}"] if rule.min is not None else []
    ends += [f"{high} {rule.max}"] if rule.max is not None else []
    return f"must be {' and '.join(ends)}"
