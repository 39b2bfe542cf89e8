"""Vectors joined to the rows of a spine: as many rows as it has, in its order, none twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow as pa

from processors.errors import ConfigError
from processors.frames import with_columns
from sinks.reading import WarehouseReader
from stream.features.probes import Fault, Question, asked
from stream.features.spine import PAGE_ROWS, Spine, opened
from stream.features.vectors import ROWS_MAX, Vectors
from stream.features.views import KnownView
from stream.features.writing import writing

_FAULTS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be joined. `entity`: the spine's columns in the order of the view's entity; none: they are called as
    there. `as_known`: a row counts only at instants by which it had come in. `prefix`: before the names of features.
    """

    spine: Path
    output: Path
    time: str
    entity: tuple[str, ...] = ()
    as_known: bool = False
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Joined:
    """What a join came to. `rows`: of the spine and of the output alike. `nameless`: rows of which the entity has a
    null; `unread`: rows of which the entity or the instant cannot be read. The features of both are null. `faults`: the
    first things that cannot be read."""

    view: str
    version: int
    as_known: bool
    spine: Path
    output: Path
    features: tuple[str, ...]
    rows: int = 0
    nameless: int = 0
    unread: int = 0
    faults: tuple[str, ...] = field(default=())


def join(
    recorded: WarehouseReader, known: KnownView, request: Request, page_rows: int = PAGE_ROWS, rows_max: int = ROWS_MAX
) -> Joined:
    """Write the spine with the features of each row behind its columns; all of it from one state of the warehouse, page
    by page. Raises ConfigError where columns are not there or the file is no spine; then nothing is written."""
    view = known.view
    names = tuple(f"{request.prefix}{feature.name}" for feature in view.features)
    joined = Joined(view.name, view.version, request.as_known, request.spine, request.output, names)
    vectors = Vectors(recorded.connection, view, request.as_known, rows_max)
    with opened(request.spine, page_rows) as spine, recorded.connection.snapshot():
        question = _question(spine, known, request, names)
        schema = pa.schema([*spine.schema, *(pa.field(n, t) for n, t in zip(names, vectors.types, strict=True))])
        with writing(request.output, schema) as write:
            for page in spine.pages:
                probes = asked(page, question)
                features = vectors.of(probes.rows).take(probes.places)
                write(with_columns(page.rows, dict(zip(names, features.columns, strict=True))))
                joined = _added(joined, spine, page.rows.num_rows, probes.nameless, probes.faults)
    return joined


def _added(joined: Joined, spine: Spine, rows: int, nameless: int, faults: Sequence[Fault]) -> Joined:
    told = (f"{spine.place(fault.number)}: {fault.message}." for fault in faults)
    return replace(
        joined,
        rows=joined.rows + rows,
        nameless=joined.nameless + nameless,
        unread=joined.unread + len({fault.number for fault in faults}),
        faults=(*joined.faults, *told)[:_FAULTS_SHOWN],
    )


def _question(spine: Spine, known: KnownView, request: Request, features: Sequence[str]) -> Question:
    columns = request.entity or known.view.keys
    if len(columns) != len(known.view.keys):
        raise ConfigError(
            f"the entity of {known.view.name} is {', '.join(known.view.keys)}: name as many columns of the spine with "
            "--entity, in this order."
        )
    missing = [name for name in dict.fromkeys((*columns, request.time)) if name not in spine.schema.names]
    if missing:
        raise ConfigError(
            f"{spine.path}: has no column {', '.join(missing)}; there are {', '.join(spine.schema.names)}. Say which "
            "are meant with --entity and --time."
        )
    taken = [name for name in features if name in spine.schema.names]
    if taken:
        raise ConfigError(
            f"{spine.path}: has columns that are called as features: {', '.join(taken)}. Let the features be called "
            "otherwise, with --prefix."
        )
    return known.question(columns, request.time)
