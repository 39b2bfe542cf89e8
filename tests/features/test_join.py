"""Vectors joined to a spine, from a warehouse: as many rows, in their order, each as it is told row by row."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.errors import ConfigError
from sinks.reading import WarehouseReader
from stream.features.joining import Joined, Request, join
from stream.features.views import known_view
from stream.schemas.contracts import load_contracts
from tests.features.sales import FEATURES, SECONDS, SHOPS, TILLS, Ask, fill, moment, sales, vector
from tests.system.processes import Outcome, Place, entered

ROWS = sales()
ASKS = st.lists(
    st.builds(
        Ask,
        st.sampled_from([*SHOPS, "nobody", None]),
        st.sampled_from([*TILLS, 9, None]),
        st.integers(-2, SECONDS + 20),
    ),
    max_size=40,
)


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The sales, loaded. Only to be looked at."""
    return fill(tmp_path_factory.mktemp("sales"), ROWS)


def spine(path: Path, asks: Sequence[Ask]) -> Path:
    """A Parquet file that asks this."""
    columns = {
        "number": pa.array(range(len(asks)), pa.int64()),
        "shop": pa.array([ask.shop for ask in asks], pa.string()),
        "till": pa.array([ask.till for ask in asks], pa.int64()),
        "asked": pa.array([moment(ask.at) for ask in asks], pa.timestamp("us", "UTC")),
    }
    pq.write_table(pa.table(columns), path)
    return path


def joined(place: Place, request: Request, page_rows: int = 1 << 17, rows_max: int = 1 << 20) -> Joined:
    """In this process."""
    datasets = load_contracts(place.configs, place.warehouse)
    with WarehouseReader(place.warehouse) as recorded:
        return join(recorded, known_view(recorded, datasets, "tills"), request, page_rows, rows_max)


@pytest.mark.parametrize("as_known", [False, True])
@settings(deadline=None, max_examples=60)
@given(asks=ASKS, page_rows=st.integers(1, 50), rows_max=st.integers(1, 500))
def test_each_row_gets_the_vector_of_its_entity_at_its_instant(
    shops: Place, as_known: bool, asks: list[Ask], page_rows: int, rows_max: int
) -> None:
    path = spine(shops.warehouse.with_name("spine.parquet"), asks)
    out = path.with_name("out.parquet")
    told = joined(shops, Request(path, out, "asked", as_known=as_known), page_rows, rows_max)
    found = pq.read_table(out).to_pylist()
    expected = [vector(ROWS, ask, as_known=as_known) for ask in asks]
    assert [row["number"] for row in found] == list(range(len(asks)))
    assert [{name: row[name] for name in FEATURES} for row in found] == expected
    assert (told.rows, told.nameless) == (len(asks), sum(None in ask[:2] for ask in asks))


def csv_spine(place: Place, *lines: str) -> Path:
    """A CSV with these lines."""
    path = place.warehouse.with_name("spine.csv")
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return path


def command(place: Place, *words: str) -> Outcome:
    """`features join tills spine.csv …`."""
    path = str(place.warehouse.with_name("spine.csv"))
    return entered(place, "features", "join", "tills", path, "--output", path.replace("spine", "out"), *words)


def written(place: Place) -> list[str]:
    """The lines of the CSV that came out."""
    return place.warehouse.with_name("out.csv").read_text("utf-8").splitlines()


def test_what_cannot_be_read_gets_nulls_and_is_told_by_line(shops: Place) -> None:
    csv_spine(shops, "shop,till,asked", "north,1,soon", "north,one,2026-11-01", "nobody,1,2026-11-02", ",1,2026-11-02")
    done = command(shops, "--time", "asked")
    assert done.returncode == 1
    assert written(shops) == [
        "shop,till,asked,sales,total,mean,amounts,since",
        "north,1,soon,,,,,",
        "north,one,2026-11-01,,,,,",
        "nobody,1,2026-11-02,0,,,0,",
        ",1,2026-11-02,,,,,",
    ]
    assert re.findall(r"spine\.csv:\d: \w+ is '\w+'", done.stderr) == [
        "spine.csv:2: asked is 'soon'",
        "spine.csv:3: till is 'one'",
    ]
    assert done.stdout.splitlines()[1:] == [
        "  nulls     where no entity is named: 1",
        "  nulls     where the entity or the instant cannot be read: 2",
    ]


def test_columns_may_be_called_otherwise_in_the_spine(shops: Place) -> None:
    csv_spine(shops, "t,s,sales,asked", "1,nobody,x,2026-11-02")
    done = command(shops, "--time", "asked", "--entity", "s", "--entity", "t", "--prefix", "f_", "--json")
    assert (done.returncode, json.loads(done.stdout)["features"]) == (0, [f"f_{name}" for name in FEATURES])
    assert written(shops)[0] == "t,s,sales,asked,f_sales,f_total,f_mean,f_amounts,f_since"


