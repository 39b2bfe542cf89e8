"""The schemas that verdicts carry: of large files, of small ones taken together, of held ones, and in a replay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce
from pathlib import Path

import pytest

from processors.schemas.model import Schema, join
from sinks.base import Judged
from sinks.reading import WarehouseReader
from sinks.warehouse import Warehouse
from stream.arrivals import Arrivals
from stream.evidence import Evidence
from stream.landing.intake import Intake
from stream.landing.tracker import Tracker
from stream.replay import events
from stream.running.engine import judge
from stream.schemas.contracts import Contracts
from tests.sinks.landings import Datasets, cut, dataset, land

COLUMNS = {"id": "string", "n": "integer"}
RECORDS = [f"{number},{number},{number % 7}" for number in range(1500)]


def datasets(batch_rows: int = 500, **modes: str) -> Datasets:
    """One dataset, in these modes."""
    return cut({"d": dataset("d", COLUMNS, processors=[{"schema": modes}])}, batch_rows)


def put_together(verdicts: Iterable[Judged]) -> dict[str, Schema]:
    """The schema of each file, by path."""
    found: dict[str, list[Schema]] = {}
    for judged in verdicts:
        paths = {part.file.file_id: part.file.path for part in judged.batch.parts}
        for file_id, schema in judged.outcome.schemas.items():
            found.setdefault(paths[file_id], []).append(schema)
    return {path: reduce(join, schemas) for path, schemas in found.items()}


def taken(folder: Path, described: Datasets) -> dict[str, Schema]:
    """Take everything that is in the landing folder, as `run` does."""
    path = folder / "ade.db"
    with Warehouse(path, [each.table for each in described.values()]) as sink, WarehouseReader(path) as committed:
        arrivals = Arrivals(Intake(Tracker(folder / "landing", described, committed.files()), committed))
        verdicts = []
        for judged in judge(arrivals.present(), {name: each.chain for name, each in described.items()}):
            assert isinstance(judged, Judged)
            sink.commit(sink.prepare(judged))
            verdicts.append(judged)
        return put_together(verdicts)


def replayed(folder: Path, described: Datasets) -> dict[str, Schema]:
    """Judge everything that was taken once more."""
    with WarehouseReader(folder / "ade.db") as recorded:
        contracts = Contracts(described)
        [dataset] = described.values()
        batches = events(Evidence(recorded, None, dataset).spans, list(recorded.files()), contracts)
        again = judge(batches, contracts.chains)
        return put_together(each for each in again if isinstance(each, Judged))


def types(schemas: Mapping[str, Schema]) -> dict[str, list[str]]:
    """The types of the columns of each file, in the order of its header."""
    return {path.rpartition("/")[2]: [each.type for each in schema.columns] for path, schema in schemas.items()}


@pytest.mark.parametrize("batch_rows", [pytest.param(1, marks=pytest.mark.slow), 7, 1000, 20_000])
def test_the_schema_of_a_file_does_not_depend_on_batches(tmp_path: Path, batch_rows: int) -> None:
    land(tmp_path / "landing", "d/a.csv", "id,n,extra", *RECORDS, "x,half,late", "y,2.5,")
    assert types(taken(tmp_path, datasets(batch_rows))) == {"a.csv": ["string", "number", "integer"]}


def test_small_files_that_are_taken_together_have_each_their_own(tmp_path: Path) -> None:
    for number, cell in enumerate(("1", "2.5", "x", "4")):
        land(tmp_path / "landing", f"d/{number}.csv", "id,n", f"a,{cell}")
    told = types(taken(tmp_path, datasets()))
    assert [kind for _, kind in told.values()] == ["integer", "number", "string", "integer"]


@pytest.mark.parametrize("lines", [["id,n,extra"], ["id,n,extra", "too short"]])
def test_a_file_without_good_records_has_the_schema_of_its_header(tmp_path: Path, lines: list[str]) -> None:
    land(tmp_path / "landing", "d/a.csv", *lines)
    assert types(taken(tmp_path, datasets())) == {"a.csv": ["string", "integer", "unknown"]}


@pytest.mark.parametrize("batch_rows", [10, 20_000])
def test_a_file_that_its_header_freezes_has_the_schema_of_its_first_records(tmp_path: Path, batch_rows: int) -> None:
    land(tmp_path / "landing", "d/a.csv", "id,n,extra", *RECORDS, "y,2.5,late")
    told = types(taken(tmp_path, datasets(batch_rows, new_columns="freeze")))
    assert told == {"a.csv": ["string", "integer", "integer"]}


@pytest.mark.parametrize("batch_rows", [1, 2, 500])
def test_a_file_that_a_record_freezes_has_the_schema_as_far_as_that_record(tmp_path: Path, batch_rows: int) -> None:
    land(tmp_path / "landing", "d/a.csv", "id,n", "a,1", "b,2.5", "c,x")
    told = types(taken(tmp_path, datasets(batch_rows, misfits="freeze")))
    assert told == {"a.csv": ["string", "number"]}


def test_a_replay_tells_the_same_schemas(tmp_path: Path) -> None:
    land(tmp_path / "landing", "d/a.csv", "id,n,extra", *RECORDS, "y,2.5,late")
    for number in range(3):
        land(tmp_path / "landing", f"d/{number}.csv", "n,id", f"{number},a")
    told = taken(tmp_path, datasets())
    assert replayed(tmp_path, datasets()) == told
