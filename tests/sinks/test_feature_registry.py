"""Versions of feature views: what is registered, what is computed anew, what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from processors.errors import ConfigError
from processors.feature_views.model import FeatureView
from sinks.database.connection import Connection
from sinks.feature_views.reading import RegisteredFeature, RegisteredView, registered
from sinks.warehouse import Warehouse
from tests.sinks.contents import content_hash, reopen, rows
from tests.sinks.drafts import Draft, judged, store
from tests.sinks.views import EVER, TABLE, WITHIN, everything, row, stored, with_views

OTHER_SQL = replace(WITHIN, version=2, sql="SELECT another", sql_hash="another")
ROWS = Draft(1, 1, (row("a", "ann", 1), row("b", "bob", 2), row("c", "ann", 3)), "2026-11-20")


def versions(path: Path, view: str = "within") -> list[RegisteredView]:
    """What is registered of a view."""
    with Connection(path, read_only=True) as connection:
        return registered(connection, view)


def states(path: Path) -> dict[int, str]:
    """The status of each version."""
    return {each.version: each.status for each in versions(path)}


def filled(path: Path, *views: FeatureView) -> None:
    """A warehouse with three rows."""
    with Warehouse(path, [with_views(*views)]) as warehouse:
        store(warehouse, judged(with_views(*views), ROWS))


def test_a_version_is_registered_with_what_it_is_and_what_it_has(tmp_path: Path) -> None:
    filled(tmp_path / "w.db", WITHIN)
    [known] = versions(tmp_path / "w.db")
    assert (known.version, known.dataset, known.status, known.parent_version) == (1, "sales", "active", None)
    assert (known.sql, known.sql_hash) == (WITHIN.sql, WITHIN.sql_hash)
    assert known.features[1] == RegisteredFeature("sum_n_7_1", "integer", ("n",))
    assert (known.rows, known.first_date, known.last_date) == (3, "2026-11-20", "2026-11-20")


def test_a_view_that_comes_later_is_computed_of_the_rows_that_are_there(tmp_path: Path) -> None:
    filled(tmp_path / "early.db", WITHIN)
    filled(tmp_path / "late.db")
    with Warehouse(tmp_path / "late.db", [with_views(WITHIN)]) as warehouse:
        assert warehouse.notices == ("feature view within: 3 vectors of version 1.",)
    assert everything(tmp_path / "late.db", WITHIN) == everything(tmp_path / "early.db", WITHIN)


def test_a_changed_sql_under_an_old_version_is_refused_and_nothing_changes(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    filled(path, WITHIN)
    before = everything(path, WITHIN)
    with pytest.raises(ConfigError, match=r"its SQL changed.*`version: 2`.*put it back"):
        reopen(path, with_views(replace(OTHER_SQL, version=1)))
    assert everything(path, WITHIN) == before


def test_a_changed_definition_under_an_old_version_is_refused(tmp_path: Path) -> None:
    filled(tmp_path / "w.db", WITHIN)
    with pytest.raises(ConfigError, match="its definition changed"):
        reopen(tmp_path / "w.db", with_views(replace(WITHIN, config_hash="another")))


def test_a_new_version_takes_the_place_of_the_old_one_and_knows_it(tmp_path: Path) -> None:
    filled(tmp_path / "w.db", WITHIN)
    reopen(tmp_path / "w.db", with_views(OTHER_SQL))
    assert [(each.version, each.status, each.parent_version, each.rows) for each in versions(tmp_path / "w.db")] == [
        (1, "retired", None, 3),
        (2, "active", 1, 3),
    ]


def test_an_old_version_as_it_was_becomes_active_again(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    filled(path, WITHIN)
    before = everything(path, WITHIN)
    reopen(path, with_views(OTHER_SQL))
    reopen(path, with_views(WITHIN))
    assert states(path) == {1: "active", 2: "retired"}
    assert everything(path, WITHIN) == before


def test_a_retired_version_cannot_come_back_as_another(tmp_path: Path) -> None:
    filled(tmp_path / "w.db", WITHIN)
    reopen(tmp_path / "w.db", with_views(OTHER_SQL))
    with pytest.raises(ConfigError, match=r"version 1 was registered.*`version: 3`"):
        reopen(tmp_path / "w.db", with_views(replace(OTHER_SQL, version=1)))


def test_a_view_that_is_gone_loses_its_tables_and_keeps_its_history(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    filled(path, WITHIN, EVER)
    reopen(path, with_views(EVER))
    assert states(path) == {1: "retired"}
    assert rows(path, "SELECT name FROM sqlite_schema WHERE name LIKE 'feats_within%'") == []
    assert len(stored(path, EVER)) == 3


def test_another_type_of_a_column_is_no_other_version_but_computed_anew(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    filled(path, WITHIN)
    retyped = replace(WITHIN, schema_hash="with other types")
    with Warehouse(path, [with_views(retyped)]) as warehouse:
        assert warehouse.notices
    assert versions(path)[0].schema_hash == "with other types"


def test_the_content_hash_tells_vectors(tmp_path: Path) -> None:
    filled(tmp_path / "one.db", WITHIN)
    filled(tmp_path / "other.db", EVER)
    filled(tmp_path / "none.db")
    assert len({content_hash(tmp_path / name, TABLE.dataset) for name in ("one.db", "other.db", "none.db")}) == 3