def test_a_spine_is_not_overwritten(shops: Place, tmp_path: Path) -> None:
    path = spine(tmp_path / "asked.parquet", [Ask("north", 1, 5)])
    before = path.read_bytes()
    with pytest.raises(ConfigError, match="is the spine itself; name another file with --output"):
        joined(shops, Request(path, path, "asked"))
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("header", "words", "told"),
    [
        ("shop,till,at", ("--time", "asked"), "has no column asked; there are shop, till, at"),
        ("till,asked", ("--time", "asked"), "has no column shop"),
        ("shop,till,asked", ("--time", "asked", "--entity", "shop"), "name as many columns of the spine with --entity"),
        ("shop,till,asked,sales", ("--time", "asked"), "has columns that are called as features: sales"),
        ("shop,till,asked", ("--time", "asked", "--output", "nowhere/out.csv"), "there is no folder nowhere"),
        ("shop,till,asked", ("--time", "asked", "--output", "out.txt"), "is neither .csv nor .parquet"),
    ],
)
def test_a_wrong_request_writes_nothing(shops: Place, header: str, words: Sequence[str], told: str) -> None:
    path = csv_spine(shops, header)
    done = entered(shops, "features", "join", "tills", str(path), "--output", f"{path.parent}/never.csv", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
    assert not path.with_name("never.csv").exists()


def last_sale(shop: str, till: int) -> int:
    """When the entity's last one was."""
    return max(row.at for row in ROWS if (row.shop, row.till) == (shop, till) and row.at is not None)


def got(place: Place, *words: str) -> dict[str, Any]:
    """`features get tills … --json`."""
    done = entered(place, "features", "get", "tills", *words, "--json")
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout, parse_float=str))


def plain(values: dict[str, Any]) -> dict[str, str | int | None]:
    """As JSON without floats has it."""
    return {name: value if value is None or isinstance(value, int) else str(value) for name, value in values.items()}


@pytest.mark.parametrize("shop", SHOPS)
def test_the_latest_vector_is_that_of_the_last_row(shops: Place, shop: str) -> None:
    at = last_sale(shop, 2)
    found = got(shops, shop, "2")
    assert found["features"] == plain(vector(ROWS, Ask(shop, 2, at), as_known=False))
    assert (found["entity"], found["at"]) == ({"shop": shop, "till": 2}, str(moment(at)))


@pytest.mark.parametrize(("shop", "at"), [("north", 30), ("north", 31), ("nobody", 30)])
def test_a_vector_may_be_had_at_any_instant(shops: Place, shop: str, at: int) -> None:
    found = got(shops, shop, "1", "--at", moment(at).isoformat())
    assert found["features"] == plain(vector(ROWS, Ask(shop, 1, at), as_known=False))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("get", "tills", "nobody", "1"), "tills: there is no row of shop 'nobody', till '1'"),
        (("get", "tills", "north"), "the entity of tills is shop, till: give a KEY for each, in this order"),
        (("get", "tills", "north", "one"), "till is 'one'; it must be a whole number"),
        (("get", "tills", "north", "1", "--at", "soon"), "AT is 'soon'; it must be a timestamp"),
        (("get", "tills", "north", ""), "an empty KEY is no entity"),
        (("get", "nope", "north"), "no config describes a feature view 'nope'; there are tills"),
        (("show", "nope"), "the warehouse knows of no feature view 'nope'; there are tills"),
    ],
)
def test_what_is_not_known_is_told(shops: Place, words: Sequence[str], told: str) -> None:
    done = entered(shops, "features", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr


def test_the_registry_is_listed(shops: Place) -> None:
    vectors = sum(1 for row in ROWS if None not in row[:3])
    [_, line] = entered(shops, "features", "list").stdout.splitlines()
    assert line.split() == ["tills", "1", "active", "sales", str(vectors), "2026-11-01", "2026-11-01"]


def test_a_view_is_shown_with_what_its_features_are_made_of(shops: Place) -> None:
    told = entered(shops, "features", "show", "tills").stdout
    assert re.findall(r"^  (\w+) +(\S+) +of (.*)$", told, re.MULTILINE) == [
        ("sales", "integer", "the rows alone"),
        ("total", "decimal(38,2)", "amount"),
        ("mean", "number", "amount"),
        ("amounts", "integer", "amount"),
        ("since", "number", "at"),
    ]
    assert "version 1: active;" in told


def test_a_view_that_is_newer_than_the_warehouse_is_not_read(shops: Place, tmp_path: Path) -> None:
    for path in shops.configs.rglob("*"):
        if path.is_file():
            target = tmp_path / "configs" / path.relative_to(shops.configs)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(path.read_text("utf-8").replace("version: 1", "version: 2"), "utf-8")
    newer = Place(tmp_path / "configs", shops.landing, shops.warehouse)
    done = entered(newer, "features", "get", "tills", "north", "1")
    assert done.returncode == 2
    assert "the config describes version 2 of tills, and the warehouse has version 1" in done.stderr
