"""What the records of a dataset came to under each rule, with the first of those that did not meet it, as they came."""

from __future__ import annotations

import json

from sinks.reading import WarehouseReader
from sinks.results.examples import Example
from sinks.results.results import Scope, by_dataset
from stream.assessing import Assessed, assessed
from stream.reporting.page import ExampleRow, RulePart


def rules_of(recorded: WarehouseReader, dataset: str, date: str | None, *, values: bool) -> tuple[list[RulePart], int]:
    """The rules that were broken or that the config asks, and how many others there are. `values`: whether records and
    cells may be told."""
    scope = Scope(dataset, date)
    if not by_dataset(recorded.connection, scope):
        return [], 0
    [found] = assessed(recorded, scope)
    told = [each for each in found.results.rules if each.unexpected_count or not each.expectation.is_built_in]
    parts = [
        RulePart(
            each,
            [verdict for verdict in found.verdicts.get(each.expectation.name, ()) if verdict.broken and values],
            _examples(recorded, found, each.expectation.name, values=values),
        )
        for each in told
    ]
    return parts, len(found.results.rules) - len(told)


def _examples(recorded: WarehouseReader, found: Assessed, rule: str, *, values: bool) -> list[ExampleRow]:
    return [
        ExampleRow(each.path, each.line, each.value, _cells(recorded, each))
        if values
        else ExampleRow(each.path, each.line, None, ())
        for each in found.examples.get(rule, ())
    ]


def _cells(recorded: WarehouseReader, example: Example) -> list[tuple[str, str]]:
    """The record by which it was judged; of a dataset without a raw layer only rejects have one."""
    event = recorded.records.event(example.row_id)
    if event is None:
        rejected = recorded.rejects.named([example.row_id], "r.raw").to_pylist()
        event = next((str(each["raw"]) for each in rejected), "{}")
    record = json.loads(event)
    if isinstance(record, list):
        return [("", str(record[2]))]
    return [(name, "" if value is None else str(value)) for name, value in record.items()]
