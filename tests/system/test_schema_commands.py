"""Schema versions and drift as people and programs see them: commands, lines, files, and the account of runs."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.system.conftest import empty_place
from tests.system.drops import HEADER, order, orders, write
from tests.system.looking import rows
from tests.system.processes import Place, Watch, ade, duplicate, entered, load

Starter = Callable[[Place], Watch]

WITH_NOTE = HEADER.replace("\n", ",note\n") + order(2).replace("\n", ",gift\n")


def drop(place: Place) -> None:
    """Orders of three days, on the second with one more column."""
    for day, text in ((19, orders([1])), (20, WITH_NOTE), (21, orders([3]))):
        write(place.landing / "orders" / f"orders_2026-11-{day}.csv", text)


@pytest.fixture
def drifting(place: Place) -> Place:
    """The drops, not loaded yet."""
    drop(place)
    return place


@pytest.fixture(scope="module")
def loaded_once(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The drops, loaded."""
    place = empty_place(tmp_path_factory.mktemp("drifted"))
    drop(place)
    load(place)
    return place


@pytest.fixture
def drifted(loaded_once: Place, tmp_path: Path) -> Place:
    """The same, to be changed."""
    return duplicate(loaded_once, tmp_path / "drifted")


def told(place: Place, *words: str) -> dict[str, Any]:
    """What a command prints with `--json`."""
    done = entered(place, *words, "--json")
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def runs(place: Place, *columns: str) -> list[tuple[Any, ...]]:
    """The account of the runs, in their order."""
    return list(rows(place.warehouse, f"SELECT {', '.join(columns)} FROM meta_runs ORDER BY run_id"))


def test_history_tells_versions_and_the_files_at_which_they_changed(drifted: Place) -> None:
    history = told(drifted, "schema", "history", "orders")
    assert history["current"] == 1
    assert [(each["version"], each["status"], each["files"]) for each in history["versions"]] == [
        (1, "accepted", 2),
        (2, "open", 1),
    ]
    assert [(each["file"]["path"], each["from_version"], each["to_version"]) for each in history["drifts"]] == [
        ("orders/orders_2026-11-20.csv", 1, 2),
        ("orders/orders_2026-11-21.csv", 2, 1),
    ]


def test_history_in_words_names_files_changes_and_compatibility(drifted: Place) -> None:
    text = entered(drifted, "schema", "history", "orders").stdout
    assert text.startswith("orders: 2 schema versions, 2 drifts; the last file has version 1\n")
    assert "version 2: open, 1 file\n  first     2026-11-20 orders/orders_2026-11-20.csv\n" in text
    assert "changes   full, against version 1\n    added: 'note' is new\n" in text
    assert "2026-11-21 orders/orders_2026-11-21.csv: version 2 to 1, full\n    dropped note\n" in text


def test_show_tells_columns_in_order_with_types_nulls_and_values(drifted: Place) -> None:
    version = told(drifted, "schema", "show", "orders", "--version", "2")
    columns = version["schema"]["columns"]
    assert [each["name"] for each in columns] == [*HEADER.strip().split(","), "note"]
    assert [each["column"] for each in columns][-2:] == ["amount", None]
    assert (columns[5]["categories"], columns[5]["nullable"]) == (["web"], False)
    assert (columns[7]["type"], columns[7]["values"]) == ("string", ["gift"])
    assert version["first"]["path"] == version["last"]["path"] == "orders/orders_2026-11-20.csv"


def test_show_without_a_version_shows_that_of_the_last_file(drifted: Place) -> None:
    text = entered(drifted, "schema", "show", "orders").stdout
    assert text.startswith("orders version 1: accepted, 2 files\n")
    assert "note" not in text


def test_the_only_dataset_need_not_be_named(drifted: Place) -> None:
    assert entered(drifted, "schema", "show").stdout.startswith("orders version 1")


def test_of_several_datasets_one_must_be_named(loaded: Place) -> None:
    done = entered(loaded, "schema", "history")
    assert done.returncode == 2
    assert "which dataset? Schemas are known of employees, orders." in done.stderr


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("history", "oders"), "of dataset 'oders' no schema is known. Schemas are known of orders."),
        (("show", "orders", "--version", "9"), "orders has no schema version 9; it has 1, 2."),
    ],
)
def test_what_is_not_there_is_named_beside_what_is(drifted: Place, words: tuple[str, ...], complaint: str) -> None:
    done = entered(drifted, "schema", *words)
    assert done.returncode == 2
    assert complaint in done.stderr


def test_each_drift_is_a_line_behind_that_of_its_file(drifting: Place) -> None:
    lines = [line.split(" drift ", 1)[1] for line in load(drifting).stdout.splitlines() if " drift " in line]
    orders_of = "dataset=orders file=orders/orders_2026-11-"
    assert lines == [
        f'{orders_of}20.csv from=1 to=2 compatibility=full changes="added …"',
        f'{orders_of}21.csv from=2 to=1 compatibility=full changes="dropped …"',
    ]


