"""Concept drift: the error of a learner has risen. It is told with the file and the row where that began, and the
model's policy says what follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.errors import ConfigError, StateError
from processors.learning.model import Model, OnAlarm
from sinks.base import Finding
from sinks.database.connection import Connection
from sinks.models.learners import Alarm, tell
from sinks.models.places import Met, met_as
from sinks.models.registry import RegisteredModel, make_champion, version_of
from sinks.models.rows import ModelRows
from sinks.table import Table
from stream.learning.using import usable

if TYPE_CHECKING:
    from processors.learning.drift import Alarm as Noticed

_DETECTORS = {"adwin": "ADWIN", "page_hinkley": "Page-Hinkley"}


def told(source: ModelRows, table: Table, version: int, noticed: Noticed, policy: OnAlarm) -> Finding:
    """Write an alarm down and do what the policy says, inside the caller's transaction; what is to be told of it.
    `table`: of the model's dataset."""
    model, connection = source.model, source.connection
    began, ended = met_as(source, noticed.row_from), met_as(source, noticed.row_to - 1)
    rows, action = noticed.row_to - noticed.row_from, _done(connection, table, model, policy)
    alarm = Alarm(model.name, version, noticed.detector, ended.seq, began.row_id, ended.row_id, rows, action)
    tell(connection, alarm)
    message = (
        f"the error has risen to {noticed.error:.6g} ({_DETECTORS[noticed.detector]}): that began at "
        f"{_place(began)}, {rows} rows before the end of {_place(ended)}; {action}"
    )
    return Finding(model.dataset, ended.date, "model", model.name, "warning", message)


def _place(met: Met) -> str:
    if met.line is None:
        return met.path or "a row that is not known any more"
    return f"{met.path} line {met.line}"


def _done(connection: Connection, table: Table, model: Model, policy: OnAlarm) -> str:
    """What was done, in words."""
    if policy == "reset":
        return "the learner began anew"
    if policy == "alert":
        return "told, no more"
    challenger = version_of(connection, model.name, "challenger")
    if challenger is None:
        return "there is no challenger to promote"
    try:
        return _promoted(connection, table, model, challenger)
    except (ConfigError, StateError) as error:
        return f"the challenger cannot be promoted: {error}"


def _promoted(connection: Connection, table: Table, model: Model, challenger: RegisteredModel) -> str:
    """The same where there is a challenger: it is held against the champion as a person would have it held."""
    from stream.learning.comparing import compared, unopposed
    from stream.screens.models import figure

    usable(connection.path, challenger, model)
    champion = version_of(connection, model.name, "champion")
    if champion is None:
        decided = unopposed(model, challenger, champion)
    else:
        decided = compared(connection, table, model, challenger, champion)
    if decided.is_promoted:
        make_champion(connection, model.name, challenger.version)
        return f"version {decided.version}, the challenger, was made champion"
    share = f" by {decided.min_improvement:.1%}" if decided.min_improvement else ""
    return (
        f"version {decided.version}, the challenger, was not made champion: it has {decided.metric} "
        f"{figure(decided.challenger)}, and version {decided.before} has {figure(decided.champion)}, on the same "
        f"{decided.rows} rows, and must be better{share}"
    )
