"""What is to be done so that a warehouse is as its configs have it, and as its landing folder: it is only looked at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from processors.errors import ConfigError
from sinks.configs.reading import JudgedDate, judged_dates, stored_configs
from sinks.ledger.files import date_balances
from sinks.ledger.runs import records_per_second
from sinks.reading import WarehouseReader
from stream.config import Dataset
from stream.config.loading import known_dataset
from stream.evidence import Evidence
from stream.planning.derived import derived
from stream.planning.parts import Comparison, Part
from stream.planning.steps import Paces, Step, loading, replays
from stream.planning.waiting import Waiting, waiting
from stream.schemas.contracts import load_contracts


@dataclass(frozen=True, slots=True)
class LostDate:
    """A date that stays as another config judged it, since its records cannot be had any more, and why."""

    date: str
    why: str


@dataclass(frozen=True, slots=True)
class DatasetPlan:
    """`config_hash`: of today's config. `parts`: of it, and which of them are as they were. `waiting`: files that are
    not loaded. `steps`: what is to be done, in its order; none where all is as it should be. `lost`: dates of which
    nothing can be done."""

    dataset: str
    config_hash: str
    records: int
    dates: int
    parts: tuple[Part, ...]
    waiting: Waiting
    steps: tuple[Step, ...]
    lost: tuple[LostDate, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """`nothing_to_do`: no dataset has a step. `undescribed`: datasets that are recorded and have no config."""

    warehouse: str
    nothing_to_do: bool
    datasets: tuple[DatasetPlan, ...]
    undescribed: tuple[str, ...]


def plan(configs: Path, landing: Path, warehouse: Path, only: str | None = None) -> Plan:
    """What is to be done for all datasets, or for one. Raises ConfigError and WarehouseError."""
    datasets = load_contracts(configs, warehouse)
    if not landing.is_dir():
        raise ConfigError(f"{landing}: there is no such folder. Make it, or name the landing folder with --landing.")
    wanted = datasets if only is None else {only: known_dataset(datasets, only)}
    with ExitStack() as resources:
        recorded = None
        if warehouse.exists():
            recorded = resources.enter_context(WarehouseReader(warehouse))
            resources.enter_context(recorded.connection.snapshot())
        plans = tuple(_plans(wanted, landing, recorded))
        known = set() if recorded is None else set(recorded.dates())
    undescribed = tuple(sorted(known - datasets.keys())) if only is None else ()
    return Plan(str(warehouse), not any(each.steps for each in plans), plans, undescribed)


def _plans(datasets: Mapping[str, Dataset], landing: Path, recorded: WarehouseReader | None) -> Iterator[DatasetPlan]:
    if recorded is None:
        for dataset in datasets.values():
            yield _first(dataset, waiting(landing, dataset, None))
        return
    judged = dict[str, list[JudgedDate]]()
    for each in judged_dates(recorded.connection):
        judged.setdefault(each.dataset, []).append(each)
    for name, dataset in datasets.items():
        found = waiting(landing, dataset, recorded)
        yield _plan(Evidence(recorded, landing, dataset), judged.get(name, []), found)


def _first(dataset: Dataset, found: Waiting) -> DatasetPlan:
    """Where there is no warehouse yet."""
    today = dataset.table.config
    assert today is not None  # noqa: S101 - a dataset that was read from a file has one
    parts = tuple(Comparison(today, {}, ()).parts())
    return DatasetPlan(dataset.name, today.hash, 0, 0, parts, found, tuple(loading(found, (), Paces())))


def _plan(evidence: Evidence, judged: list[JudgedDate], found: Waiting) -> DatasetPlan:
    connection, dataset = evidence.recorded.connection, evidence.dataset
    today, balances = dataset.table.config, date_balances(connection, dataset.name)
    assert today is not None  # noqa: S101 - a dataset that was read from a file has one
    paces = Paces(records_per_second(connection, "run"), records_per_second(connection, "replay"))
    comparison = Comparison(today, stored_configs(connection, dataset.name), judged)
    outdated = comparison.outdated()
    lost = tuple(LostDate(date, why) for date in outdated.dates if (why := evidence.why_lost(date)) is not None)
    reachable = outdated.without({each.date for each in lost})
    stale = list(derived(connection, dataset.table, sum(each.accepted for each in balances)))
    steps = (
        *loading(found, balances, paces),
        *(step for step in stale if not _is_learned(step)),
        *replays(dataset.name, reachable, balances, paces),
        *(step for step in stale if _is_learned(step)),
    )
    parts = tuple(_standing(comparison.parts(), {part for step in stale for part in step.parts}))
    records = sum(each.records for each in balances)
    return DatasetPlan(dataset.name, today.hash, records, len(balances), parts, found, steps, lost)


def _is_learned(step: Step) -> bool:
    """What is learned is learned from rows as they are when they were replayed."""
    return step.kind in {"learner", "model"}


def _standing(parts: Iterable[Part], stale: set[str]) -> Iterator[Part]:
    """What is brought up to date with the warehouse is as it should be as soon as that was done, whatever rows were
    judged by."""
    for part in parts:
        if part.takes_hold in {"replay", "files"}:
            yield part
        elif part.name in stale:
            yield Part(part.name, "gone" if part.state == "gone" else "changed", part.takes_hold, changes=part.changes)
        elif part.state != "gone":
            yield Part(part.name, "same", part.takes_hold)
