"""`plan`: what a changed config touches, what it costs, and that nothing is left when it was carried out."""

from __future__ import annotations

import json
import shlex
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from sinks.database.connection import Connection
from tests.system.conftest import Starter
from tests.system.drops import append, order, orders, rename_into, write
from tests.system.looking import hashes, number, rows
from tests.system.processes import SHIPPED_CONFIGS, Place, ade, entered, eventually, load

DATES = ("2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20")
SUITE = "expectations/orders.yaml"


def planned(place: Place, *words: str) -> dict[str, Any]:
    """The plan as JSON; its exit code says whether there is something to do."""
    done = entered(place, "plan", "--json", *words)
    plan: dict[str, Any] = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0 if plan["nothing_to_do"] else 1, "")
    return plan


def of(plan: Mapping[str, Any], dataset: str) -> Any:
    """What it says of a dataset."""
    return next(each for each in plan["datasets"] if each["dataset"] == dataset)


def changed(plan: Mapping[str, Any], dataset: str) -> dict[str, Any]:
    """The parts that are not the same, by name."""
    return {part["name"]: part for part in of(plan, dataset)["parts"] if part["state"] != "same"}


def commands(plan: Mapping[str, Any]) -> list[str]:
    """What it says is to be called, each once."""
    return list(dict.fromkeys(step["command"] for each in plan["datasets"] for step in each["steps"]))


def rewrite(place: Place, file: str, old: str, new: str) -> None:
    """Change a file of the configs."""
    path = place.configs / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


@pytest.fixture
def own(copied: Place, tmp_path: Path) -> Place:
    """The loaded sample drops, with configs of their own."""
    shutil.copytree(SHIPPED_CONFIGS, tmp_path / "configs")
    return Place(tmp_path / "configs", copied.landing, copied.warehouse)


def test_a_first_load_is_planned_from_the_landing_folder(place: Place) -> None:
    texts = [orders(range(5)), orders(range(5, 9))]
    for day, text in enumerate(texts):
        write(place.landing / "orders" / f"orders_2026-11-2{day}.csv", text)
    plan = planned(place)
    [step] = of(plan, "orders")["steps"]
    assert (step["kind"], step["command"], step["files"]) == ("load", "ade-stream run", 2)
    assert step["bytes"] == sum(map(len, texts))
    assert of(plan, "employees")["steps"] == []
    assert not place.warehouse.exists()


def test_where_all_is_loaded_by_this_config_there_is_nothing_to_do(own: Place) -> None:
    done = entered(own, "plan")
    assert done.returncode == 0
    assert done.stdout.endswith("\nnothing to do\n")
    assert planned(own)["nothing_to_do"]


def test_a_rule_that_changed_needs_a_replay_of_the_dates_that_were_judged_by_the_old_one(own: Place) -> None:
    rewrite(own, SUITE, "max: 10000", "max: 900")
    plan = planned(own)
    part = changed(plan, "orders")["steps"]
    assert [(each["path"], each["before"], each["after"]) for each in part["changes"]] == [
        ("chain.3.validation.amount_plausible.max", "10000", "900")
    ]
    records = number(own.warehouse, "SELECT sum(records) FROM meta_files WHERE dataset = 'orders'")
    assert (part["rows"], part["dates"], part["first"], part["last"]) == (records, 4, DATES[0], DATES[3])
    [step] = of(plan, "orders")["steps"]
    assert step["command"] == f"ade-stream replay --from {DATES[0]} --to {DATES[3]} --dataset orders"
    assert (step["files"], step["rows_read"], step["rows_written"]) == (4, records, records)
    assert step["seconds"] > 0
    assert of(plan, "employees")["steps"] == []


def test_dates_that_were_replayed_meanwhile_are_left_out(own: Place) -> None:
    rewrite(own, SUITE, "max: 10000", "max: 900")
    assert ade(own, "replay", "--date", DATES[1], "--dataset", "orders").returncode == 0
    assert commands(planned(own)) == [
        f"ade-stream replay --date {DATES[0]} --dataset orders",
        f"ade-stream replay --from {DATES[2]} --to {DATES[3]} --dataset orders",
    ]


def test_a_config_that_is_put_back_finds_the_rows_that_another_has_judged(own: Place) -> None:
    rewrite(own, SUITE, "max: 10000", "max: 900")
    assert ade(own, "replay", "--date", DATES[1], "--dataset", "orders").returncode == 0
    rewrite(own, SUITE, "max: 900", "max: 10000")
    assert commands(planned(own)) == [f"ade-stream replay --date {DATES[1]} --dataset orders"]


