"""Reading the YAML files. Whatever is wrong is one message with file, line and the keys that are known there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from processors.errors import ConfigError
from sinks.kpis.refreshing import view_name
from stream.config.compiling.dataset import Dataset, compile_dataset
from stream.config.compiling.relations import reference_faults
from stream.config.learning import loading as learning
from stream.config.learning.loading import WrittenModel, read_models, with_models
from stream.config.models import DatasetConfig
from stream.config.odcs.merging import with_contract
from stream.config.problems import Place, dotted, problem, repeated
from stream.config.suite_files import with_suites
from stream.config.versioning import versioned
from stream.config.views.loading import View, read_views, with_views, without_dataset
from stream.config.yaml_files import mapping, text_of


def load_configs(folder: Path) -> dict[str, Dataset]:
    """Every `*.yaml` directly in `folder` but contracts, by dataset name. Raises ConfigError with all problems."""
    views, problems = read_views(folder)
    models, unsound = read_models(folder)
    problems += unsound
    datasets: dict[str, Dataset] = {}
    places: dict[str, Place] = {}
    for path in config_files(folder):
        try:
            dataset, place = _read(path, text_of(path))
        except ConfigError as error:
            problems.append(str(error))
            continue
        problems += _clashes(path, dataset, datasets)
        datasets[dataset.name], places[dataset.name] = dataset, place
    if not problems:  # a dataset that is referred to may be in a file that has some
        problems = [
            *_dangling(datasets, places),
            *without_dataset(views, datasets),
            *learning.without_dataset(models, datasets),
        ]
    datasets, wrong = _whole(datasets, views, models)
    if problems or wrong:
        raise ConfigError("\n".join([*problems, *wrong]))
    return datasets


def _whole(
    datasets: Mapping[str, Dataset], views: Sequence[View], models: Sequence[WrittenModel]
) -> tuple[dict[str, Dataset], list[str]]:
    """The datasets with their views and models, and what is wrong with these."""
    whole = {name: _with(dataset, views, models) for name, dataset in datasets.items()}
    problems = [problem for _, of_dataset in whole.values() for problem in of_dataset]
    return {name: dataset for name, (dataset, _) in whole.items()}, problems


def _with(dataset: Dataset, views: Sequence[View], models: Sequence[WrittenModel]) -> tuple[Dataset, list[str]]:
    """Models are looked at where nothing is wrong with the views."""
    viewed, problems = with_views(dataset, views)
    if problems:
        return viewed, problems
    whole, problems = with_models(viewed, models, views)
    return whole if problems else versioned(whole), problems


def config_files(folder: Path) -> list[Path]:
    """The files that describe datasets, by name; no contracts. Raises ConfigError where there are none."""
    if not folder.is_dir():
        raise ConfigError(f"{folder}: there is no such folder. Name the folder of the dataset configs with --configs.")
    paths = sorted(path for path in (*folder.glob("*.yaml"), *folder.glob("*.yml")) if not _is_contract(path))
    if not paths:
        raise ConfigError(f"{folder}: holds no *.yaml file. Write one for each dataset; see configs/orders.yaml.")
    return paths


def _is_contract(path: Path) -> bool:
    """Whether a file is a contract, by its name: such a one describes no dataset, but a dataset may name it."""
    return path.suffixes[-2:-1] == [".odcs"]


def known_dataset(datasets: Mapping[str, Dataset], name: str) -> Dataset:
    """The dataset of a name. Raises ConfigError where no config describes it."""
    if name not in datasets:
        raise ConfigError(f"no config describes a dataset {name!r}; there are {', '.join(datasets)}.")
    return datasets[name]


def load_config(path: Path) -> Dataset:
    """The dataset that one file describes, alone. Raises ConfigError, a line for each problem."""
    return read_config(path, text_of(path))


def read_config(path: Path, text: str) -> Dataset:
    """The dataset that a file with this text describes, alone but for its views and models. Raises ConfigError, a line
    for each problem."""
    dataset, _ = _read(path, text)
    views, problems = read_views(path.parent)
    models, unsound = read_models(path.parent)
    whole, wrong = _with(dataset, views, models)
    if problems or unsound or wrong:
        raise ConfigError("\n".join([*problems, *unsound, *wrong]))
    return whole


def _read(path: Path, text: str) -> tuple[Dataset, Place]:
    """And where what it says is written."""
    known = ", ".join(DatasetConfig.model_fields)
    node, content = mapping(path, text, f"must be a mapping. Known keys: {known}.")
    problems = [f"{path}:{line}: key {key!r} is written twice." for key, line in repeated(node)]
    content, own, told = with_suites(path, node, content)
    content, place, notices = with_contract(path, node, content, own)
    try:
        return replace(_compile(path, content, place, [*problems, *told]), notices=tuple(notices)), place
    except ValidationError as error:
        problems += [*told, *(problem(place, dict(detail), DatasetConfig) for detail in error.errors())]
        raise ConfigError("\n".join(problems)) from error


def _compile(path: Path, content: dict[str, Any], place: Place, problems: Sequence[str]) -> Dataset:
    config = DatasetConfig.model_validate(content, context={"folder": path.parent})
    dataset, faults = compile_dataset(config)
    told = [(*place(where), why) for where, why in faults]
    lines = [*problems, *(f"{line}: {dotted(where)}: {why}." for line, where, why in told)]
    if lines:
        raise ConfigError("\n".join(lines))
    return dataset


def _dangling(datasets: Mapping[str, Dataset], places: Mapping[str, Place]) -> Iterator[str]:
    """References to what no config describes."""
    tables = {name: dataset.table for name, dataset in datasets.items()}
    for name, dataset in datasets.items():
        for where, rule in zip(dataset.reference_locations, dataset.table.references, strict=True):
            for key, why in reference_faults(rule, dataset.table, tables):
                line, location = places[name]((*where, key))
                yield f"{line}: {dotted(location)}: {why}."


def _clashes(path: Path, dataset: Dataset, others: dict[str, Dataset]) -> list[str]:
    known = {name.lower(): name for name in others}
    if dataset.name.lower() in known:
        return [f"{path}: dataset {dataset.name!r} is described twice; SQL does not tell upper from lower case."]
    views = {view.lower(): name for name, other in others.items() for view in _kpi_views(other)}
    return [
        f"{path}: the view {view} would be that of a KPI of dataset {views[view.lower()]!r}, too: rename one of them."
        for view in _kpi_views(dataset)
        if view.lower() in views
    ]


def _kpi_views(dataset: Dataset) -> list[str]:
    return [view_name(dataset.name, kpi.name) for kpi in dataset.table.kpis]
