"""The version that each file has, and the drifts that are told, commit by commit."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise, permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.columns import Column, ColumnType
from processors.errors import WarehouseError
from processors.schemas.contract import Contract
from processors.schemas.model import UNKNOWN, Schema, SchemaColumn
from sinks.base import Receipt, Swap
from sinks.reading import WarehouseReader
from sinks.schemas.history import SchemaDrift, SchemaVersion
from sinks.table import Table
from sinks.warehouse import Warehouse
from tests.sinks.contents import Rows, rows
from tests.sinks.drafts import Accepted, Draft, judged, store

AMOUNT, KIND = Column("amount", "Amount", ColumnType("integer")), Column("kind", "kind", ColumnType("category"))
TABLE = Table(
    "sales",
    (("amount", ColumnType("integer")), ("kind", ColumnType("category"))),
    contract=Contract((AMOUNT, KIND), ("amount",)),
)
AS_SAID = Schema((SchemaColumn("Amount", "integer", "amount"), SchemaColumn("kind", "category", "kind")))
REORDERED = Schema(AS_SAID.columns[::-1])
MISFIT = Schema((SchemaColumn("Amount", "number", "amount"), AS_SAID.columns[1]))
NEW = Schema((*AS_SAID.columns, SchemaColumn("note", UNKNOWN)))


def part(
    file_id: int, schema: Schema | None, first: int = 1, *cells: tuple[int | None, str | None], day: int = 0
) -> Draft:
    """A span of a file of that day, which is its own number if none is said."""
    accepted = tuple(Accepted(each) for each in cells or ((1, "a"),))
    return Draft(file_id, first, accepted, date=f"2026-11-{day or file_id:02}", schema=schema)


def commit(warehouse: Warehouse, *drafts: Draft) -> list[tuple[int, int | None, int]]:
    """The drifts that were told: file, version before and now."""
    receipts: list[Receipt] = [store(warehouse, judged(TABLE, draft)) for draft in drafts]
    return [(each.file_id, each.from_version, each.to_version) for receipt in receipts for each in receipt.drifts]


def versions(path: Path) -> list[SchemaVersion]:
    """All versions."""
    with WarehouseReader(path) as recorded:
        return recorded.schemas.versions("sales")


def drifts(path: Path) -> list[tuple[int, int | None, int]]:
    """The drifts that the warehouse knows, in the order of the files."""
    with WarehouseReader(path) as recorded:
        return [_plain(each) for each in recorded.schemas.drifts("sales")]


def _plain(drift: SchemaDrift) -> tuple[int, int | None, int]:
    return drift.file.file_id, drift.from_version, drift.to_version


def given_versions(path: Path) -> Rows:
    """The version of each file, by id."""
    return rows(path, "SELECT file_id, schema_version FROM meta_files ORDER BY file_id")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a warehouse may be made."""
    return tmp_path / "w.db"


def test_the_first_file_brings_version_1_and_no_drift(path: Path) -> None:
    with Warehouse(path, [TABLE]) as warehouse:
        assert commit(warehouse, part(1, AS_SAID)) == []
    assert given_versions(path) == [(1, 1)]
    assert [(each.version, each.status, each.compared_with) for each in versions(path)] == [(1, "accepted", None)]


def test_a_first_file_that_is_not_as_the_contract_says_is_a_drift(path: Path) -> None:
    with Warehouse(path, [TABLE]) as warehouse:
        assert commit(warehouse, part(1, NEW)) == [(1, None, 1)]
    assert [each.status for each in versions(path)] == ["open"]


def test_a_file_without_a_schema_has_no_version(path: Path) -> None:
    with Warehouse(path, [TABLE]) as warehouse:
        assert commit(warehouse, part(1, None)) == []
    assert given_versions(path) == [(1, None)]


def test_files_with_the_schema_of_the_file_before_have_its_version(path: Path) -> None:
    with Warehouse(path, [TABLE]) as warehouse:
        assert commit(warehouse, *(part(each, replace(AS_SAID)) for each in (1, 2, 3))) == []
    assert given_versions(path) == [(1, 1), (2, 1), (3, 1)]


def test_another_schema_is_another_version_and_a_drift_at_its_first_file(path: Path) -> None:
    with Warehouse(path, [TABLE]) as warehouse:
        told = commit(warehouse, part(1, AS_SAID), part(2, REORDERED), part(3, REORDERED))
    assert told == drifts(path) == [(2, 1, 2)]
    assert [change.kind for change in versions(path)[1].comparison.changes] == ["reordered"]


def test_a_revert_is_a_drift_back_to_the_older_version(path: Path) -> None:
    with Warehouse(path, [TABLE]) as warehouse:
        told = commit(warehouse, part(1, AS_SAID), part(2, REORDERED), part(3, AS_SAID))
    assert told == [(2, 1, 2), (3, 2, 1)]
    assert len(versions(path)) == 2


