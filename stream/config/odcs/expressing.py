"""The rules of a config in the words of ODCS, as far as it has them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from stream.config.models import DatasetConfig
from stream.config.odcs.constraints import Written, anywhere
from stream.config.odcs.document import VENDOR
from stream.config.odcs.types import logical_type
from stream.config.rules import (
    LengthRule,
    MatchesRule,
    NotNullRule,
    OneOfRule,
    RangeRule,
    RowRule,
    RuleConfig,
    UniqueRule,
)
from stream.config.rules.base import error_code


def express(rule: RuleConfig, config: DatasetConfig, table: Written, properties: Mapping[str, Written]) -> None:
    """Put a rule where it belongs in a contract: a constraint of a property, else a quality rule of it or of the table.

    A rule with a name, severity or action of its own is a quality rule, since constraints have none. What no metric
    says is a quality rule of our own engine, in the words of a config.
    """
    column = _column(rule)
    owner = table if column is None else properties[column]
    if isinstance(rule, NotNullRule) and _rejects(rule):
        owner["required"] = True
    if column is not None and _is_usual(rule, config):
        constraint = _constraint(rule, logical_type(config.columns[column].type))
        if constraint is not None:
            options = owner.get("logicalTypeOptions", {}) | constraint.pop("logicalTypeOptions", {})
            owner |= constraint | ({"logicalTypeOptions": options} if options else {})
            return
    owner.setdefault("quality", []).append(_quality(rule, column))


def _column(rule: RuleConfig) -> str | None:
    if isinstance(rule, UniqueRule):
        return rule.columns[0] if len(rule.columns) == 1 else None
    return getattr(rule, "column", None) or None


def _is_usual(rule: RuleConfig, config: DatasetConfig) -> bool:
    """Whether a rule is as a constraint makes it. Of two that ask for a value, `required` would say only one."""
    if isinstance(rule, NotNullRule):
        rules = [each for step in config.processors if step.validation for each in step.validation.rules]
        same = [each for each in rules if isinstance(each, NotNullRule) and each.column == rule.column]
        if sum(map(_rejects, same)) > 1:
            return False
    if isinstance(rule, UniqueRule) and rule.scope != "dataset":
        return False
    usual = error_code(rule.model_dump(exclude={"name"}))
    is_usual = rule.name in {None, usual} and (rule.severity, rule.action) == ("error", "quarantine")
    return is_usual and not rule.is_conditional and rule.weight is None


def _rejects(rule: NotNullRule) -> bool:
    """Whether a record without the value is never loaded."""
    return rule.action not in {"warn", "impute"} and not rule.is_conditional


def _constraint(rule: RuleConfig, logical: str) -> Written | None:
    match rule:
        case NotNullRule():
            return {"required": True}
        case UniqueRule():
            return {"unique": True}
        case OneOfRule():
            return {"enum": [{"value": value} for value in rule.values]}
        case MatchesRule() if logical == "string":
            return {"logicalTypeOptions": {"pattern": anywhere(rule.pattern)}}
        case LengthRule() if logical == "string":
            lengths = {"minLength": rule.min, "maxLength": rule.max}
            return {"logicalTypeOptions": {option: end for option, end in lengths.items() if end is not None}}
        case RangeRule() if logical in {"integer", "number", "date", "timestamp"}:
            ends = {"exclusiveMinimum": rule.min, "exclusiveMaximum": rule.max}
            if not rule.exclusive:
                ends = {"minimum": rule.min, "maximum": rule.max}
            return {"logicalTypeOptions": {option: _end(end) for option, end in ends.items() if end is not None}}
    return None


def _end(bound: object) -> object:
    """An end of a range. ODCS has dates as text."""
    if isinstance(bound, date):
        return bound.isoformat()
    return float(bound) if isinstance(bound, Decimal) else bound


def _quality(rule: RuleConfig, column: str | None) -> Written:
    said = None if rule.is_conditional or rule.weight is not None else _metric(rule, column)
    if said is None:
        written = {"type": "custom", "engine": VENDOR, "implementation": plain(rule.model_dump(exclude_defaults=True))}
        return ({"name": rule.name} if rule.name else {}) | written
    quality: Written = {"name": rule.name} if rule.name else {}
    quality |= {"type": "library", **said, "mustBe": 0}
    if rule.severity != "error":
        quality["severity"] = rule.severity
    if rule.action != ("quarantine" if rule.severity == "error" else "warn"):
        quality["customProperties"] = [{"property": "action", "value": rule.action, "vendor": VENDOR}]
    if isinstance(rule, RowRule) and rule.impute is not None:
        put = plain(rule.impute.model_dump(exclude_defaults=True))
        quality["customProperties"].append({"property": "impute", "value": put, "vendor": VENDOR})
    return quality


def _metric(rule: RuleConfig, column: str | None) -> Written | None:
    match rule:
        case NotNullRule():
            return {"metric": "nullValues"}
        case OneOfRule():
            return {"metric": "invalidValues", "arguments": {"validValues": list(rule.values)}}
        case MatchesRule():
            return {"metric": "invalidValues", "arguments": {"pattern": anywhere(rule.pattern)}}
        case UniqueRule() if rule.scope == "dataset":
            properties = {} if column else {"arguments": {"properties": list(rule.columns)}}
            return {"metric": "duplicateValues", **properties}
    return None


def plain(value: Any) -> Any:
    """A value as YAML has it."""
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
