"""What is wrong with a model over the dataset that it names: locations in the YAML, and sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, TypeAlias

from processors.columns import ColumnType
from processors.feature_views.model import FeatureView
from processors.features import Derive
from processors.learning.batch import offered
from processors.learning.estimators import faults
from processors.learning.limits import LARGEST
from processors.learning.model import Task
from processors.rules.expressions import parsed
from stream.config.learning.compiling import batch_step, input_kinds, step_of, view_of
from stream.config.learning.models import METRICS, ModelConfig
from stream.config.problems import Location

if TYPE_CHECKING:
    from stream.config.compiling.dataset import Dataset

#: A location in the YAML, and a sentence without its full stop.
ModelFault: TypeAlias = tuple[Location, str]

NUMBERS = ("number", "integer", "decimal", "boolean")
CATEGORIES = ("category", "string", "integer")
_TARGETS: Mapping[Task, tuple[str, ...]] = {
    "regression": ("number", "integer", "decimal"),
    "classification": ("boolean", "integer", "number"),
}


def model_faults(config: ModelConfig, dataset: Dataset) -> Iterator[ModelFault]:
    """What is wrong. Columns are looked at where the view is known."""
    view = view_of(config, dataset)
    if config.view is not None and view is None:
        known = ", ".join(each.name for each in dataset.table.views) or "none"
        yield ("view",), f"the dataset {dataset.name} has no feature view {config.view!r}; there are {known}"
        return
    yield from _target(config, dataset)
    yield from _inputs(config, dataset, view)
    yield from _fill(config)
    yield from _steps(config)
    yield from _estimator(config)
    yield from _metric(config)


def _target(config: ModelConfig, dataset: Dataset) -> Iterator[ModelFault]:
    columns, wanted = dict(dataset.table.columns), _TARGETS[config.task]
    if config.target not in columns:
        yield (
            ("target",),
            f"there is no column {config.target!r} in {dataset.name}; the columns are {', '.join(columns)}",
        )
    elif columns[config.target].name not in wanted:
        is_a = columns[config.target].written
        yield ("target",), f"{config.target!r} is a {is_a}; a {config.task} predicts {', '.join(wanted)} columns"


def _inputs(config: ModelConfig, dataset: Dataset, view: FeatureView | None) -> Iterator[ModelFault]:
    kinds = input_kinds(dataset, view)
    leaking = _made_of(config.target, dataset)
    both = {name for name, _ in dataset.table.columns} & {each.name for each in (view.features if view else ())}
    seen = set[str]()
    for where, name, wanted in _all_inputs(config):
        if name not in kinds:
            yield where, f"there is no column or feature {name!r}; there are {', '.join(kinds)}"
        elif why := _unfit(name, kinds[name], wanted, leaking, both):
            yield where, why
        elif name in seen:
            yield where, f"{name!r} stands twice among the inputs"
        seen.add(name)


def _all_inputs(config: ModelConfig) -> Iterator[tuple[Location, str, tuple[str, ...]]]:
    for key, names, wanted in (
        ("numbers", config.inputs.numbers, NUMBERS),
        ("categories", config.inputs.categories, CATEGORIES),
    ):
        for position, name in enumerate(names):
            yield ("inputs", key, position), name, wanted


def _unfit(name: str, kind: ColumnType, wanted: Iterable[str], leaking: set[str], both: set[str]) -> str:
    """Why this cannot be an input; empty where it can."""
    if name in leaking:
        return f"{name!r} is the target, or is computed from it: the prediction would know what it is to predict"
    if name in both:
        return f"{name!r} is a column of the dataset and a feature of the view: rename one of them"
    if kind.name not in wanted:
        return f"{name!r} is a {kind.written}; here may be {', '.join(wanted)}"
    return ""


def _made_of(target: str, dataset: Dataset) -> set[str]:
    """The target, and the columns that the step `features` makes of it; later ones may be made of earlier ones."""
    found = {target}
    for feature in (each for step in dataset.chain.steps if isinstance(step, Derive) for each in step.features):
        if found & set(parsed(feature.sql).meta.root_names()):
            found.add(feature.name)
    return found


def _fill(config: ModelConfig) -> Iterator[ModelFault]:
    for name, value in config.inputs.fill.items():
        if name not in (*config.inputs.numbers, *config.inputs.categories):
            yield ("inputs", "fill", name), f"{name!r} is not among the inputs"
        elif name in config.inputs.numbers and isinstance(value, str):
            yield ("inputs", "fill", name), f"{value!r} is no number, and {name!r} is one"
        elif name in config.inputs.numbers and not abs(float(value)) <= LARGEST:
            yield ("inputs", "fill", name), f"{value!r} would be refused; a number lies within ±{LARGEST:g}"


def _steps(config: ModelConfig) -> Iterator[ModelFault]:
    if config.online is not None:
        for why in faults(config.task, [step_of(each) for each in config.online.steps]):
            yield ("online", "steps"), why


def _estimator(config: ModelConfig) -> Iterator[ModelFault]:
    if config.batch is not None:
        for option, why in offered.faults(config.task, batch_step(config, config.batch)):
            yield ("batch", "sklearn") if option is None else ("batch", "with", option), why


def _metric(config: ModelConfig) -> Iterator[ModelFault]:
    metric = None if config.batch is None else config.batch.promotion.metric
    if metric is not None and metric not in METRICS[config.task]:
        known = ", ".join(METRICS[config.task])
        yield ("batch", "promotion", "metric"), f"{metric} is not told of a {config.task}; there are {known}"
