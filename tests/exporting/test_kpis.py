"""The history of a KPI as a file, as it is after the last closing."""

from __future__ import annotations

from pathlib import Path

import pytest

from processors.errors import WarehouseError
from sinks.reading import WarehouseReader
from stream.exporting.projections import projections
from tests.exporting.shop import Place, shop

KPIS = {"revenue": {"value": "sum(amount)", "by": {"kind": "good"}}, "rows": {"value": "count(*)"}}
LINE = "{},{},2026-11-21 09:30:00,2026-11-21,{}"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """An empty landing folder, no warehouse yet."""
    return Place(tmp_path)


def history(place: Place, kpi: str = "revenue") -> list[str]:
    """The lines of its file."""
    return (place.warehouse.parent / "kpis" / "shop" / f"{kpi}.csv").read_text("utf-8").splitlines()


def test_a_history_has_its_dates_dimensions_and_values_in_order(place: Place) -> None:
    place.land(22, LINE.format("c", "1.00", "yes"))
    place.land(21, LINE.format("a", "2.50", "yes"), LINE.format("b", "3.25", ""), LINE.format("d", "0.25", "yes"))
    place.load(shop(exports=["kpis"], kpis=KPIS))
    assert history(place) == ["date,kind,value", "2026-11-21,1,2.75", "2026-11-21,,3.25", "2026-11-22,1,1.0"]
    assert history(place, "rows") == ["date,value", "2026-11-21,3.0", "2026-11-22,1.0"]


def test_a_late_row_comes_into_the_history(place: Place) -> None:
    of = shop(exports=["kpis"], kpis=KPIS)
    for name in "ab":
        place.land(21, LINE.format(name, "2.00", "yes"), name=name)
        place.load(of)
    assert history(place) == ["date,kind,value", "2026-11-21,1,4.0"]


def test_a_history_without_news_is_not_written_anew(place: Place) -> None:
    of = shop(exports=["kpis"], kpis=KPIS)
    place.land(21, LINE.format("a", "2.00", "yes"))
    place.load(of)
    path = place.warehouse.parent / "kpis" / "shop" / "rows.csv"
    before = path.stat().st_mtime_ns
    place.load(of)
    assert path.stat().st_mtime_ns == before


def test_another_definition_gives_another_file_without_a_new_row(place: Place) -> None:
    place.land(21, LINE.format("a", "2.00", "yes"))
    place.load(shop(exports=["kpis"], kpis=KPIS))
    place.close(shop(exports=["kpis"], kpis={"rows": {"value": "count(*)", "where": "amount > 2"}}))
    assert not (place.warehouse.parent / "kpis" / "shop" / "rows.csv").exists()


def test_a_definition_that_the_warehouse_does_not_have_yet_is_told_to_those_who_only_read(place: Place) -> None:
    place.land(21, LINE.format("a", "2.00", "yes"))
    place.load(shop())
    with WarehouseReader(place.warehouse) as reader, pytest.raises(WarehouseError, match="not in the warehouse yet"):
        list(projections(reader.connection, shop(kpis=KPIS).table, ["kpis"]))
