"""`schema diff` and `schema export`: what files and contracts changed, and the contract that comes back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.system.drops import write
from tests.system.looking import hashes
from tests.system.processes import Place, duplicate, entered, load

CONFIG = """\
dataset: sales
columns:
  id: {type: string, source: [id, ID]}
  count: {type: integer}
  kind: {type: category}
  note: {type: string, optional: true}
processors:
  - schema: {new_columns: rescue, missing_columns: rescue, misfits: rescue}
  - quality: {}
  - validation:
      rules:
        - {check: not_null, column: id}
        - {check: one_of, column: kind, values: [web, store]}
"""
FIRST = "id,count,kind,note,size,made\na,1,web,x,1.5,unknown\nb,2,store,,2,\n"

#: What is in the second file, the kinds of the changes and their columns, what they come to.
CASES = {
    "add optional": (
        FIRST.replace("made\n", "made,extra\n").replace("unknown\n", "unknown,y\n").replace(",2,\n", ",2,,\n"),
        [("added", "extra")],
        "full",
    ),
    "drop": ("id,count,kind,size,made\na,1,web,1.5,unknown\nb,2,store,2,\n", [("dropped", "note")], "full"),
    "rename of one column": (FIRST.replace("id,", "ID,", 1), [("renamed", "ID")], "full"),
    "rename that is a guess": (FIRST.replace("size", "Size_cm", 1), [("renamed", "Size_cm")], "breaking"),
    "reorder": (
        "id,kind,count,note,size,made\na,web,1,x,1.5,unknown\nb,store,2,,2,\n",
        [("reordered", "kind")],
        "full",
    ),
    "int to float": (FIRST.replace("b,2,", "b,2.5,"), [("widened", "count"), ("nullable", "count")], "backward"),
    "float to int": (FIRST.replace("1.5", "1"), [("narrowed", "size")], "forward"),
    "text to date": (FIRST.replace("unknown", "2026-11-22"), [("narrowed", "made")], "forward"),
}
#: What is known of accepted rows, or of the contract alone, makes no version.
UNSEEN = {
    "enum narrowed": FIRST.replace("store", "web"),
    "nullable to required": FIRST.replace("b,2,store,,", "b,2,store,y,"),
    "revert": FIRST,
}


def empty(folder: Path) -> Place:
    """Neither configs nor files."""
    return Place(folder / "configs", folder / "landing", folder / "warehouse" / "ade.db")


def described(place: Place, dataset: str) -> None:
    """A dataset with a first file."""
    write(place.configs / f"{dataset}.yaml", CONFIG.replace("dataset: sales", f"dataset: {dataset}"))
    write(place.landing / dataset / "2026-11-20.csv", FIRST)


@pytest.fixture
def sales(tmp_path: Path) -> Place:
    """A dataset with a first file, which is not loaded yet."""
    place = empty(tmp_path)
    described(place, "sales")
    return place


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A dataset for each case, and `sales`, which has a first file only: all loaded. Only to be looked at."""
    place = empty(tmp_path_factory.mktemp("cases"))
    described(place, "sales")
    for case, text in {**{case: text for case, (text, *_) in CASES.items()}, **UNSEEN}.items():
        described(place, dataset_of(case))
        write(place.landing / dataset_of(case) / "2026-11-21.csv", text)
    load(place)
    return place


@pytest.fixture
def known(cases: Place, tmp_path: Path) -> Place:
    """The same, to be changed."""
    return duplicate(cases, tmp_path / "known")


def dataset_of(case: str) -> str:
    """The dataset of a case."""
    return case.replace(" ", "_")


def difference(place: Place, before: str, after: str, dataset: str = "sales") -> dict[str, Any]:
    """What `schema diff` says in JSON."""
    done = entered(place, "schema", "diff", dataset, before, after, "--json")
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout)["comparison"])


def kinds(comparison: dict[str, Any]) -> list[tuple[str, str]]:
    """Kind and column of each change."""
    return [(change["kind"], change["column"]) for change in comparison["changes"]]


@pytest.mark.parametrize("case", CASES)
def test_a_change_of_a_file_is_classified(case: str, cases: Place) -> None:
    _, changes, compatibility = CASES[case]
    found = difference(cases, "1", "2", dataset_of(case))
    assert (kinds(found), found["compatibility"]) == (changes, compatibility)


@pytest.mark.parametrize("case", UNSEEN)
def test_what_only_values_tell_makes_no_version(case: str, cases: Place) -> None:
    dataset = dataset_of(case)
    done = entered(cases, "schema", "diff", dataset, "1", "2")
    assert (done.returncode, f"{dataset} has no schema version 2; it has 1." in done.stderr) == (2, True)


