"""`ade-stream kpi`, as people read it."""

from __future__ import annotations

import pytest

from sinks.kpis.history import KpiTrend
from stream.screens.kpis import kpi_table


def trends(kpi: str, combinations: int, value: float = 1.0) -> list[KpiTrend]:
    """A value for each of so many customers, on one date."""
    return [
        KpiTrend("shop", kpi, {"customer": f"customer {number}"}, "", ("2026-11-01",), (value,), None)
        for number in range(combinations)
    ]


def test_of_many_combinations_the_first_are_shown_and_the_others_counted(capsys: pytest.CaptureFixture[str]) -> None:
    kpi_table([*trends("many", 30_000), *trends("few", 3)])
    said = capsys.readouterr().out
    assert said.count("shop    many") == 50
    assert said.count("shop    few") == 3
    assert "shop many: 29,950 more; --json has all of them." in said


def test_a_wide_value_leaves_room_for_what_it_is_told_by(capsys: pytest.CaptureFixture[str]) -> None:
    kpi_table(trends("revenue_of_each_customer", 1, 9e35))
    assert "customer 0" in capsys.readouterr().out
