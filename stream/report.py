"""The machine-readable report: whether files passed, and if not, what is wrong, in short sentences and in detail.

It is read from the rejects of a warehouse, so it has nothing of its own to judge.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from processors.reasons import MISSING, NEW, OTHER_HEADER, REPEATED_HEADER, TYPE
from processors.rules.checks import Bound, Check, Holds, Length, Listed, Matches, NotNull, OneOf, Range, Typed
from processors.rules.row_checks import AddsUp, InOrder
from processors.validation import Rule, Validate
from sinks.files import FileState
from sinks.ledger.files import FileEntry
from sinks.reading import WarehouseReader
from sinks.table import Monotonic, Reference, Relation, Unique
from stream.config import Dataset

_EXAMPLES = 5
_VALUES_SHOWN = 10
#: What is wrong with records that are none, or could not be split into columns, by the rule's name.
_MALFORMED = {
    "field_count": "with a wrong number of fields",
    "encoding": "that cannot be decoded",
    "record_too_long": "longer than a record may be",
    "field_too_long": "with a field that is longer than one may be",
    "unterminated_quote": "with a quote that is left open",
    "unreadable": "that cannot be read",
    REPEATED_HEADER: "that repeat the header",
    OTHER_HEADER: "that are another header",
}
_TYPES = {"integer": "number", "number": "number", "decimal": "number"}


@dataclass(frozen=True, slots=True)
class FileReport:
    """A file's state and balance."""

    path: str
    dataset: str
    state: FileState
    reason: str
    records: int
    accepted: int
    rejected: int


@dataclass(frozen=True, slots=True)
class RuleReport:
    """How many records of a dataset were rejected for a rule, the first of them (`path`, `line`, `value`, `message`),
    and all in a sentence, or in two: of a range with two ends, one for each."""

    dataset: str
    rule: str
    column: str | None
    count: int
    sentences: tuple[str, ...]
    examples: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """`validation_passed`: no file was set aside, and no record of a dataset without a budget was rejected. `errors`:
    what keeps it from that."""

    validation_passed: bool
    errors: tuple[str, ...]
    files: tuple[FileReport, ...]
    rules: tuple[RuleReport, ...]


def report(
    recorded: WarehouseReader, datasets: Mapping[str, Dataset], file_ids: Iterable[int], over: Mapping[int, str]
) -> Report:
    """The report on some files of a warehouse. `datasets`: as they were when the files were judged. `over`: the files
    that go over a budget, each with the reason; within its budget, a dataset's rejects are no errors."""
    entries = [entry for file_id in file_ids for entry in recorded.files("file_id = ?", file_id)]
    entries = [_set_aside(entry, datasets, over.get(entry.file.file_id)) for entry in entries]
    rules = [
        each
        for name in dict.fromkeys(entry.file.dataset for entry in entries)
        for each in _rules(recorded, datasets[name], [entry for entry in entries if entry.file.dataset == name])
    ]
    several = len({entry.file.dataset for entry in entries}) > 1
    broken = {entry.file.dataset for entry in entries if entry.file.file_id in over}
    counted = [each for each in rules if datasets[each.dataset].budget is None or each.dataset in broken]
    errors = [f"{each.dataset}: {said}" if several else said for each in counted for said in each.sentences]
    errors += [f"{entry.file.path}: {entry.reason}" for entry in entries if entry.state in {"held", "failed"}]
    return Report(not errors, tuple(errors), tuple(map(_file, entries)), tuple(rules))


def _set_aside(entry: FileEntry, datasets: Mapping[str, Dataset], reason: str | None) -> FileEntry:
    """A file that goes over its budget, as a run leaves it."""
    budget = datasets[entry.file.dataset].budget
    if reason is None:
        return entry
    state: FileState = "held" if budget is not None and budget.on_failure == "hold" else "failed"
    return replace(entry, state=state, reason=reason)


def _file(entry: FileEntry) -> FileReport:
    balance = entry.records, entry.accepted, entry.rejected
    return FileReport(entry.file.path, entry.file.dataset, entry.state, entry.reason, *balance)


def _rules(recorded: WarehouseReader, dataset: Dataset, entries: Sequence[FileEntry]) -> list[RuleReport]:
    """What the files' records broke, in the order in which it was met."""
    found: dict[tuple[str, str | None], RuleReport] = {}
    for entry in entries:
        for rule, column, count in recorded.rejects.by_rule(entry.file.file_id):
            known = found.get((rule, column), RuleReport(dataset.name, rule, column, 0, (), ()))
            wanted = _EXAMPLES - len(known.examples)
            examples = recorded.rejects.examples(entry.file.file_id, rule, column, wanted) if wanted else []
            found[rule, column] = replace(known, count=known.count + count, examples=(*known.examples, *examples))
    return [replace(each, sentences=_sentences(recorded, dataset, entries, each)) for each in found.values()]


