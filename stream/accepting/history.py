"""What was loaded, as if the contract had always had the column: one transaction of the caller's, in bounded memory."""

from __future__ import annotations

import threading
from contextlib import nullcontext

from processors.errors import ConfigError
from processors.reasons import NEW
from sinks.base import whole_file
from sinks.closing.dates import reopen_file
from sinks.reading import WarehouseReader
from sinks.results.recounting import recount
from sinks.rows.backfill import Backfill, set_aside
from sinks.rows.evolution import columns_of, take_away
from sinks.rows.rejects import Choice
from sinks.rows.retrial import Retrial
from sinks.schemas import amendments
from sinks.warehouse import Warehouse
from stream.accepting.request import Plan
from stream.accepting.rescued import Typing, kept_texts
from stream.evidence import Evidence
from stream.parameters.recorded import OfSpans
from stream.rejects.anew import Anew
from stream.replay import judged_anew
from stream.schemas.contracts import Contracts


def rewrite(sink: Warehouse, recorded: WarehouseReader, plan: Plan, stale: str | None, stop: threading.Event) -> None:
    """Alter the tables, record what is accepted, and fill the column. `stale`: a column in which its values stand so
    far, under another name or with another type.

    Raises as `replay` does, and ConfigError where there is no raw layer and more than the column would change.
    """
    connection, dataset = sink.connection, plan.dataset
    amendments.forget(connection, dataset.name, plan.request.source)
    amendments.record(connection, [plan.amendment], 0)
    goes = stale if stale in columns_of(connection, dataset.name) else None
    if dataset.table.raw:
        if goes is not None:
            take_away(connection, dataset.name, goes)
        sink.adopt(dataset.table)
        files = [entry for entry in plan.files if entry.records]
        contracts, parameters = Contracts({dataset.name: dataset}), OfSpans(recorded.parameters)
        for _ in judged_anew(sink, Evidence(recorded, None, dataset).spans, files, contracts, parameters, stop):
            pass
        return
    _refuse_unjudged(plan)
    with nullcontext("NULL") if goes is None else set_aside(connection, dataset.name, goes) as text:
        sink.adopt(dataset.table)
        _readmit(sink, recorded, plan, stop)
        _fill(sink, Backfill(connection, dataset.table, text, goes, sink.tables), plan, stop)
    for entry in plan.files:
        reopen_file(connection, entry.file.file_id)


def _refuse_unjudged(plan: Plan) -> None:
    """Rules and features of an existing column would have to see the cells that come into it."""
    steps = [step for step in plan.config.processors if step.validation or step.features]
    if plan.amendment.kind == "name" and steps:
        raise ConfigError(
            f"dataset {plan.dataset.name} keeps no raw layer (raw: false), so its rules cannot judge its records again "
            f"with {plan.request.source!r} as {plan.column.name}. Add the name to the column's source, and let the "
            "files land anew."
        )


def _readmit(sink: Warehouse, recorded: WarehouseReader, plan: Plan, stop: threading.Event) -> None:
    """Records that were rejected because they had the column: of rejects the event is kept in any case."""
    name, retrial = plan.dataset.name, Retrial(sink.connection, sink.tables.values(), sink.run_id)
    anew = Anew(Contracts({name: plan.dataset}), retrial, OfSpans(recorded.parameters), stop)
    for entry in plan.files:
        spans = list(recorded.spans(entry.file.file_id))
        for page in recorded.rejects.chosen(entry.file.file_id, Choice(rule=NEW), recorded.rejects.events(name)):
            anew.judge(entry, spans, page)
    retrial.end()


def _fill(sink: Warehouse, rows: Backfill, plan: Plan, stop: threading.Event) -> None:
    typing = Typing.of(plan.dataset, plan.config, plan.column.name, rows.former)
    for entry in plan.files:
        header = entry.file.header
        names = plan.names_in(header)
        file_id = entry.file.file_id
        with rows.file(file_id):
            for page in rows.pages(file_id):
                if stop.is_set():
                    raise KeyboardInterrupt
                typed = typing.typed(list(kept_texts(page.rows, names)), header)
                rows.fill(page, plan.column.name, plan.column.type, typed)
        suite_id = sink.suites.id_of(plan.dataset.table)
        recount(sink.connection, plan.dataset.table, whole_file(file_id), suite_id, sink.run_id, plan.column.name)
