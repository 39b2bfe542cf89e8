"""A view's hashes follow its meaning: however it is written they are the same, and another meaning gives others."""

from __future__ import annotations

import random
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.columns import ColumnType
from processors.feature_views.sql.parsing import parse_view
from tests.views.statements import COLUMNS, EVER, defined, viewed

SQL = """SELECT count(*) FILTER (WHERE vip AND price > 1.5) OVER week AS n, sum(Amount) OVER week AS spent,
(_event_us - max(_event_us) OVER ever) / 86400000000.0 AS days,
CASE WHEN count(*) OVER ever > 3 OR sum(quantity) OVER week IS NULL THEN 'x' ELSE 'y' END AS kind
FROM stg_orders WHERE status IN ('a', 'b') AND NOT vip
WINDOW week AS (PARTITION BY customer_id ORDER BY _event_us RANGE BETWEEN 604800000000 PRECEDING AND 1 PRECEDING),
ever AS (PARTITION BY customer_id ORDER BY _event_us RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"""
HASH = viewed(SQL).sql_hash
_WORDS = re.compile(r"'[^']*'|[A-Za-z_][A-Za-z_0-9.]*|[0-9]+(?:\.[0-9]+)?(?:e[0-9]+)?|<>|>=|<=|\S")
_SPACES = (" ", "\n", "\t ", " -- why\n", " /* why\nnot */ ")
_SAME = {
    "count(*) OVER ever": "(count(*) OVER ever)",
    "sum(Amount)": "sum((AMOUNT))",
    "price > 1.5": "((orders.price) > (1.50))",
    "604800000000": "7 * 24 * (60 * 60 * 1000000)",
    "NOT vip": "(NOT (vip))",
    "86400000000.0": "8.64e10",
    "status IN": "(status) IN",
    "stg_orders": "stg_orders AS orders",
    "week": "last_week",
    "OVER ever >": f"OVER ({EVER}) >",
}


def respaced(sql: str, draw: random.Random) -> str:
    """The same words with other white space, comments and case between and within them."""
    words = _WORDS.findall(sql)
    cased = [word if word.startswith("'") else draw.choice((word, word.upper(), word.lower())) for word in words]
    kept = [word if _is_feature_name(words, place) else cased[place] for place, word in enumerate(words)]
    return "".join(word + draw.choice(_SPACES) for word in kept)


def _is_feature_name(words: list[str], place: int) -> bool:
    return place > 0 and words[place - 1].upper() == "AS" and words[place].isidentifier()


@given(st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=60)
def test_white_space_comments_and_case_do_not_change_the_hash(draw: random.Random) -> None:
    assert viewed(respaced(SQL, draw)).sql_hash == HASH


@given(st.sets(st.sampled_from(sorted(_SAME))), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=60)
def test_parentheses_names_of_windows_and_ways_to_write_numbers_do_not_change_the_hash(
    chosen: set[str], draw: random.Random
) -> None:
    sql = SQL
    for place in sorted(chosen | ({"stg_orders"} if "price > 1.5" in chosen else set())):
        sql = sql.replace(place, _SAME[place])
    assert viewed(respaced(sql, draw)).sql_hash == HASH


def test_the_order_of_windows_does_not_change_the_hash() -> None:
    head, windows = SQL.split("WINDOW ")
    first, second = windows.split(",\n")
    assert viewed(f"{head}WINDOW {second}, {first}").sql_hash == HASH


def test_keys_beside_features_do_not_change_the_hash() -> None:
    assert viewed(SQL.replace("SELECT ", "SELECT _id, customer_id, ")).sql_hash == HASH


@pytest.mark.parametrize(
    ("part", "other"),
    [
        ("604800000000", "604800000001"),
        ("604800000000 PRECEDING AND 1 P", "604800000000 PRECEDING AND 2 P"),
        ("UNBOUNDED", "604800000000"),
        ("sum(Amount)", "avg(Amount)"),
        ("sum(Amount)", "sum(balance)"),
        ("sum(Amount) OVER week", "sum(Amount) OVER ever"),
        ("price > 1.5", "price >= 1.5"),
        ("price > 1.5", "price > 1.6"),
        ("vip AND price", "vip OR price"),
        ("'a', 'b'", "'a', 'B'"),
        ("'x'", "'X'"),
        (" AND NOT vip", ""),
        ("FILTER (WHERE vip AND price > 1.5) ", ""),
        ("IS NULL", "IS NOT NULL"),
        ("AS spent", "AS paid"),
        (
            "(_event_us - max(_event_us) OVER ever) / 86400000000.0",
            "_event_us - max(_event_us) OVER ever / 86400000000.0",
        ),
        ("max(_event_us)", "min(_event_us)"),
        ("count(*) FILTER", "count(price) FILTER"),
    ],
)
def test_another_meaning_has_another_hash(part: str, other: str) -> None:
    assert part in SQL
    assert viewed(SQL.replace(part, other)).sql_hash != HASH


def test_the_order_of_additions_is_meaning() -> None:
    window = "OVER (PARTITION BY customer_id ORDER BY _event_us RANGE BETWEEN 9 PRECEDING AND 1 PRECEDING)"
    left = f"SELECT 0.1 + 0.2 + sum(price) {window} AS x FROM stg_orders"
    assert viewed(left).sql_hash != viewed(left.replace("0.2 + sum", "(0.2 + sum").replace(" AS x", ") AS x")).sql_hash


@pytest.mark.parametrize(
    "change",
    [{"name": "fidelity"}, {"entity": ("status", "customer_id")}, {"horizon_us": 8 * 86_400_000_000}],
    ids=lambda change: next(iter(change)),
)
def test_what_stands_beside_the_sql_is_in_the_hash_of_the_config(change: dict[str, object]) -> None:
    definition = replace(defined(SQL), **change)  # type: ignore[arg-type]
    sql = SQL.replace("BY customer_id", f"BY {', '.join(definition.entity)}")
    changed = parse_view(replace(definition, sql=sql), list(COLUMNS.items()))
    assert changed.config_hash != viewed(SQL).config_hash


def test_a_description_and_a_version_change_no_hash() -> None:
    described = parse_view(replace(defined(SQL), description="other", version=2), list(COLUMNS.items()))
    view = viewed(SQL)
    assert (described.sql_hash, described.config_hash) == (view.sql_hash, view.config_hash)


def test_a_horizon_that_says_what_the_windows_say_changes_no_hash() -> None:
    assert viewed(SQL, horizon_us=7 * 86_400_000_000).config_hash == viewed(SQL).config_hash


def test_another_type_of_a_column_changes_the_hash_of_the_schema_alone() -> None:
    widened = parse_view(defined(SQL), [*(COLUMNS | {"Amount": ColumnType("decimal", 14, 3)}).items()])
    assert widened.schema_hash != viewed(SQL).schema_hash
    assert (widened.sql_hash, widened.config_hash) == (HASH, viewed(SQL).config_hash)


def test_a_hash_is_the_same_tomorrow() -> None:
    assert HASH == "d300c58a2a3d33ed12b67c1d151fb929e94329aa8f5366ab8bbfee2032e659b4"
