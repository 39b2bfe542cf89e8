"""`trace` as a command: on the sample drops, on what replay then does, and on records that strangers wrote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.system.drops import HEADER, write
from tests.system.looking import rows
from tests.system.processes import Outcome, Place, ade, entered, load, write_configs

DUPLICATE = "orders/orders_2026-11-18.csv:53"


def traced(place: Place, *words: str, code: int = 0) -> Outcome:
    """The command, which must exit with `code`."""
    done = entered(place, "trace", *words)
    assert done.returncode == code, done.stdout + done.stderr
    return done


def as_json(place: Place, *words: str) -> dict[str, Any]:
    """What it prints for programs."""
    found: dict[str, Any] = json.loads(traced(place, *words, "--json").stdout)
    return found


def test_the_way_of_a_row_is_told_from_its_bytes_to_the_row_that_is_stored(loaded: Place) -> None:
    [(row,)] = rows(loaded.warehouse, "SELECT min(_id) FROM stg_orders WHERE _flags LIKE '%emptied.customer_id%'")
    lines = traced(loaded, "orders", str(row)).stdout.splitlines()
    told = "\n".join(lines)
    assert lines[0].endswith(": staged")
    assert "-> null  emptied.customer_id" in told
    assert "broken customer_id_not_null (warning, warn): customer_id must not be null; customer_id is null" in told
    assert "  today     Today's config gives the row that is stored." in lines


def test_a_duplicate_is_told_with_the_first_of_its_key(loaded: Place) -> None:
    told = traced(loaded, "orders", DUPLICATE).stdout
    assert told.startswith(f"{DUPLICATE}: duplicate\n")
    assert "  lost to   row 17179869218, orders/orders_2026-11-17.csv:35 (duplicate_key)\n" in told


def test_json_has_every_part_of_the_story(loaded: Place) -> None:
    found = as_json(loaded, "orders", DUPLICATE)
    assert list(found) == [
        *("origin", "judged", "came", "malformed", "steps", "figures", "standing", "today"),
        *("vectors", "learners", "versions", "replays", "prunes"),
    ]
    assert [step["step"] for step in found["steps"]] == ["cast", "clean", "validate", "derive"]
    assert found["came"]["record"]["cells"]["order_id"] == "O-100034"
    assert found["standing"]["lost_to"]["duplicate_key"]["line"] == 35
    assert (found["origin"]["date"], found["today"]["is_stored"]) == ("2026-11-18", True)


def test_every_record_of_a_day_is_as_todays_config_has_it(loaded: Place) -> None:
    for line in (2, 3, 26, 28, 29, 53, 60):
        assert as_json(loaded, "orders", f"orders/orders_2026-11-18.csv:{line}")["today"]["is_stored"]


def test_trace_says_beforehand_what_replay_then_does(copied: Place, tmp_path: Path) -> None:
    place = Place(write_configs(tmp_path / "configs", "employees", "orders"), copied.landing, copied.warehouse)
    config = place.configs / "orders.yaml"
    config.write_text(config.read_text("utf-8").replace("max: 10000", "max: 100"), "utf-8")
    dear = "orders/orders_2026-11-18.csv:4"
    assert as_json(place, "orders", dear)["today"]["told"] == (
        "Today's config rejects it (amount_plausible); a replay would."
    )
    assert ade(place, "replay", "--date", "2026-11-18").returncode == 0
    found = as_json(place, "orders", dear)
    assert (found["standing"]["state"], found["today"]["is_stored"]) == ("rejected", True)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nope", "1"], "no config describes a dataset 'nope'"),
        (["orders", "x"], "'x' names no record; write a row id, or path:line"),
        (["orders", "orders_2026-11-18.csv:2"], "but orders/orders_2026-11-18.csv: which one is meant?"),
        (["employees", DUPLICATE], f"{DUPLICATE[:-3]} is of dataset orders, not of employees."),
    ],
)
def test_what_cannot_be_meant_is_exit_2(loaded: Place, words: list[str], told: str) -> None:
    assert told in traced(loaded, *words, code=2).stderr


def test_without_a_warehouse_nothing_is_made(place: Place) -> None:
    assert "there is no warehouse" in traced(place, "orders", "1", code=3).stderr
    assert not place.warehouse.exists()


def test_what_strangers_wrote_is_shown_with_its_control_characters_spelled_out(place: Place) -> None:
    nasty = 'O-000001," C\x1b[31m\x9b1m",2026-11-21 10:00:00,1,"N\rO",w\u202eeb,"1\n2"\n' + "O-2,\x07\n"
    write(place.landing / "orders" / "orders_2026-11-21.csv", HEADER + nasty + 'O-3,"' + "x" * 5000 + '",,1,NO,web,1\n')
    load(place)
    for record in (1, 2, 3):
        told = traced(place, "orders", str((1 << 32) + record)).stdout
        assert all(letter.isprintable() for letter in told.replace("\n", ""))
        assert "Today's config rejects it with the same reasons." in told
        as_json(place, "orders", str((1 << 32) + record))


def test_a_file_name_with_control_characters_is_found_as_it_is_shown_and_as_it_is(place: Place) -> None:
    write(place.landing / "orders" / "orders_\x1b[31m_2026-11-21.csv", HEADER + "O-000001,C-1,,1,NO,web,1.00\n")
    load(place)
    told = traced(place, "orders", "orders/orders_\x1b[31m_2026-11-21.csv:2").stdout
    assert told.startswith("orders/orders_\\x1b[31m_2026-11-21.csv:2: rejected\n")
