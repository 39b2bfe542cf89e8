"""A loaded file that is no longer the same, under `on_rewrite: hold`: its rows stay, until a person decides."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.system.conftest import Starter
from tests.system.drops import append, damage, order, orders, rename_into, write
from tests.system.looking import files, rows, staged, unsound
from tests.system.processes import Outcome, Place, eventually, load, write_configs

Change: TypeAlias = Callable[[Path], None]
Rows: TypeAlias = list[tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Case:
    """What lands, what happens to it, and what becomes of it: state, records, and a part of the reason."""

    before: str
    change: Change
    state: str
    records: int
    reason: str


def touch(path: Path) -> None:
    """Another time of the last change."""
    os.utime(path, ns=(2, 2))


def become(text: str, path: Path) -> None:
    """Other content in the same file."""
    path.write_text(text, "utf-8")


def same_size(text: str, path: Path) -> None:
    """Other content of the same length."""
    damage(path, text)


def replaced(text: str, path: Path) -> None:
    """Another file in its place."""
    rename_into(path, text)


def longer(text: str, path: Path) -> None:
    """More at its end."""
    append(path, text)


OPEN = orders([71, 72]).rstrip("\n")
CASES = {
    "touched": Case(orders([1, 2]), touch, "committed", 2, "2 records"),
    "replaced by a copy": Case(orders([11, 12]), partial(replaced, orders([11, 12])), "committed", 2, "2 records"),
    "replaced by a longer copy": Case(
        orders([21, 22]), partial(replaced, orders([21, 22, 23])), "committed", 3, "3 records"
    ),
    "other content of the same size": Case(
        orders([31, 32]), partial(same_size, orders([31, 33])), "held", 2, "no longer those that were loaded"
    ),
    "longer with another beginning": Case(
        orders([41, 42]), partial(become, orders([43, 44, 45])), "held", 2, "no longer those that were loaded"
    ),
    "shrunk": Case(orders([51, 52]), partial(become, orders([51])), "held", 2, "has shrunk"),
    "emptied": Case(orders([61, 62]), partial(become, ""), "held", 2, "has shrunk"),
    "last line continued": Case(OPEN, partial(longer, "99\n"), "held", 2, "has been continued"),
    "last line ended": Case(
        OPEN.replace("O-00007", "O-00008"), partial(longer, "\n" + order(83)), "committed", 3, "3 records"
    ),
    "taken away": Case(orders([91, 92]), Path.unlink, "committed", 2, "2 records"),
}
NAMES = {what: f"orders/orders_{place:02d}.csv" for place, what in enumerate(CASES)}
HELD = [what for what, case in CASES.items() if case.state == "held"]
EACH_HELD = pytest.mark.parametrize("what", HELD)


def holding(folder: Path) -> Path:
    """Configs of orders under which rewritten files are held."""
    return write_configs(folder, "orders", files={"on_rewrite": "hold"})


@pytest.fixture
def place(place: Place) -> Place:
    """Empty, with rewritten files held."""
    return replace(place, configs=holding(place.configs.with_name("holding")))


@dataclass(frozen=True, slots=True)
class Changed:
    """The place, the rows that were staged before the changes, and how `run` ended behind them."""

    place: Place
    before: Rows
    outcome: Outcome


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Changed:
    """All cases, loaded by one `run`, changed, and met by another. Only to be looked at."""
    folder = tmp_path_factory.mktemp("changed")
    place = Place(holding(folder / "configs"), folder / "landing", folder / "ade.db")
    for what, case in CASES.items():
        os.utime(write(place.landing / NAMES[what], case.before), ns=(1, 1))
    load(place)
    before = rows(place.warehouse, "SELECT * FROM stg_orders ORDER BY _id")
    for what, case in CASES.items():
        case.change(place.landing / NAMES[what])
    return Changed(place, [tuple(row) for row in before], load(place, code=1))


@pytest.mark.parametrize("what", CASES)
def test_a_changed_file_has_its_state_and_a_reason(changed: Changed, what: str) -> None:
    entry, case = files(changed.place.warehouse)[NAMES[what]], CASES[what]
    assert (entry.state, entry.records) == (case.state, case.records)
    assert case.reason in entry.reason


@EACH_HELD
def test_the_reason_of_a_held_file_says_what_to_do(changed: Changed, what: str) -> None:
    reason = files(changed.place.warehouse)[NAMES[what]].reason
    way_out = f"`ade-stream retry {NAMES[what]}` takes the new content in their place; or land it under a new name."
    assert reason.endswith(f"The rows that were loaded stay as they are. {way_out}")


def test_the_rows_that_were_loaded_stay_as_they_are(changed: Changed) -> None:
    now = rows(changed.place.warehouse, "SELECT * FROM stg_orders ORDER BY _id")
    assert len(changed.before) == 2 * len(CASES)
    assert [row for row in now if row in changed.before] == changed.before


def test_only_what_was_appended_is_new(changed: Changed) -> None:
    now = rows(changed.place.warehouse, "SELECT order_id FROM stg_orders ORDER BY _id")
    known = {row[3] for row in changed.before}
    assert [row[0] for row in now if row[0] not in known] == ["O-000023", "O-000083"]


@EACH_HELD
def test_a_held_file_is_told_by_run(changed: Changed, what: str) -> None:
    assert f"held dataset=orders file={NAMES[what]}" in changed.outcome.stdout


def test_the_books_agree_behind_the_changes(changed: Changed) -> None:
    assert unsound(changed.place.warehouse, ("orders",)) == []


def test_a_held_file_that_has_its_content_again_goes_on(place: Place) -> None:
    path = write(place.landing / "orders" / "orders_1.csv", orders([1, 2, 3]))
    load(place)
    damage(path, orders([1, 2, 4]))
    load(place, code=1)
    damage(path, orders([1, 2, 3]))
    append(path, order(4))
    load(place)
    assert (files(place.warehouse)["orders/orders_1.csv"].state, staged(place.warehouse)) == ("committed", 4)


def test_a_file_that_is_rewritten_while_watch_runs_is_held(place: Place, start: Starter) -> None:
    watch = start(place)
    path = write(place.landing / "orders" / "orders_1.csv", orders([1, 2, 3]))
    eventually(lambda: staged(place.warehouse) == 3, 20, "the file is loaded")
    damage(path, orders([1, 2, 4]))
    watch.until_printed("held dataset=orders")
    assert staged(place.warehouse, "order_id = 'O-000003'") == 1


def test_a_beginning_that_is_rewritten_while_the_file_grows_is_held(place: Place, start: Starter) -> None:
    watch = start(place)
    path = write(place.landing / "orders" / "orders_1.csv", orders([1]))
    eventually(lambda: staged(place.warehouse) == 1, 20, "the file is loaded")
    append(path, order(2))
    eventually(lambda: staged(place.warehouse) == 2, 20, "what was appended is loaded")
    with path.open("r+b", buffering=0) as file:
        file.write(orders([7, 2, 3]).encode())
    watch.until_printed("held dataset=orders")
    assert staged(place.warehouse) == 2
