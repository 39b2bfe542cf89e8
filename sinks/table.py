"""What a dataset's rows are stored in: its columns, and the rules of it that look at other rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from processors.assessing.expectations import Suite
from processors.assessing.scoring import Scoring
from processors.columns import ColumnType
from processors.drift.states import Profiling
from processors.feature_views.model import FeatureView
from processors.kpis.model import Kpi
from processors.learning.model import Model
from processors.rules.set_rules import SetRule
from processors.schemas.amendments import Amendment
from processors.schemas.contract import Contract
from sinks.configs.model import ConfigVersion


@dataclass(frozen=True, slots=True)
class Unique:
    """No two staged rows within a scope agree in `columns`; the one with the smallest row id stays, or the greatest.
    Null among them: not compared. `exact` compares nulls as well, as values.
    """

    rule: str
    columns: tuple[str, ...]
    exact: bool = False
    severity: str = "error"
    action: str = "quarantine"
    scope: Literal["file", "date", "dataset"] = "dataset"
    keep: Literal["first", "last"] = "first"


@dataclass(frozen=True, slots=True)
class Monotonic:
    """No staged row's value in `column` is less than that of the nearest candidate before it in its file; or greater,
    where values are `decreasing`. `strict`: nor equal to it. A null: not compared, and passed over.
    """

    rule: str
    column: str
    decreasing: bool = False
    strict: bool = False
    severity: str = "error"
    action: str = "quarantine"


@dataclass(frozen=True, slots=True)
class Reference:
    """Each staged row's values in `columns` are those of a candidate of `dataset` in `fields`. Null among them: not
    compared."""

    rule: str
    columns: tuple[str, ...]
    dataset: str
    fields: tuple[str, ...]
    severity: str = "error"
    action: str = "quarantine"


ExportKind: TypeAlias = Literal["clean", "features", "kpis"]
#: What is decided in the sink: a rule that looks at other rows.
Relation: TypeAlias = Unique | Monotonic | Reference


@dataclass(frozen=True, slots=True)
class Table:
    """A dataset's staged table: its columns in order, the event time among them, and its rules that look at other rows.

    `amendments`: what its contract has gained beside the YAML. `contract`: what its files are expected to have.
    `set_rules`, `profiling`: what is asked of its dates when they are closed.
    `suite`: what its records are; None where nobody says so, and no results are kept. `scoring`: how they are scored.
    `views`: the features that are made of its rows. `kpis`: the key figures of its dates. `exports`: what is written to
    files when they are closed. `models`: what is predicted from its rows. `config`: all that its config says, by which
    its spans are judged; None where nobody says so.
    """

    dataset: str
    columns: tuple[tuple[str, ColumnType], ...]
    event_time: str | None = None
    unique: tuple[Unique, ...] = ()
    raw: bool = True
    amendments: tuple[Amendment, ...] = ()
    contract: Contract = field(default_factory=Contract)
    monotonic: tuple[Monotonic, ...] = ()
    references: tuple[Reference, ...] = ()
    set_rules: tuple[SetRule, ...] = ()
    profiling: Profiling | None = None
    suite: Suite | None = None
    scoring: Scoring = field(default_factory=Scoring)
    views: tuple[FeatureView, ...] = ()
    kpis: tuple[Kpi, ...] = ()
    exports: tuple[ExportKind, ...] = ()
    models: tuple[Model, ...] = ()
    config: ConfigVersion | None = None

    @property
    def relations(self) -> tuple[Relation, ...]:
        """All of them, in the order in which the reasons of a row are told."""
        return (*self.unique, *self.monotonic, *self.references)
