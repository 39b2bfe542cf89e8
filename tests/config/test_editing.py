"""Changes that a program makes to a person's YAML: the lines that are meant, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from stream.config.editing import with_column, with_name
from tests.system.processes import ROOT

TYPED = {"type": "integer", "source": "Unit Price", "optional": True}
LINE = "{type: integer, source: Unit Price, optional: true}"
CONFIGS = sorted([*(ROOT / "configs").glob("*.yaml"), *(ROOT / "configs" / "examples").glob("*.yaml")])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("columns:\n  a: {type: string}\n", f"columns:\n  a: {{type: string}}\n  b: {LINE}\n"),
        ("columns:\n  a: {type: string}", f"columns:\n  a: {{type: string}}\n  b: {LINE}"),
        (
            "columns:\n    a:\n        type: x  # y\n\n# z\n",
            f"columns:\n    a:\n        type: x  # y\n    b: {LINE}\n\n# z\n",
        ),
        ("columns: {a: {type: x}}\nkey: [a]\n", f"columns: {{a: {{type: x}}, b: {LINE}}}\nkey: [a]\n"),
        ("columns:\r\n  a: {type: x}\r\nkey: []\r\n", f"columns:\r\n  a: {{type: x}}\r\n  b: {LINE}\r\nkey: []\r\n"),
        ("columns:\n  a: &a {type: x}\n  c: *a\n", f"columns:\n  a: &a {{type: x}}\n  c: *a\n  b: {LINE}\n"),
        (
            "columns:\n  a:\n    source:\n    - x\n    - y\nz: 1\n",
            f"columns:\n  a:\n    source:\n    - x\n    - y\n  b: {LINE}\nz: 1\n",
        ),
        (
            "columns:\n  a:\n    note: |\n      x\n      y\n\nz: 1\n",
            f"columns:\n  a:\n    note: |\n      x\n      y\n  b: {LINE}\n\nz: 1\n",
        ),
        ("columns: &all\n  a: {type: x}\nz: 1\n", f"columns: &all\n  a: {{type: x}}\n  b: {LINE}\nz: 1\n"),
        ("columns: !!map\n  ? a\n  : {type: x}\n", f"columns: !!map\n  ? a\n  : {{type: x}}\n  b: {LINE}\n"),
    ],
)
def test_a_column_is_written_behind_the_others(before: str, after: str) -> None:
    assert with_column(before, "b", TYPED) == after


@pytest.mark.parametrize(
    ("before", "names", "after"),
    [
        ("{type: x}", ["a"], "{type: x, source: [a, New]}"),
        ("{type: x, source: Old}", ["Old"], "{type: x, source: [Old, New]}"),
        ('{type: x, source: "O: d"}', ["O: d"], '{type: x, source: ["O: d", New]}'),
        ("{type: x, source: [Old]}", ["Old"], "{type: x, source: [Old, New]}"),
        ("\n    type: x  # y", ["a"], "\n    type: x  # y\n    source: [a, New]"),
        (
            "\n    source:\n      - Old  # y\n    type: x",
            ["Old"],
            "\n    source:\n      - Old  # y\n      - New\n    type: x",
        ),
    ],
)
def test_a_name_is_written_behind_the_names_that_a_column_has(before: str, names: list[str], after: str) -> None:
    assert with_name(f"columns:\n  a: {before}\nkey: [a]\n", "a", names, "New") == f"columns:\n  a: {after}\nkey: [a]\n"


def test_a_name_of_a_column_that_shares_its_settings_is_its_own() -> None:
    before = "columns:\n  a: &a {type: x, source: A}\n  b: {<<: *a, source: B}\n"
    assert with_name(before, "b", ["B"], "New").endswith("  b: {<<: *a, source: [B, New]}\n")


def test_what_would_change_another_column_too_is_refused() -> None:
    with pytest.raises(ValueError, match="not changed safely"):
        with_name("columns:\n  a: &a {type: x, source: A}\n  b: *a\n", "b", ["A"], "New")


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_every_shipped_config_takes_a_column_and_a_name_in_a_line_each(path: Path) -> None:
    text = path.read_text("utf-8")
    column, described = list(yaml.safe_load(text)["columns"].items())[-1]
    source = described.get("source", column)
    names = source if isinstance(source, list) else [source]
    changed = with_column(with_name(text, column, names, "Further"), "further_one", TYPED)
    lines = text.splitlines()
    assert sum(line not in lines for line in changed.splitlines()) in {2, 3}


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))
def test_any_name_can_be_written(name: str) -> None:
    changed = with_name("columns:\n  a: {type: string}\n", "a", ["a"], name)
    assert yaml.safe_load(changed)["columns"]["a"]["source"] == ["a", name]