def _sentences(
    recorded: WarehouseReader, dataset: Dataset, entries: Sequence[FileEntry], broken: RuleReport
) -> tuple[str, ...]:
    rule = next((each for each in _validation_rules(dataset) if each.name == broken.rule), None)
    if rule is None:
        return (_built_in(dataset, broken),)
    if isinstance(rule.check, Range):
        return _range(rule.check, broken.count, _below(recorded, entries, rule.name, rule.check))
    return (_checked(rule, rule.check, broken.count),)


def _validation_rules(dataset: Dataset) -> list[Rule]:
    return [rule for step in dataset.chain.steps if isinstance(step, Validate) for rule in step.rules]


def _built_in(dataset: Dataset, broken: RuleReport) -> str:
    """Of what no step of validation judges: duplicates, types, and records that could not be split."""
    count = broken.count
    if broken.rule in _MALFORMED:
        return f"{count} record(s) {_MALFORMED[broken.rule]}"
    if broken.rule == MISSING:
        return f"{broken.column} is missing for {count} record(s)"
    if broken.rule == NEW:
        return f"{count} record(s) with a value in {broken.column!r}, which is not declared"
    if broken.rule == TYPE:
        kinds = {column.name: column.type.name for column in dataset.columns}
        kind = kinds.get(broken.column or "", "value")
        return f"{broken.column} has {count} invalid {_TYPES.get(kind, kind)}(s)"
    relation = next((each for each in dataset.table.relations if each.rule == broken.rule), None)
    return f"{broken.rule} fails for {count} record(s)" if relation is None else _related(relation, count)


def _related(rule: Relation, count: int) -> str:
    """Of what is decided by looking at other records."""
    match rule:
        case Unique():
            return f"{count} record(s) repeated exactly" if rule.exact else f"{_named(rule)} has {count} duplicate(s)"
        case Monotonic():
            return f"{rule.column} has {count} out of order"
        case Reference():
            return f"{_named(rule)} has {count} not in {rule.dataset}"


def _named(rule: Unique | Reference) -> str:
    return ", ".join(rule.columns)


def _checked(rule: Rule, check: Check, count: int) -> str:
    match check:
        case NotNull():
            return f"{rule.column} has {count} null(s)"
        case OneOf():
            more = [] if len(check.values) <= _VALUES_SHOWN else ["…"]
            return f"{rule.column} has {count} not in [{', '.join([*check.values[:_VALUES_SHOWN], *more])}]"
        case Matches():
            return f"{rule.column} has {count} not matching {check.pattern}"
        case Listed():
            return f"{rule.column} has {count} not in {check.source}"
        case Length():
            return f"{rule.column} has {count} {_unfit(check)} characters"
        case Typed():
            return f"{rule.column} has {count} invalid {_TYPES.get(check.kind.name, check.kind.name)}(s)"
        case InOrder():
            return f"{', '.join(check.columns)} are out of order in {count} record(s)"
        case AddsUp():
            return f"{' + '.join(check.columns)} differs from {check.equals} in {count} record(s)"
        case Holds():
            return f"{rule.name} fails for {count} record(s)"
        case _:
            return f"{rule.name} is broken by {count} record(s)"


def _unfit(check: Length) -> str:
    """How long the texts are that are too short or too long, or both."""
    if check.maximum is None:
        return f"of less than {check.minimum}"
    if check.minimum is None:
        return f"of more than {check.maximum}"
    exact = check.minimum == check.maximum
    return f"not of {check.minimum}" if exact else f"not of {check.minimum} to {check.maximum}"


def _range(check: Range, count: int, below: int) -> tuple[str, ...]:
    less, more = ("<=", ">=") if check.exclusive else ("<", ">")
    ends = ((below, less, check.minimum), (count - below, more, check.maximum))
    return tuple(f"{check.column} has {found} {sign} {_written(end)}" for found, sign, end in ends if found)


def _below(recorded: WarehouseReader, entries: Sequence[FileEntry], rule: str, check: Range) -> int:
    """How many of the values that broke a range lie below it."""
    if check.minimum is None:
        return 0
    bound = _comparable(check.minimum)
    return sum(recorded.rejects.below(each.file.file_id, rule, bound, included=check.exclusive) for each in entries)


def _comparable(bound: Bound) -> float | str:
    """A bound in the form in which it is compared with the values of reasons, which are text."""
    if isinstance(bound, datetime):
        return bound.astimezone(UTC).isoformat(sep=" ", timespec="microseconds")
    return bound.isoformat() if isinstance(bound, date) else float(bound)


def _written(bound: Bound | None) -> str:
    return bound.isoformat() if isinstance(bound, date) else str(bound)