def test_key_figures_and_views_are_brought_up_to_date_by_themselves(own: Place) -> None:
    rewrite(own, "orders.yaml", "sum(amount)", "max(amount)")
    rewrite(own, "sql/customer_features.yaml", "version: 1", "version: 2")
    plan = planned(own)
    assert set(changed(plan, "orders")) == {"kpis", "views.customer_features", "models.next_order_amount"}
    steps = {step["kind"]: step for step in of(plan, "orders")["steps"]}
    accepted = number(own.warehouse, "SELECT count(*) FROM stg_orders")
    vectors = number(own.warehouse, "SELECT count(*) FROM feats_customer_features")
    assert (steps["kpi"]["by_itself"], steps["kpi"]["subject"], steps["kpi"]["rows_read"]) == (
        True,
        "revenue",
        accepted,
    )
    assert (steps["view"]["by_itself"], steps["view"]["rows_written"]) == (True, vectors)
    assert steps["learner"]["command"] == "ade-stream train next_order_amount --online"
    assert ade(own, "run").returncode == 0
    assert commands(planned(own)) == ["ade-stream train next_order_amount --online"]


def test_a_view_that_is_another_under_its_version_is_in_the_way(own: Place) -> None:
    rewrite(own, "sql/customer_features.sql", "30 * 86", "29 * 86")
    plan = planned(own)
    [step] = [step for step in of(plan, "orders")["steps"] if step["kind"] == "view"]
    assert "set `version: 2` in its YAML" in step["why"]
    assert ade(own, "run").returncode == 2


def test_what_holds_for_files_that_come_is_told_and_nothing_is_to_be_done(own: Place) -> None:
    rewrite(own, "orders.yaml", "orders_*.csv", "orders_20*.csv")
    plan = planned(own)
    assert changed(plan, "orders")["files"]["takes_hold"] == "files"
    assert plan["nothing_to_do"]


def test_figures_that_are_made_otherwise_are_made_anew(own: Place) -> None:
    rewrite(own, "orders.yaml", "trim: true\n", "trim: true\n      impute: {amount: median}\n")
    assert commands(planned(own)) == [
        f"ade-stream replay --from {DATES[0]} --to {DATES[3]} --dataset orders --refit",
    ]


def test_what_is_asked_of_dates_is_asked_when_they_are_replayed(own: Place) -> None:
    rewrite(own, SUITE, "12 hours", "11 hours")
    assert set(changed(planned(own), "orders")) == {"dates"}
    assert ade(own, *carried_out(commands(planned(own))[0])).returncode == 0
    assert planned(own)["nothing_to_do"]


def test_rows_from_before_configs_were_recorded_are_unknown(own: Place) -> None:
    with Connection(own.warehouse) as connection, connection.transaction():
        connection.run(
            "UPDATE meta_spans SET config_id = NULL WHERE span_id >> 32 IN (SELECT max(file_id) FROM meta_files)"
        )
    plan = planned(own)
    unknown = {each["dataset"]: changed(plan, each["dataset"]) for each in plan["datasets"]}
    [found] = [parts for parts in unknown.values() if parts]
    assert {part["state"] for part in found.values()} == {"unknown"}
    [command] = commands(plan)
    before = hashes(own.warehouse)
    assert ade(own, *carried_out(command)).returncode == 0
    assert hashes(own.warehouse) == before
    assert planned(own)["nothing_to_do"]


def test_files_that_have_come_or_grown_are_counted_by_what_is_not_loaded(own: Place) -> None:
    new, more = orders(range(900, 903)), order(950) + order(951)
    write(own.landing / "orders" / "orders_2026-11-21.csv", new)
    append(own.landing / "orders" / f"orders_{DATES[0]}.csv", more)
    [step] = of(planned(own), "orders")["steps"]
    assert (step["files"], step["bytes"]) == (2, len(new) + len(more))
    assert step["rows_read"] == pytest.approx(5, abs=2)
    load(own)
    assert planned(own)["nothing_to_do"]


def test_one_dataset_may_be_asked_for(own: Place) -> None:
    rewrite(own, SUITE, "max: 10000", "max: 900")
    assert planned(own, "--dataset", "employees")["nothing_to_do"]
    assert [each["dataset"] for each in planned(own, "--dataset", "orders")["datasets"]] == ["orders"]
    assert entered(own, "plan", "--dataset", "nobody").returncode == 2


def test_a_dataset_that_no_config_describes_any_more_is_named(own: Place) -> None:
    for file in ("orders.yaml", "sql/customer_features.yaml", "models/next_order_amount.yaml"):
        (own.configs / file).unlink()
    assert planned(own)["undescribed"] == ["orders"]


