"""Imports point one way, `stream -> sinks -> processors`, and `processors` reaches nothing but memory."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("processors", "sinks", "stream")
MODULES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
IMPURE = {"os", "pathlib", "sqlite3", "time", "random", "threading"}
#: What an impure module could be reached through all the same.
IMPURE_TOO = {"io", "socket", "subprocess", "multiprocessing", "concurrent", "asyncio", "secrets", "uuid", "shutil"}
UNSAFE = {"pickle", "pandas"}
#: What only a learner or a training needs.
LEARNING = {"river", "sklearn", "skops", "scipy"}
PROCESSORS = [path for path in MODULES if path.is_relative_to(ROOT / "processors")]


@cache
def parsed(path: Path) -> ast.Module:
    """A module's code."""
    return ast.parse(path.read_text("utf-8"))


@cache
def imported(path: Path) -> set[str]:
    """The top-level packages that a module imports, anywhere in it."""
    return {name.partition(".")[0] for name in _imports(parsed(path))}


def called(path: Path) -> set[str]:
    """The last parts of the names of all that a module calls."""
    return {_called(node) for node in ast.walk(parsed(path)) if isinstance(node, ast.Call)}


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "a relative import"
            yield node.module or ""
        elif isinstance(node, ast.Call) and _called(node) in {"import_module", "__import__"}:
            yield from (str(argument.value) for argument in node.args[:1] if isinstance(argument, ast.Constant))


def _called(call: ast.Call) -> str:
    """The last part of the name of the function that is called."""
    return str(getattr(call.func, "attr", getattr(call.func, "id", "")))


def offenders(modules: Iterable[Path], offends: Callable[[Path], Iterable[str]]) -> list[str]:
    """Each module that does what it should not, with what that is."""
    return [f"{path.relative_to(ROOT)}: {', '.join(sorted(what))}" for path in modules if (what := offends(path))]


def test_imports_point_from_stream_to_sinks_to_processors() -> None:
    def above(path: Path) -> set[str]:
        package = path.relative_to(ROOT).parts[0]
        return imported(path) & set(PACKAGES[PACKAGES.index(package) + 1 :])

    assert offenders(MODULES, above) == []


def test_a_processor_touches_no_disk_clock_chance_or_thread() -> None:
    assert offenders(PROCESSORS, lambda path: imported(path) & (IMPURE | IMPURE_TOO)) == []


def test_a_processor_asks_nobody_for_the_present_time() -> None:
    """`datetime` is imported for its types; `now`, `today` and `utcnow` would be a clock. `open` would be a disk."""
    asking = {"now", "utcnow", "today", "open", "print", "input", "sample", "shuffle"}
    assert offenders(PROCESSORS, lambda path: called(path) & asking) == []


def test_nothing_is_unpickled_and_nothing_uses_pandas() -> None:
    assert offenders(MODULES, lambda path: imported(path) & UNSAFE) == []


def test_nothing_imports_from_the_tests() -> None:
    assert offenders(MODULES, lambda path: imported(path) & {"tests"}) == []


def test_the_law_is_read_from_modules_that_are_there() -> None:
    """Guards the tests above: an empty list of modules would pass them all."""
    assert {path.relative_to(ROOT).parts[0] for path in MODULES} == set(PACKAGES)
    assert {"pyarrow", "polars"} <= imported(ROOT / "processors" / "schema.py")


@pytest.mark.parametrize(
    ("modules", "heavy"),
    [
        ("stream.cli", {"numpy", "pyarrow", "polars", "pydantic", "rich", "sqlite_utils", "yaml"} | LEARNING),
        ("stream.config, stream.running.service", LEARNING | {"rich"}),
        ("stream.learning.predicting, stream.learning.artifacts", LEARNING),
        (
            "processors.learning.learner",
            {"sklearn", "scipy.stats", "scipy.linalg", "river.tree", "river.datasets"},
        ),
        ("sinks.reading, stream.screens.tables, stream.screens.rejects", {"stream.config", "pydantic", "sqlite_utils"}),
    ],
    ids=["the command line", "a run", "a prediction of a linear model", "a learner", "a command that only looks"],
)
def test_what_takes_long_to_import_is_imported_by_those_who_need_it(modules: str, heavy: set[str]) -> None:
    code = f"import sys, {modules}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert heavy.intersection(done.stdout.split()) == set()


def test_packages_of_river_are_themselves_for_who_asks_them_for_more_than_a_learner_does() -> None:
    code = (
        "from processors.learning.steps import river as ours; from river import drift, linear_model, optim, proba; "
        "from scipy import special; from scipy.special import expit; import river.preprocessing, scipy.stats; "
        "assert linear_model.Perceptron().predict_one({}) is False; assert special.expit is expit; "
        "assert linear_model.LinearRegression is ours.LinearRegression; assert drift.ADWIN is ours.ADWIN; "
        "assert optim.losses.Log().mean_func(0.0) == 0.5; assert proba.Gaussian().n_samples == 0; "
        "assert river.preprocessing.StandardScaler is ours.StandardScaler; print(*dir(river.preprocessing))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "OneHotEncoder" in done.stdout.split()
