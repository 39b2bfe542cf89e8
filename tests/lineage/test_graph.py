"""`lineage`: the tree from files to predictions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.system.drops import settled_samples
from tests.system.looking import number
from tests.system.processes import ROOT, Place, ade, entered, load


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The shipped samples, loaded, and a model trained on them."""
    folder = tmp_path_factory.mktemp("loaded")
    settled_samples(folder / "landing")
    place = Place(ROOT / "configs", folder / "landing", folder / "ade.db")
    load(place)
    assert ade(place, "train", "next_order_amount").returncode == 0
    return place


def drawn(place: Place, *words: str) -> list[dict[str, Any]]:
    """The trees, as JSON."""
    done = entered(place, "lineage", *words, "--json")
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def nodes(trees: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """All nodes, each before those below it."""
    for tree in trees:
        yield tree
        yield from nodes(tree["children"])


def test_the_counts_are_those_of_the_tables(loaded: Place) -> None:
    found = {(each["kind"], each["name"]): each["amounts"] for each in nodes(drawn(loaded, "orders"))}
    count = "SELECT count(*) FROM "
    assert found["dataset", "orders"]["rows"] == number(loaded.warehouse, f"{count} stg_orders")
    assert found["view", "customer_features"]["vectors"] == number(loaded.warehouse, f"{count} feats_customer_features")
    assert found["files", "orders/orders_*.csv"]["files"] == 4


def test_a_model_is_drawn_with_the_way_to_it_and_its_versions_and_nothing_beside(loaded: Place) -> None:
    kinds = [(each["kind"], each["name"]) for each in nodes(drawn(loaded, "next_order_amount"))]
    assert kinds == [
        ("files", "orders/orders_*.csv"),
        ("dataset", "orders"),
        ("view", "customer_features"),
        ("model", "next_order_amount"),
        ("version", "1 (champion)"),
        ("split", "1"),
        ("learner", "learning"),
    ]


def test_each_feature_is_drawn_with_the_columns_that_it_is_made_of(loaded: Place) -> None:
    done = entered(loaded, "lineage", "orders", "--columns")
    assert "amount_mean_30d <- amount: avg(amount) of 720 hours" in done.stdout
    assert "total <- amount, quantity: amount * quantity" in done.stdout


def test_what_there_would_be_is_drawn_without_a_warehouse(tmp_path: Path) -> None:
    place = Place(ROOT / "configs", ROOT / "landing", tmp_path / "none.db")
    assert {each["last"] for each in nodes(drawn(place))} == {None}
    assert not place.warehouse.exists()


def test_a_name_that_nothing_has_is_exit_2_and_says_which_there_are(loaded: Place) -> None:
    done = entered(loaded, "lineage", "ordres")
    assert done.returncode == 2
    assert "no config describes 'ordres'; there are employees, salary, orders" in done.stderr
