"""A report, read from the warehouse as it is at one moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from processors.errors import ConfigError
from processors.learning.model import Model
from processors.learning.prequential import Prequential
from sinks.closing.history import BrokenRule, DateProfile
from sinks.files import FileState
from sinks.kpis.history import KpiTrend
from sinks.ledger.flows import Flow
from sinks.reading import DatasetStatus, WarehouseReader
from sinks.results.scores import Scored, history
from stream.config import Dataset
from stream.learning.overview import Story, stories
from stream.reporting.origins import origins
from stream.reporting.page import ColumnPart, DatasetPart, ModelPart, Page
from stream.reporting.ruling import rules_of
from stream.schemas.contracts import load_contracts
from stream.schemas.versions import History, history_of

_LOADED: set[FileState] = {"committed", "superseded", "archived"}


@dataclass(frozen=True, slots=True)
class Request:
    """What a report is to be about: one date of all datasets, or one dataset, or both. `values`: whether it may tell
    values of rows."""

    date: str | None = None
    dataset: str | None = None
    values: bool = True


def gather(configs: Path, warehouse: Path, request: Request) -> Page:
    """All that a report tells, of one moment. Raises ConfigError where nothing is loaded of what is asked for, and
    WarehouseError where it cannot be read."""
    described = load_contracts(configs, warehouse)
    with WarehouseReader(warehouse) as recorded, recorded.connection.snapshot():
        status = _chosen(recorded, request)
        models = {each.name: each for dataset in described.values() for each in dataset.table.models}
        found = [each for each in stories(recorded.connection) if _dataset(each, models) in _among(status, request)]
        return Page(
            warehouse.name,
            request.date,
            max(each.last_commit or "" for each in status),
            [_dataset_part(recorded, each, described.get(each.dataset), request) for each in status],
            [_model_part(each, request.date) for each in found],
            origins(recorded, [each.dataset for each in status], described, found),
        )


def _chosen(recorded: WarehouseReader, request: Request) -> list[DatasetStatus]:
    """The datasets that are meant. Raises ConfigError where there are none."""
    dates = recorded.dates()
    if request.dataset is not None and request.dataset not in dates:
        raise ConfigError(f"nothing of dataset {request.dataset!r} is loaded; there are {', '.join(dates) or 'none'}.")
    chosen = [name for name in dates if request.dataset in {None, name} and _has(dates[name], request.date)]
    if not chosen:
        known = sorted({date for each in dates.values() for date in each})
        span = f"there are dates from {known[0]} to {known[-1]}" if known else "`ade-stream run` loads what has landed"
        raise ConfigError(f"nothing of {request.date or 'any dataset'} is loaded; {span}.")
    return [each for each in recorded.status() if each.dataset in chosen]


def _has(dates: Sequence[str], date: str | None) -> bool:
    return date is None or date in dates


def _among(status: Sequence[DatasetStatus], request: Request) -> set[str | None]:
    """The datasets whose models are told: of one that nobody knows any more the model is told with all of them."""
    return {each.dataset for each in status} | ({None} if request.dataset is None else set())


def _dataset(story: Story, models: Mapping[str, Model]) -> str | None:
    known = models.get(story.model)
    return known.dataset if known else next((each.version.dataset for each in story.versions), None)


def _dataset_part(
    recorded: WarehouseReader, status: DatasetStatus, described: Dataset | None, request: Request
) -> DatasetPart:
    name, date = status.dataset, request.date
    rules, met = rules_of(recorded, name, date, values=request.values)
    flows = recorded.flows(name, date)
    of_date = "dataset = ?1 AND (?2 = '' OR date = ?2)"
    return DatasetPart(
        name,
        described.config.description if described else "",
        status.held,
        _total([each for each in flows if date in {None, each.date}]),
        flows,
        [each for each in recorded.files(of_date, name, date or "") if each.state not in _LOADED],
        _scores(recorded, name, date),
        _broken(recorded, name, request),
        rules,
        met,
        list(_columns(recorded, name, request)),
        _schema(recorded, name, date) if status.schema else None,
        _kpis(recorded, name, request),
    )


def _total(flows: Sequence[Flow]) -> Flow:
    sums = {name: sum(getattr(each, name) for each in flows) for name in Flow.__slots__ if name != "date"}
    return Flow(flows[-1].date, **sums)


def _scores(recorded: WarehouseReader, dataset: str, through: str | None) -> list[Scored]:
    """The last score of each date up to one, in order."""
    last = {each.date: each for each in history(recorded.connection, dataset)}
    return [last[date] for date in sorted(last) if through is None or date <= through]


def _broken(recorded: WarehouseReader, dataset: str, request: Request) -> list[BrokenRule]:
    found = [each for each in recorded.broken_rules() if each.dataset == dataset and request.date in {None, each.date}]
    return found if request.values else [replace(each, message="") for each in found]


def _kpis(recorded: WarehouseReader, dataset: str, request: Request) -> list[KpiTrend]:
    """By name; of one that is told by dimensions those with the greatest last values first."""
    found = recorded.kpis(dataset, None, None, request.date)
    told = [each for each in found if request.values or not each.dimensions]
    return sorted(told, key=lambda each: (each.kpi, -(each.values[-1] or 0.0)))


def _columns(recorded: WarehouseReader, dataset: str, request: Request) -> Iterator[ColumnPart]:
    distances = recorded.distances(dataset, request.date)
    for profile in recorded.profiles(dataset, request.date):
        own = [each for each in distances if each.column == profile.column]
        yield ColumnPart(profile if request.values else _without_values(profile), own)


def _without_values(profile: DateProfile) -> DateProfile:
    """Nothing of single cells: how many there are, and how far from the reference."""
    nothing: dict[str, object] = {"min": None, "max": None, "mean": None, "quantiles": {}, "top": [], "histogram": None}
    return replace(profile, profile={**profile.profile, **nothing})


def _schema(recorded: WarehouseReader, dataset: str, through: str | None) -> History:
    """The versions that files had until then, the drifts, and the version of the last of these files."""
    found = history_of(recorded, dataset)
    if through is None:
        return found
    versions = tuple(each for each in found.versions if each.first is not None and each.first.date <= through)
    drifts = tuple(each for each in found.drifts if each.file.date <= through)
    current = drifts[-1].to_version if drifts else next((each.version for each in versions), None)
    return replace(found, current=current, versions=versions, drifts=drifts)


def _model_part(story: Story, through: str | None) -> ModelPart:
    figures = story.learner.metrics if story.learner else {}
    metric = "accuracy" if "accuracy" in figures else "mae"
    sums = {date: Prequential.load(told) for date, told in sorted(figures.get("dates", {}).items())}
    told = {date: each for date, each in sums.items() if through is None or date <= through}
    return ModelPart(story, metric, list(told), [getattr(each, metric) for each in told.values()])
