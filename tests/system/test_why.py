"""`why FILE`: the state, the reason and the balance of a file; and for one that is not known, why not."""

from __future__ import annotations

import json

import pytest

from tests.system.conftest import empty_place
from tests.system.drops import HEADER, order, orders, write
from tests.system.processes import Outcome, Place, entered, load


def why(place: Place, file: object, *words: str) -> Outcome:
    """The command on a path as a user gives it."""
    return entered(place, "why", str(file), *words)


def test_a_loaded_file_is_told_with_its_balance_and_the_rules_that_its_rejects_broke(place: Place) -> None:
    path = write(place.landing / "orders" / "orders_2026-11-21.csv", orders([1, 2]) + order(2) + order(3, "-4"))
    load(place)
    told = why(place, path)
    assert told.returncode == 0, told.stderr
    assert "committed. All 4 records are read." in told.stdout
    assert "records   4 = 2 accepted + 2 rejected" in told.stdout
    assert "rejected  1 under amount_not_negative" in told.stdout
    assert "rejected  1 under duplicate_key" in told.stdout


@pytest.mark.parametrize("form", ["in the landing folder", "relative to it"])
def test_a_file_is_known_under_each_form_of_its_path(place: Place, form: str) -> None:
    path = write(place.landing / "orders" / "orders_1.csv", orders([1]))
    load(place)
    told = why(place, path if form == "in the landing folder" else "orders/orders_1.csv")
    assert told.stdout.startswith("orders/orders_1.csv: committed.")


NASTY = "orders/orders_\x1b[31m\\1.csv"
PRINTED = r"orders/orders_\x1b[31m\\1.csv"


@pytest.fixture(scope="module")
def nasty(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A file with a reject, whose name is printed with an escape, loaded."""
    place = empty_place(tmp_path_factory.mktemp("nasty"))
    write(place.landing / NASTY, orders([]) + order(3, "-4"))
    load(place)
    return place


@pytest.mark.parametrize("folder", ["", "landing"])
@pytest.mark.parametrize(
    "words",
    [
        "why {file}",
        "trace orders {file}:2",
        "rejects show {file}:2",
        "rejects list --file {file}",
        "rejects export --file {file}",
        "rejects retry --file {file}",
        "quality results --file {file}",
    ],
)
def test_a_file_may_be_named_as_it_is_printed(nasty: Place, words: str, folder: str) -> None:
    told = [
        entered(nasty, *words.format(file=str(nasty.landing / file) if folder else file).split()).stdout
        for file in (NASTY, PRINTED)
    ]
    assert told[0] == told[1] != ""


def test_a_file_is_put_back_by_the_name_under_which_it_is_told_to_be_held(place: Place) -> None:
    write(place.landing / NASTY, "a,b\n1,2\n")
    load(place, code=1)
    assert f"`ade-stream retry {PRINTED}`" in why(place, PRINTED).stdout
    assert entered(place, "retry", PRINTED).returncode == 0


def test_the_name_that_a_file_has_goes_before_the_name_that_is_printed_so(place: Place) -> None:
    write(place.landing / "orders" / "orders_\x1b.csv", orders([1]))
    literal = write(place.landing / "orders" / r"orders_\x1b.csv", orders([2, 3]))
    load(place)
    literal.unlink()
    assert r"orders_\\x1b.csv: committed. All 2 records" in why(place, r"orders/orders_\x1b.csv").stdout


def test_a_file_that_was_not_seen_yet_may_be_named_as_it_would_be_printed(place: Place) -> None:
    load(place)
    write(place.landing / NASTY, orders([1]))
    assert "It has not been seen yet" in why(place, PRINTED).stdout


def test_a_file_that_is_set_aside_is_told_with_the_reason_and_exit_1(place: Place) -> None:
    path = write(place.landing / "orders" / "orders_1.csv", "a,b\n1,2\n")
    load(place, code=1)
    told = why(place, path)
    assert told.returncode == 1
    assert "held. Its header lacks" in told.stdout


def test_a_file_is_told_as_json(place: Place) -> None:
    path = write(place.landing / "orders" / "orders_1.csv", orders([1]))
    load(place)
    told = json.loads(why(place, path, "--json").stdout)
    assert told["generations"][0]["entry"]["state"] == "committed"


@pytest.fixture(scope="module")
def strange(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A warehouse without files, and a landing folder with some that no run would take. Only to be looked at."""
    place = empty_place(tmp_path_factory.mktemp("strange"))
    load(place)
    (place.landing / "orders" / "folder").mkdir()
    (place.landing / "orders" / "link.csv").symlink_to("/etc/passwd")
    for made in (
        "orders/orders_9.csv",
        "orders/orders_9.csv.part",
        "orders/orders_9.txt",
        "orders/.hidden/orders_9.csv",
        "elsewhere/new.csv",
    ):
        write(place.landing / made, HEADER)
    return place


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("orders/gone.csv", "There is no such file"),
        ("orders/orders_9.csv", "It has not been seen yet"),
        ("orders/orders_9.csv.part", "ends like that of an unfinished file"),
        ("orders/orders_9.txt", "Its name does not match orders_*.csv"),
        ("orders/.hidden/orders_9.csv", "begins with a dot"),
        ("elsewhere/new.csv", "It lies in the folder of no dataset. The datasets have employees/, orders/."),
        ("orders/folder", "It is no regular file"),
        ("orders/link.csv", "It is a link"),
        ("/etc/passwd", "It does not lie in the landing folder"),
    ],
)
def test_a_file_that_is_not_known_is_told_why_not(strange: Place, name: str, reason: str) -> None:
    told = why(strange, name)
    assert told.returncode == 1
    assert reason in told.stdout
