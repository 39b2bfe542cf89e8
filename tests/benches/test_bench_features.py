"""The bench of feature views runs from end to end; what it measures is for people to read, on a quiet machine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.benches.bench_features import main
from tests.system.test_retail import RECORDS, pytestmark

__all__ = ["pytestmark"]  # slow, and skipped where the data is not


def test_the_bench_measures_loads_with_and_without_features(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--rounds", "1", "--json", str(tmp_path / "figures.json")])
    figures = json.loads((tmp_path / "figures.json").read_text("utf-8"))
    assert {name: run["rows"] for name, run in figures.items()} == dict.fromkeys(["plain", "features"], RECORDS)
    assert 0 < figures["features"]["latest_ms"] < 1
    assert "latest vector by key" in capsys.readouterr().out
