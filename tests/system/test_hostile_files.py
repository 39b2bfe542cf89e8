"""A landing folder of strangers: no crash, no hang, and of each file a state, a sentence and every record."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from sinks.ledger.files import FileEntry
from stream.landing.names import printable
from tests.system.conftest import Starter
from tests.system.drops import write
from tests.system.hostile import CASES
from tests.system.hostile.case import HEADER, Hostile
from tests.system.hostile.configs import CONFIGS, write_hostile_configs
from tests.system.hostile.placing import place_at_once, place_in_halves, place_what_is_no_file
from tests.system.looking import files, reject_rules, rows, unsound
from tests.system.processes import Outcome, Place, Watch, ade, eventually, watching

SECONDS = 120  # for all files; it is a bound on hanging, not on speed
PATHS = {printable(case.path): case for case in CASES}
each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.what)


def empty_place(folder: Path) -> Place:
    """The configs of the hostile datasets, and a landing folder with nothing but what is no file."""
    place = Place(write_hostile_configs(folder / "configs"), folder / "landing", folder / "ade.db")
    for dataset in CONFIGS:
        (place.landing / dataset).mkdir(parents=True)
    place_what_is_no_file(place.landing / "named")
    return place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A hostile landing folder without any files yet."""
    return empty_place(tmp_path)


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, Outcome]:
    """All hostile files, long settled, taken by one `run`."""
    place = empty_place(tmp_path_factory.mktemp("hostile"))
    for case in CASES:
        place_at_once(case, place.landing)
    return place, ade(place, "run", seconds=SECONDS)


@pytest.fixture(scope="module")
def landed(taken: tuple[Place, Outcome]) -> Place:
    """Where `run` took them. Only to be looked at."""
    return taken[0]


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Place, Watch]]:
    """All hostile files, dropped in random order, half of them in two halves, while `watch` runs."""
    folder, random = tmp_path_factory.mktemp("watched"), Random(7)
    place = empty_place(folder)
    with watching(place, folder / "watch.log") as watch:
        for case in random.sample(CASES, len(CASES)):
            drop(case, place.landing, random)
        eventually(lambda: unlike_expected(place) == [], SECONDS, "each file has its state")
        yield place, watch


def drop(case: Hostile, landing: Path, random: Random) -> None:
    """At once, or in two halves with a moment between them."""
    halves = place_in_halves(case, landing)
    next(halves)
    if random.random() < 0.5:
        time.sleep(0.05 * random.random())
    next(halves, None)


def unlike_expected(place: Place) -> list[str]:
    """The files whose state or balance is not (yet) what it should be."""
    known = files(place.warehouse) if place.warehouse.exists() else {}
    return [case.what for path, case in PATHS.items() if path not in known or not is_expected(known[path], case)]


def is_expected(entry: FileEntry, case: Hostile) -> bool:
    """Whether state, balance and sentence are those of the case."""
    balance = (entry.state, entry.records, entry.accepted, entry.rejected)
    due = (case.state, case.records, case.accepted, case.records - case.accepted)
    return balance == due and case.reason in entry.reason


def content(place: Place) -> dict[str, object]:
    """What the warehouse has of each file: state, balance, the rows of its table, its rejects; no ids and no times."""
    return {path: content_of(place, entry) for path, entry in files(place.warehouse).items()}


def content_of(place: Place, entry: FileEntry) -> object:
    """The same of one file."""
    ids = entry.file.file_id << 32, (entry.file.file_id + 1 << 32) - 1
    staged = rows(
        place.warehouse, f"SELECT * FROM stg_{entry.file.dataset} WHERE _id BETWEEN ? AND ? ORDER BY _id", *ids
    )
    rejects = rows(
        place.warehouse,
        """SELECT _id & 4294967295, raw, line, byte_start, byte_end FROM rejects WHERE _id BETWEEN ? AND ?
        ORDER BY _id""",
        *ids,
    )
    balance = entry.state, entry.records, entry.accepted, entry.rejected
    return balance, [row[2:] for row in staged], rejects


@pytest.fixture(scope="module")
def entries(landed: Place) -> dict[str, FileEntry]:
    """What the ledger says of each file."""
    return files(landed.warehouse)


@each_case
def test_each_hostile_file_has_its_state_and_balance(entries: dict[str, FileEntry], case: Hostile) -> None:
    entry = entries[printable(case.path)]
    assert (entry.state, entry.records, entry.accepted) == (case.state, case.records, case.accepted), entry.reason