def test_a_run_counts_the_drifts_of_each_dataset(drifting: Place) -> None:
    [done] = [line for line in load(drifting).stdout.splitlines() if "done dataset=orders" in line]
    assert " set_aside=0 drifts=2 " in done


def test_status_tells_the_version_of_the_last_file_and_how_often_it_drifted(drifted: Place) -> None:
    [orders_] = told(drifted, "status")["datasets"]
    assert orders_["schema"] == {"version": 1, "drifts": 2, "open": 1}
    text = entered(drifted, "status").stdout
    assert "┃ drift ┃" in text
    assert "orders: the schema is version 1 now, and drifted 2 times; 1 of its versions not accepted yet." in text


def test_loading_nothing_new_and_replaying_bring_no_version_and_no_drift(drifting: Place) -> None:
    load(drifting)
    before = told(drifting, "schema", "history", "orders")
    load(drifting)
    assert ade(drifting, "replay", "--from", "2026-11-19", "--to", "2026-11-21").returncode == 0
    assert told(drifting, "schema", "history", "orders") == before
    assert runs(drifting, "command", "outcome", "files", "records", "drifts") == [
        ("run", "done", 3, 3, 2),
        ("run", "done", 0, 0, 0),
        ("replay", "done", 3, 3, 0),
    ]


def test_a_retry_of_rejects_has_a_row_and_leaves_the_versions(drifted: Place) -> None:
    write(drifted.landing / "orders" / "orders_2026-11-22.csv", HEADER + order(9, "1000000"))
    load(drifted)
    before = told(drifted, "schema", "history", "orders")
    assert ade(drifted, "rejects", "retry").returncode == 1
    assert told(drifted, "schema", "history", "orders") == before
    assert runs(drifted, "command", "outcome", "files", "records", "rejected", "drifts")[-1] == (
        *("retry", "done", 1, 1, 1, 0),
    )


def test_each_version_is_a_json_file_beside_the_warehouse(drifted: Place) -> None:
    folder = drifted.warehouse.parent / "schemas" / "orders"
    assert sorted(path.name for path in folder.iterdir()) == ["1.json", "2.json"]
    for number in (1, 2):
        shown = told(drifted, "schema", "show", "orders", "--version", str(number))
        assert json.loads((folder / f"{number}.json").read_text("utf-8")) == shown


def test_files_that_are_missing_or_stale_are_written_when_a_run_begins(drifted: Place) -> None:
    folder = drifted.warehouse.parent / "schemas" / "orders"
    before = {path: path.read_text("utf-8") for path in folder.iterdir()}
    (folder / "1.json").unlink()
    (folder / "2.json").write_text("{}", "utf-8")
    load(drifted)
    assert {path: path.read_text("utf-8") for path in folder.iterdir()} == before


def test_that_the_files_cannot_be_written_stops_nothing(drifting: Place) -> None:
    drifting.warehouse.parent.mkdir()
    (drifting.warehouse.parent / "schemas").write_text("no folder", "utf-8")
    done = ade(drifting, "run")
    assert (done.returncode, rows(drifting.warehouse, "SELECT count(*) FROM stg_orders")) == (0, [(3,)])
    assert done.stderr.count("cannot be written as files") == 1


def test_a_running_watch_writes_the_file_of_a_new_version_at_once(place: Place, start: Starter) -> None:
    watch = start(place)
    write(place.landing / "orders" / "orders_2026-11-20.csv", WITH_NOTE)
    watch.until_printed("drift dataset=orders file=orders/orders_2026-11-20.csv from=contract to=1")
    assert watch.stop() == 0
    assert (place.warehouse.parent / "schemas" / "orders" / "1.json").exists()
    assert runs(place, "command", "outcome", "files", "drifts") == [("watch", "stopped", 1, 1)]


def test_a_run_that_was_killed_is_said_to_be_so_by_the_next_with_what_it_did(place: Place, start: Starter) -> None:
    watch = start(place)
    write(place.landing / "orders" / "orders_2026-11-19.csv", orders([1, 2]))
    watch.until_printed("loaded dataset=orders")
    watch.stop(signal.SIGKILL)
    assert runs(place, "outcome", "records") == [("running", 2)]
    load(place)
    assert runs(place, "command", "outcome", "records", "ended_at IS NULL") == [
        ("watch", "killed", 2, 0),
        ("run", "done", 0, 0),
    ]


def test_a_run_that_ends_with_an_error_says_which(drifted: Place) -> None:
    write(drifted.landing / "orders" / "orders_2026-11-22.csv", HEADER + order(9, "1000000"))
    load(drifted)
    config = drifted.configs / "orders.yaml"
    rules = yaml.safe_load(config.read_text("utf-8"))
    for rule in next(step["validation"] for step in rules["processors"] if "validation" in step)["rules"]:
        rule["action"] = "fail"
    config.write_text(yaml.safe_dump(rules), "utf-8")
    assert ade(drifted, "rejects", "retry").returncode == 1
    [(outcome, reason, records)] = runs(drifted, "outcome", "reason", "records")[-1:]
    assert (outcome, records) == ("failed", 0)
    assert "orders_2026-11-22.csv" in reason
