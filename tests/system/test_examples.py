"""The example configs: each fits, is short, and loads its real set with every record and every empty cell of it."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import jsonschema
import pytest
import yaml

from processors.naming.matching import declared
from stream.config import load_configs
from tests.system.examples import EXAMPLE_CONFIGS, EXAMPLES, SETS, by_file
from tests.system.looking import files, rows, unsound
from tests.system.processes import Place, ade
from tests.system.shared import needs
from tests.system.test_shipped_configs import schema

CONFIGS = sorted(EXAMPLE_CONFIGS.glob("*.yaml"))
LINES_MAX = 100
each_config = pytest.mark.parametrize("path", CONFIGS, ids=[path.stem for path in CONFIGS])
each_set = pytest.mark.parametrize("dataset", EXAMPLES)


@each_config
def test_an_example_fits_the_schema_that_it_names(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.startswith("# yaml-language-server: $schema=../dataset.schema.json\n")
    jsonschema.Draft202012Validator(schema()).validate(yaml.safe_load(text))


@each_config
def test_an_example_is_short(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) < LINES_MAX


def test_check_finds_every_example_right(tmp_path: Path) -> None:
    outcome = ade(Place(EXAMPLE_CONFIGS, tmp_path / "landing", tmp_path / "ade.db"), "check")
    assert outcome.returncode == 0, outcome.stderr
    told = [line.split(":")[0] for line in outcome.stdout.splitlines() if not line.startswith("  view ")]
    assert told == [path.stem for path in CONFIGS]
    assert sorted(EXAMPLES) == [path.stem for path in CONFIGS]


@needs(*SETS)
@each_set
def test_every_file_is_loaded_with_all_its_records(examples: Place, dataset: str) -> None:
    found = {
        Path(entry.file.path).name: (entry.records, entry.state)
        for entry in files(examples.warehouse).values()
        if entry.file.dataset == dataset
    }
    assert found == {name: (facts["n_records"], "committed") for name, facts in EXAMPLES[dataset].profile().items()}


@needs(*SETS)
def test_every_file_has_the_date_that_its_name_tells(examples: Place) -> None:
    found = {entry.file.path: entry.file.date for entry in files(examples.warehouse).values()}
    assert found == {path: date_of(path) for path in found}


def date_of(path: str) -> str:
    """2013-01-31, 01-31-2020 and FY2012 as a date."""
    numbers = re.findall("[0-9]+", Path(path).stem)
    if len(numbers) == 1:
        return f"{numbers[0]}-01-01"
    return "-".join(numbers if len(numbers[0]) == 4 else [numbers[2], numbers[0], numbers[1]])


@needs(*SETS)
def test_the_books_of_the_examples_agree_with_their_rows(examples: Place) -> None:
    assert unsound(examples.warehouse, tuple(EXAMPLES)) == []


@needs(*SETS)
def test_only_header_lines_and_empty_records_are_refused(examples: Place) -> None:
    refused = rows(
        examples.warehouse,
        """SELECT rejects.path, reason.value ->> 'rule' FROM rejects, json_each(reasons) reason
        WHERE reason.value ->> 'action' <> 'warn' AND reason.value ->> 'rule' NOT IN ('type', 'total_not_null')""",
    )
    assert Counter(refused) == {
        ("boston_earnings/2018.csv", "repeated_header"): 2,
        ("boston_earnings/2021.csv", "empty_record"): 6,
    }


@needs(*SETS)
@pytest.mark.parametrize("dataset", ["baltimore_salaries", "boston_earnings", "montgomery_salaries"])
def test_a_cell_is_null_where_it_is_empty_and_nowhere_else(examples: Place, dataset: str) -> None:
    columns = load_configs(EXAMPLE_CONFIGS)[dataset].columns
    staged = by_file(examples, dataset, ", ".join(column.name for column in columns))
    for name, facts in EXAMPLES[dataset].profile().items():
        missing = {header.strip(): each["missing"] for header, each in facts["columns"].items()}
        there = {column.name: header for header, column in declared(tuple(missing), columns).items()}
        for place, column in enumerate(columns):
            nulls = sum(row[place] is None for row in staged[name])
            known = missing[there[column.name]] - facts["all_empty_records"] if column.name in there else None
            expected = len(staged[name]) if known is None else known
            assert nulls == expected, (name, column.name)
