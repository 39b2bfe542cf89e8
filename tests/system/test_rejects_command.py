"""`rejects` as a command: what is listed, shown and exported leads home, and what is corrected comes back in."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.system.conftest import Starter, empty_place
from tests.system.drops import HEADER, order, orders, write
from tests.system.looking import number, rows, staged, unsound
from tests.system.processes import Outcome, Place, ade, duplicate, entered, eventually, load
from tests.system.test_replay_command import change

NAME = "orders/orders_2026-11-21.csv"
#: One record of each kind: good, negative, not of the list, two faults at once, a duplicate, too few fields, a formula.
CONTENT = (
    orders([1])
    + order(2, "-4.00")
    + order(3).replace(",web,", ",fax,")
    + order(4, "x").replace(",web,", ",fax,")
    + order(1, "1.00")
    + "O-000006,C-1\n"
    + order(7, "-1").replace("NO", "=1+1")
)
FIRST = 1 << 32


@pytest.fixture(scope="module")
def loaded_once(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A file with six rejects, loaded."""
    place = empty_place(tmp_path_factory.mktemp("rejected"))
    write(place.landing / NAME, CONTENT)
    load(place)
    return place


@pytest.fixture
def rejected(loaded_once: Place, tmp_path: Path) -> Place:
    """The same, to be changed."""
    return duplicate(loaded_once, tmp_path / "rejected")


def rejects(place: Place, *words: str, code: int = 0) -> Outcome:
    """The command, which must exit with `code`."""
    done = (ade if words[0] == "retry" else entered)(place, "rejects", *words)
    assert done.returncode == code, done.stdout + done.stderr
    return done


def listed(place: Place, *words: str) -> list[int]:
    """The record numbers that `rejects list` gives."""
    return [each["_id"] - FIRST for each in json.loads(rejects(place, "list", "--json", *words).stdout)["rejects"]]


def exported(place: Place, *words: str) -> list[dict[str, str]]:
    """The lines that `rejects export` writes."""
    return list(csv.DictReader(io.StringIO(rejects(place, "export", *words).stdout, newline="")))


