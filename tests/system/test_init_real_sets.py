"""`init` on real sets that drift: one config loads all files of each, and no value is lost."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.system.examples import EXAMPLES, SETS, Example, by_department, by_file, figures, first_of, truth, truths
from tests.system.looking import files
from tests.system.processes import Place, command, execute, load
from tests.system.shared import SHARED, described, needs

Drafted = Callable[[str], Place]
RETAIL_SECONDS_MAX = 60
#: Records that are header lines again, or blank.
REJECTED = {"boston_earnings": 8}


@pytest.fixture(scope="module")
def drafted(tmp_path_factory: pytest.TempPathFactory) -> Drafted:
    """Drafts a config from all files of a set, once, and loads them with it."""
    places: dict[str, Place] = {}

    def draft(dataset: str) -> Place:
        if dataset not in places:
            places[dataset] = _drafted(EXAMPLES[dataset], tmp_path_factory.mktemp(dataset))
        return places[dataset]

    return draft


def _drafted(example: Example, folder: Path) -> Place:
    place = Place(folder / "configs", folder / "landing", folder / "ade.db")
    target = place.landing / example.dataset
    target.mkdir(parents=True)
    for path in example.source.glob("*.csv"):
        shutil.copy2(path, target)
    samples = sorted(map(str, example.source.glob("*.csv")))
    done = execute(command(place, "init", example.dataset, *samples))
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    load(place)
    return place


@needs(*SETS)
@pytest.mark.parametrize("dataset", EXAMPLES)
def test_one_config_loads_every_file_of_a_set(drafted: Drafted, dataset: str) -> None:
    found = files(drafted(dataset).warehouse)
    assert {Path(path).name: entry.records for path, entry in found.items()} == {
        name: facts["n_records"] for name, facts in EXAMPLES[dataset].profile().items()
    }
    assert {entry.state for entry in found.values()} == {"committed"}
    assert sum(entry.rejected for entry in found.values()) == REJECTED.get(dataset, 0)


@needs("boston_earnings")
def test_the_twelve_headers_of_boston_are_twelve_columns_with_exact_amounts(drafted: Drafted) -> None:
    config = yaml.safe_load((drafted("boston_earnings").configs / "boston_earnings.yaml").read_text("utf-8"))
    types = {name: column["type"] for name, column in config["columns"].items()}
    texts = dict.fromkeys(("name", "department_name", "title", "zip_code"), "string")
    amounts = ("regular", "retro", "other", "overtime", "injured", "detail", "quinn", "total_earnings")
    assert types == texts | dict.fromkeys(amounts, "decimal(12,2)")


@needs("boston_earnings")
def test_the_earnings_of_every_department_of_boston_agree_to_the_cent(drafted: Drafted) -> None:
    staged = by_file(drafted("boston_earnings"), "boston_earnings", "department_name, total_earnings")
    for year, told in described("boston_earnings", "TRUTH.json")["years"].items():
        found = by_department(staged[f"{year}.csv"])
        assert found == truths(told["total"]["by_department"]), year


@needs("baltimore_salaries")
def test_the_salaries_of_baltimore_agree_to_the_cent(drafted: Drafted) -> None:
    staged = first_of(by_file(drafted("baltimore_salaries"), "baltimore_salaries", "annual_salary"))
    for year, told in described("baltimore_salaries", "TRUTH.json")["years"].items():
        assert figures(staged[f"FY{year}.csv"]) == truth(told["annual"]["overall"]), year


@needs("retail")
@pytest.mark.slow
def test_half_a_million_records_in_305_files_are_looked_at_in_reasonable_time(tmp_path: Path) -> None:
    """Twenty seconds on a machine that does nothing else; this one may be busy."""
    place = Place(tmp_path / "configs", tmp_path / "landing", tmp_path / "ade.db")
    samples = sorted(map(str, (SHARED / "retail").glob("*.csv")))
    done = execute(command(place, "init", "retail", *samples), RETAIL_SECONDS_MAX)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "looked at  541,909 records" in done.stdout
    assert "305 of 305 files loaded: 541,909 accepted + 0 rejected" in done.stdout
