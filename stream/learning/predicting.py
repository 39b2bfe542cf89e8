"""`predict`: the rows of a file, judged and given features as those of its dataset are, and what a model says of
them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import numpy as np
import pyarrow as pa

from processors.errors import ConfigError
from processors.feature_views.inputs import condition_columns
from processors.feature_views.values import arrow_type
from processors.learning.batch.measuring import Float64s
from processors.learning.examples import examples
from processors.learning.limits import LARGEST
from processors.learning.targetless import needed, unknown_without
from processors.outcome import ROW_ID
from processors.rules.rules import PASSING
from sinks.models.registry import Alias
from sinks.reading import WarehouseReader
from stream.learning.instants import PASSED_OVER, featured
from stream.learning.judged import Int64s, Page, judged
from stream.learning.known import KnownModel, check_view, model_of
from stream.learning.scorers import Scorer, of_learner, of_version
from stream.schemas.contracts import load_contracts

#: By kind of reason.
_MESSAGES = {
    "null": "{} is null, and the model needs it",
    "infinite": f"{{}} is no number within ±{LARGEST:.0e}, and a model takes no other",
    "missing": "there is no {}, and the model needs it",
    PASSED_OVER: "its view passes over such rows, by its WHERE",
    "prediction": "the model has no finite prediction",
}


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be predicted. `named`: the file, in messages. `model`: None for the dataset's only one. `version`:
    None for the champion; `online`: by the learner instead."""

    dataset: str
    file: Path
    named: str
    model: str | None = None
    version: int | None = None
    online: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that is not predicted, and one of the reasons."""

    line: int
    rule: str
    column: str | None
    value: str | None
    message: str


@dataclass(slots=True)
class Predicted:
    """What a file came to. `refused`: rows; `reasons`: how many rows have each; a row may have several."""

    model: str
    version: str
    predicted: int = 0
    refused: int = 0
    reasons: Counter[str] = field(default_factory=Counter)


class Predicting:
    """Use it with `with`: the warehouse is open, and the model is at hand, until the block ends.

    Raises ConfigError where it is not clear what is asked for, StateError where a model cannot be used.
    """

    def __init__(self, configs: Path, warehouse: Path, request: Request) -> None:
        with ExitStack() as resources:
            datasets = load_contracts(configs, warehouse)
            self._known = model_of(datasets, request.dataset, request.model)
            self._recorded = resources.enter_context(WarehouseReader(warehouse))
            self._request = request
            check_view(self._recorded, datasets, self._known.model)
            self._scorer = _scorer(self._recorded, warehouse, self._known, request)
            self.done = Predicted(self._known.model.name, self._scorer.version)
            self._resources = resources.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._resources.close()

    @property
    def schema(self) -> pa.Schema:
        """Of the predictions: the dataset's key, or, without one, the line; and what is said of the row."""
        said = {"prediction": pa.float64(), "model": pa.string(), "version": pa.string()}
        return pa.schema(list((dict(self._key_types()) | said).items()))

    def pages(self) -> Iterator[tuple[pa.RecordBatch, list[Refused]]]:
        """Predictions, and rows that have none, some at a time, in the order of the file. `done` counts them."""
        dataset = self._known.dataset
        parameters = self._recorded.parameters.newest(dataset.name) if dataset.wanted else None
        asked = judged(self._request.file, self._request.named, dataset, self._wanted(), parameters)
        with asked as pages, self._recorded.connection.snapshot():
            for page in pages:
                rows, refused = self._inputs(page)
                found = examples(self._known.model, rows)
                refused += [each for why, places in found.reasons.items() for each in _at(why, places, rows, page)]
                predictions = self._scorer.predict(found)
                is_told = np.isfinite(predictions)
                refused += _at("prediction", found.positions[~is_told], rows, page)
                told = rows.take(pa.array(found.positions[is_told]))
                yield self._written(page, told, predictions[is_told]), self._counted(refused)

    def _wanted(self) -> frozenset[str]:
        """The columns that a file must have: those that the model is told from, and the key, which names rows."""
        model, config = self._known.model, self._known.dataset.config
        looked_at = {*(name for name, _ in model.numbers), *model.categories, *config.key}
        if model.view is not None:
            looked_at |= {*model.view.keys, str(config.event_time), *condition_columns(model.view)}
        return needed(self._known.dataset.chain, frozenset(looked_at), model.target[0])

    def _key_types(self) -> list[tuple[str, pa.DataType]]:
        kinds = dict(self._known.dataset.table.columns)
        return [(name, arrow_type(kinds[name])) for name in self._known.dataset.config.key] or [("line", pa.int64())]

    def _inputs(self, page: Page) -> tuple[pa.RecordBatch, list[Refused]]:
        """The rows that passed the steps, with features and without the target; and why the others did not."""
        refused, model, dataset = list(_rejected(page)), self._known.model, self._known.dataset
        rows = page.accepted
        if model.view is not None:
            time, unknown = str(dataset.config.event_time), unknown_without(dataset.chain, frozenset(model.target[:1]))
            seen = featured(self._recorded.connection, model.view, time, rows, unknown)
            refused += [each for why, places in seen.refused.items() for each in _at(why, places, rows, page)]
            rows = seen.rows
        return rows.drop_columns([model.target[0]]), refused

    def _written(self, page: Page, rows: pa.RecordBatch, predictions: Float64s) -> pa.RecordBatch:
        keyed = bool(self._known.dataset.config.key)
        columns = [rows[name].cast(kind) for name, kind in self._key_types() if keyed]
        columns = columns or [pa.array(page.lines_of(rows[ROW_ID].to_numpy()))]
        who = (pa.repeat(name, rows.num_rows) for name in (self.done.model, self.done.version))
        self.done.predicted += rows.num_rows
        return pa.RecordBatch.from_arrays([*columns, pa.array(predictions), *who], schema=self.schema)

    def _counted(self, refused: list[Refused]) -> list[Refused]:
        self.done.refused += len({each.line for each in refused})
        self.done.reasons.update(rule for _, rule in {(each.line, each.rule) for each in refused})
        return sorted(refused, key=lambda each: each.line)


def _scorer(recorded: WarehouseReader, warehouse: Path, known: KnownModel, request: Request) -> Scorer:
    if request.online:
        if request.version is not None:
            raise ConfigError("--version is of trained models; the learner (--online) is as it is now.")
        return of_learner(recorded.connection, known.model)
    wanted: int | Alias = "champion" if request.version is None else request.version
    return of_version(recorded.connection, warehouse, known.model, wanted)


def _rejected(page: Page) -> Iterator[Refused]:
    lines = page.lines_of(page.rejected[ROW_ID].to_numpy())
    for line, reasons in zip(lines.tolist(), page.rejected["reasons"].to_pylist(), strict=True):
        for reason in reasons:
            if reason["action"] not in PASSING:
                yield Refused(line, reason["rule"], reason["column"], reason["value"], reason["message"])


def _at(reason: str, places: Int64s, rows: pa.RecordBatch, page: Page) -> Iterator[Refused]:
    """Rows that a model can say nothing of, for a reason such as `null.amount`."""
    kind, _, column = reason.partition(".")
    message = _MESSAGES.get(kind, "{} is not known to the model").format(column)
    for line in page.lines_of(rows[ROW_ID].to_numpy()[places]).tolist():
        yield Refused(line, reason, column, None, message)
