"""The bench of the README runs from end to end; what it measures is for people to read, on a quiet machine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.benches.bench_retail import main
from tests.system.test_retail import RECORDS, pytestmark

__all__ = ["pytestmark"]  # slow, and skipped where the data is not


def test_the_bench_measures_every_variant_over_all_records(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--rounds", "1", "--drops", "5", "--big-mb", "3", "--json", str(tmp_path / "figures.json")])
    figures = json.loads((tmp_path / "figures.json").read_text("utf-8"))
    assert {name: run["rows"] for name, run in figures["load"].items()} == dict.fromkeys(
        ["floor", "plain", "raw"], RECORDS
    )
    assert 0 < figures["drops"]["p50_ms"] <= figures["drops"]["p99_ms"]
    assert "100-row drops, renamed in until seen: p50" in capsys.readouterr().out
