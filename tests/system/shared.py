"""Real data sets, which are not in the repository: `../shared/data` beside it, or where ADE_SHARED_DATA says."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.system.processes import ROOT

SHARED = Path(os.environ.get("ADE_SHARED_DATA", ROOT.parent / "shared" / "data"))


def needs(*sets: str) -> pytest.MarkDecorator:
    """Skips where one of the sets is not there."""
    missing = [name for name in sets if not (SHARED / name / "README.md").exists()]
    why = f"{', '.join(missing)}: not in {SHARED}; name the folder of the sets with ADE_SHARED_DATA"
    return pytest.mark.skipif(bool(missing), reason=why)


def described(name: str, file: str) -> dict[str, Any]:
    """What a JSON file of a set says, such as TRUTH.json."""
    return dict(json.loads((SHARED / name / file).read_text("utf-8")))
