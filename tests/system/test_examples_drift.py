"""The drift of real sets is told at the file that brings it, and what it is."""

from __future__ import annotations

import csv
from itertools import pairwise
from pathlib import Path

import pytest

from sinks.reading import WarehouseReader
from tests.system.conftest import Starter
from tests.system.drops import rename_into
from tests.system.examples import EXAMPLE_CONFIGS, EXAMPLES, by_file
from tests.system.looking import files
from tests.system.processes import Place, eventually
from tests.system.shared import needs

pytestmark = needs("boston_earnings", "jhu_covid")
DRIFTING = ("boston_earnings", "jhu_covid_us", "jhu_covid_global")


def changes(place: Place, dataset: str) -> dict[str, set[str]]:
    """The kinds of changes at each file where the schema drifted, by the file's name."""
    with WarehouseReader(place.warehouse) as recorded:
        drifts = recorded.schemas.drifts(dataset)
    return {Path(each.file.path).name: {change.kind for change in each.comparison.changes} for each in drifts}


def header(dataset: str, name: str) -> list[str]:
    """The names in a file's header, as Python's csv module reads them, without blanks around."""
    with (EXAMPLES[dataset].source / name).open(encoding="utf-8-sig", newline="", errors="replace") as text:
        return [cell.strip() for cell in next(csv.reader(text))]


def by_date(dataset: str) -> list[str]:
    """The files of a set in the order of their dates: years, or days as MM-DD-YYYY."""
    names = [path.name for path in EXAMPLES[dataset].source.glob("*.csv")]
    return sorted(names, key=lambda name: (name[6:10], name) if name[2] == "-" else ("", name))


@pytest.mark.parametrize("dataset", DRIFTING)
def test_each_header_that_is_not_that_of_the_file_before_is_a_drift(examples: Place, dataset: str) -> None:
    files = by_date(dataset)
    other = {after for before, after in pairwise(files) if header(dataset, before) != header(dataset, after)}
    found = changes(examples, dataset)
    assert other <= found.keys()
    assert all(found[name] == {"format_changed"} for name in found.keys() - other)


def test_the_reports_of_the_states_change_three_times_and_once_go_back(examples: Place) -> None:
    assert changes(examples, "jhu_covid_us") == {
        "11-09-2020.csv": {"renamed"},
        "08-09-2021.csv": {"added"},
        "08-11-2021.csv": {"dropped"},
    }
    with WarehouseReader(examples.warehouse) as recorded:
        drifts = recorded.schemas.drifts("jhu_covid_us")
    assert drifts[2].to_version == drifts[1].from_version


def test_the_reports_of_the_world_gain_columns_and_then_change_their_names(examples: Place) -> None:
    found = changes(examples, "jhu_covid_global")
    assert found["03-01-2020.csv"] == {"added"}
    assert {"added", "renamed", "reordered"} <= found["03-22-2020.csv"]


def test_moments_written_otherwise_are_told_of_the_days_that_bring_them(examples: Place) -> None:
    found = changes(examples, "jhu_covid_global")
    formats = {name for name, kinds in found.items() if "format_changed" in kinds}
    assert formats == {
        *("01-23-2020.csv", "01-31-2020.csv", "02-02-2020.csv"),
        *("03-22-2020.csv", "03-23-2020.csv"),
    }


def test_every_version_of_these_sets_is_accepted_by_its_config(examples: Place) -> None:
    with WarehouseReader(examples.warehouse) as recorded:
        for dataset in DRIFTING:
            assert {each.status for each in recorded.schemas.versions(dataset)} == {"accepted"}


def test_one_watch_takes_all_of_them_file_by_file_with_the_same_rows_and_drifts(
    examples: Place, tmp_path: Path, start: Starter
) -> None:
    """That the rows are right, to the cent, is what the tests of `examples` say."""
    place = Place(EXAMPLE_CONFIGS, tmp_path / "landing", tmp_path / "ade.db")
    place.landing.mkdir()
    watch = start(place)
    dropped = [(dataset, name) for dataset in DRIFTING for name in by_date(dataset)]
    for dataset, name in dropped:
        rename_into(place.landing / dataset / name, (EXAMPLES[dataset].source / name).read_bytes())
    eventually(lambda: committed(place) == len(dropped), 40, "all files in the warehouse")
    assert watch.stop() == 0
    for dataset, columns in zip(DRIFTING, ("department, total", "uid, tests", "place, confirmed"), strict=True):
        assert changes(place, dataset) == changes(examples, dataset)
        assert by_file(place, dataset, columns) == by_file(examples, dataset, columns)


def committed(place: Place) -> int:
    """How many files are loaded."""
    return sum(entry.state == "committed" for entry in files(place.warehouse).values())
