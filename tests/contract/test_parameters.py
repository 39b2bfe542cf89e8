"""The life of parameters: which rows make them, from when on they hold, and that no batch can tell."""

from __future__ import annotations

from pathlib import Path

from tests.sinks.contents import rows
from tests.sinks.filling import figures, filled, filling, in_force
from tests.sinks.landings import cut, land, load

HEAD = "id,amount"
D1, D2, D3, D4 = "2026-11-18", "2026-11-19", "2026-11-20", "2026-11-21"


def land_day(folder: Path, date: str, *amounts: str, name: str = "a") -> None:
    """A file of a date; keys are its name and a number."""
    land(
        folder, f"sales/{date}/{name}.csv", HEAD, *(f"{date}{name}{place},{each}" for place, each in enumerate(amounts))
    )


def test_a_date_is_judged_with_the_figures_of_the_dates_before_it(tmp_path: Path) -> None:
    landing, path = tmp_path / "landing", tmp_path / "ade.db"
    land_day(landing, D1, "1", "2", "3", "")
    land_day(landing, D2, "10", "", "")
    land_day(landing, D3, "", "7")
    load(path, landing, {"sales": filling()})
    assert figures(path) == {1: "2.0", 2: "2.5"}
    assert in_force(path) == [(D1, 1), (D2, 1), (D3, 2)]
    assert filled(path) == [(f"{D1}a3", 2.0), (f"{D2}a1", 2.0), (f"{D2}a2", 2.0), (f"{D3}a0", 2.5)]


def test_every_span_says_which_version_it_was_judged_with(tmp_path: Path) -> None:
    landing, path = tmp_path / "landing", tmp_path / "ade.db"
    land_day(landing, D1, "1", "2", "3")
    land_day(landing, D2, "10", "")
    land_day(landing, D3, "5")
    load(path, landing, cut({"sales": filling()}, 2))
    assert rows(path, "SELECT parameters_version FROM meta_spans ORDER BY span_id") == [(1,), (1,), (1,), (2,)]
