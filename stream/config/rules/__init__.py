"""What the rules of the validation step may say: a model for each check, and all of them as one type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, TypeAlias, get_args

from pydantic import BeforeValidator, Field

from stream.config.rules.base import NamedRule, RowRule
from stream.config.rules.cells import LengthRule, MatchesRule, NotNullRule, OneOfRule, RangeRule, TypeRule
from stream.config.rules.dates import DistributionRule, FreshnessRule, MeanConfig, RowCountRule, SetRule, VolumeRule
from stream.config.rules.records import DateOrderRule, ExpressionRule, SumRule
from stream.config.rules.relations import MonotonicRule, ReferentialRule, UniqueRule

_AnyRule: TypeAlias = (
    NotNullRule
    | TypeRule
    | RangeRule
    | LengthRule
    | OneOfRule
    | MatchesRule
    | DateOrderRule
    | SumRule
    | ReferentialRule
    | UniqueRule
    | MonotonicRule
    | ExpressionRule
    | RowCountRule
    | FreshnessRule
    | DistributionRule
    | VolumeRule
)


def _still_known(rule: object) -> object:
    if isinstance(rule, Mapping) and rule.get("check") == "timestamp":
        raise ValueError("the check timestamp is one of type now; write {check: type, type: timestamp}")
    return rule


RuleConfig: TypeAlias = Annotated[
    Annotated[_AnyRule, Field(discriminator="check")],
    BeforeValidator(_still_known),
]

#: The words that `check` may have.
CHECKS = frozenset(get_args(kind.model_fields["check"].annotation)[0] for kind in get_args(_AnyRule))

__all__ = [
    "CHECKS",
    "DateOrderRule",
    "DistributionRule",
    "ExpressionRule",
    "FreshnessRule",
    "LengthRule",
    "MatchesRule",
    "MeanConfig",
    "MonotonicRule",
    "NamedRule",
    "NotNullRule",
    "OneOfRule",
    "RangeRule",
    "ReferentialRule",
    "RowCountRule",
    "RowRule",
    "RuleConfig",
    "SetRule",
    "SumRule",
    "TypeRule",
    "UniqueRule",
    "VolumeRule",
]