@each_case
def test_each_hostile_file_has_its_sentence(entries: dict[str, FileEntry], case: Hostile) -> None:
    reason = entries[printable(case.path)].reason
    assert case.reason in reason
    assert reason.isprintable()
    assert reason[0].isupper()
    assert reason.endswith(".")
    assert len(reason) < 500


@each_case
def test_each_record_of_a_hostile_file_that_is_no_row_has_its_rules(landed: Place, case: Hostile) -> None:
    assert set(reject_rules(landed.warehouse, printable(case.path))) == set(case.rules)


def test_hostile_files_make_run_exit_1_without_a_word_on_stderr(taken: tuple[Place, Outcome]) -> None:
    assert (taken[1].returncode, taken[1].stderr) == (1, "")


def test_what_run_prints_of_hostile_files_does_no_harm_to_a_terminal(taken: tuple[Place, Outcome]) -> None:
    assert all(line.isprintable() for line in taken[1].stdout.splitlines())


def test_nothing_but_the_hostile_files_is_taken(landed: Place) -> None:
    assert files(landed.warehouse).keys() == PATHS.keys()


def test_the_books_agree_in_spite_of_hostile_files(landed: Place) -> None:
    assert unsound(landed.warehouse, tuple(CONFIGS)) == []


def test_a_second_run_finds_no_news_in_hostile_files(landed: Place) -> None:
    before = content(landed)
    again = ade(landed, "run", seconds=SECONDS)
    assert (again.returncode, again.stderr) == (1, "")
    assert content(landed) == before


def test_status_names_each_hostile_file_that_is_not_loaded(landed: Place) -> None:
    told = ade(landed, "status").stdout
    assert [
        path
        for path, case in PATHS.items()
        if case.state in {"failed", "held"} and f"{path}: {case.state}." not in told
    ] == []


@pytest.mark.slow
def test_watch_gives_each_hostile_file_the_same_content_as_run(landed: Place, watched: tuple[Place, Watch]) -> None:
    expected, found = content(landed), content(watched[0])
    assert found.keys() == expected.keys()
    assert [path for path in expected if found[path] != expected[path]] == []


@pytest.mark.slow
def test_the_books_agree_when_hostile_files_come_in_any_order(watched: tuple[Place, Watch]) -> None:
    assert unsound(watched[0].warehouse, tuple(CONFIGS)) == []


@pytest.mark.slow
def test_watch_still_runs_behind_hostile_files_and_stops_when_it_is_told(watched: tuple[Place, Watch]) -> None:
    place, watch = watched
    write(place.landing / "text" / "behind all.csv", HEADER + b"a,behind\n")
    eventually(lambda: "text/behind all.csv" in files(place.warehouse), 20, "a good file is seen")
    assert watch.stop() == 0
    assert "Traceback" not in watch.output()


def disappear(path: Path) -> None:
    """Nothing is left."""


def become_a_folder(path: Path) -> None:
    """A folder of the same name, with a file in it."""
    write(path / "inside.csv", HEADER + b"inside,1\n")


def become_a_pipe(path: Path) -> None:
    """Whoever opens it to read would wait for ever."""
    os.mkfifo(path)


def become_a_loop(path: Path) -> None:
    """A link to itself."""
    path.symlink_to(path.name)


def become_a_link_out(path: Path) -> None:
    """A link to what is not in the landing folder."""
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize("become", [disappear, become_a_folder, become_a_pipe, become_a_loop, become_a_link_out])
@pytest.mark.parametrize("half", [b"a,1\nb,", b""], ids=["half written", "loaded"])
def test_a_file_may_turn_into_something_else_while_it_is_watched(
    place: Place, start: Starter, become: Callable[[Path], None], half: bytes
) -> None:
    watch = start(place)
    path = write(place.landing / "text" / "turning.csv", HEADER + (half or b"a,1\n"))
    eventually(lambda: files(place.warehouse).get("text/turning.csv"), 20, "the file is seen")
    path.unlink()
    become(path)
    write(place.landing / "text" / "later.csv", HEADER + b"later,1\n")
    eventually(lambda: has_rows(place, "later"), 20, "the file behind it is loaded")
    assert has_rows(place, "a")
    assert watch.stop() == 0
    assert "Traceback" not in watch.output()
    assert unsound(place.warehouse, tuple(CONFIGS)) == []


def has_rows(place: Place, key: str) -> bool:
    """Whether a row of this id is in the table of `text`."""
    return bool(rows(place.warehouse, "SELECT 1 FROM stg_text WHERE id = ?", key))
