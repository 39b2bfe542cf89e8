"""The bench of keys, on few of them: it runs, and says what it is to say."""

from __future__ import annotations

from pathlib import Path

from tests.benches.bench_keys import figures


def test_every_order_of_keys_is_measured_with_and_without_the_rule(tmp_path: Path) -> None:
    found = {
        (order, rule): measured for order, rule, measured in figures(tmp_path, keys=20_000, few=2_000, batch=1_000)
    }
    assert set(found) == {(order, rule) for order in ("ascending", "random") for rule in ("none", "unique")}
    assert all(measured["few_us"] > 0 and measured["many_us"] > 0 for measured in found.values())
