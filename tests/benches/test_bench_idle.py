"""The claim of the README about starting and waiting, with room for a machine that is busy with other tests."""

from __future__ import annotations

from tests.benches.bench_idle import idle


def test_starting_is_quick_and_waiting_costs_next_to_nothing() -> None:
    found = idle(seconds=6)
    assert found.help_s < 3
    assert found.first_commit_s < 15
    assert found.cpu_percent < 1.5
    assert found.rss_mb < 220
