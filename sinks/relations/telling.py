"""SQL that tells why a row lost: `d._id` is the row, `r` its typed row, and `places` says where rows stand."""

from __future__ import annotations

from collections.abc import Sequence

from sinks.database.identifiers import literal, quote
from sinks.ledger.corrections import event
from sinks.relations.indexes import own_index
from sinks.rows.storage import joined, row_as_json
from sinks.table import Monotonic, Reference, Relation, Table, Unique


def reasons(table: Table) -> str:
    """The reasons of one loser, in the order of the table's rules."""
    cases = " ".join(f"WHEN {literal(rule.rule)} THEN {_reason(table, rule)}" for rule in table.relations)
    order = " ".join(f"WHEN {literal(rule.rule)} THEN {place}" for place, rule in enumerate(table.relations))
    return f"""(SELECT json_group_array(json(reason)) FROM (
        SELECT CASE m.rule {cases} END AS reason
        FROM meta_duplicates m LEFT JOIN places f ON f._id = m.first_id
        WHERE m._id = d._id AND m.rule IN ({_named(table.relations)})
        ORDER BY CASE m.rule {order} END))"""


def raw(table: Table) -> str:
    """The event; where there is none, the typed row as JSON."""
    typed = row_as_json(table, "r")
    return f"coalesce({event('d._id')}, {typed})" if table.raw else typed


def status(table: Table) -> str:
    """`dropped` where no rule under which the row lost asks for more."""
    keeping = _named([rule for rule in table.relations if rule.action != "drop"])
    held = f"EXISTS (SELECT 1 FROM meta_duplicates m WHERE m._id = d._id AND m.rule IN ({keeping}))"
    return f"iif({held}, 'quarantined', 'dropped')"


def _named(rules: Sequence[Relation]) -> str:
    """The rules of the config; a row may also have lost under one that the config has no more."""
    return ", ".join(literal(rule.rule) for rule in rules)


def _reason(table: Table, rule: Relation) -> str:
    match rule:
        case Unique():
            column, value, message = _unique(rule)
        case Monotonic():
            column, value, message = _monotonic(table, rule)
        case Reference():
            column, value, message = _reference(rule)
    return (
        f"json_object('rule', {literal(rule.rule)}, 'column', {column}, 'value', {value}, 'message', {message}, "
        f"'severity', {literal(rule.severity)}, 'action', {literal(rule.action)})"
    )


def _unique(rule: Unique) -> tuple[str, str, str]:
    """A rule across all columns names none: the table may gain more of them."""
    when = "was first seen in" if rule.keep == "first" else "came again in"
    where = f"{literal(f' {when} ')} || f.path || ' line ' || f.line"
    if rule.exact:
        return "NULL", "NULL", f"{literal('this record')} || {where}"
    return literal(_list(rule.columns)), _values(rule.columns), f"{literal(f'this {_list(rule.columns)}')} || {where}"


def _monotonic(table: Table, rule: Monotonic) -> tuple[str, str, str]:
    bounds = {
        (False, False): "at least",
        (False, True): "more than",
        (True, False): "at most",
        (True, True): "less than",
    }
    asks = f"{rule.column} must be {bounds[rule.decreasing, rule.strict]} "
    [keys] = own_index(table, rule, {}).levels
    before = f"(SELECT CAST(b.key AS TEXT) FROM {keys} b WHERE b._id = m.first_id)"
    return literal(rule.column), _values((rule.column,)), f"{literal(asks)} || {before} || ', as in line ' || f.line"


def _reference(rule: Reference) -> tuple[str, str, str]:
    """In the words of the other dataset: its fields have no such values."""
    values = _values(rule.columns)
    message = f"{literal(f'no {_list(rule.fields)} ')} || {values} || {literal(f' in {rule.dataset}')}"
    return literal(_list(rule.columns)), values, message


def _list(names: Sequence[str]) -> str:
    return ", ".join(names)


def _values(columns: Sequence[str]) -> str:
    values = [f"ifnull(CAST(r.{quote(name)} AS TEXT), 'null')" for name in columns]
    return joined([part for text in values for part in ("', '", text)][1:])
