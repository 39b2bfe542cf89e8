"""Twelve ways in which a feed evolves, and dirt, in each mode: what becomes of the file that brings it, how it is told.

Each case is a dataset of its own; all of them are loaded by the same runs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
import yaml

from tests.system.drops import write
from tests.system.looking import rows, unsound
from tests.system.processes import Place, ade

MODES = ("evolve", "quarantine", "rescue", "freeze")
_FIRST = "id,qty,price,day,kind\n1,10,1.5,2026-01-01,a\n2,20,2.5,2026-01-02,b\n"
_THIRD = _FIRST.replace("\n1,", "\n5,").replace("\n2,", "\n6,")
_COLUMNS: Mapping[str, Any] = {
    "id": {"type": "integer"},
    "qty": {"type": "integer"},
    "price": {"type": "number"},
    "day": {"type": "string"},
    "kind": {"type": "category", "optional": True},
}
_KINDS = {"check": "one_of", "column": "kind", "values": ["a", "b"]}


@dataclass(frozen=True, slots=True)
class Case:
    """A first file, then perhaps another config, then the file `second`, and in one case a third.

    `taken`: state, accepted and rejected of the second file, by mode; under `""` for the modes not named. `told`: the
    kinds of the changes at it. `contract`: what the config says from then on.
    """

    second: str
    taken: Mapping[str, tuple[str, int, int]]
    told: frozenset[str] = frozenset()
    contract: Mapping[str, Any] = field(default_factory=dict)


_ALL = ("committed", 2, 0)
_NONE = ("committed", 0, 2)
_HALF = ("committed", 1, 1)
_HELD = ("held", 0, 0)
CASES = {
    "add_optional": Case(
        "id,qty,price,day,kind,note\n3,1,1.5,2026-01-03,a,x\n4,2,2.5,2026-01-04,b,\n",
        {"": _ALL, "quarantine": _HALF, "freeze": _HELD},
        frozenset({"added"}),
    ),
    "add_required": Case(
        "note,id,qty,price,day,kind\nx,3,1,1.5,2026-01-03,a\ny,4,2,2.5,2026-01-04,b\n",
        {"": _ALL, "quarantine": _NONE, "freeze": _HELD},
        frozenset({"added"}),
    ),
    "drop": Case(
        "id,price,day,kind\n3,1.5,2026-01-03,a\n4,2.5,2026-01-04,b\n",
        {"": _ALL, "quarantine": _NONE, "freeze": _HELD},
        frozenset({"dropped"}),
    ),
    "rename": Case(
        "id,Quantity Sold,price,day,kind\n3,1,1.5,2026-01-03,a\n4,2,2.5,2026-01-04,b\n",
        {"": _ALL, "quarantine": _NONE, "freeze": _HELD},
    ),
    "reorder": Case(
        "id,day,qty,kind,price\n3,2026-01-03,1,a,1.5\n4,2026-01-04,2,b,2.5\n", {"": _ALL}, frozenset({"reordered"})
    ),
    "int_to_float": Case(
        "id,qty,price,day,kind\n3,1.25,1.5,2026-01-03,a\n4,2,2.5,2026-01-04,b\n",
        {"": _ALL, "quarantine": _HALF, "freeze": _HELD},
        frozenset({"widened"}),
    ),
    "float_to_int": Case("id,qty,price,day,kind\n3,1,1,2026-01-03,a\n4,2,2,2026-01-04,b\n", {"": _ALL}),
    "text_to_date": Case(
        "id,qty,price,day,kind\n3,1,1.5,today,a\n4,2,2.5,tomorrow,b\n",
        {"": _ALL, "quarantine": _NONE, "freeze": _HELD},
        frozenset({"widened"}),
        {"columns": {**_COLUMNS, "day": {"type": "date"}}},
    ),
    "some_dirt": Case(
        "id,qty,price,day,kind\n3,1,1.5,2026-01-03,a\n4,many,2.5,2026-01-04,b\n",
        {"": _ALL, "quarantine": _HALF, "freeze": ("held", 1, 0)},
    ),
    "enum_narrowed": Case(
        "id,qty,price,day,kind\n3,1,1.5,2026-01-03,a\n4,2,2.5,2026-01-04,b\n",
        {"": _HALF},
        contract={"rules": [{**_KINDS, "values": ["a"]}]},
    ),
    "nullable_to_required": Case(
        "id,qty,price,day,kind\n3,1,1.5,2026-01-03,a\n4,2,2.5,2026-01-04,\n",
        {"": _HALF},
        contract={"rules": [_KINDS, {"check": "not_null", "column": "kind"}]},
    ),
    "key_changed": Case(
        "id,qty,price,day,kind\n1,1,1.5,2026-01-03,a\n1,2,2.5,2026-01-04,b\n",
        {"": _ALL},
        contract={"key": ["id", "day"]},
    ),
    "revert": Case(
        "id,qty,price,day,kind,note\n3,1,1.5,2026-01-03,a,x\n4,2,2.5,2026-01-04,b,y\n",
        {"": _ALL, "quarantine": _NONE, "freeze": _HELD},
        frozenset({"added"}),
    ),
}


def config(name: str, mode: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """A dataset with all three modes the same."""
    modes = dict.fromkeys(("new_columns", "missing_columns", "misfits"), mode)
    return {
        "dataset": name,
        "columns": said.get("columns", _COLUMNS),
        "key": said.get("key", ["id"]),
        "processors": [
            {"schema": modes},
            {"quality": {"duplicates": ["key"]}},
            {"validation": {"rules": said.get("rules", [_KINDS])}},
        ],
    }


@pytest.fixture(scope="module", params=MODES)
def evolved(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Place]:
    """The mode, and all cases loaded in it."""
    mode, folder = str(request.param), tmp_path_factory.mktemp("evolved")
    place = Place(folder / "configs", folder / "landing", folder / "ade.db")
    for name in CASES:
        land(place, name, mode, "2026-01-01", _FIRST, {})
    assert ade(place, "run").returncode == 0
    for name, case in CASES.items():
        land(place, name, mode, "2026-01-02", case.second, case.contract)
    write(place.landing / "revert" / "2026-01-03.csv", _THIRD)
    assert ade(place, "run").returncode == int(mode == "freeze")
    return mode, place


def land(place: Place, name: str, mode: str, date: str, content: str, said: Mapping[str, Any]) -> None:
    """A file, and the config that it meets."""
    write(place.configs / f"{name}.yaml", yaml.safe_dump(config(name, mode, said), sort_keys=False))
    write(place.landing / name / f"{date}.csv", content)


def balance(place: Place, path: str) -> tuple[object, ...]:
    """State, accepted and rejected of a file."""
    [found] = rows(place.warehouse, "SELECT state, accepted, rejected FROM meta_files WHERE path = ?", path)
    return tuple(found)


def changes_at(place: Place, path: str) -> set[str]:
    """The kinds of the changes that were told at a file."""
    told = rows(
        place.warehouse,
        "SELECT d.changes FROM meta_schema_drifts d JOIN meta_files USING (file_id) WHERE path = ?",
        path,
    )
    return {change["kind"] for (text,) in told for change in json.loads(str(text))}


@pytest.mark.parametrize("name", CASES)
def test_a_case_is_taken_as_its_mode_says(evolved: tuple[str, Place], name: str) -> None:
    mode, place = evolved
    taken = CASES[name].taken
    assert balance(place, f"{name}/2026-01-02.csv") == taken.get(mode, taken[""])


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.told])
def test_a_case_is_told_at_its_file(evolved: tuple[str, Place], name: str) -> None:
    _, place = evolved
    assert changes_at(place, f"{name}/2026-01-02.csv") >= CASES[name].told


def test_a_rename_is_told_as_one_or_as_a_column_that_went_and_one_that_came(evolved: tuple[str, Place]) -> None:
    _, place = evolved
    told = changes_at(place, "rename/2026-01-02.csv")
    assert "renamed" in told or {"added", "dropped"} <= told


@pytest.mark.parametrize("name", ["float_to_int", "some_dirt", "enum_narrowed", "nullable_to_required", "key_changed"])
def test_what_fits_the_contract_is_no_drift(evolved: tuple[str, Place], name: str) -> None:
    _, place = evolved
    assert changes_at(place, f"{name}/2026-01-02.csv") == set()


def test_a_feed_that_goes_back_has_the_version_of_before(evolved: tuple[str, Place]) -> None:
    _, place = evolved
    versions = rows(place.warehouse, "SELECT schema_version FROM meta_files WHERE dataset = 'revert' ORDER BY date")
    assert [version for (version,) in versions] == [1, 2, 1]
    assert balance(place, "revert/2026-01-03.csv") == _ALL


def test_no_value_is_lost(evolved: tuple[str, Place]) -> None:
    """What is not in the table is in the raw layer and says so: a reject, or a text beside its row."""
    mode, place = evolved
    kept = {
        name: [row for (row,) in rows(place.warehouse, f"SELECT _rescued FROM stg_{name} WHERE _rescued IS NOT NULL")]
        for name in ("add_required", "int_to_float")
    }
    expected = {"rescue": [2, 1]}.get(mode, [0, 0])
    assert [len(each) for each in kept.values()] == expected
    if mode == "evolve":
        assert rows(place.warehouse, "SELECT note FROM stg_add_required ORDER BY _id DESC LIMIT 2") == [("y",), ("x",)]
        assert rows(place.warehouse, "SELECT qty FROM stg_int_to_float ORDER BY _id") == [(10,), (20,), (1.25,), (2,)]


def test_the_books_agree_with_the_rows(evolved: tuple[str, Place]) -> None:
    _, place = evolved
    assert unsound(place.warehouse, tuple(CASES)) == []