def test_a_watch_with_another_config_loads_nothing_anew_and_says_so(place: Place, start: Starter) -> None:
    write(place.landing / "orders" / "orders_2026-11-20.csv", orders(range(5)))
    load(place)
    before = hashes(place.warehouse)
    rewrite(place, "orders.yaml", "max: 10000", "max: 9000")
    watch = start(place)
    assert "orders: its config changed (steps). Rows that come are judged by it" in watch.output()
    assert "`ade-stream plan` says what is to be done" in watch.output()
    [step] = of(planned(place), "orders")["steps"]  # beside the watch
    assert step["first"] == step["last"] == "2026-11-20"
    assert hashes(place.warehouse) == before
    rename_into(place.landing / "orders" / "orders_2026-11-21.csv", orders(range(5, 9)))
    spans = "SELECT config_id FROM meta_spans ORDER BY span_id"
    eventually(lambda: len(rows(place.warehouse, spans)) == 2, 20, "the second span")
    assert rows(place.warehouse, spans) == [(1,), (2,)]
    assert watch.stop() == 0


def test_nothing_is_said_where_the_config_is_the_same(own: Place) -> None:
    done = ade(own, "run")
    assert "its config changed" not in done.stderr


def test_a_column_that_was_accepted_needs_no_replay(own: Place) -> None:
    assert ade(own, "schema", "accept", "orders", "coupon").returncode == 0
    assert planned(own)["nothing_to_do"]


CHANGES: Mapping[str, Callable[[Place], None]] = {
    "rule": lambda place: rewrite(place, SUITE, "max: 10000", "max: 900"),
    "type": lambda place: rewrite(place, "orders.yaml", "quantity: {type: integer}", "quantity: {type: number}"),
    "mode": lambda place: rewrite(place, "employees.yaml", "schema: {}", "schema: {misfits: rescue}"),
    "key": lambda place: rewrite(place, "orders.yaml", "trim: true\n", "trim: true\n      keep: last\n"),
    "kpi": lambda place: rewrite(place, "orders.yaml", "sum(amount)", "max(amount)"),
    "view": lambda place: rewrite(place, "sql/customer_features.yaml", "version: 1", "version: 2"),
    "model": lambda place: rewrite(place, "models/salary.yaml", "tick_rows: 1", "tick_rows: 2"),
    "imputation": lambda place: rewrite(place, "employees.yaml", "quality: {", "quality: {impute: {age: median}, "),
    "dates": lambda place: rewrite(place, SUITE, "12 hours", "11 hours"),
}


def carried_out(command: str) -> Iterator[str]:
    """The words of a command behind the program's name."""
    program, *words = shlex.split(command)
    assert program == "ade-stream"
    return iter(words)


def until_nothing_to_do(place: Place) -> list[str]:
    """Carry out what the plan says, the first command at a time, until it says nothing more."""
    called = list[str]()
    while todo := commands(planned(place)):
        assert len(called) < 12, called
        done = ade(place, *carried_out(todo[0]))
        assert done.returncode == 0, done.stderr
        called.append(todo[0])
    return called


def contents(place: Place) -> dict[str, list[Any]]:
    """All rows, rejects, vectors and KPIs; records by file and place, since files may come in another order."""
    tables = ("stg_orders", "stg_employees", "dup_orders", "dup_employees", "rejects", "feats_customer_features")
    found = {table: of_records(place, table) for table in tables}
    return found | {"kpis": rows(place.warehouse, "SELECT * FROM kpi_history ORDER BY 1, 2, 3, 4")}


def of_records(place: Place, table: str) -> list[Any]:
    """Each as one text, since ADBC takes the type of a column from its first rows."""
    named = rows(place.warehouse, "SELECT name FROM pragma_table_info(?) WHERE name <> '_id'", table)
    cells = " || ' ' || ".join(f'quote(t."{name!s}")' for (name,) in named)
    by = "SELECT f.path, t._id & 4294967295, {} FROM {} t JOIN meta_files f ON f.file_id = t._id >> 32 ORDER BY 1, 2"
    return rows(place.warehouse, by.format(cells, table))


@pytest.mark.parametrize("change", ["key", "imputation", "all"])
def test_behind_what_it_says_all_is_as_if_the_config_had_always_been_so(own: Place, change: str) -> None:
    for name, each in CHANGES.items():
        if change in {name, "all"}:
            each(own)
    assert until_nothing_to_do(own)
    fresh = own.beside("fresh")
    load(fresh)
    assert contents(own) == contents(fresh)
