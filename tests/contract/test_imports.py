"""Imports point one way, `stream -> sinks -> processors`, and `processors` reaches nothing but memory."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("processors", "sinks", "stream")
MODULES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
IMPURE = {"os", "pathlib", "sqlite3", "time", "random", "threading"}
#: What an impure module could be reached through all the same.
IMPURE_TOO = {"io", "socket", "subprocess", "multiprocessing", "concurrent", "asyncio", "secrets", "uuid", "shutil"}
UNSAFE = {"pickle", "pandas"}

every_module = pytest.mark.parametrize("path", MODULES, ids=[str(path.relative_to(ROOT)) for path in MODULES])
every_processor = pytest.mark.parametrize(
    "path", [path for path in MODULES if path.is_relative_to(ROOT / "processors")], ids=lambda path: path.stem
)


def imported(path: Path) -> set[str]:
    """The top-level packages that a module imports, anywhere in it."""
    return {name.partition(".")[0] for name in _imports(ast.parse(path.read_text("utf-8")))}


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


@every_module
def test_imports_point_from_stream_to_sinks_to_processors(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    above = set(PACKAGES[PACKAGES.index(package) + 1 :])
    assert not imported(path) & above


@every_processor
def test_a_processor_touches_no_disk_clock_chance_or_thread(path: Path) -> None:
    assert not imported(path) & (IMPURE | IMPURE_TOO)


@every_processor
def test_a_processor_asks_nobody_for_the_present_time(path: Path) -> None:
    """`datetime` is imported for its types; `now`, `today` and `utcnow` would be a clock. `open` would be a disk."""
    tree = ast.parse(path.read_text("utf-8"))
    called = {_called(node) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    assert not called & {"now", "utcnow", "today", "open", "print", "input", "sample", "shuffle"}


@every_module
def test_nothing_is_unpickled_and_nothing_uses_pandas(path: Path) -> None:
    assert not imported(path) & UNSAFE


@every_module
def test_nothing_imports_from_the_tests(path: Path) -> None:
    assert "tests" not in imported(path)


def test_the_law_is_read_from_modules_that_are_there() -> None:
    """Guards the tests above: an empty list of modules would pass them all."""
    assert {path.relative_to(ROOT).parts[0] for path in MODULES} == set(PACKAGES)
    assert {"pyarrow", "polars"} <= imported(ROOT / "processors" / "schema.py")
