"""An error budget that holds: the file and its dataset, with the reason, until a person resumes it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
import yaml

from sinks.ledger.files import FileEntry
from tests.samples import write_samples
from tests.system.conftest import Starter
from tests.system.drops import HEADER, append, damage, order, orders, rename_into, write
from tests.system.looking import files, number, rows, staged, unsound
from tests.system.processes import Outcome, Place, ade, entered, eventually, load, write_configs

BUDGET = {"max_reject_percent": 5, "window": 100, "min_records": 10}
BAD, GOOD = "orders/orders_1.csv", "orders/orders_2.csv"


def budgeted(place: Place, *, batch_rows: int = 500, **budget: object) -> Place:
    """The shipped orders with a budget; last lines settle soon."""
    limits, settings = {"batch_rows": batch_rows}, {"settle_seconds": 0.3}
    configs = write_configs(place.configs.with_name("budgeted"), "orders", "employees", limits=limits, files=settings)
    config = yaml.safe_load((configs / "orders.yaml").read_text("utf-8"))
    config["budget"] = BUDGET | budget
    (configs / "orders.yaml").write_text(yaml.safe_dump(config, sort_keys=False), "utf-8")
    return replace(place, configs=configs)


def lines(numbers: Iterable[int], *, bad: Iterable[int] = ()) -> str:
    """Orders, those in `bad` with an amount that is rejected."""
    wrong = set(bad)
    return "".join(order(each, "-1.00" if each in wrong else "1.00") for each in numbers)


def held(place: Place, path: str = BAD) -> FileEntry:
    """The entry of a file that must be held."""
    entry = files(place.warehouse)[path]
    assert entry.state == "held", entry
    return entry


def run(place: Place, code: int) -> Outcome:
    """`run`, which may complain."""
    done = ade(place, "run")
    assert done.returncode == code, done.stdout + done.stderr
    return done


def resume(place: Place) -> None:
    """`resume orders`, which must go well."""
    done = ade(place, "resume", "orders")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout


def without_budget(place: Place) -> dict[str, object]:
    """Row, reject and event counts of the same landing folder, loaded without a budget."""
    other = replace(place, configs=write_configs(place.configs.with_name("free"), "orders")).beside("free")
    ade(other, "run")
    return contents(other)


def contents(place: Place) -> dict[str, object]:
    """What does not depend on the ids of files."""
    return {
        "staged": rows(place.warehouse, "SELECT order_id FROM stg_orders ORDER BY 1"),
        "rejects": rows(place.warehouse, "SELECT path, line FROM rejects ORDER BY 1, 2"),
        "files": rows(place.warehouse, "SELECT path, records, accepted, rejected FROM meta_files ORDER BY 1"),
    }


def test_a_small_bad_file_is_held_and_nothing_of_it_is_loaded(place: Place) -> None:
    place = budgeted(place)
    write(place.landing / BAD, HEADER + lines(range(8), bad=range(6)))
    done = run(place, 1)
    entry = held(place)
    assert (entry.records, staged(place.warehouse)) == (0, 0)
    assert entry.reason == (
        "6 of its 8 records are rejected (75 %), more than the budget of 5 %, the latest of them by "
        "amount_not_negative (6). Dataset orders is held. `ade-stream resume orders` takes the file as it is, and goes "
        "on with the others."
    )
    assert f"ade-stream: dataset orders is held. {BAD}: {entry.reason}" in done.stderr


def test_a_file_that_is_at_its_budget_and_not_over_it_is_loaded(place: Place) -> None:
    place = budgeted(place)
    write(place.landing / BAD, HEADER + lines(range(20), bad=[19]))
    load(place)
    assert files(place.warehouse)[BAD].rejected == 1


@pytest.mark.parametrize("batch_rows", [1, 7, 50, 500])
def test_which_record_goes_over_does_not_depend_on_batches(place: Place, batch_rows: int) -> None:
    place = budgeted(place, batch_rows=batch_rows)
    write(place.landing / BAD, HEADER + lines(range(1, 61), bad=[31, 40, 41, 42]))
    run(place, 1)
    entry = held(place)
    assert entry.reason.startswith("3 of its first 41 records are rejected (7.32 %)")
    assert entry.records == (40 // batch_rows) * batch_rows
    assert unsound(place.warehouse, ("orders",)) == []


def test_records_that_cannot_be_split_count(place: Place) -> None:
    place = budgeted(place)
    write(place.landing / BAD, orders([1, 2]) + "1,2\n")
    run(place, 1)
    assert "by field_count (1)" in held(place).reason


def test_duplicates_do_not_count(place: Place) -> None:
    place = budgeted(place)
    write(place.landing / BAD, orders([1]) + order(1) * 5)
    load(place)
    assert files(place.warehouse)[BAD].rejected == 5


def test_a_few_bad_records_wait_until_the_file_is_finished_or_has_more(place: Place, start: Starter) -> None:
    place = budgeted(place, min_records=20)
    configs = place.configs / "orders.yaml"
    configs.write_text(configs.read_text("utf-8").replace("settle_seconds: 0.3", "settle_seconds: 60"), "utf-8")
    start(place)
    path = write(place.landing / BAD, HEADER + lines([1], bad=[1]))
    waits = "state = 'settling' AND records = 0 AND reason LIKE '%That is decided when it has 20 records, or %'"
    count = f"SELECT count(*) FROM meta_files WHERE {waits}"
    eventually(lambda: number(place.warehouse, count), 20, "it waits")
    append(path, lines(range(2, 26)))
    eventually(lambda: files(place.warehouse)[BAD].state == "committed", 20, "it is loaded")
    assert files(place.warehouse)[BAD].rejected == 1


def test_other_datasets_flow_and_other_files_of_it_wait(place: Place) -> None:
    place = budgeted(place)
    write_samples(place.landing)
    for path in (place.landing / "orders").iterdir():
        path.unlink()
    write(place.landing / BAD, HEADER + lines(range(8), bad=range(6)))
    write(place.landing / GOOD, orders(range(20, 40)))
    run(place, 1)
    assert number(place.warehouse, "SELECT count(*) FROM stg_employees") > 100
    assert (GOOD in files(place.warehouse), staged(place.warehouse)) == (False, 0)


def test_the_hold_is_there_after_a_restart_and_resume_takes_the_file_and_the_others(place: Place) -> None:
    place = budgeted(place)
    write(place.landing / BAD, HEADER + lines(range(8), bad=range(6)))
    run(place, 1)
    write(place.landing / GOOD, orders(range(20, 40)))
    assert "dataset orders is held" in run(place, 1).stderr
    assert staged(place.warehouse) == 0
    resume(place)
    load(place)
    assert contents(place) == without_budget(place)
    assert unsound(place.warehouse, ("orders",)) == []


def test_resume_beside_a_running_watch_lets_it_go_on(place: Place, start: Starter) -> None:
    place = budgeted(place)
    watch = start(place)
    rename_into(place.landing / BAD, HEADER + lines(range(8), bad=range(6)))
    watch.until_printed("held dataset=orders")
    rename_into(place.landing / GOOD, orders(range(20, 40)))
    resume(place)
    eventually(lambda: staged(place.warehouse) == 22, 20, "both are loaded")
    rename_into(place.landing / "orders" / "orders_3.csv", HEADER + lines(range(50, 58), bad=range(50, 56)))
    eventually(lambda: files(place.warehouse).get("orders/orders_3.csv"), 20, "the third is held")
    held(place, "orders/orders_3.csv")
    resume(place)
    eventually(lambda: staged(place.warehouse) == 24, 20, "the third is loaded")


def test_a_file_that_was_resumed_does_not_trip_again_when_it_grows_or_after_a_kill(
    place: Place, start: Starter
) -> None:
    place = budgeted(place, batch_rows=5)
    path = write(place.landing / BAD, HEADER + lines(range(40), bad=range(20)))
    run(place, 1)
    resume(place)
    watch = start(place)
    eventually(lambda: staged(place.warehouse) > 0, 20, "some of it is loaded")
    watch.kill()
    load(place)
    append(path, lines(range(40, 60), bad=range(40, 60)))
    load(place)
    assert contents(place) == without_budget(place)


def test_what_was_rejected_before_a_restart_counts_for_the_file(place: Place) -> None:
    place = budgeted(place, max_reject_percent=20)
    path = write(place.landing / BAD, HEADER + lines(range(20), bad=range(16, 20)) + order(0))
    load(place)
    append(path, lines(range(20, 21), bad=[20]))
    run(place, 1)
    assert held(place).reason.startswith("5 of its first 22 records are rejected")


def test_the_last_records_of_a_dataset_have_a_budget_too(place: Place) -> None:
    place = budgeted(place, max_reject_percent=20, window=20)
    write(place.landing / BAD, HEADER + lines(range(100), bad=range(92, 100)))
    write(place.landing / GOOD, orders(range(200, 220)))
    run(place, 1)
    assert held(place).reason.startswith("5 of the last 20 records of orders are rejected (25 %)")
    resume(place)
    load(place)
    assert contents(place) == without_budget(place)


def test_a_large_file_that_was_begun_goes_on_after_the_hold_of_another(place: Place) -> None:
    place = budgeted(place, batch_rows=100)
    configs = place.configs / "orders.yaml"
    config = yaml.safe_load(configs.read_text("utf-8"))
    config["limits"]["batch_bytes"] = 1024
    configs.write_text(yaml.safe_dump(config), "utf-8")
    write(place.landing / GOOD, orders(range(1000, 1400)))
    write(place.landing / BAD, HEADER + lines(range(400), bad=range(100, 400)))
    run(place, 1)
    entry = files(place.warehouse)[GOOD]
    assert entry.state == "processing"
    assert 0 < entry.records < 400
    resume(place)
    load(place)
    assert contents(place) == without_budget(place)


@pytest.mark.parametrize("after", ["leave", "delete"])
def test_of_many_small_files_those_before_the_bad_one_are_loaded_and_those_behind_it_wait(
    place: Place, after: str
) -> None:
    place = budgeted(place)
    configs = place.configs / "orders.yaml"
    text = configs.read_text("utf-8").replace("settle_seconds", f"after: {after}\n  settle_seconds")
    configs.write_text(text, "utf-8")
    for each in range(10, 30):
        bad = range(each * 10, each * 10 + 5) if each == 20 else ()
        write(
            place.landing / "orders" / f"orders_{each}.csv", HEADER + lines(range(each * 10, each * 10 + 10), bad=bad)
        )
    run(place, 1)
    entries = files(place.warehouse)
    assert sorted(entries) == [f"orders/orders_{each}.csv" for each in range(10, 21)]
    assert (held(place, "orders/orders_20.csv").records, staged(place.warehouse)) == (0, 100)
    resume(place)
    load(place)
    assert staged(place.warehouse) == 195
    assert unsound(place.warehouse, ("orders",)) == []


def test_the_new_content_of_a_file_has_a_budget_and_the_old_rows_stay_until_it_is_resumed(place: Place) -> None:
    place = budgeted(place)
    path = write(place.landing / BAD, HEADER + lines(range(8)))
    load(place)
    damage(path, HEADER + lines(range(8), bad=range(8)).replace("-1.00", "-1.0"))
    run(place, 1)
    held(place)
    assert staged(place.warehouse) == 8
    resume(place)
    load(place)
    assert staged(place.warehouse) == 0
    append(path, lines([8], bad=[8]))
    load(place)
    states = rows(place.warehouse, "SELECT state, rejected FROM meta_files ORDER BY generation")
    assert states == [("superseded", 0), ("committed", 9)]


def test_a_file_that_follows_one_that_was_put_away_is_held_itself(place: Place) -> None:
    place = budgeted(place)
    configs = place.configs / "orders.yaml"
    configs.write_text(configs.read_text("utf-8").replace("settle_seconds", "after: delete\n  settle_seconds"), "utf-8")
    write(place.landing / BAD, HEADER + lines(range(8)))
    load(place)
    write(place.landing / BAD, HEADER + lines(range(20, 28), bad=range(20, 28)))
    run(place, 1)
    states = rows(place.warehouse, "SELECT generation, state FROM meta_files ORDER BY 1")
    assert states == [(1, "archived"), (2, "held")]


def test_status_and_why_say_that_a_dataset_is_held(place: Place) -> None:
    place = budgeted(place)
    write(place.landing / BAD, HEADER + lines(range(8), bad=range(6)))
    run(place, 1)
    write(place.landing / GOOD, orders([1]))
    told = entered(place, "status").stdout
    assert "│ (held) " in told
    assert f"orders: held. {BAD}: 6 of its 8 records are rejected" in told
    [status] = json.loads(entered(place, "status", "--json").stdout)["datasets"]
    assert status["held"].startswith(f"{BAD}: 6 of its 8 records")
    assert f"It waits, since its dataset orders is held. {BAD}: 6 of its 8" in entered(place, "why", GOOD).stdout
    assert (
        "nothing more of dataset orders is loaded until `ade-stream resume orders`" in entered(place, "why", BAD).stdout
    )
    resume(place)
    assert "(held)" not in entered(place, "status").stdout


def test_a_file_that_is_put_back_waits_for_its_dataset(place: Place) -> None:
    place = budgeted(place)
    write(place.landing / BAD, HEADER + lines(range(8), bad=range(6)))
    run(place, 1)
    assert "It waits for `ade-stream resume orders`." in ade(place, "retry", BAD).stdout
    run(place, 1)
    resume(place)
    load(place)
    assert staged(place.warehouse) == 2


@pytest.mark.parametrize("dataset", ["employees", "nope"])
def test_a_dataset_that_is_not_held_is_told(place: Place, dataset: str) -> None:
    place = budgeted(place)
    load(place)
    done = ade(place, "resume", dataset)
    assert (done.returncode, done.stdout) == (
        1,
        f"{dataset}: not held. Held are: none. `ade-stream status` says more.\n",
    )


def test_the_first_fault_in_a_batch_decides_between_a_rule_that_fails_and_the_budget(place: Place) -> None:
    place = budgeted(place)
    configs = place.configs / "orders.yaml"
    config = yaml.safe_load(configs.read_text("utf-8"))
    step = next(step["validation"] for step in config["processors"] if "validation" in step)
    step["rules"].append({"check": "range", "column": "amount", "max": 5000, "action": "fail", "name": "too_much"})
    configs.write_text(yaml.safe_dump(config, sort_keys=False), "utf-8")
    write(place.landing / BAD, HEADER + lines(range(20)) + order(20, "6000") + lines(range(21, 60), bad=range(21, 60)))
    load(place, code=1)
    assert (files(place.warehouse)[BAD].state, staged(place.warehouse)) == ("failed", 20)
    write(place.landing / GOOD, HEADER + lines(range(100, 120), bad=range(100, 120)) + order(120, "6000"))
    run(place, 1)
    held(place, GOOD)


class TestOnFailureFail:
    """`on_failure: fail`: everything stops, with the report."""

    def test_run_stops_at_once_and_prints_the_report_last(self, place: Place) -> None:
        place = budgeted(place, on_failure="fail")
        write(place.landing / BAD, HEADER + lines(range(8), bad=range(6)) + order(7))
        write(place.landing / GOOD, orders(range(20, 40)))
        done = run(place, 1)
        report = json.loads(done.stdout[done.stdout.index("\n{\n") :])
        assert report["validation_passed"] is False
        assert report["errors"][:2] == ["amount has 6 < 0", "order_id has 1 duplicate(s)"]
        assert report["errors"][2].startswith(f"{BAD}: 6 of its 9 records are rejected (66.7 %)")
        assert (report["rules"][0]["count"], report["files"][0]["state"]) == (6, "failed")
        assert done.stderr.startswith(f"ade-stream: {BAD}: 6 of its 9 records are rejected")
        assert (files(place.warehouse)[BAD].state, staged(place.warehouse)) == ("failed", 0)
        assert GOOD not in files(place.warehouse)

    def test_watch_stops_too(self, place: Place, start: Starter) -> None:
        place = budgeted(place, on_failure="fail")
        watch = start(place)
        rename_into(place.landing / BAD, HEADER + lines(range(8), bad=range(6)))
        assert watch.process.wait(20) == 1
        assert '"validation_passed": false' in watch.output()

    def test_it_fails_again_until_the_file_is_mended(self, place: Place) -> None:
        place = budgeted(place, on_failure="fail")
        path = write(place.landing / BAD, HEADER + lines(range(8), bad=range(6)))
        run(place, 1)
        run(place, 1)
        path.write_text(HEADER + lines(range(8)), "utf-8")
        load(place)
        assert staged(place.warehouse) == 8

    def test_the_report_of_a_large_file_ends_with_the_batch_that_went_over(self, place: Place) -> None:
        place = budgeted(place, batch_rows=50, on_failure="fail")
        write(place.landing / BAD, HEADER + lines(range(1000), bad=range(100, 1000)))
        done = run(place, 1)
        [entry] = json.loads(done.stdout[done.stdout.index("\n{\n") :])["files"]
        assert (entry["records"], files(place.warehouse)[BAD].records) == (150, 100)


class TestCheck:
    """`check FILE` with a budget."""

    def test_a_file_within_its_budget_passes_and_its_rejects_are_shown(self, place: Place) -> None:
        place = budgeted(place)
        path = write(place.landing / BAD, HEADER + lines(range(40), bad=[30]))
        done = entered(place, "check", str(path))
        report = json.loads(done.stdout)
        assert (done.returncode, report["validation_passed"], report["errors"]) == (0, True, [])
        assert report["rules"][0]["sentences"] == ["amount has 1 < 0"]

    def test_a_file_over_it_does_not(self, place: Place) -> None:
        place = budgeted(place)
        path = write(place.landing / BAD, HEADER + lines(range(8), bad=range(6)))
        done = entered(place, "check", str(path))
        assert done.returncode == 1
        said = f"{BAD}: 6 of its 8 records are rejected (75 %), more than the budget of 5 %."
        assert json.loads(done.stdout)["errors"] == ["amount has 6 < 0", said]

    def test_duplicates_count(self, place: Place) -> None:
        place = budgeted(place)
        path = write(place.landing / BAD, orders([1]) + order(1))
        done = entered(place, "check", str(path))
        assert (done.returncode, json.loads(done.stdout)["files"][0]["state"]) == (1, "held")

    def test_with_fail_it_stops_at_once(self, place: Place) -> None:
        place = budgeted(place, batch_rows=50, on_failure="fail")
        bad = write(place.landing / BAD, HEADER + lines(range(1000), bad=range(100, 1000)))
        good = write(place.landing / GOOD, orders(range(2000, 2020)))
        done = entered(place, "check", str(bad), str(good))
        [entry] = json.loads(done.stdout)["files"]
        assert (done.returncode, entry["state"], entry["records"]) == (1, "failed", 150)


@pytest.mark.parametrize(
    ("budget", "told"),
    [
        ({"max_reject_percent": 101}, "budget.max_reject_percent"),
        ({"min_records": 200}, "min_records is greater than window"),
        ({"on_failure": "stop"}, "budget.on_failure"),
        ({"percent": 5}, "unknown key 'budget.percent'"),
    ],
    ids=str,
)
def test_a_wrong_budget_is_told(place: Place, budget: dict[str, Any], told: str) -> None:
    done = entered(budgeted(place, **budget), "check")
    assert (done.returncode, told in done.stderr) == (2, True), done.stderr
