"""The bench of learning runs from end to end; what it measures is for people to read, on a quiet machine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.benches.bench_learning import main
from tests.system.test_retail import RECORDS, pytestmark

__all__ = ["pytestmark"]  # slow, and skipped where the data is not


def test_the_bench_measures_loads_with_and_without_learners(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--rounds", "1", "--json", str(tmp_path / "figures.json")])
    figures = json.loads((tmp_path / "figures.json").read_text("utf-8"))
    assert {run["rows"] for run in figures.values()} == {RECORDS}
    assert figures["features"]["learned"] == 0
    assert figures["bayesian"]["learned"] > 400_000
    assert "CPU ratio" in capsys.readouterr().out
