"""The modes, by real runs: what becomes of new columns, missing columns and cells that do not cast."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from sinks.ledger.files import FileEntry
from tests.system.conftest import Starter
from tests.system.drops import COLUMNS, HEADER, order, orders, rename_into, write
from tests.system.looking import files, reject_rules, rows, unsound
from tests.system.processes import SHIPPED_CONFIGS, Place, ade, entered, eventually, load, write_configs
from tests.system.shared import SHARED, described, needs

GOOD, ODD = "orders/orders_1.csv", "orders/orders_2.csv"
#: A coupon in front, which the config does not name; the first has none.
NEW = f"coupon,{HEADER}" + f",{order(11)}" + f"SPRING,{order(12)}"
#: No country.
LACKING = "".join(
    ",".join(cell for place, cell in enumerate(line.split(",")) if COLUMNS[place] != "country")
    for line in (HEADER, order(11), order(12))
)
#: A quantity in words, between two good ones.
MISFIT = HEADER + order(11) + order(12).replace(",NO,", " pieces,NO,") + order(13)


def moded(place: Place, modes: Mapping[str, str], **limits: int) -> Place:
    """The shipped orders without rules, in these modes; last lines settle soon."""
    configs = write_configs(place.configs.with_name("moded"), "orders", limits=limits, files={"settle_seconds": 0.1})
    config = yaml.safe_load((configs / "orders.yaml").read_text("utf-8"))
    config["processors"] = [{"schema": dict(modes)}]
    (configs / "orders.yaml").write_text(yaml.safe_dump(config, sort_keys=False), "utf-8")
    return replace(place, configs=configs)


def taken(place: Place, modes: Mapping[str, str], content: str, *, code: int = 0, **limits: int) -> FileEntry:
    """The entry of a file with this content, beside a good one, after a `run`."""
    write(place.landing / GOOD, orders([1]))
    write(place.landing / ODD, content)
    load(moded(place, modes, **limits), code=code)
    assert unsound(place.warehouse, ("orders",)) == []
    assert files(place.warehouse)[GOOD].state == "committed"
    return files(place.warehouse)[ODD]


def staged(place: Place, columns: str) -> list[tuple[object, ...]]:
    """Columns of the rows of the odd file, by id."""
    of_file = "_id >> 32 = (SELECT file_id FROM meta_files WHERE path = ?)"
    return list(rows(place.warehouse, f"SELECT {columns} FROM stg_orders WHERE {of_file} ORDER BY _id", ODD))


def test_cells_of_a_new_column_are_kept(place: Place) -> None:
    entry = taken(place, {}, NEW)
    assert (entry.state, entry.accepted) == ("committed", 2)
    assert [json.loads(str(kept)) for (kept,) in staged(place, "_rescued")] == [{"coupon": ""}, {"coupon": "SPRING"}]


def test_records_with_a_value_in_a_new_column_are_rejected(place: Place) -> None:
    entry = taken(place, {"new_columns": "quarantine"}, NEW)
    assert (entry.state, entry.accepted, reject_rules(place.warehouse, ODD)) == ("committed", 1, {"new_column": 1})


def test_a_file_with_a_new_column_is_held_and_told_the_ways_out(place: Place) -> None:
    entry = taken(place, {"new_columns": "freeze"}, NEW, code=1)
    assert (entry.state, entry.records) == ("held", 0)
    for told in ("'coupon'", "`ade-stream schema accept orders 'coupon'`", "source", f"`ade-stream retry {ODD}`"):
        assert told in entry.reason


def test_a_file_that_lacks_a_column_is_held_and_told_the_ways_out(place: Place) -> None:
    entry = taken(place, {}, LACKING, code=1)
    assert (entry.state, entry.records) == ("held", 0)
    for told in (
        "lacks 'country'",
        "schema accept orders NAME --as country",
        "optional",
        "source",
        f"`ade-stream retry {ODD}`",
    ):
        assert told in entry.reason


def test_records_of_a_file_that_lacks_a_column_are_rejected(place: Place) -> None:
    entry = taken(place, {"missing_columns": "quarantine"}, LACKING)
    assert (entry.state, entry.rejected, reject_rules(place.warehouse, ODD)) == ("committed", 2, {"missing_column": 2})


def test_a_missing_column_is_null_and_told_in_the_flags(place: Place) -> None:
    taken(place, {"missing_columns": "rescue"}, LACKING)
    assert staged(place, "country, _flags") == 2 * [(None, "missing.country")]


@pytest.mark.parametrize("mode", ["rescue", "quarantine", "evolve"])
def test_a_file_that_has_none_of_the_columns_is_held_in_every_mode(place: Place, mode: str) -> None:
    assert taken(place, {"missing_columns": mode}, "a,b\n1,2\n", code=1).state == "held"


def test_a_record_with_a_misfit_is_rejected(place: Place) -> None:
    entry = taken(place, {}, MISFIT)
    assert (entry.accepted, reject_rules(place.warehouse, ODD)) == (2, {"type": 1})


def test_a_misfit_is_kept_beside_the_row(place: Place) -> None:
    taken(place, {"misfits": "rescue"}, MISFIT)
    assert staged(place, "quantity, _flags, _rescued")[1] == (None, "misfit.quantity", '{"quantity":"6 pieces"}')


@pytest.mark.parametrize("batch_rows", [1, 2, 500])
def test_a_file_is_held_at_its_first_misfit_and_what_stands_before_it_is_loaded(place: Place, batch_rows: int) -> None:
    entry = taken(place, {"misfits": "freeze"}, MISFIT, code=1, batch_rows=batch_rows)
    assert (entry.state, entry.records, entry.accepted) == ("held", 1, 1)
    assert "from line 3 on: quantity must be a whole number" in entry.reason
    assert "and is '6 pieces'" in entry.reason


def test_a_held_file_goes_on_where_it_was_left_in_another_mode(place: Place) -> None:
    taken(place, {"misfits": "freeze"}, MISFIT, code=1)
    load(moded(place, {"misfits": "rescue"}))
    entry = files(place.warehouse)[ODD]
    assert (entry.state, entry.accepted) == ("committed", 3)


def test_a_held_file_is_taken_when_its_column_has_become_optional(place: Place) -> None:
    taken(place, {}, LACKING, code=1)
    place = moded(place, {})
    config = yaml.safe_load((place.configs / "orders.yaml").read_text("utf-8"))
    config["columns"]["country"]["optional"] = True
    (place.configs / "orders.yaml").write_text(yaml.safe_dump(config), "utf-8")
    done = ade(place, "run")
    assert done.returncode == 0, done.stderr
    assert files(place.warehouse)[ODD].accepted == 2


def test_a_held_file_is_held_once_more_by_every_run(place: Place) -> None:
    taken(place, {}, LACKING, code=1)
    load(moded(place, {}), code=1)
    assert files(place.warehouse)[ODD].state == "held"


def test_why_tells_a_held_file_with_the_reason(place: Place) -> None:
    taken(place, {}, LACKING, code=1)
    told = entered(place, "why", ODD)
    assert (told.returncode, f"{ODD}: held. Its header lacks 'country'" in told.stdout) == (1, True)


def test_check_tells_what_a_run_would_hold(place: Place) -> None:
    path = write(place.landing / ODD, LACKING)
    told = entered(moded(place, {}), "check", str(path))
    assert told.returncode == 1
    assert json.loads(told.stdout)["files"][0]["state"] == "held"


@pytest.mark.parametrize(
    ("modes", "content", "sentence"),
    [
        ({"new_columns": "quarantine"}, NEW, "1 record(s) with a value in 'coupon', which is not declared"),
        ({"missing_columns": "quarantine"}, LACKING, "country is missing for 2 record(s)"),
        ({}, HEADER + order(1) + HEADER, "1 record(s) that repeat the header"),
    ],
)
def test_check_says_in_a_sentence_what_is_rejected(
    place: Place, modes: Mapping[str, str], content: str, sentence: str
) -> None:
    path = write(place.landing / ODD, content)
    assert json.loads(entered(moded(place, modes), "check", str(path)).stdout)["errors"] == [sentence]


def test_a_frozen_file_holds_up_no_other_in_a_watch(place: Place, start: Starter) -> None:
    place = moded(place, {"misfits": "freeze", "new_columns": "freeze"})
    watch = start(place)
    contents = {ODD: MISFIT, "orders/orders_3.csv": NEW, "orders/orders_4.csv": LACKING}
    for path, content in contents.items():
        rename_into(place.landing / path, content)
    rename_into(place.landing / GOOD, orders([1]))

    def states() -> dict[str, str]:
        return {path: entry.state for path, entry in files(place.warehouse).items()}

    expected = dict.fromkeys(contents, "held") | {GOOD: "committed"}
    eventually(lambda: states() == expected, 20, "each file has its state")
    rename_into(place.landing / "orders" / "orders_5.csv", orders([2]))
    eventually(lambda: states().get("orders/orders_5.csv") == "committed", 20, "the next file is loaded")
    assert watch.stop() == 0


def test_small_files_that_are_frozen_are_held_each_for_itself(place: Place) -> None:
    place = moded(place, {"misfits": "freeze"})
    for number in range(1, 21):
        write(place.landing / f"orders/orders_{number:02}.csv", MISFIT if number == 7 else orders([100 * number]))
    load(place, code=1)
    states = [entry.state for _, entry in sorted(files(place.warehouse).items())]
    assert states == [*6 * ["committed"], "held", *13 * ["committed"]]


REPEATED = HEADER + order(1) + f" {HEADER.upper()}" + order(2)


def test_a_line_that_repeats_the_header_is_dropped(place: Place) -> None:
    entry = taken(place, {"misfits": "freeze"}, REPEATED)
    assert (entry.state, entry.accepted) == ("committed", 2)
    told = rows(place.warehouse, "SELECT line, status, reasons -> 0 ->> 'rule' FROM rejects")
    assert told == [(3, "dropped", "repeated_header")]


def test_a_line_that_repeats_the_header_is_no_bad_record_of_a_budget(place: Place) -> None:
    place = moded(place, {})
    config = yaml.safe_load((place.configs / "orders.yaml").read_text("utf-8"))
    config["budget"] = {"max_reject_percent": 0, "min_records": 1, "window": 10}
    (place.configs / "orders.yaml").write_text(yaml.safe_dump(config), "utf-8")
    write(place.landing / GOOD, REPEATED)
    load(place)
    assert files(place.warehouse)[GOOD].state == "committed"


@needs("boston_earnings")
def test_the_header_lines_among_the_records_of_boston_in_2018_are_dropped_in_a_watch(
    tmp_path: Path, start: Starter
) -> None:
    place = Place(SHIPPED_CONFIGS / "examples", tmp_path / "landing", tmp_path / "ade.db")
    rename_into(place.landing / "boston_earnings/2018.csv", (SHARED / "boston_earnings" / "2018.csv").read_bytes())
    start(place)

    def is_loaded() -> bool:
        return [entry.state for entry in files(place.warehouse).values()] == ["committed"]

    eventually(is_loaded, 30, "the file is loaded")
    told = described("boston_earnings", "TRUTH.json")["years"]["2018"]
    [entry] = files(place.warehouse).values()
    assert (entry.accepted, reject_rules(place.warehouse, entry.file.path)) == (
        told["records_kept"],
        {"repeated_header": told["dropped_repeated_header"]},
    )


def test_another_header_in_mid_file_holds_the_file_there_and_its_two_parts_are_loaded(
    place: Place, start: Starter
) -> None:
    place = moded(place, {})
    shuffled = [",".join(line.strip().split(",")[::-1]) + "\n" for line in (HEADER, order(2))]
    path = rename_into(place.landing / ODD, HEADER + order(1) + "".join(shuffled))
    start(place)

    def entry() -> FileEntry | None:
        return files(place.warehouse).get(ODD)

    eventually(lambda: (found := entry()) and found.state == "held", 20, "the file is held")
    held = files(place.warehouse)[ODD]
    assert (held.records, "from line 3 on: the line is another header" in held.reason) == (1, True)
    rename_into(place.landing / "orders" / "orders_3.csv", "".join(shuffled))
    rename_into(path, HEADER + order(1))
    eventually(lambda: (found := entry()) and found.state == "committed", 20, "the first part is loaded")
    eventually(lambda: len(rows(place.warehouse, "SELECT 1 FROM stg_orders")) == 2, 20, "so is the second")


@pytest.mark.parametrize("modes", [{}, {"misfits": "rescue", "missing_columns": "rescue"}])
def test_a_replay_gives_what_a_run_gave(place: Place, modes: Mapping[str, str]) -> None:
    place = moded(place, modes)
    for number, content in enumerate((NEW, MISFIT, REPEATED)):
        write(place.landing / "orders" / f"orders_2026-11-21_{number}.csv", content)
    load(place)
    told = ade(place, "replay", "--date", "2026-11-21")
    assert (told.returncode, "nothing changed" in told.stdout) == (0, True), told.stdout + told.stderr


def test_rejected_misfits_are_rescued_by_a_retry_in_another_mode(place: Place) -> None:
    taken(place, {}, MISFIT)
    told = ade(moded(place, {"misfits": "rescue"}), "rejects", "retry")
    assert told.returncode == 0, told.stdout + told.stderr
    assert [flag for (flag,) in staged(place, "_flags")] == [None, "misfit.quantity", None]
    assert unsound(place.warehouse, ("orders",)) == []


def test_files_of_a_backfill_are_taken_in_the_order_of_their_days(place: Place) -> None:
    place = moded(place, {})
    config = yaml.safe_load((place.configs / "orders.yaml").read_text("utf-8"))
    config["files"]["date"] = r"(?P<month>\d\d)-(?P<day>\d\d)-(?P<year>\d{4})"
    (place.configs / "orders.yaml").write_text(yaml.safe_dump(config), "utf-8")
    names = ("12-31-2019", "01-05-2021", "02-01-2020", "01-02-2020")
    for number, day in enumerate(names):
        write(place.landing / "orders" / f"orders_{day}.csv", orders([number]))
    load(place)
    dates = rows(place.warehouse, "SELECT date FROM meta_files ORDER BY file_id")
    assert dates == [("2019-12-31",), ("2020-01-02",), ("2020-02-01",), ("2021-01-05",)]


def test_the_books_know_what_was_rescued(place: Place) -> None:
    taken(place, {"misfits": "rescue", "missing_columns": "rescue"}, MISFIT)
    told = rows(place.warehouse, "SELECT count FROM meta_counts WHERE name = 'misfit.quantity'")
    assert told == [(1,)]
