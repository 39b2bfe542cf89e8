"""`kill -9` in the middle of `train` and of `models promote`: a version is there as a whole, or not at all."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest

from tests.learning.market import SPLIT, loaded, model, told
from tests.system.looking import rows
from tests.system.processes import ROOT, Place, command, environment

FOREST = {"sklearn": "ensemble.RandomForestRegressor", "with": {"n_estimators": 20}, "split": SPLIT}


def killed(place: Place, seconds: float, *words: str) -> bool:
    """Start a command, and kill it so long after it began; whether it was still at work."""
    process = subprocess.Popen(
        command(place, *words), cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return True
    return False


def taken(place: Place, *words: str) -> float:
    """How long a command takes."""
    began = time.monotonic()
    assert not killed(place, 120, *words)
    return time.monotonic() - began


@pytest.mark.slow
def test_a_training_that_is_killed_leaves_whole_versions_only(tmp_path: Path) -> None:
    place = loaded(tmp_path, model(batch=FOREST))
    whole = taken(place, "train", "price")
    kills = [killed(place, whole * share, "train", "price") for share in (0.5, 0.7, 0.8, 0.85, 0.9, 0.95)]
    assert any(kills)
    told(place, "train", "price")
    versions = [version for (version,) in rows(place.warehouse, "SELECT version FROM meta_models ORDER BY 1")]
    assert versions == list(range(1, len(versions) + 1))
    measured = rows(place.warehouse, "SELECT DISTINCT version FROM meta_model_metrics ORDER BY 1")
    assert [version for (version,) in measured] == versions
    assert [told(place, "models", "verify", "price", str(version))["file"] for version in versions] == [""] * len(
        versions
    )


@pytest.mark.slow
def test_a_promotion_that_is_killed_leaves_one_champion(tmp_path: Path) -> None:
    place = loaded(tmp_path, model(batch=FOREST))
    for _ in range(3):
        told(place, "train", "price")
    whole = taken(place, "models", "promote", "price", "2", "--force")
    for round_, share in enumerate((0.6, 0.8, 0.9, 0.95, 1.0)):
        killed(place, whole * share, "models", "promote", "price", str(1 + round_ % 2), "--force")
        aliases = rows(place.warehouse, "SELECT version, alias FROM meta_models WHERE alias IS NOT NULL ORDER BY 1")
        assert aliases in ([(1, "champion"), (3, "challenger")], [(2, "champion"), (3, "challenger")])
