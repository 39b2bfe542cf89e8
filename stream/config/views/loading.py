"""Reading the views of a folder of configs. Whatever is wrong is a message with file and line, of YAML or of SQL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import ValidationError

from processors.errors import ConfigError
from processors.feature_views.sql.definition import Definition
from stream.config.compiling.dataset import Dataset, compile_dataset
from stream.config.problems import Place, dotted, placed, problem, repeated
from stream.config.views.compiling import view_faults, with_compiled_views
from stream.config.views.models import ViewConfig
from stream.config.yaml_files import mapping, text_of

#: The folder of views, in that of the configs.
FOLDER = "sql"


@dataclass(frozen=True, slots=True)
class View:
    """A view as it is written: what its YAML says, where, and the file with its SQL."""

    config: ViewConfig
    place: Place
    definition: Definition
    sql_path: Path


def read_views(configs: Path) -> tuple[list[View], list[str]]:
    """The views of a folder of configs, by name; and what is wrong with their YAML."""
    views: dict[str, View] = {}
    problems: list[str] = []
    paths = (path for pattern in ("*.yaml", "*.yml") for path in (configs / FOLDER).glob(pattern))
    for path in sorted(paths):
        try:
            view = _read(path)
        except ConfigError as error:
            problems.append(str(error))
            continue
        if view.config.view.lower() in views:
            where, _ = view.place(("view",))
            problems.append(
                f"{where}: view {view.config.view!r} is described twice; SQL does not tell upper from lower case."
            )
        views[view.config.view.lower()] = view
    return sorted(views.values(), key=lambda view: view.config.view), problems


def _read(path: Path) -> View:
    known = ", ".join(ViewConfig.model_fields)
    node, content = mapping(path, text_of(path), f"must be a mapping. Known keys: {known}.")
    place = placed(path, node)
    problems = [f"{path}:{line}: key {key!r} is written twice." for key, line in repeated(node)]
    try:
        config = ViewConfig.model_validate(content)
    except ValidationError as error:
        problems += [problem(place, dict(detail), ViewConfig) for detail in error.errors()]
        raise ConfigError("\n".join(dict.fromkeys(problems))) from error
    if problems:
        raise ConfigError("\n".join(problems))
    return _with_sql(config, place, path.parent / config.file)


def _with_sql(config: ViewConfig, place: Place, path: Path) -> View:
    where, _ = place(("sql",))
    if not path.is_file():
        raise ConfigError(f"{where}: there is no file {path} with the view's SQL. Write it, or name another under sql.")
    definition = Definition(
        config.view,
        config.version,
        config.dataset,
        config.entity,
        config.event_time,
        text_of(path, "the view's SQL"),
        config.horizon_us,
        config.description,
    )
    return View(config, place, definition, path)


def with_views(dataset: Dataset, views: Iterable[View]) -> tuple[Dataset, list[str]]:
    """The dataset with those of the views that are over it, and what is wrong with them."""
    own = [view for view in views if view.config.dataset == dataset.name]
    problems = [line for view in own for line in _problems(view, dataset)]
    if problems or not own:
        return dataset, problems
    fixed = keeping(dataset, {name for view in own for name in view.config.entity})
    compiled = with_compiled_views(replace(fixed, definitions=tuple(view.definition for view in own)))
    return compiled, [line for view in own for line in _split_problems(view, compiled)]


def keeping(dataset: Dataset, columns: set[str]) -> Dataset:
    """The dataset, whose columns by which entities are known are not widened: a key keeps its type."""
    if dataset.config.modes.misfits != "evolve":
        return dataset
    fixed = dataset.fixed | columns
    compiled, _ = compile_dataset(dataset.config, fixed)
    table = replace(dataset.table, contract=compiled.table.contract)
    return replace(dataset, columns=compiled.columns, chain=compiled.chain, table=table, fixed=fixed)


def _problems(view: View, dataset: Dataset) -> Iterator[str]:
    for where, why in view_faults(view.definition, dataset):
        if isinstance(where, int):
            yield f"{view.sql_path}:{where}: {why}."
        else:
            line, location = view.place(where)
            yield f"{line}: {dotted(location)}: {why}."


def _split_problems(view: View, dataset: Dataset) -> Iterator[str]:
    for name, split in view.config.splits.items():
        try:
            split.split(name, dataset.config.timezone, None)
        except ValueError as error:
            line, location = view.place(("splits", name))
            yield f"{line}: {dotted(location)}: {error}."


def without_dataset(views: Iterable[View], datasets: Mapping[str, Dataset]) -> Iterator[str]:
    """What is wrong with views over what no config describes."""
    for view in views:
        if view.config.dataset not in datasets:
            where, _ = view.place(("dataset",))
            yield f"{where}: no config describes a dataset {view.config.dataset!r}; there are {', '.join(datasets)}."
