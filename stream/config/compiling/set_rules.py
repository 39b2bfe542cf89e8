"""From the rules of a config over whole dates to what is judged when a date is closed."""

from __future__ import annotations

from fractions import Fraction

from processors.columns import ColumnType
from processors.profiling.ordinals import is_ordered, ordinal
from processors.rules.set_rules import Distribution, Freshness, Limits, RowCount, SetCheck, SetRule, Volume
from stream.config.compiling.bounds import bound
from stream.config.compiling.draft import Draft, Location, claim
from stream.config.rules import DistributionRule, FreshnessRule, MeanConfig, RowCountRule, VolumeRule

SetRuleConfig = RowCountRule | FreshnessRule | DistributionRule | VolumeRule


def add_set_rule(draft: Draft, where: Location, rule: SetRuleConfig) -> None:
    try:
        check = _check(draft, where, rule)
    except ValueError as error:
        draft.fault(where, str(error))
        return
    if check is not None:
        claim(draft, where, rule.error_code)
        draft.set_rules.append(SetRule(rule.error_code, check, rule.severity, rule.action))


def _check(draft: Draft, where: Location, rule: SetRuleConfig) -> SetCheck | None:
    """None where the column is unknown."""
    match rule:
        case RowCountRule():
            low, high = (None if end is None else Fraction(end) for end in (rule.min, rule.max))
            return RowCount(Limits(low, high), rule.scope)
        case VolumeRule():
            return Volume(rule.dates, Fraction(str(rule.max_change_percent)))
        case FreshnessRule():
            return _freshness(draft, where, rule)
        case DistributionRule():
            if not draft.known((*where, "column"), rule.column):
                return None
            return _distribution(rule, draft.types[rule.column], draft.config.timezone)


def _freshness(draft: Draft, where: Location, rule: FreshnessRule) -> Freshness | None:
    column = rule.column or draft.config.event_time
    if column is None:
        raise ValueError("needs a column, since the dataset has no event_time")
    if not draft.known((*where, "column"), column):
        return None
    kind = draft.types[column]
    if kind.name not in {"date", "timestamp"}:
        raise ValueError(f"freshness looks at dates and timestamps, and {column} is of type {kind.name}")
    return Freshness(column, kind, rule.age, draft.config.timezone)


def _distribution(rule: DistributionRule, kind: ColumnType, timezone: str) -> Distribution:
    if (rule.mean or rule.quantile) and not is_ordered(kind):
        raise ValueError(f"{rule.column} is of type {kind.name}, which has no mean and no quantiles")
    return Distribution(
        rule.column,
        kind,
        None if rule.mean is None else _limits(rule.mean, kind, timezone),
        None if rule.null_percent is None else Fraction(str(rule.null_percent.max)),
        None if rule.quantile is None else Fraction(str(rule.quantile.q)),
        Limits() if rule.quantile is None else _limits(rule.quantile, kind, timezone),
        rule.scope,
    )


def _limits(config: MeanConfig, kind: ColumnType, timezone: str) -> Limits:
    """The ends as ordinals of the column's type."""
    ends = (None if end is None else ordinal(bound(end, kind, timezone), kind) for end in (config.min, config.max))
    return Limits(*ends)
