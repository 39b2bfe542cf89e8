"""Links in the landing folder: followed within it, and out of it only where the config says so."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.system.drops import orders, write
from tests.system.looking import staged
from tests.system.processes import Place, entered, load, write_configs


def following(place: Place) -> Place:
    """Links may lead anywhere."""
    return replace(place, configs=write_configs(place.configs, "orders", files={"follow_links": True}))


def elsewhere(place: Place) -> Path:
    """A file outside the landing folder."""
    return write(place.landing.parent / "elsewhere" / "orders_1.csv", orders([1]))


def test_a_link_to_a_file_in_the_landing_folder_is_followed(place: Place) -> None:
    data = write(place.landing / "incoming" / "data.csv", orders([1, 2]))
    (place.landing / "orders" / "orders_1.csv").symlink_to(data)
    load(place)
    assert staged(place.warehouse) == 2


def test_a_link_out_of_the_landing_folder_is_passed_over_and_explained(place: Place) -> None:
    (place.landing / "orders" / "orders_1.csv").symlink_to(elsewhere(place))
    load(place)
    assert staged(place.warehouse) == 0
    assert "a link that leads out of the landing folder" in entered(place, "why", "orders/orders_1.csv").stdout


def test_a_link_that_leaves_by_a_detour_is_passed_over(place: Place) -> None:
    detour = place.landing / "orders" / ".detour"
    detour.symlink_to(elsewhere(place))
    (place.landing / "orders" / "orders_1.csv").symlink_to(detour)
    load(place)
    assert staged(place.warehouse) == 0


def test_links_lead_anywhere_where_the_config_says_so(place: Place) -> None:
    place = following(place)
    (place.landing / "orders" / "orders_1.csv").symlink_to(elsewhere(place))
    load(place)
    assert staged(place.warehouse) == 1


def test_linked_folders_are_followed_and_circles_end(place: Place) -> None:
    place = following(place)
    (place.landing / "orders" / "far").symlink_to(elsewhere(place).parent)
    (place.landing / "orders" / "circle").symlink_to(place.landing / "orders")
    (elsewhere(place).parent / "back").symlink_to(place.landing / "orders" / "far")
    load(place)
    assert staged(place.warehouse) == 1
