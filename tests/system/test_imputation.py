"""Cells that get another value: what the warehouse says of them, and that batches and replay change nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.system.drops import HEADER, write
from tests.system.looking import hashes, rows, unsound
from tests.system.processes import Place, ade, load, shipped_config

FILE = "orders/orders_2026-11-21.csv"
LINES = (
    "O-000001,C-1,2026-11-21 10:00:00,1,,web,1.00\n",
    "O-000002,C-1,2026-11-21 10:00:00,900,NO,web,1.00\n",
    "O-000003,C-1,2026-11-21 10:00:00,2,SE,web,1.00\n",
)


def configure(place: Place, batch_rows: int = 20_000) -> None:
    """The orders, where a country that is missing is Norway, and a thousand of one thing are one."""
    config = shipped_config("orders")
    config["processors"][1]["quality"]["impute"] = {"country": {"constant": "NO"}}
    config["processors"][2]["validation"]["rules"].append(
        {
            "check": "range",
            "column": "quantity",
            "max": 500,
            "name": "quantity_sane",
            "action": "impute",
            "impute": {"constant": 1},
        }
    )
    config["limits"] = {"batch_rows": batch_rows}
    (place.configs / "orders.yaml").write_text(yaml.safe_dump(config, sort_keys=False), "utf-8")


def test_changed_cells_are_flagged_counted_and_kept(place: Place) -> None:
    configure(place)
    write(place.landing / FILE, HEADER + "".join(LINES))
    load(place)
    assert rows(place.warehouse, "SELECT quantity, country, _flags, _rescued FROM stg_orders ORDER BY _id") == [
        (1, "NO", "imputed.country", None),
        (1, "NO", "imputed.quantity", '{"quantity":"900"}'),
        (2, "SE", None, None),
    ]
    counted = (
        "SELECT name, sum(count) FROM meta_counts WHERE name LIKE 'imputed.%' OR name LIKE '%.quantity_sane' GROUP BY 1"
    )
    assert rows(place.warehouse, counted) == [
        ("imputed.country", 1),
        ("imputed.quantity", 1),
        ("rule.quantity_sane", 1),
    ]
    assert unsound(place.warehouse, ("orders",)) == []


@pytest.mark.parametrize("batch_rows", [1, 2])
def test_batches_and_replay_change_nothing(place: Place, tmp_path: Path, batch_rows: int) -> None:
    write(place.landing / FILE, HEADER + "".join(LINES))
    configure(place)
    load(place)
    other = place.beside("other")
    configure(other, batch_rows)
    load(other)
    whole = hashes(place.warehouse, ("orders",))
    assert hashes(other.warehouse, ("orders",)) == whole
    assert ade(place, "replay", "--date", "2026-11-21").returncode == 0
    assert hashes(place.warehouse, ("orders",)) == whole


EVOLVING = {
    "dataset": "feed",
    "columns": {"n": {"type": "integer"}, "m": {"type": "integer"}, "bound": {"type": "integer"}},
    "processors": [
        {"schema": {"misfits": "evolve"}},
        {
            "quality": {
                "impute": {"n": "median", "m": "previous"},
                "outliers": {"m": {"fences": "iqr", "action": "null"}},
            }
        },
        {
            "validation": {
                "rules": [{"check": "range", "column": "bound", "max": 9, "action": "impute", "impute": "mode"}]
            }
        },
    ],
}


def test_a_type_that_is_widened_within_a_file_leaves_batches_and_replay_alike(tmp_path: Path) -> None:
    contents = []
    for batch_rows in (1, 1000):
        place = Place(tmp_path / f"c{batch_rows}", tmp_path / "landing", tmp_path / f"{batch_rows}.db")
        place.configs.mkdir()
        config = EVOLVING | {"limits": {"batch_rows": batch_rows}}
        (place.configs / "feed.yaml").write_text(yaml.safe_dump(config, sort_keys=False), "utf-8")
        write(place.landing / "feed" / "2026-11-20.csv", "n,m,bound\n5,1,1\n8,2,2\n")
        write(place.landing / "feed" / "2026-11-21.csv", "n,m,bound\n,900,10\n5.5,1.5,1.5\n,900,10\n")
        load(place)
        contents.append(hashes(place.warehouse, ("feed",)))
        kept = "SELECT n, m, bound, _rescued FROM stg_feed WHERE _rescued LIKE '%900%'"
        assert rows(place.warehouse, kept) == [(6, 2.0, 1.0, '{"m":"900","bound":"10"}')] * 2
        assert ade(place, "replay", "--from", "2026-11-20", "--to", "2026-11-21").returncode == 0
        contents.append(hashes(place.warehouse, ("feed",)))
    assert contents == [contents[0]] * 4
