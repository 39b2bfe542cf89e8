"""From rules that look at other rows to what the sink decides; and whether what they look into is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from processors.columns import ColumnType
from sinks.table import Monotonic, Reference, Table, Unique
from stream.config.compiling.draft import Draft, Location, add_unique, claim
from stream.config.rules import MonotonicRule, ReferentialRule, UniqueRule

RelationRule = UniqueRule | MonotonicRule | ReferentialRule

_ORDERED = ("integer", "number", "decimal", "date", "timestamp")
#: Types whose values are compared although they are not the same.
_ALIKE = ({"integer", "number"}, {"integer", "decimal"}, {"string", "category"})


def add_relation(draft: Draft, where: Location, rule: RelationRule) -> None:
    match rule:
        case UniqueRule():
            _unique(draft, where, rule)
        case MonotonicRule():
            _monotonic(draft, where, rule)
        case ReferentialRule():
            _reference(draft, where, rule)


def _unique(draft: Draft, where: Location, rule: UniqueRule) -> None:
    known = [draft.known((*where, "columns"), column) for column in rule.columns]
    if all(known):
        unique = Unique(rule.error_code, rule.columns, severity=rule.severity, action=rule.action, scope=rule.scope)
        add_unique(draft, where, unique)


def _monotonic(draft: Draft, where: Location, rule: MonotonicRule) -> None:
    if not draft.known((*where, "column"), rule.column):
        return
    kind = draft.types[rule.column]
    if kind.name not in _ORDERED:
        draft.fault(where, f"monotonic compares {', '.join(_ORDERED)}, and {rule.column} is {kind.written}")
    name, decreasing = rule.error_code, rule.direction == "decreasing"
    claim(draft, where, name)
    draft.monotonic.append(Monotonic(name, rule.column, decreasing, rule.strict, rule.severity, rule.action))


def _reference(draft: Draft, where: Location, rule: ReferentialRule) -> None:
    known = [draft.known((*where, "columns"), column) for column in rule.columns]
    if not all(known):
        return
    claim(draft, where, rule.error_code)
    fields = rule.fields or rule.columns
    reference = Reference(rule.error_code, rule.columns, rule.dataset, fields, rule.severity, rule.action)
    draft.references.append((where, reference))


def reference_faults(rule: Reference, table: Table, tables: Mapping[str, Table]) -> Iterator[tuple[str, str]]:
    """What is wrong with a reference of `table`: the key of the rule, and a sentence. `tables`: of all datasets."""
    others = tables.get(rule.dataset)
    if others is None:
        yield "dataset", f"no config describes a dataset {rule.dataset!r}; there are {', '.join(tables)}"
        return
    types, others_types = dict(table.columns), dict(others.columns)
    for column, name in zip(rule.columns, rule.fields, strict=True):
        if name not in others_types:
            yield "fields", f"{rule.dataset} has no column {name!r}; the columns are {', '.join(others_types)}"
        elif not _are_comparable(types[column], others_types[name]):
            ours, theirs = f"{column} is {types[column].written}", f"{rule.dataset}.{name} {others_types[name].written}"
            yield "fields", f"{ours} and {theirs}, which cannot be compared; give both the same type"


def _are_comparable(one: ColumnType, other: ColumnType) -> bool:
    """Values of one type are; and numbers with each other, unless one is exact and the other is not."""
    names = {one.name, other.name}
    return len(names) == 1 or names in _ALIKE
