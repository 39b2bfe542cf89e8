"""What a dataset's config comes to, its views, suites and models included: in parts, each as canonical JSON.

Comments, the order of keys, descriptions and what is said by default anyway are no part of it; nor is what decides how
loading goes on and not what is loaded: the size of micro-batches, when a file counts as finished, where it goes then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from typing import Any, Literal, TypeAlias

from processors.assessing.expectations import canonical
from processors.feature_views.model import FeatureView
from processors.kpis.model import Kpi
from processors.splitting.model import Split
from sinks.configs.model import ConfigVersion
from stream.config.columns import ColumnConfig
from stream.config.compiling.dataset import Dataset
from stream.config.learning.compiling import ModelDefinition, view_of
from stream.config.models import DatasetConfig
from stream.config.rules import RuleConfig
from stream.config.steps import StepConfig
from stream.config.suites import CHECKS, as_asked

#: Which files are taken, and for which date.
_FILES = {"folder", "pattern", "date", "on_rewrite", "on_copy"}
_LIMITS = {"record_bytes_max", "field_bytes_max", "columns_max", "expanded_bytes_max"}
#: Which duplicates are refused is decided where rows are stored.
_DUPLICATES = {"duplicates", "keep"}
_UNSAID = {"description", "unit"}

_Said: TypeAlias = dict[str, Any]
_DecidedBy: TypeAlias = Literal["steps", "relations", "dates"]
_LEVELS: Mapping[str, _DecidedBy] = {"record": "steps", "sink": "relations", "date": "dates"}


def versioned(dataset: Dataset) -> Dataset:
    """The dataset, whose views and models are compiled, with the version of its config."""
    return replace(dataset, table=replace(dataset.table, config=config_version(dataset)))


def config_version(dataset: Dataset) -> ConfigVersion:
    """What the config of a dataset comes to; what its contract has gained beside it is no part of it."""
    config = dataset.config
    parts: _Said = {
        "reading": {
            **config.dialect.model_dump(exclude_defaults=True),
            **config.limits.model_dump(include=_LIMITS, exclude_defaults=True),
        },
        "files": config.files.model_dump(include=_FILES, exclude_defaults=True),
        "columns": _columns(config),
        "schema": config.modes.model_dump(exclude_defaults=True),
        "steps": _steps(dataset),
        "relations": _relations(config),
        "dates": _dates(config),
        "budget": None if config.budget is None else config.budget.model_dump(exclude_defaults=True),
        "raw": config.raw,
        "kpis": {kpi.name: _kpi(kpi) for kpi in dataset.table.kpis},
        "exports": sorted(config.exports),
        **{f"views.{view.name}": _view(view) for view in dataset.table.views},
        **{f"models.{each.config.model}": _model(each, dataset) for each in dataset.model_definitions},
    }
    return ConfigVersion({name: canonical(said) for name, said in parts.items()})


def _columns(config: DatasetConfig) -> _Said:
    """Without a header the order of columns says which is which."""
    said = config.model_dump(include={"timezone", "event_time", "key"}, exclude_defaults=True)
    tokens = {} if config.null_tokens == ("",) else {"null_tokens": sorted(set(config.null_tokens))}
    order = {} if config.dialect.header else {"order": list(config.columns)}
    return {"columns": {name: _column(name, each) for name, each in config.columns.items()}, **said, **tokens, **order}


def _column(name: str, column: ColumnConfig) -> _Said:
    said = column.model_dump(exclude_defaults=True, exclude={"description"})
    if said.get("source") == (name,):
        del said["source"]
    return {**said, "type": "".join(column.type.split())}


def _steps(dataset: Dataset) -> _Said:
    """What each row is judged by, in its order. Figures of rows before it are a part of that where a step wants any."""
    config = dataset.config
    chain = [_step(step) for step in config.processors]
    return {"chain": chain, **({"parameters": config.parameters.model_dump()} if dataset.wanted else {})}


def _step(step: StepConfig) -> _Said:
    if step.quality is not None:
        return {"quality": step.quality.model_dump(exclude=_DUPLICATES, exclude_defaults=True)}
    if step.validation is not None:
        return {"validation": list(_rules(step, "steps"))}
    return {"schema": {}} if step.features is None else {"features": step.features.columns}


def _rules(step: StepConfig, decided_by: _DecidedBy) -> Iterator[_Said]:
    for rule in step.validation.rules if step.validation else ():
        if _decided_by(rule) == decided_by:
            yield {**as_asked(rule), "name": rule.error_code}


def _decided_by(rule: RuleConfig) -> _DecidedBy:
    """`unique` asks about other rows, too, though it is about records by its level."""
    if rule.check == "referential" and rule.dataset:
        return "relations"
    return _LEVELS[CHECKS[rule.check][1]]


def _relations(config: DatasetConfig) -> _Said:
    """Rules that look at other rows."""
    rules = [rule for step in config.processors for rule in _rules(step, "relations")]
    quality = [step.quality for step in config.processors if step.quality and step.quality.duplicates]
    refused = [each.model_dump(include=_DUPLICATES, exclude_defaults=True) for each in quality]
    keyed = any("key" in each.duplicates for each in quality)
    return {"rules": rules, "duplicates": refused, **({"key": config.key} if keyed else {})}


def _dates(config: DatasetConfig) -> _Said:
    """What is asked of whole dates."""
    profile = None if config.profile is None else config.profile.model_dump(exclude_defaults=True)
    return {
        "rules": [rule for step in config.processors for rule in _rules(step, "dates")],
        "profile": profile,
        "score": config.score.model_dump(exclude_defaults=True),
    }


def _kpi(kpi: Kpi) -> _Said:
    return {key: said for key, said in asdict(kpi).items() if key not in {"name", *_UNSAID}}


def _view(view: FeatureView) -> _Said:
    return {"version": view.version, "sql": view.sql_hash, "definition": view.config_hash}


def _model(definition: ModelDefinition, dataset: Dataset) -> _Said:
    """The view, and its split, may be others under the same names."""
    said = definition.config.model_dump(by_alias=True, exclude_defaults=True, exclude={"description"})
    view = view_of(definition.config, dataset)
    split = None if definition.split is None else _split(definition.split)
    return {**said, "view_version": None if view is None else view.version, "split": split}


def _split(split: Split) -> _Said:
    return {**asdict(split), "shares": [str(share) for share in split.shares]}
