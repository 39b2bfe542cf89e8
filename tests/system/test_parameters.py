"""Imputation and outliers in whole runs: whatever the batches, the way in and the kills, the same rows and figures."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml

from sinks.database.connection import Scalar
from tests.system.conftest import Starter
from tests.system.drops import HEADER, order, orders, write
from tests.system.looking import files, hashes, number, rows, unsound
from tests.system.processes import Place, Watch, ade, entered, eventually, load, write_configs
from tests.system.test_kill import wait

WHOLE = 1_000_000
DATES = tuple(f"2026-11-{day}" for day in range(15, 18))
QUALITY = {
    "duplicates": ["key"],
    "outliers": {"amount": {"fences": "iqr", "action": "clip"}, "quantity": {"fences": "mad", "action": "null"}},
    "impute": {
        "amount": {"with": "median", "by": ["country"]},
        "quantity": "mean",
        "channel": "mode",
        "country": "previous",
    },
}


def place_for(folder: Path, batch_rows: int, quality: Mapping[str, Any] = QUALITY) -> Place:
    """Orders with imputation and outliers, in micro-batches of a size."""
    limits = {"batch_rows": batch_rows, "batch_bytes": 1 << 12}
    configs = write_configs(folder / f"configs-{batch_rows}", "orders", limits=limits, files={"settle_seconds": 0.3})
    path = configs / "orders.yaml"
    config: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    config["files"]["pattern"] = "orders_*"
    config["parameters"] = {"warmup_rows": 50, "window_dates": 2}
    next(step for step in config["processors"] if "quality" in step)["quality"] = quality
    path.write_text(yaml.safe_dump(config, sort_keys=False), "utf-8")
    (folder / "landing" / "orders").mkdir(parents=True, exist_ok=True)
    return Place(configs, folder / "landing", folder / f"{batch_rows}.db")


def lines(random: Random, numbers: Iterable[int], scale: int) -> str:
    """Orders of which some lack a cell, some have one far off, and some are rejected."""
    told = []
    for each in numbers:
        amount = random.choice(
            ["", "-5.00", f"{scale * 100}.00", *(f"{random.randint(1, 9) * scale}.50" for _ in "123456")]
        )
        line = order(each, amount)
        line = line.replace(",NO,", random.choice([",NO,", ",SE,", ",,"])).replace(
            ",web,", random.choice([",web,", ",,"])
        )
        told.append(line)
    return "".join(told)


def land(landing: Path) -> None:
    """Each day two large files, open side by side, a compressed one with a quoted line end, and small ones."""
    random = Random(5)
    for day, date in enumerate(DATES):
        first = 10_000 * (day + 1)
        for place, name in enumerate(("a", "b")):
            numbers = range(first + 1000 * place, first + 1000 * place + 120)
            write(landing / "orders" / f"orders_{date}_{name}.csv", HEADER + lines(random, numbers, day + 1))
        odd = order(first + 2000).replace(f"C-{(first + 2000) % 50:04d}", '"C-\n1"')
        packed = HEADER + odd + lines(random, range(first + 2001, first + 2040), day + 1)
        write(landing / "orders" / f"orders_{date}_c.csv.gz", gzip.compress(packed.encode()))
        for small in range(4):
            numbers = range(first + 3000 + 10 * small, first + 3006 + 10 * small)
            write(landing / "orders" / f"orders_{date}_d{small}.csv", HEADER + lines(random, numbers, day + 1))


def recorded(place: Place) -> list[tuple[Scalar, ...]]:
    """The figures, and the version of each date."""
    figures = "SELECT version, through, fitted, hash FROM meta_parameters ORDER BY version"
    dates = "SELECT date, version FROM meta_parameter_dates ORDER BY date"
    return [*rows(place.warehouse, figures), *rows(place.warehouse, dates)]


def contents(place: Place) -> object:
    """All that must be equal."""
    return hashes(place.warehouse, ("orders",)), recorded(place)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """All days, loaded in batches that are files. Only to be looked at."""
    place = place_for(tmp_path_factory.mktemp("whole"), WHOLE)
    land(place.landing)
    load(place)
    return place


def test_a_file_is_told_with_the_version_of_the_parameters_that_it_was_judged_with(whole: Place) -> None:
    told = entered(whole, "why", f"orders/orders_{DATES[1]}_a.csv")
    assert "  judged    with parameters version 2\n" in told.stdout


def test_a_file_that_waits_for_an_earlier_date_is_told_to_and_what_for(tmp_path: Path, start: Starter) -> None:
    place = place_for(tmp_path, WHOLE)
    path = place.configs / "orders.yaml"
    slow = yaml.safe_load(path.read_text("utf-8"))
    slow["files"] |= {"ready": ["quiet"], "settle_seconds": 600}
    path.write_text(yaml.safe_dump(slow, sort_keys=False), "utf-8")
    watch = start(place)
    write(place.landing / "orders" / f"orders_{DATES[0]}.csv", orders(range(3)))
    watch.until_printed("settling dataset=orders")
    for date in DATES[:2]:
        write(place.landing / "orders" / f"orders_{date}_later.csv", orders(range(3)))
        told = entered(place, "why", f"orders/orders_{date}_later.csv").stdout
        assert "It waits for its turn: the parameters of " + date in told
        assert f"orders/orders_{DATES[0]}.csv of {DATES[0]} is settling. " in told
    assert [entry for entry in files(place.warehouse).values() if "later" in entry.file.path] == []


@pytest.mark.parametrize("batch_rows", [pytest.param(1, marks=pytest.mark.slow), 50, 1000])
def test_rows_and_figures_are_the_same_whatever_the_size_of_a_batch(
    whole: Place, tmp_path: Path, batch_rows: int
) -> None:
    place = place_for(tmp_path, batch_rows)
    land(place.landing)
    load(place)
    assert contents(place) == contents(whole)
    assert unsound(place.warehouse, ("orders",)) == []


def test_each_kind_of_cell_was_changed_and_each_date_has_a_version_of_its_own(whole: Place) -> None:
    for flag in ("imputed.amount", "imputed.channel", "imputed.country", "clipped.amount"):
        assert number(whole.warehouse, "SELECT count(*) FROM stg_orders WHERE instr(_flags, ?)", flag) > 10
    assert rows(whole.warehouse, "SELECT date, version FROM meta_parameter_dates ORDER BY 1") == [
        (date, version) for version, date in enumerate(DATES, 1)
    ]
    assert number(whole.warehouse, "SELECT count(*) FROM meta_spans WHERE parameters_version IS NULL") == 0


def test_replaying_everything_changes_nothing(whole: Place, tmp_path: Path) -> None:
    place = replace(whole, warehouse=tmp_path / "copy.db")
    place.warehouse.write_bytes(whole.warehouse.read_bytes())
    done = ade(place, "replay", "--from", DATES[0], "--to", DATES[-1])
    assert (done.returncode, "nothing changed" in done.stdout) == (0, True), done.stderr + done.stdout
    assert contents(place) == contents(whole)


def test_watch_gives_what_run_gives(whole: Place, start: Starter, tmp_path: Path) -> None:
    place = place_for(tmp_path, 50)
    land(place.landing)
    start(place)
    for path in sorted((whole.landing / "orders").iterdir()):
        name = f"orders/{path.name}"
        eventually(partial(is_committed, place, name), 30, f"{name} is committed")
    assert contents(place) == contents(whole)


def is_committed(place: Place, name: str) -> bool:
    """Whether the file is loaded."""
    return name in (known := files(place.warehouse)) and known[name].state == "committed"


def besiege(place: Place, tmp_path: Path, kills: int) -> None:
    """Kill a watch at random moments, as long as it has something to load."""
    random = Random(3)
    for count in range(kills):
        watch = Watch(place, tmp_path / f"watch-{count}.log")
        try:
            watch.until_printed("loaded ", 30)
            wait(watch.process, random.uniform(0, 0.25))
        finally:
            watch.kill()
        assert "Traceback" not in watch.output()


def test_kills_leave_the_same_rows_and_figures_as_none(whole: Place, tmp_path: Path) -> None:
    place = place_for(tmp_path, 5)
    land(place.landing)
    besiege(place, tmp_path, 4)
    load(place)
    assert contents(place) == contents(whole)


@pytest.mark.slow
def test_many_kills_leave_the_same_rows_and_figures_as_none(whole: Place, tmp_path: Path) -> None:
    place = place_for(tmp_path, 1)
    land(place.landing)
    besiege(place, tmp_path, 20)
    load(place)
    assert contents(place) == contents(whole)


def day(place: Place, date: str, *amounts: str, name: str = "") -> None:
    """A file of a date with these amounts."""
    first = 1000 * int(date[-2:]) + 100 * len(name)
    text = HEADER + "".join(order(first + at, amount) for at, amount in enumerate(amounts))
    write(place.landing / "orders" / f"orders_{date}{name}.csv", text)


@pytest.fixture
def late(tmp_path: Path) -> Place:
    """Three days, loaded, and then a late file of the first."""
    place = place_for(tmp_path, WHOLE, {"impute": {"amount": {"with": "median", "by": ["country"]}}})
    day(place, "2026-11-11", "1.00", "3.00", "")
    day(place, "2026-11-12", "", "5.00")
    day(place, "2026-11-13", "")
    load(place)
    day(place, "2026-11-11", "9.00", "9.00", "", name="x")
    load(place)
    return place


def amounts(place: Place) -> list[tuple[Scalar, ...]]:
    """The imputed ones."""
    return rows(
        place.warehouse, "SELECT _date, amount FROM stg_orders WHERE instr(_flags, 'imputed.amount') ORDER BY _id"
    )


def test_a_late_file_takes_the_figures_of_its_date_and_moves_none(late: Place) -> None:
    assert amounts(late) == [
        ("2026-11-11", "2.00"),
        ("2026-11-12", "2.00"),
        ("2026-11-13", "3.00"),
        ("2026-11-11", "2.00"),
    ]


def test_a_diff_shows_what_a_refit_changes_and_keeps_nothing(late: Place) -> None:
    before = contents(late)
    done = ade(late, "replay", "--from", "2026-11-11", "--to", "2026-11-13", "--refit", "--diff", "--json")
    assert done.returncode == 0, done.stderr
    found = {each["date"]: each for each in json.loads(done.stdout)}
    assert contents(late) == before
    assert [each["changed"] for each in found.values()] == [0, 1, 1]
    columns = found["2026-11-12"]["columns"]
    assert [(each["column"], each["rows"]) for each in columns] == [("amount", 1), ("total", 1)]
    assert (columns[0]["examples"][0]["before"], columns[0]["examples"][0]["after"]) == ("2.00", "6.00")
    change = next(each for each in found["2026-11-12"]["figure_changes"] if each["column"] == "amount")
    assert (change["kind"], change["before"], change["after"]) == ("median", ["2"], ["6"])
    shown = ade(late, "replay", "--date", "2026-11-12", "--refit", "--diff")
    assert "│ orders  │ 2026-11-12 │        2 │       1 │     0 │    0 │" in shown.stdout
    assert "2.00 to 6.00" in shown.stdout


def test_a_diff_without_a_change_says_so(late: Place) -> None:
    done = ade(late, "replay", "--date", "2026-11-12", "--diff")
    assert done.returncode == 0
    assert done.stdout.endswith("Nothing would change.\n")


def test_a_refit_goes_date_by_date_and_is_recorded(late: Place) -> None:
    done = ade(late, "replay", "--from", "2026-11-11", "--to", "2026-11-13", "--refit")
    assert done.returncode == 0, done.stderr
    assert [amount for _, amount in amounts(late)] == ["2.00", "6.00", "5.00", "2.00"]
    again = contents(late)
    ade(late, "replay", "--from", "2026-11-11", "--to", "2026-11-13")
    assert contents(late) == again


def test_quality_parameters_tells_the_versions_and_their_figures(late: Place) -> None:
    done = entered(late, "quality", "parameters", "orders", "--json")
    versions = json.loads(done.stdout)
    assert [(each["version"], each["through"], each["dates"]) for each in versions] == [
        (1, None, 2),
        (2, "2026-11-12", 1),
    ]
    shown = entered(late, "quality", "parameters", "orders", "--version", "1")
    assert "orders version 1: made of the first records of the first file; in force for 2 dates" in shown.stdout
    assert "  median of amount by country: 2, of 2 values\n    NO: 2\n" in shown.stdout
    missing = entered(late, "quality", "parameters", "orders", "--version", "9")
    assert missing.returncode == 2
    assert "no version 9" in missing.stderr


def test_files_are_judged_with_parameters_of_their_own(late: Place) -> None:
    done = entered(late, "check", *(str(path) for path in sorted((late.landing / "orders").iterdir())))
    assert (done.returncode, json.loads(done.stdout)["validation_passed"]) == (0, True)


def test_a_dataset_without_such_steps_has_no_parameters(place: Place) -> None:
    write(place.landing / "orders" / "orders_2026-11-21.csv", orders([1, 2]))
    load(place)
    assert number(place.warehouse, "SELECT count(*) FROM meta_parameters") == 0
    done = entered(place, "quality", "parameters", "orders")
    assert done.returncode == 2
    assert "no parameters of a dataset 'orders'" in done.stderr