def correction(path: Path, lines: list[dict[str, str]], **cells: str) -> Path:
    """A file of exported lines, some cells changed in all of them."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, lines[0].keys())
        writer.writeheader()
        writer.writerows(line | cells for line in lines)
    return path


@pytest.mark.parametrize(
    ("words", "records"),
    [
        ([], [2, 3, 4, 5, 6, 7]),
        (["--dataset", "orders"], [2, 3, 4, 5, 6, 7]),
        (["--date", "2026-11-21", "--rule", "amount_not_negative"], [2, 7]),
        (["--rule", "channel_one_of"], [3, 4]),
        (["--rule", "nothing_like_it"], []),
        (["--file", NAME, "--rule", "field_count"], [6]),
        (["--date", "1999-01-01"], []),
        (["--status", "dropped"], []),
        (["--limit", "2"], [2, 3]),
    ],
    ids=lambda value: " ".join(map(str, value)),
)
def test_rejects_are_listed_by_what_is_asked_for(rejected: Place, words: list[str], records: list[int]) -> None:
    assert listed(rejected, *words) == records


def test_a_line_of_the_list_says_where_the_record_is_and_why_it_is_there(rejected: Place) -> None:
    assert rejects(rejected, "list", "--rule", "type").stdout == (
        f"{FIRST + 4} {NAME}:5 quarantined type: amount must be a decimal number within its precision and scale (it is "
        "x); channel_one_of: channel must be one of web, store, app, phone (it is fax)\n"
    )


@pytest.mark.parametrize(("limit", "more"), [("5", True), ("6", False)])
def test_a_list_that_is_cut_short_says_so(rejected: Place, limit: str, more: bool) -> None:
    assert ("There are more: --limit N" in rejects(rejected, "list", "--limit", limit).stdout) is more


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["list", "--dataset", "nope"], "no file of a dataset 'nope' is recorded; recorded are orders."),
        (["list", "--file", "orders/nope.csv"], "orders/nope.csv: no such file is recorded."),
        (["list", "--date", "yesterday"], "'yesterday' is no date"),
        (["list", "--status", "lost"], "'lost'"),
        (["show", "12"], "row 12 is not rejected"),
        (["show", str(FIRST + 1)], "is not rejected, or not any more"),
        (["show", "99999999999999999999999"], "is not rejected"),
        (["show", NAME], "names no reject; write a row id, or path:line"),
        (["show", f"{NAME}:2"], "no rejected record begins in"),
        (["retry", "--from", "x.csv", "--rule", "type"], "--from names the rows itself"),
        (["retry", "--from", "x.csv"], "x.csv: cannot be read: No such file or directory"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_meant_is_exit_2(rejected: Place, words: list[str], told: str) -> None:
    assert told in rejects(rejected, *words, code=2).stderr


@pytest.mark.parametrize("name", [str(FIRST + 4), f"{NAME}:5", f"landing:{NAME}:5"])
def test_a_reject_is_shown_with_its_place_its_text_and_every_reason(rejected: Place, name: str) -> None:
    name = name.replace("landing:", f"{rejected.landing}/")
    story = json.loads(rejects(rejected, "show", name, "--json").stdout)
    line = CONTENT.splitlines(keepends=True)[4]
    start = CONTENT.index(line)
    place = {name: story["reject"][name] for name in ("path", "line", "byte_start", "byte_end", "status")}
    assert place == {
        "path": NAME,
        "line": 5,
        "byte_start": start,
        "byte_end": start + len(line),
        "status": "quarantined",
    }
    assert story["came"] == line.strip()
    assert [(each["rule"], each["column"], each["value"]) for each in story["reasons"]] == [
        ("type", "amount", "x"),
        ("channel_one_of", "channel", "fax"),
    ]


def test_a_duplicate_is_shown_with_the_record_that_had_its_key_first(rejected: Place) -> None:
    told = rejects(rejected, "show", f"{NAME}:6").stdout
    assert f"  lost to   row {FIRST + 1}, {NAME}:2\n" in told


def test_a_record_that_could_not_be_split_is_shown_as_it_came(rejected: Place) -> None:
    assert "  record    O-000006,C-1\n" in rejects(rejected, "show", f"{NAME}:7").stdout


def test_an_export_has_the_records_columns_and_no_formula(rejected: Place) -> None:
    lines = exported(rejected)
    assert list(lines[0]) == ["_id", "_path", "_line", "_rules", "_messages", *HEADER.strip().split(","), "_raw"]
    formula = next(line for line in lines if line["_line"] == "8")
    assert (formula["country"], formula["amount"]) == ("'=1+1", "-1")
    ragged = next(line for line in lines if line["_rules"] == "field_count")
    assert (ragged["_raw"], ragged["order_id"]) == ("O-000006,C-1", "")


def test_an_export_to_a_file_is_the_same_as_to_standard_output(rejected: Place, tmp_path: Path) -> None:
    target = write(tmp_path / "out.csv", "what was there")
    assert rejects(rejected, "export", "--output", str(target)).stdout == ""
    assert list(csv.DictReader(io.StringIO(target.read_bytes().decode(), newline=""))) == exported(rejected)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_an_export_that_cannot_be_written_leaves_nothing(rejected: Place, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    rejects(rejected, "export", "--output", str(tmp_path / "folder"), code=2)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_an_export_of_several_datasets_is_refused(copied: Place) -> None:
    told = rejects(copied, "export", code=2).stderr
    assert "there are rejects of employees, orders; export those of one, with --dataset" in told


def test_a_corrected_record_enters_under_its_own_id_and_a_replay_keeps_it(rejected: Place, tmp_path: Path) -> None:
    source = correction(
        tmp_path / "x.csv", exported(rejected, "--rule", "channel_one_of"), channel="web", amount="5.00"
    )
    told = rejects(rejected, "retry", "--from", str(source)).stdout
    assert told == "2 tried: 2 accepted, 0 still rejected; 0 rows beside them changed sides\n"
    expected = [(FIRST + 1,), (FIRST + 3,), (FIRST + 4,)]
    assert rows(rejected.warehouse, "SELECT _id FROM stg_orders ORDER BY 1") == expected
    assert "nothing changed" in ade(rejected, "replay", "--date", "2026-11-21").stdout
    assert rows(rejected.warehouse, "SELECT _id FROM stg_orders ORDER BY 1") == expected
    assert unsound(rejected.warehouse) == []


def test_a_record_that_could_not_be_split_enters_with_its_fields(rejected: Place, tmp_path: Path) -> None:
    [line] = exported(rejected, "--rule", "field_count")
    cells = dict(zip(HEADER.strip().split(","), order(6).strip().split(","), strict=True))
    rejects(rejected, "retry", "--from", str(correction(tmp_path / "x.csv", [line], **cells)))
    assert staged(rejected.warehouse, "order_id = 'O-000006' AND _id = ?", FIRST + 6) == 1


def test_the_apostrophe_of_an_export_is_taken_off_again(rejected: Place, tmp_path: Path) -> None:
    [line] = exported(rejected, "--rule", "amount_not_negative")[1:]
    rejects(rejected, "retry", "--from", str(correction(tmp_path / "x.csv", [line], amount="1")))
    assert staged(rejected.warehouse, "country = '=1+1'") == 1


def test_rows_enter_after_a_rule_was_fixed_and_the_rest_is_told_with_exit_1(rejected: Place) -> None:
    text = (rejected.configs / "orders.yaml").read_text("utf-8")
    (rejected.configs / "orders.yaml").write_text(text.replace("- phone", "- phone\n      - fax"), "utf-8")
    found: dict[str, Any] = json.loads(rejects(rejected, "retry", "--rule", "channel_one_of", "--json", code=1).stdout)
    assert found == {"tried": 2, "accepted": 1, "rejected": 1, "moved": 0, "passed_over": []}
    assert listed(rejected) == [2, 4, 5, 6, 7]
    assert number(rejected.warehouse, "SELECT attempts FROM rejects WHERE _id = ?", FIRST + 4) == 1


def test_a_retry_that_finds_nothing_says_so(rejected: Place) -> None:
    assert rejects(rejected, "retry", "--rule", "none").stdout == "No reject matches; nothing was retried.\n"


def test_a_dataset_without_a_raw_layer_takes_corrections_too(place: Place, tmp_path: Path) -> None:
    change(place, "orders", raw=False)
    write(place.landing / NAME, CONTENT)
    load(place)
    source = correction(tmp_path / "x.csv", exported(place, "--rule", "amount_not_negative"), amount="5.00")
    rejects(place, "retry", "--from", str(source))
    assert staged(place.warehouse) == 3


def test_a_dataset_that_no_config_describes_is_passed_over_and_named(rejected: Place) -> None:
    (rejected.configs / "orders.yaml").unlink()
    (rejected.configs / "sql" / "customer_features.yaml").unlink()
    assert "orders is recorded, but no config describes it; it was not retried" in rejects(rejected, "retry").stderr


def test_beside_a_running_watch_rejects_are_read_and_not_retried(place: Place, start: Starter) -> None:
    start(place)
    write(place.landing / NAME, CONTENT)
    eventually(lambda: staged(place.warehouse) == 1, 20, "the order is staged")
    assert len(listed(place)) == 6
    assert len(exported(place)) == 6
    assert "stop that process first" in rejects(place, "retry", code=3).stderr


@pytest.mark.parametrize("words", [["list"], ["show", "1"], ["export"], ["retry"]], ids=lambda words: words[0])
def test_a_warehouse_that_is_missing_is_exit_3_and_is_not_made(place: Place, words: list[str]) -> None:
    assert "there is no warehouse" in rejects(place, *words, code=3).stderr
    assert not place.warehouse.exists()


def test_what_strangers_wrote_does_not_reach_the_terminal_raw(place: Place) -> None:
    write(place.landing / NAME, HEADER + order(1).replace(",web,", ",\x1b[31mweb,"))
    load(place)
    for words in (["list"], ["show", f"{NAME}:2"]):
        assert "\x1b" not in rejects(place, *words).stdout


def test_the_samples_corrected_and_retried_stay_sound(copied: Place, tmp_path: Path) -> None:
    lines = [line for line in exported(copied, "--dataset", "orders") if line["_rules"] == "channel_one_of"]
    rejects(copied, "retry", "--from", str(correction(tmp_path / "x.csv", lines, channel="web")))
    assert unsound(copied.warehouse) == []
    shutil.rmtree(copied.landing)
    assert "nothing changed" in ade(copied, "replay", "--from", "2026-11-17", "--to", "2026-11-20").stdout
