"""From what what is made, as a tree for each dataset: files, rows, views, splits, models, predictions, KPIs, exports.

What there is comes from the configs; how much, and since when, from the warehouse, if there is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeAlias

from processors.errors import ConfigError
from processors.feature_views.model import FeatureView
from processors.learning.model import Model
from processors.lineage.columns import Made, staged, vectors
from sinks.database.identifiers import predictions
from sinks.lineage.figures import Figures, TrainedVersion
from sinks.reading import WarehouseReader
from stream.config import Dataset
from stream.lineage.telling import derived
from stream.schemas.contracts import load_contracts

Kind: TypeAlias = Literal[
    "files", "dataset", "view", "split", "model", "version", "learner", "predictions", "kpi", "export"
]


@dataclass(frozen=True, slots=True)
class Node:
    """A thing that is made of the one above it. `amounts`: how much there is of what, `last`: when it changed last, or
    up to which date it goes; none where nothing was made yet. `columns`: of which columns of the one above each of its
    own is made; `also_from`: what else it is made of."""

    kind: Kind
    name: str
    amounts: Mapping[str, int]
    last: str | None = None
    columns: tuple[Made, ...] = ()
    also_from: tuple[str, ...] = ()
    children: tuple[Node, ...] = ()


def graph(configs: Path, warehouse: Path, name: str | None = None) -> list[Node]:
    """A tree for each dataset, from its files on; of a model or view only the way to it. Raises ConfigError where no
    config describes a `name`."""
    datasets = load_contracts(configs, warehouse)
    with ExitStack() as resources:
        figures = None
        if warehouse.exists():
            figures = Figures(resources.enter_context(WarehouseReader(warehouse)).connection)
        trees = [_Tree(each, figures).root() for each in datasets.values()]
    if name is None:
        return trees
    found = [tree for each in trees if (tree := _way_to(each, name)) is not None]
    if not found:
        known = ", ".join(_named(trees)) or "none"
        raise ConfigError(f"no config describes {name!r}; there are {known}.")
    return found


def _way_to(node: Node, name: str) -> Node | None:
    """The way from a node to those of a name, and all that is made of these."""
    if node.kind in {"dataset", "view", "model"} and node.name == name:
        return node
    below = tuple(way for each in node.children if (way := _way_to(each, name)) is not None)
    return replace(node, children=below) if below else None


def _named(nodes: Iterable[Node]) -> Iterator[str]:
    for node in nodes:
        if node.kind in {"dataset", "view", "model"}:
            yield node.name
        yield from _named(node.children)


@dataclass(frozen=True, slots=True)
class _Tree:
    dataset: Dataset
    figures: Figures | None

    def root(self) -> Node:
        """The files, and all that is made of them."""
        files, records, last = self.figures.files(self.dataset.name) if self.figures else (0, 0, None)
        name = ", ".join(f"{self.dataset.folder}/{pattern}" for pattern in self.dataset.files.patterns)
        return Node("files", name, {"files": files, "records": records}, last, children=(self._dataset(),))

    def _dataset(self) -> Node:
        accepted, rejected, last = self.figures.rows(self.dataset.name) if self.figures else (0, 0, None)
        table = self.dataset.table
        header = [column.source for column in table.contract.columns]
        columns = staged(table.columns, table.contract.columns, derived(self.dataset), header)
        others = tuple(sorted({each.dataset for each in table.references} - {self.dataset.name}))
        children = (*self._views(), *self._models(None), *self._kpis(), *self._exports())
        amounts = {"rows": accepted, "rejected": rejected}
        return Node("dataset", self.dataset.name, amounts, last, columns, others, children)

    def _views(self) -> Iterator[Node]:
        for view in self.dataset.table.views:
            found = self.figures.view(view.name) if self.figures else None
            version, rows, last = found or (view.version, 0, None)
            amounts = {"version": version, "vectors": rows}
            yield Node("view", view.name, amounts, last, vectors(view), children=tuple(self._models(view)))

    def _models(self, view: FeatureView | None) -> Iterator[Node]:
        """Those of a view, or of none; those that are trained stand below their split."""
        for model in self.dataset.table.models:
            if (model.view and model.view.name) == (view and view.name):
                yield self._model(model)

    def _model(self, model: Model) -> Node:
        target, kind = model.target
        inputs = (*(name for name, _ in model.numbers), *model.categories)
        columns = (Made(target, kind.written, inputs, "TRANSFORMATION"),)
        versions = self.figures.versions(model.name) if self.figures else []
        children = (*map(self._version, versions), *self._learner(model))
        last = versions[-1].created_at if versions else None
        return Node("model", model.name, {"versions": len(versions)}, last, columns, children=children)

    def _version(self, trained: TrainedVersion) -> Node:
        amounts = {"rows": trained.rows}
        split: tuple[Node, ...] = ()
        if self.figures:
            split_id, rows, made_at = self.figures.split(trained.split_id)
            split = (Node("split", str(split_id), {"rows": rows}, made_at),)
        name = f"{trained.version} ({trained.alias})" if trained.alias else str(trained.version)
        return Node("version", name, amounts, trained.created_at, children=split)

    def _learner(self, model: Model) -> Iterator[Node]:
        if model.online is None:
            return
        rows, status, last = (self.figures.learner(model.name) if self.figures else None) or (0, "waits for rows", None)
        said: tuple[Node, ...] = ()
        if model.online.scoring:
            count = self.figures.predictions(model.name) if self.figures and last else 0
            said = (Node("predictions", predictions(model.name), {"rows": count}, last),)
        yield Node("learner", status, {"rows": rows}, last, children=said)

    def _kpis(self) -> Iterator[Node]:
        for kpi in self.dataset.table.kpis:
            values, last = self.figures.kpi(self.dataset.name, kpi.name) if self.figures else (0, None)
            yield Node("kpi", kpi.name, {"values": values}, last)

    def _exports(self) -> Iterator[Node]:
        for kind in self.dataset.table.exports:
            files, rows, last = self.figures.exported(self.dataset.name, kind) if self.figures else (0, 0, None)
            yield Node("export", kind, {"files": files, "rows": rows}, last)