def test_a_process_that_starts_anew_goes_on_with_the_versions_that_there_are(path: Path) -> None:
    for draft, told in ((part(1, AS_SAID), []), (part(2, REORDERED), [(2, 1, 2)]), (part(3, REORDERED), [])):
        with Warehouse(path, [TABLE]) as warehouse:
            assert commit(warehouse, draft) == told


def test_later_cells_that_do_not_fit_move_the_file_to_another_version_once(path: Path) -> None:
    parts = [part(2, AS_SAID), part(2, MISFIT, 2), part(2, AS_SAID, 3), part(2, MISFIT, 4)]
    with Warehouse(path, [TABLE]) as warehouse:
        assert commit(warehouse, part(1, AS_SAID), *parts) == [(2, 1, 2)]
    assert given_versions(path) == [(1, 1), (2, 2)]


def test_a_type_that_was_not_seen_yet_is_filled_in_without_another_version(path: Path) -> None:
    note = replace(NEW.columns[2], type="integer", values=("7",))
    with Warehouse(path, [TABLE]) as warehouse:
        commit(warehouse, part(1, NEW), part(1, Schema((*AS_SAID.columns, note)), 2))
    [version] = versions(path)
    assert (version.schema.columns[2].type, version.schema.columns[2].values) == ("integer", ("7",))


def test_nulls_and_categories_of_accepted_rows_grow_a_version(path: Path) -> None:
    with Warehouse(path, [TABLE]) as warehouse:
        commit(warehouse, part(1, AS_SAID, 1, (1, "b")))
        assert [each.nullable for each in versions(path)[0].schema.columns] == [False, False]
        commit(warehouse, part(1, AS_SAID, 2, (None, "b"), (2, "a")))
    amount, kind = versions(path)[0].schema.columns
    assert (amount.nullable, kind.nullable, kind.categories) == (True, False, ("a", "b"))


def test_a_version_to_which_a_file_moves_remembers_its_earlier_rows(path: Path) -> None:
    with Warehouse(path, [TABLE]) as warehouse:
        commit(warehouse, part(1, AS_SAID, 1, (1, None), (1, "b")), part(1, MISFIT, 3, (2, "a")))
    kind = versions(path)[1].schema.columns[1]
    assert (kind.nullable, kind.categories) == (True, ("a", "b"))


def test_a_column_of_too_many_categories_has_no_list_of_them(path: Path) -> None:
    cells = [(number, f"k{number}") for number in range(51)]
    with Warehouse(path, [TABLE]) as warehouse:
        commit(warehouse, part(1, AS_SAID, 1, *cells[:50]))
        assert len(versions(path)[0].schema.columns[1].categories or ()) == 50
        commit(warehouse, part(1, AS_SAID, 51, *cells[50:]))
        commit(warehouse, part(1, AS_SAID, 52, *cells[:1]))
    assert versions(path)[0].schema.columns[1].categories is None


def test_committing_a_span_again_tells_nothing_and_changes_nothing(path: Path) -> None:
    drafts = [part(1, REORDERED), part(2, AS_SAID), part(2, MISFIT, 2)]
    with Warehouse(path, [TABLE]) as warehouse:
        commit(warehouse, *drafts)
        before = given_versions(path), versions(path), drifts(path)
        assert commit(warehouse, *drafts) == []
    assert (given_versions(path), versions(path), drifts(path)) == before


def test_a_file_that_comes_between_two_others_drifts_and_so_does_the_one_behind_it(path: Path) -> None:
    with Warehouse(path, [TABLE]) as warehouse:
        commit(warehouse, part(1, AS_SAID, day=1), part(2, AS_SAID, day=3))
        assert commit(warehouse, part(3, REORDERED, day=2)) == [(3, 1, 2), (2, 2, 1)]
    assert drifts(path) == [(3, 1, 2), (2, 2, 1)]


def test_a_file_that_explains_the_one_behind_it_takes_its_drift(path: Path) -> None:
    with Warehouse(path, [TABLE]) as warehouse:
        commit(warehouse, part(1, AS_SAID, day=1), part(2, REORDERED, day=3))
        assert commit(warehouse, part(3, REORDERED, day=2)) == [(3, 1, 2)]
    assert drifts(path) == [(3, 1, 2)]


SCHEMAS = (AS_SAID, REORDERED, MISFIT)


