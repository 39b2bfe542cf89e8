"""The reference of the configs: the README tells every key that may be written, under its name in YAML."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
SCHEMAS = sorted((ROOT / "configs").glob("*.schema.json"))


def keys(schema: Any) -> Iterator[str]:
    """The keys of all objects of a schema, however deep."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for part in schema.values():
            yield from keys(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from keys(part)


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda path: path.stem)
def test_the_readme_names_every_key_of_a_config(schema: Path) -> None:
    """The shipped schemas are what the code says; another test holds them to it."""
    written = set(keys(json.loads(schema.read_text("utf-8"))))
    assert len(written) > 3
    assert [key for key in sorted(written) if not re.search(rf"\b{re.escape(key)}\b", README)] == []
