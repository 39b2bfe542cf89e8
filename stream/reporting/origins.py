"""From what what is made: files, datasets, feature views, models, KPIs, exports, as a tree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sinks.exports.records import known_exports
from sinks.feature_views.reading import RegisteredView, registered
from sinks.reading import WarehouseReader
from stream.config import Dataset
from stream.exporting.by_hand import KINDS
from stream.learning.overview import Story
from stream.reporting.page import Branch


def origins(
    recorded: WarehouseReader, datasets: Sequence[str], described: Mapping[str, Dataset], models: Sequence[Story]
) -> list[Branch]:
    """A tree for each dataset, from its files on."""
    return [_of_dataset(recorded, name, described.get(name), models) for name in datasets]


def _of_dataset(recorded: WarehouseReader, name: str, described: Dataset | None, models: Sequence[Story]) -> Branch:
    flows = recorded.flows(name)
    sources = {each.name: each.view.name if each.view else None for each in described.table.models} if described else {}
    views = [each for each in registered(recorded.connection) if each.dataset == name and each.status == "active"]
    accepted = f"{sum(each.accepted for each in flows):,} rows of {len(flows):,} dates"
    own = [
        *(_of_view(each, [story for story in models if _source(story, sources) == each.view]) for each in views),
        *(_of_model(each) for each in models if each.model in sources and not sources[each.model]),
        *_kpis(recorded, name),
        *_exports(recorded, name),
    ]
    files = f"{sum(each.files for each in flows):,} files, {sum(each.records for each in flows):,} records"
    return Branch("files", _pattern(name, described), files, [Branch("dataset", name, accepted, own)])


def _pattern(name: str, described: Dataset | None) -> str:
    if described is None:
        return name
    patterns = described.files.pattern
    shown = patterns if isinstance(patterns, str) else patterns[0]
    return f"{described.files.folder or name}/{shown}"


def _source(story: Story, sources: Mapping[str, str | None]) -> str | None:
    """The view of a model: by its config, else by its last version."""
    if story.model in sources:
        return sources[story.model]
    return story.versions[-1].version.view if story.versions else None


def _of_view(view: RegisteredView, models: Sequence[Story]) -> Branch:
    told = f"version {view.version}, {len(view.features)} features, {view.rows:,} vectors"
    return Branch("view", view.view, told, [_of_model(each) for each in models])


def _of_model(story: Story) -> Branch:
    told = [f"version {each.version.version} ({each.version.alias})" for each in story.versions if each.version.alias]
    told += [f"learner, {story.learner.rows:,} rows"] if story.learner else []
    return Branch("model", story.model, ", ".join(told) or f"{len(story.versions)} versions")


def _exports(recorded: WarehouseReader, dataset: str) -> Iterator[Branch]:
    for kind in KINDS:
        if files := [each for each in known_exports(recorded.connection, dataset, kind).values() if each.rows]:
            yield Branch("export", kind, f"{len(files):,} files, {sum(each.rows for each in files):,} rows")


def _kpis(recorded: WarehouseReader, dataset: str) -> Iterator[Branch]:
    names = sorted(kpi for of, kpi in recorded.kpi_names() if of == dataset and kpi)
    if names:
        yield Branch("KPIs", ", ".join(names), f"{len(names)} of each date")