@settings(max_examples=30, deadline=None)
@given(kinds=st.lists(st.sampled_from(SCHEMAS), min_size=1, max_size=6), data=st.data())
def test_the_drifts_are_where_the_schema_changes_in_whatever_order_files_are_loaded(
    tmp_path_factory: pytest.TempPathFactory, kinds: Sequence[Schema], data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("order") / "w.db"
    order = data.draw(st.permutations(range(len(kinds))))
    with Warehouse(path, [TABLE]) as warehouse:
        for place in order:
            commit(warehouse, part(place + 1, kinds[place]))
    of_file = {int(str(file)): int(str(version)) for file, version in given_versions(path)}
    changed = [later for earlier, later in pairwise(range(len(kinds))) if kinds[earlier] != kinds[later]]
    first = [] if kinds[0] is not MISFIT else [(1, None, of_file[1])]
    assert drifts(path) == first + [(each + 1, of_file[each], of_file[each + 1]) for each in changed]
    assert len(versions(path)) == len(set(map(SCHEMAS.index, kinds)))


def test_a_file_whose_place_another_generation_takes_gives_its_drift_up(path: Path) -> None:
    renewed = replace(part(4, AS_SAID, day=2), swap=Swap(2, "whole"))
    with Warehouse(path, [TABLE]) as warehouse:
        commit(warehouse, part(1, AS_SAID), part(2, REORDERED), part(3, AS_SAID))
        assert commit(warehouse, renewed) == []
    assert drifts(path) == []
    assert [each.files for each in versions(path)] == [3, 0]


def test_a_generation_with_the_schema_of_the_one_before_is_told_and_what_follows_is_not(path: Path) -> None:
    renewed = replace(part(4, REORDERED, day=2), swap=Swap(2, "whole"))
    with Warehouse(path, [TABLE]) as warehouse:
        commit(warehouse, part(1, AS_SAID), part(2, REORDERED), part(3, AS_SAID))
        assert commit(warehouse, renewed) == [(4, 1, 2)]
    assert drifts(path) == [(4, 1, 2), (3, 2, 1)]


def test_a_generation_that_is_given_up_leaves_versions_and_drifts_as_they_were(path: Path) -> None:
    begun = replace(part(4, MISFIT, day=2), swap=Swap(2, "begin"))
    with Warehouse(path, [TABLE]) as warehouse:
        commit(warehouse, part(1, AS_SAID), part(2, REORDERED))
        before = drifts(path), versions(path)
        commit(warehouse, begun)
        assert commit(warehouse, replace(part(5, REORDERED, day=3), swap=Swap(2, "undo"))) == []
    assert drifts(path) == before[0]
    assert [(each.version, each.schema) for each in versions(path)] == [
        (each.version, each.schema) for each in before[1]
    ]


def test_what_a_refused_commit_said_is_forgotten(path: Path) -> None:
    with Warehouse(path, [TABLE]) as warehouse:
        commit(warehouse, part(1, AS_SAID), part(2, AS_SAID, 1, (1, "a"), (2, "a")))
        with pytest.raises(WarehouseError, match="partly overlap"):
            commit(warehouse, part(2, REORDERED, 2))
        assert commit(warehouse, part(3, REORDERED)) == [(3, 1, 2)]


def test_a_transaction_that_is_given_up_takes_its_versions_with_it(path: Path) -> None:
    with Warehouse(path, [TABLE]) as warehouse:
        commit(warehouse, part(1, AS_SAID))
        with suppress(KeyboardInterrupt), warehouse.transaction():
            assert commit(warehouse, part(2, REORDERED)) == [(2, 1, 2)]
            raise KeyboardInterrupt
        assert len(versions(path)) == 1
        assert commit(warehouse, part(2, MISFIT)) == [(2, 1, 2)]


def test_an_open_version_is_accepted_once_the_contract_has_its_columns(path: Path) -> None:
    note = Column("note", "note", ColumnType("string"), optional=True)
    grown = replace(TABLE, contract=Contract((AMOUNT, KIND, note), ("amount",)))
    with Warehouse(path, [TABLE]) as warehouse:
        commit(warehouse, part(1, AS_SAID), part(2, NEW))
    assert [each.status for each in versions(path)] == ["accepted", "open"]
    with Warehouse(path, [grown]):
        assert [each.status for each in versions(path)] == ["accepted", "accepted"]
    assert versions(path)[1].schema.columns[2].column == "note"


def test_a_column_that_the_contract_retypes_makes_no_new_version(path: Path) -> None:
    retyped = replace(AMOUNT, type=ColumnType("string"))
    wide = replace(TABLE, contract=Contract((retyped, KIND), ("amount",)))
    with Warehouse(path, [TABLE]) as warehouse:
        commit(warehouse, part(1, AS_SAID))
    with Warehouse(path, [wide]) as warehouse:
        texts = Schema((replace(AS_SAID.columns[0], type="string"), AS_SAID.columns[1]))
        assert commit(warehouse, part(2, texts)) == []
    assert [each.schema.columns[0].type for each in versions(path)] == ["string"]


def test_a_version_is_compared_with_the_last_accepted_one(path: Path) -> None:
    with Warehouse(path, [TABLE]) as warehouse:
        commit(warehouse, part(1, AS_SAID), part(2, NEW), part(3, REORDERED))
    assert [each.compared_with for each in versions(path)] == [None, 1, 1]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_first_and_last_file_of_a_version_are_by_date(path: Path, order: tuple[int, ...]) -> None:
    with Warehouse(path, [TABLE]) as warehouse:
        commit(warehouse, *(part(place + 1, AS_SAID) for place in order))
    [version] = versions(path)
    assert version.first is not None
    assert version.last is not None
    assert (version.first.file_id, version.last.file_id, version.files) == (1, 3, 3)
