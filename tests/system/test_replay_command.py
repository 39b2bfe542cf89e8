"""`replay` as a command: what it passes over it says, and the rest is done."""

from __future__ import annotations

import yaml

from tests.system.drops import orders, write
from tests.system.processes import Place, ade, load


def change(place: Place, dataset: str, **settings: object) -> None:
    """Change settings of a dataset's config."""
    path = place.configs / f"{dataset}.yaml"
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text("utf-8")) | settings, sort_keys=False), "utf-8")


def test_a_dataset_without_a_raw_layer_is_passed_over_and_named(place: Place) -> None:
    change(place, "employees", raw=False)
    write(place.landing / "orders" / "orders_2026-11-21.csv", orders([1, 2]))
    header = "employee_id,name,department,title,age,years_at_company,education,salary\n"
    write(place.landing / "employees" / "dt=2026-11-21" / "employees.csv", header + "E1,A,Sales,T,30,1,,9\n")
    load(place)
    done = ade(place, "replay", "--date", "2026-11-21")
    assert (done.returncode, done.stderr) == (
        0,
        "ade-stream: employees keeps no raw layer (raw: false), so it was not replayed.\n",
    )
    assert "orders" in done.stdout
    assert "nothing changed" in done.stdout


def test_a_dataset_that_the_configs_describe_no_more_is_passed_over_and_named(place: Place) -> None:
    write(place.landing / "orders" / "orders_2026-11-21.csv", orders([1]))
    load(place)
    (place.configs / "orders.yaml").unlink()
    (place.configs / "sql" / "customer_features.yaml").unlink()
    done = ade(place, "replay", "--date", "2026-11-21")
    assert (done.returncode, done.stdout) == (0, "")
    assert f"orders is recorded, but {place.configs} does not describe it" in done.stderr


def test_a_dataset_asked_for_by_name_that_keeps_no_raw_layer_is_wrong_usage(place: Place) -> None:
    change(place, "orders", raw=False)
    write(place.landing / "orders" / "orders_2026-11-21.csv", orders([1]))
    load(place)
    done = ade(place, "replay", "--date", "2026-11-21", "--dataset", "orders")
    assert done.returncode == 2
    assert "orders keeps no raw layer" in done.stderr


def test_a_rule_that_changed_moves_rows_and_says_so(place: Place) -> None:
    write(place.landing / "orders" / "orders_2026-11-21.csv", orders([1, 2, 3]))
    load(place)
    config = yaml.safe_load((place.configs / "orders.yaml").read_text("utf-8"))
    step = next(step["validation"] for step in config["processors"] if "validation" in step)
    step["rules"].append({"check": "expression", "name": "none_passes", "sql": "quantity < 0"})
    change(place, "orders", processors=config["processors"])
    done = ade(place, "replay", "--date", "2026-11-21", "--json")
    assert '"accepted": 0' in done.stdout
    assert '"changed": true' in done.stdout
