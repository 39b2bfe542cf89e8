"""From the rules of a config to the checks that rows meet."""

from __future__ import annotations

from polars.exceptions import PolarsError

from processors.cleaning.refilling import Refill, Refilled
from processors.rules.checks import Check
from processors.validation import Rule, Validate
from stream.config.compiling.cell_rules import CellRule, cell_check
from stream.config.compiling.draft import Draft, Location, claim
from stream.config.compiling.imputation import refilled
from stream.config.compiling.record_rules import RecordRule, check_condition, record_check
from stream.config.compiling.relations import add_relation
from stream.config.compiling.set_rules import add_set_rule
from stream.config.rules import ExpressionRule, MonotonicRule, ReferentialRule, SetRule, UniqueRule
from stream.config.steps import ValidationConfig


def add_rules(draft: Draft, where: Location, config: ValidationConfig) -> None:
    """The rules that rows meet as a step of their own; those that the sink judges are the table's."""
    rules: list[Rule] = []
    refills: list[Refilled | None] = []
    for position, rule in enumerate(config.rules):
        place = (*where, "rules", position)
        if isinstance(rule, UniqueRule | MonotonicRule) or (isinstance(rule, ReferentialRule) and rule.dataset):
            add_relation(draft, place, rule)
        elif isinstance(rule, SetRule):
            add_set_rule(draft, place, rule)
        elif (compiled := _row_rule(draft, place, rule)) is not None:
            claim(draft, place, compiled.name)
            if rule.impute is None:
                rules.append(compiled)
            else:
                refills.append(refilled(draft, place, compiled, rule.impute))
    if refills:
        draft.steps.append(Refill(tuple(each for each in refills if each is not None)))
    if rules or not refills:
        draft.steps.append(Validate(tuple(rules)))


def _row_rule(draft: Draft, where: Location, rule: CellRule | RecordRule) -> Rule | None:
    if not _is_known(draft, where, rule):
        return None
    try:
        check, message = _check(draft, rule)
    except (ValueError, PolarsError) as error:
        draft.fault((*where, "sql") if isinstance(rule, ExpressionRule) else where, str(error))
        return None
    if rule.when is not None:
        if not _is_condition(draft, where, rule.when):
            return None
        message = f"{message}, where {rule.when}"
    column = getattr(rule, "column", None)
    return Rule(rule.error_code, message, column, check, rule.severity, rule.action, rule.when)


def _is_known(draft: Draft, where: Location, rule: CellRule | RecordRule) -> bool:
    """Whether the dataset has the columns that a rule names."""
    if isinstance(rule, CellRule):
        return draft.known((*where, "column"), rule.column)
    named = () if isinstance(rule, ExpressionRule) else rule.columns
    known = [draft.known((*where, "columns"), column) for column in named]
    return all(known)


def _check(draft: Draft, rule: CellRule | RecordRule) -> tuple[Check, str]:
    """The check, and the message of a record that breaks it. Raises ValueError where the columns cannot have it."""
    timezone = draft.config.timezone
    if isinstance(rule, CellRule):
        check, asks = cell_check(rule, draft.types[rule.column], timezone)
        return check, f"{rule.column} {asks}"
    return record_check(rule, draft.types, timezone)


def _is_condition(draft: Draft, where: Location, when: str) -> bool:
    try:
        check_condition(when, draft.types)
    except ValueError as error:
        draft.fault((*where, "when"), str(error))
        return False
    return True
