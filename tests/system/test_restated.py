"""The report of 13 March 2020, which was published eight times under one name."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from tests.system.conftest import Starter
from tests.system.drops import rename_into
from tests.system.examples import COUNTRIES, EXAMPLE_CONFIGS
from tests.system.looking import number, rows, unsound
from tests.system.processes import Place, eventually, load
from tests.system.shared import SHARED, needs

DATASET = "jhu_covid_global"
NAME = f"{DATASET}/03-13-2020.csv"

pytestmark = needs("jhu_covid")


def versions() -> list[str]:
    """The eight contents, in the order of their publication."""
    folder = SHARED / "jhu_covid" / "restated" / "03-13-2020"
    return [path.read_text("utf-8") for path in sorted(folder.glob("*.csv"))]


def reported(text: str) -> list[tuple[object, ...]]:
    """What a version says: country, by the one word that the config has for it, cases and deaths, in its order."""
    lines = list(csv.DictReader(text.removeprefix("\ufeff").splitlines()))
    countries = (COUNTRIES.get(line["Country/Region"], line["Country/Region"]) for line in lines)
    return [
        (country, int(line["Confirmed"]), int(line["Deaths"])) for country, line in zip(countries, lines, strict=True)
    ]


def staged(warehouse: Path) -> list[tuple[object, ...]]:
    """What is staged, in the order of the records."""
    found = rows(warehouse, f"SELECT country, confirmed, deaths FROM stg_{DATASET} ORDER BY _id")
    return [tuple(row) for row in found]


@pytest.mark.slow
def test_each_version_takes_the_place_of_the_one_before(place: Place) -> None:
    place = replace(place, configs=EXAMPLE_CONFIGS)
    for generation, text in enumerate(versions(), 1):
        rename_into(place.landing / NAME, text)
        load(place)
        assert staged(place.warehouse) == reported(text)
        assert number(place.warehouse, "SELECT max(generation) FROM meta_files") == generation
    assert number(place.warehouse, "SELECT count(*) FROM meta_files WHERE state = 'superseded'") == 7
    assert unsound(place.warehouse, (DATASET,)) == []


def test_a_running_watch_ends_with_the_last_version(place: Place, start: Starter) -> None:
    place = replace(place, configs=EXAMPLE_CONFIGS)
    start(place)
    for text in versions():
        rename_into(place.landing / NAME, text)
        until_staged(place, reported(text))


def until_staged(place: Place, wanted: list[tuple[object, ...]]) -> None:
    """Wait until these are the rows."""
    eventually(lambda: staged(place.warehouse) == wanted, 20, "the version is loaded")