def test_a_file_after_a_revert_has_the_version_of_before(sales: Place) -> None:
    for day, text in ((21, CASES["reorder"][0]), (22, FIRST)):
        write(sales.landing / "sales" / f"2026-11-{day}.csv", text)
    load(sales)
    history = json.loads(entered(sales, "schema", "history", "sales", "--json").stdout)
    assert [(each["from_version"], each["to_version"]) for each in history["drifts"]] == [(None, 1), (1, 2), (2, 1)]


def test_a_column_that_every_record_has_is_added_as_required(sales: Place) -> None:
    write(sales.landing / "sales" / "2026-11-20.csv", FIRST.replace("note", "remark"))
    write(sales.landing / "sales" / "2026-11-21.csv", FIRST.replace(",,2", ",y,2"))
    load(sales)
    added = [change for change in difference(sales, "1", "2")["changes"] if change["kind"] == "added"]
    assert [(change["after"], change["compatibility"]) for change in added] == [("string, required", "forward")]


def test_a_version_is_compared_with_the_contract_by_its_columns(cases: Place) -> None:
    found = difference(cases, "contract", "1")
    assert (kinds(found), found["compatibility"]) == ([("added", "size"), ("added", "made")], "full")


def test_a_change_of_the_config_is_seen_against_an_older_file(known: Place) -> None:
    write(known.configs / "sales.yaml", CONFIG.replace("count: {type: integer}", "count: {type: number}"))
    assert ("widened", "count") in kinds(difference(known, "1", "contract"))


def test_what_a_contract_gained_while_files_were_read_is_a_part_of_it(sales: Place) -> None:
    write(sales.configs / "sales.yaml", CONFIG.replace("new_columns: rescue", "new_columns: evolve"))
    load(sales)
    contract = yaml.safe_load(entered(sales, "schema", "export", "sales").stdout)
    assert difference(sales, "contract", "1")["changes"] == []
    assert [each["name"] for each in contract["schema"][0]["properties"]][-2:] == ["size", "made"]


def test_changes_are_shown_as_a_table(cases: Place) -> None:
    dataset = dataset_of("rename that is a guess")
    first, header, change = entered(cases, "schema", "diff", dataset, "1", "2").stdout.splitlines()
    assert first == f"{dataset}: version 1 to version 2: breaking"
    assert header.split() == ["change", "column", "before", "after", "compatible"]
    assert change.split() == ["renamed", "(suggested)", "Size_cm", "size", "Size_cm", "breaking"]


def test_nothing_changed_is_said(cases: Place) -> None:
    told = entered(cases, "schema", "diff", "sales", "1", "1").stdout
    assert told == "sales: version 1 to version 1: nothing changed\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("sales", "one", "1"), "'one' is no version of a schema: write its number, or contract."),
        (("sales", "0", "1"), "'0' is no version of a schema: write its number, or contract."),
        (("sales", "1", "9"), "sales has no schema version 9; it has 1."),
        (("orders", "1", "contract"), "of dataset 'orders' no schema is known."),
        (("orders", "contract", "1"), "no config describes a dataset 'orders'; there are "),
    ],
)
def test_a_version_that_is_not_there_is_wrong_usage(cases: Place, words: tuple[str, ...], told: str) -> None:
    done = entered(cases, "schema", "diff", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"ade-stream: {told}")


def test_an_exported_contract_loads_the_same_rows(sales: Place) -> None:
    load(sales)
    contract = sales.configs / "sales.odcs.yaml"
    assert entered(sales, "schema", "export", "sales", f"--output={contract}").returncode == 0
    write(sales.configs / "sales.yaml", "dataset: sales\ncontract: sales.odcs.yaml\n")
    load(sales.beside("again"))
    assert hashes(sales.warehouse, ("sales",)) == hashes(sales.beside("again").warehouse, ("sales",))


def test_a_contract_is_written_to_standard_output(sales: Place) -> None:
    contract = yaml.safe_load(entered(sales, "schema", "export", "sales").stdout)
    assert (contract["apiVersion"], contract["schema"][0]["name"]) == ("v3.2.0", "sales")


def test_check_names_what_a_contract_says_and_no_config_can(sales: Place) -> None:
    contract = yaml.safe_load(entered(sales, "schema", "export", "sales").stdout)
    contract["schema"][0]["quality"] = [{"metric": "rowCount", "mustBeGreaterThan": 0}]
    write(sales.configs / "sales.odcs.yaml", yaml.safe_dump(contract))
    write(sales.configs / "sales.yaml", "dataset: sales\ncontract: sales.odcs.yaml\n")
    done = entered(sales, "check")
    assert done.returncode == 0
    assert "this quality rule: the metric 'rowCount' is not judged here; it is left out." in done.stdout
