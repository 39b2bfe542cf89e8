"""What stands in a report. How it looks is none of its business: see `stream.screens.html`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from processors.assessing.assessment import Result
from sinks.closing.history import BrokenRule, DateProfile, DateVerdict, Distance
from sinks.kpis.history import KpiTrend
from sinks.ledger.files import FileEntry
from sinks.ledger.flows import Flow
from sinks.results.scores import Scored
from stream.learning.overview import Story
from stream.schemas.versions import History


@dataclass(frozen=True, slots=True)
class ExampleRow:
    """A record that did not meet a rule. `cells`: what came, by the header's names; of a record that could not be split
    its text, under no name; empty where it is not kept, or not to be told."""

    path: str
    line: int
    value: str | None
    cells: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class RulePart:
    """What records came to under a rule. `verdicts`: of a rule over dates, the broken ones."""

    result: Result
    verdicts: Sequence[DateVerdict]
    examples: Sequence[ExampleRow]


@dataclass(frozen=True, slots=True)
class ColumnPart:
    """A column as it is on a date, and how far it was from its reference until then."""

    profile: DateProfile
    distances: Sequence[Distance]


@dataclass(frozen=True, slots=True)
class DatasetPart:
    """A dataset. `total`: what the report is about, one date or all. `flows`, `scores`: of its dates, ascending; the
    last score of each. `rules`: those that were broken,
    and those that the config asks; `met`: how many others there are. `waiting`: files that are not loaded as a whole.
    """

    name: str
    description: str
    held: str | None
    total: Flow
    flows: Sequence[Flow]
    waiting: Sequence[FileEntry]
    scores: Sequence[Scored]
    broken: Sequence[BrokenRule]
    rules: Sequence[RulePart]
    met: int
    columns: Sequence[ColumnPart]
    schema: History | None
    kpis: Sequence[KpiTrend]

    @property
    def score(self) -> Scored | None:
        """That of the last date that is told of."""
        return next((each for each in reversed(self.scores) if each.date == self.flows[-1].date), None)

    def score_on(self, date: str) -> Mapping[str, Any] | None:
        """The score of a date, as `Score.explained` says it; None where it has none."""
        return next((each.explanation for each in self.scores if each.date == date), None)


@dataclass(frozen=True, slots=True)
class ModelPart:
    """A model. `errors`: by date, the `metric` of what its learner predicted of rows before it learned them."""

    story: Story
    metric: str
    dates: Sequence[str]
    errors: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Branch:
    """Something that rows go into, and what is made of it in turn. `kind`: files, dataset, view, KPIs, model, export.
    `told`: what is known of it, in a few words."""

    kind: str
    name: str
    told: str
    branches: Sequence[Branch] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A report. `date`: the only one whose records it judges; None where it is about all of them. `as_of`: the last
    commit that it knows of. It has no other time: the same warehouse gives the same report."""

    warehouse: str
    date: str | None
    as_of: str
    datasets: Sequence[DatasetPart]
    models: Sequence[ModelPart]
    origins: Sequence[Branch]
