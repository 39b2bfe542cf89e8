"""What is derived from rows and stands as it does by another definition: vectors, KPIs, files, what models learned.

That is asked of the warehouse itself, not of the configs by which rows were judged: opening it for a run brings most of
it up to date.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from processors.feature_views.model import FeatureView
from processors.learning.model import Model
from sinks.database.connection import Connection
from sinks.exports.records import known_exports
from sinks.feature_views.reading import RegisteredView, registered
from sinks.kpis.history import defined_kpis
from sinks.models.learners import stored_learner
from sinks.models.registry import versions
from sinks.table import Table
from stream.exporting.exports import is_due
from stream.exporting.projections import projections
from stream.planning.steps import Step

#: The next command that writes does it.
_RUN = "ade-stream run"


def derived(connection: Connection, table: Table, rows: int) -> Iterator[Step]:
    """What of it is not as the dataset's config has it. `rows`: how many accepted ones there are; without any, nothing
    has to be made, but a view may still be in the way."""
    if not rows:
        yield from (step for step in _views(connection, table, rows) if not step.by_itself)
        return
    stale = [*_views(connection, table, rows), *_kpis(connection, table, rows)]
    yield from stale
    if not stale:
        yield from _exports(connection, table)
    for model in table.models:
        yield from _learner(connection, model, rows)
        yield from _trained(connection, model)


def _views(connection: Connection, table: Table, rows: int) -> Iterator[Step]:
    known = registered(connection)
    for view in table.views:
        yield from _view(view, [each for each in known if each.view == view.name], rows)
    names = {view.name for view in table.views}
    for each in known:
        if each.dataset == table.dataset and each.status == "active" and each.view not in names:
            why = "no config describes it any more, so its vectors are dropped; what is registered of it stays"
            yield _of_view(each.view, why, None, each.rows)


def _view(view: FeatureView, known: Sequence[RegisteredView], rows: int) -> Iterator[Step]:
    same = next((each for each in known if each.version == view.version), None)
    if same is not None and (same.sql_hash, same.config_hash) != (view.sql_hash, view.config_hash):
        remedy = f"set `version: {known[-1].version + 1}` in its YAML, or put it back as it was"
        why = f"it is another, and its version is not: {remedy}; until then nothing starts"
        yield Step("view", "", why, subject=view.name, parts=(f"views.{view.name}",))
    elif same is None or same.status != "active" or same.schema_hash != view.schema_hash:
        active = next((each for each in known if each.status == "active"), None)
        why = f"all vectors of version {view.version} are computed"
        yield _of_view(view.name, why, rows, None if active is None else active.rows)


def _of_view(view: str, why: str, read: int | None, written: int | None) -> Step:
    parts = (f"views.{view}",)
    return Step("view", _RUN, why, by_itself=True, subject=view, parts=parts, rows_read=read, rows_written=written)


def _kpis(connection: Connection, table: Table, rows: int) -> Iterator[Step]:
    known, wanted = defined_kpis(connection, table.dataset), {kpi.name: kpi.hash for kpi in table.kpis}
    for name, hashed in wanted.items():
        if known.get(name) != hashed:
            yield _of_kpi(name, "it is computed for all dates", rows)
    for name in known.keys() - wanted.keys():
        yield _of_kpi(name, "no config describes it any more, so its history is dropped", None)


def _of_kpi(name: str, why: str, rows: int | None) -> Step:
    return Step("kpi", _RUN, why, by_itself=True, subject=name, parts=("kpis",), rows_read=rows)


def _exports(connection: Connection, table: Table) -> Iterator[Step]:
    for kind in table.exports:
        known = known_exports(connection, table.dataset, kind)
        due = [each for each in projections(connection, table, [kind]) if is_due(each, known)]
        if due:
            why, files = "they are written behind the dates that are closed", sum(len(each.exports) for each in due)
            yield Step("export", _RUN, why, by_itself=True, subject=kind, parts=("exports",), files=files)


def _learner(connection: Connection, model: Model, rows: int) -> Iterator[Step]:
    if model.online is None:
        return
    stored, parts = stored_learner(connection, model.name), (f"models.{model.name}",)
    if stored is None:
        why = "it learns all rows that are there"
        yield Step("learner", _RUN, why, by_itself=True, subject=model.name, parts=parts, rows_read=rows)
    elif (stored.definition_hash, stored.schema_hash) != (model.definition_hash, model.schema_hash):
        command, why = f"ade-stream train {model.name} --online", "it is another than the one that learned, which rests"
        yield Step("learner", command, why, subject=model.name, parts=parts, rows_read=rows)


def _trained(connection: Connection, model: Model) -> Iterator[Step]:
    """A model of which no version was ever trained is trained when a person wants one."""
    last = max(versions(connection, model.name), key=lambda each: each.version, default=None)
    if last is None or model.batch is None:
        return
    made_of = last.view_version, last.schema_hash, _fitted_from(last.definition)
    view_version = None if model.view is None else model.view.version
    if made_of != (view_version, model.schema_hash, _fitted_from(model.definition)):
        why = f"version {last.version} was trained by another definition"
        yield Step("model", f"ade-stream train {model.name}", why, subject=model.name, parts=(f"models.{model.name}",))


def _fitted_from(definition: str) -> dict[str, Any]:
    """What of a model's YAML decides what is fitted: not its learner, nor when it is promoted."""
    said: dict[str, Any] = json.loads(definition)
    batch = {key: each for key, each in said.get("batch", {}).items() if key != "promotion"}
    return {**{key: each for key, each in said.items() if key not in {"description", "online"}}, "batch": batch}
