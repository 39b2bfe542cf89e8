"""From rules on several cells of a row to their checks."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TypeAlias

import polars as pl

from processors.columns import ColumnType
from processors.rules.checks import Check, Holds
from processors.rules.expressions import row_expression
from processors.rules.row_checks import DIGITS_MAX, AddsUp, InOrder
from stream.config.compiling.draft import polars_types
from stream.config.rules import DateOrderRule, ExpressionRule, SumRule

RecordRule: TypeAlias = DateOrderRule | SumRule | ExpressionRule
Types: TypeAlias = Mapping[str, ColumnType]

#: Of an integer of 64 bits.
_INTEGER_DIGITS = 19


def record_check(rule: RecordRule, types: Types, timezone: str) -> tuple[Check, str]:
    """The check, and what it asks of a record, as a sentence. Raises ValueError where the columns cannot have it."""
    match rule:
        case DateOrderRule():
            order = "each earlier than the next" if rule.strict else "none later than the next"
            return _in_order(rule, types, timezone), f"{', '.join(rule.columns)} must be in this order, {order}"
        case SumRule():
            return _adds_up(rule, types), _sum_text(rule)
        case ExpressionRule():
            check_condition(rule.sql, types)
            return Holds(rule.sql), f"must hold: {rule.sql}"


def check_condition(sql: str, types: Types) -> None:
    """Raises ValueError where the SQL is no question about a row."""
    _, kind = row_expression(sql, polars_types(types))
    if kind != pl.Boolean:
        raise ValueError(f"{sql!r} gives {kind}, not true or false")


def _in_order(rule: DateOrderRule, types: Types, timezone: str) -> InOrder:
    _only(rule.columns, types, {"date", "timestamp"}, rule.check)
    moments = tuple(name for name in rule.columns if types[name].name == "timestamp")
    if len(moments) in {0, len(rule.columns)}:
        return InOrder(rule.columns, rule.strict)
    return InOrder(rule.columns, rule.strict, moments, timezone)


def _adds_up(rule: SumRule, types: Types) -> AddsUp:
    columns = (*rule.columns, *([rule.equals] if isinstance(rule.equals, str) else []))
    unknown = [name for name in columns if name not in types]
    if unknown:
        raise ValueError(f"equals: there is no column {unknown[0]!r}; the columns are {', '.join(types)}")
    _only(columns, types, {"integer", "decimal", "number"}, rule.check)
    numbers = [value for value in (rule.equals, rule.tolerance) if isinstance(value, Decimal)]
    kinds = [types[name] for name in columns]
    return AddsUp(rule.columns, rule.equals, rule.tolerance, _scale(kinds, numbers))


def _scale(kinds: Sequence[ColumnType], numbers: Sequence[Decimal]) -> int | None:
    """The digits behind the point with which the columns are added exactly; None where one of them is not exact.

    Raises ValueError where a sum could have more digits than a decimal.
    """
    if any(kind.name == "number" for kind in kinds):
        if any(abs(number) > Decimal(sys.float_info.max) for number in numbers):
            raise ValueError("no number of 64 bits is so large")
        return None
    behind = [kind.scale for kind in kinds]
    behind += [-int(number.normalize().as_tuple().exponent) for number in numbers]
    before = [kind.precision - kind.scale if kind.name == "decimal" else _INTEGER_DIGITS for kind in kinds]
    before += [number.adjusted() + 1 for number in numbers]
    scale = max(0, *behind)
    digits = max(before) + len(str(len(kinds) + 1)) + scale
    if digits > DIGITS_MAX:
        raise ValueError(
            f"a sum of these may have {digits} digits, and is exact up to {DIGITS_MAX}; declare columns of fewer digits"
        )
    return scale


def _only(columns: Sequence[str], types: Types, names: set[str], check: str) -> None:
    for column in columns:
        if types[column].name not in names:
            known = ", ".join(sorted(names))
            raise ValueError(f"{check} takes columns of type {known}, and {column} is of type {types[column].name}")


def _sum_text(rule: SumRule) -> str:
    about = f", give or take {rule.tolerance}" if rule.tolerance else ""
    return f"{' + '.join(rule.columns)} must be {rule.equals}{about}"
