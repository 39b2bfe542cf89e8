"""A command that is called in this process does what it does as a process of its own: what other tests count on."""

from __future__ import annotations

import pytest

from tests.system.processes import Place, ade, entered

FILE = "orders/orders_2026-11-18.csv"


@pytest.mark.parametrize(
    "words",
    [
        "status",
        "status --gaps",
        "verify --date 2026-11-18",
        f"why {FILE}",
        f"trace orders {FILE}:53",
        "rejects list --limit 5",
        f"rejects show {FILE}:53",
        "rejects export --dataset orders",
        "schema history orders",
        "schema show orders",
        "schema diff orders contract 1",
        "schema export orders",
        "quality results orders",
        "quality score",
        "quality profile orders",
        "quality parameters orders",
        "features list",
        "features show customer_features",
        "splits list",
        "models list",
        "models show salary",
        f"wait --file {FILE} --timeout 30",
        "kpi orders",
        "check",
        f"check {FILE}",
        f"init things {FILE} --output -",
        "rejects show 12",
        "trace nope 1",
    ],
)
def test_a_call_prints_and_ends_as_a_process_does(loaded: Place, words: str) -> None:
    line = words.replace(FILE, str(loaded.landing / FILE)).split()
    process, call = ade(loaded, *line), entered(loaded, *line)
    assert (call.returncode, call.stdout, call.stderr) == (process.returncode, process.stdout, process.stderr)
