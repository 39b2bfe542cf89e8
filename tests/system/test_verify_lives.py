"""Whatever a warehouse has been through, `verify` finds nothing in it that is not so."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import yaml

from tests.system.drops import append, damage, order, orders, write
from tests.system.looking import number, rows
from tests.system.processes import Place, ade, entered, load
from tests.system.test_parameters import WHOLE, land, place_for

LONG_AGO = (1_700_000_000, 1_700_000_000)


def assert_verified(place: Place, *words: str) -> None:
    """Nothing differs, and nothing was left out but learners, which may know rows as they were."""
    done = entered(place, "verify", *words)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    told = [line for line in done.stdout.splitlines() if not line.startswith("not verified: the learner of ")]
    assert [line.startswith("verified: ") for line in told] == [True], done.stdout


def settled(path: Path) -> Path:
    """The file, as if it was written long ago."""
    os.utime(path, LONG_AGO)
    return path


def with_settings(place: Place, dataset: str, **settings: object) -> None:
    """Change settings of a dataset's config."""
    path = place.configs / f"{dataset}.yaml"
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text("utf-8")) | settings, sort_keys=False), "utf-8")


def test_of_appended_rewritten_renamed_and_copied_files(place: Place) -> None:
    folder = place.landing / "orders"
    growing = settled(write(folder / "orders_2026-11-21.csv", orders(range(30))))
    rewritten = settled(write(folder / "orders_2026-11-22.csv", orders(range(20, 60))))
    moved = settled(write(folder / "orders_2026-11-23.csv", orders([5, *range(60, 80)])))
    load(place)
    append(growing, order(90) + "torn\n")
    damage(rewritten, orders(range(40, 80)))
    moved.rename(folder / "orders_2026-11-23_late.csv")
    settled(write(folder / "orders_2026-11-24.csv", growing.read_bytes()))
    load(place)
    assert number(place.warehouse, "SELECT count(*) FROM meta_files WHERE state = 'superseded'") == 1
    assert_verified(place)


def test_of_rejects_that_were_corrected(copied: Place, tmp_path: Path) -> None:
    export = tmp_path / "rejects.csv"
    assert ade(copied, "rejects", "export", "--dataset", "orders", "--output", str(export)).returncode == 0
    export.write_text(export.read_text("utf-8").replace("fax", "web"), "utf-8")
    ade(copied, "rejects", "retry", "--from", str(export))
    assert number(copied.warehouse, "SELECT count(*) FROM meta_corrections") > 0
    assert_verified(copied)


def test_of_rejects_that_came_in_by_another_rule(place: Place) -> None:
    settled(
        write(place.landing / "orders" / "orders_2026-11-21.csv", orders(range(9)) + order(9).replace("web", "fax"))
    )
    load(place)
    config = yaml.safe_load((place.configs / "orders.yaml").read_text("utf-8"))
    step = next(step["validation"] for step in config["processors"] if "validation" in step)
    next(rule for rule in step["rules"] if rule.get("values"))["values"].append("fax")
    with_settings(place, "orders", processors=config["processors"])
    assert ade(place, "rejects", "retry", "--dataset", "orders").returncode == 0
    assert number(place.warehouse, "SELECT count(*) FROM stg_orders WHERE channel = 'fax'") == 1
    assert_verified(place)


def test_of_dates_with_parameters_of_their_own(tmp_path: Path) -> None:
    place = place_for(tmp_path, WHOLE)
    land(place.landing)
    load(place)
    assert number(place.warehouse, "SELECT count(DISTINCT version) FROM meta_parameter_dates") > 1
    assert_verified(place)
    [(date,)] = rows(place.warehouse, "SELECT max(date) FROM meta_parameter_dates")
    assert_verified(place, "--date", str(date))


def test_of_a_compressed_file_with_comments_without_a_raw_layer(place: Place) -> None:
    with_settings(place, "orders", raw=False, limits={"batch_rows": 7}, dialect={"comment": "#"})
    text = orders(range(40)) + '\n# "none\n' + 'O-000041,"C\n1",2026-11-21 10:00:00,1,NO,web,1.00\n' + order(42)
    settled(write(place.landing / "orders" / "orders_2026-11-21.csv", gzip.compress(text.encode())))
    load(place)
    assert number(place.warehouse, "SELECT count(*) FROM meta_spans") == 6
    assert_verified(place)


def test_of_a_corrected_record_without_a_raw_layer(place: Place, tmp_path: Path) -> None:
    with_settings(place, "orders", raw=False)
    text = orders(range(5)) + order(7).replace("web", "fax")
    settled(write(place.landing / "orders" / "orders_2026-11-21.csv", text))
    load(place)
    export = tmp_path / "rejects.csv"
    assert ade(place, "rejects", "export", "--dataset", "orders", "--output", str(export)).returncode == 0
    export.write_text(export.read_text("utf-8").replace("fax", "web"), "utf-8")
    assert ade(place, "rejects", "retry", "--from", str(export)).returncode == 0
    assert_verified(place)


def test_of_files_that_were_archived_without_a_raw_layer(place: Place) -> None:
    with_settings(place, "orders", raw=False, files={"after": "archive", "settle_seconds": 0})
    settled(write(place.landing / "orders" / "orders_2026-11-21.csv", orders(range(5))))
    load(place)
    assert not (place.landing / "orders" / "orders_2026-11-21.csv").exists()
    assert_verified(place)
