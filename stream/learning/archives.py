"""Estimators that are more than coefficients, as skops archives: never pickle, the same bytes for the same estimator,
and nothing in them but what a fitted estimator of ours is made of.

A skops archive names objects by where they were in memory, and its files have times. Both are told here by their order,
and what lies between the fields of a record is zero; so the hash of the bytes says whether two models are the same.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from zipfile import BadZipFile, ZipFile, ZipInfo

import numpy as np

_SCHEMA = "schema.json"
_TREES = "sklearn.tree._tree.Tree"
_PREDICTOR = "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor"

#: Every type that an archive may name. What is not here is not made, whatever skops itself would trust.
TYPES = frozenset(
    {
        "builtins.dict",
        "builtins.float",
        "builtins.int",
        "builtins.list",
        "builtins.str",
        "builtins.tuple",
        "numpy.float64",
        "numpy.int64",
        "numpy.ndarray",
        "numpy.random._generator.Generator",
        "numpy.uint64",
        "sklearn._loss._loss.CyAbsoluteError",
        "sklearn._loss._loss.CyHalfBinomialLoss",
        "sklearn._loss._loss.CyHalfGammaLoss",
        "sklearn._loss._loss.CyHalfPoissonLoss",
        "sklearn._loss._loss.CyHalfSquaredError",
        "sklearn._loss.link.IdentityLink",
        "sklearn._loss.link.Interval",
        "sklearn._loss.link.LogLink",
        "sklearn._loss.link.LogitLink",
        "sklearn._loss.loss.AbsoluteError",
        "sklearn._loss.loss.HalfBinomialLoss",
        "sklearn._loss.loss.HalfGammaLoss",
        "sklearn._loss.loss.HalfPoissonLoss",
        "sklearn._loss.loss.HalfSquaredError",
        "sklearn.ensemble._forest.RandomForestClassifier",
        "sklearn.ensemble._forest.RandomForestRegressor",
        "sklearn.ensemble._hist_gradient_boosting.binning._BinMapper",
        "sklearn.ensemble._hist_gradient_boosting.gradient_boosting.HistGradientBoostingClassifier",
        "sklearn.ensemble._hist_gradient_boosting.gradient_boosting.HistGradientBoostingRegressor",
        _PREDICTOR,
        "sklearn.preprocessing._label.LabelEncoder",
        "sklearn.tree._classes.DecisionTreeClassifier",
        "sklearn.tree._classes.DecisionTreeRegressor",
        _TREES,
    }
)
#: Of these nothing can be changed, so whether two places hold one object or two equal ones means nothing.
_VALUES = frozenset({"JsonNode", "TypeNode"})


class ForeignError(ValueError):
    """The bytes are no archive of a fitted estimator of ours."""


def archived(estimator: Any) -> bytes:
    """A fitted estimator as an archive. Raises ForeignError where it is none of those that `restored` takes."""
    from skops.io import dumps

    with ZipFile(io.BytesIO(dumps(estimator))) as archive:
        _refuse_foreign(json.loads(archive.read(_SCHEMA)))
        return _Renaming(archive).written()


def restored(archive: bytes) -> Any:
    """The estimator of an archive. Raises ForeignError where it holds, or names, anything else than such.

    skops trusts neither of the two that are named for it, since arrays of theirs that were made up could crash the
    process; so only archives are to be given that have the hash with which they were written.
    """
    from skops.io import loads

    try:
        with ZipFile(io.BytesIO(archive)) as opened:
            _refuse_foreign(json.loads(opened.read(_SCHEMA)))
        return loads(archive, trusted=[_TREES, _PREDICTOR])
    except (BadZipFile, KeyError, ValueError, TypeError) as error:
        raise error if isinstance(error, ForeignError) else ForeignError(f"it is no skops archive: {error}") from error


def _refuse_foreign(schema: Mapping[str, Any]) -> None:
    if foreign := sorted(set(_types(schema)) - TYPES):
        raise ForeignError(f"it names {', '.join(foreign)}, which no model is made of")


def _types(node: Any) -> Iterator[str]:
    if isinstance(node, Mapping):
        if "__loader__" in node:
            yield f"{node.get('__module__')}.{node.get('__class__')}"
        node = list(node.values())
    if isinstance(node, list):
        for each in node:
            yield from _types(each)


@dataclass(slots=True)
class _Renaming:
    """Gives objects and files of an archive numbers in the order in which its schema comes to them."""

    archive: ZipFile
    files: dict[str, str] = field(default_factory=dict)
    objects: dict[int, int] = field(default_factory=dict)
    count: int = 0

    def written(self) -> bytes:
        """The archive with these names."""
        schema = self._renamed(json.loads(self.archive.read(_SCHEMA)))
        contents = {name: _canonical(self.archive.read(old)) for old, name in self.files.items()}
        contents[_SCHEMA] = json.dumps(schema, sort_keys=True, separators=(",", ":")).encode()
        written = io.BytesIO()
        with ZipFile(written, "w") as archive:
            for name, content in contents.items():
                archive.writestr(ZipInfo(name), content)
        return written.getvalue()

    def _renamed(self, node: Any) -> Any:
        if isinstance(node, list):
            return [self._renamed(each) for each in node]
        if not isinstance(node, dict):
            return node
        renamed = {name: self._renamed(each) for name, each in node.items()}
        if "__id__" in node:
            renamed["__id__"] = self._object(node)
        if node.get("type") == "numpy":
            renamed["file"] = self.files.setdefault(node["file"], f"{len(self.files)}.npy")
        return renamed

    def _object(self, node: Mapping[str, Any]) -> int:
        self.count += 1
        return self.count if node["__loader__"] in _VALUES else self.objects.setdefault(node["__id__"], self.count)


def _canonical(content: bytes) -> bytes:
    """An array with zeros between the fields of its records."""
    array = np.load(io.BytesIO(content), allow_pickle=False)
    if array.dtype.names is None:
        return content
    clean = np.zeros(array.shape, array.dtype)
    for name in array.dtype.names:
        clean[name] = array[name]
    written = io.BytesIO()
    np.save(written, clean, allow_pickle=False)
    return written.getvalue()
