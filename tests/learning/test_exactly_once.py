"""Whatever breaks off, and wherever: what a learner knows, its position, figures, predictions and alarms are of one
moment, and it goes on from there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from processors.errors import WarehouseError
from sinks import warehouse as module
from sinks.warehouse import Warehouse
from stream.learning.learners import Learners
from stream.schemas.contracts import load_contracts
from tests.contract.test_sink_atomicity import Breakage, BrittleConnection
from tests.learning.rides import BAYESIAN, STEPWISE, change, drop, learner, lines, model, place, run
from tests.sinks.contents import everything
from tests.system.processes import Place

DRIFTING = {"scoring": True, "drift": {"on_alarm": "reset"}, "tick_rows": 5}
KINDS = {
    "bayesian": BAYESIAN | {"scoring": True},
    "stepwise": STEPWISE | {"scoring": True},
    "reset": BAYESIAN | DRIFTING,
}
each_kind = pytest.mark.parametrize("online", KINDS.values(), ids=KINDS.keys())


def prepared(folder: Path, online: Mapping[str, object]) -> Place:
    """Rides of which some were superseded; the learner has learned a part, and the log has more."""
    where = place(folder, model(online))
    drop(where, "rides_2026-11-17.csv", lines(300))
    drop(where, "rides_2026-11-18.csv", lines(300, seed=2, first=301))
    run(where)
    (where.configs / "models" / "price.yaml").unlink()
    drop(where, "rides_2026-11-18.csv", lines(20, seed=3, first=301))
    drop(where, "rides_2026-11-19.csv", lines(400, seed=4, first=601, per_km=9.0))
    run(where)
    change(where, model(online))
    return where


@contextmanager
def opened(place: Place) -> Iterator[Learners]:
    """The learners of the warehouse, which is written through a brittle connection."""
    tables = [dataset.table for dataset in load_contracts(place.configs, place.warehouse).values()]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "Connection", BrittleConnection)
        with Warehouse(place.warehouse, tables) as warehouse:
            yield Learners(warehouse, lambda _: None)


@pytest.fixture(autouse=True)
def unbroken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing breaks off but where a test says so."""
    monkeypatch.setattr(BrittleConnection, "breakage", Breakage())


def broken_off(learners: Learners, when: str, error: type[BaseException]) -> Iterator[int]:
    """Catch up again and again, breaking off one statement later each time; ends when it has succeeded."""
    for at in range(2 if when == "behind" else 1, 1000):
        BrittleConnection.breakage = Breakage(at, when, error)
        try:
            learners.catch_up()
        except error:
            BrittleConnection.breakage = Breakage()
            yield at
        else:
            BrittleConnection.breakage = Breakage()
            return


@each_kind
@pytest.mark.parametrize("when", ["before", "halfway", "behind"])
def test_learning_that_breaks_off_leaves_every_table_as_it_was(
    tmp_path: Path, online: Mapping[str, object], when: str
) -> None:
    where = prepared(tmp_path, online)
    with opened(where) as learners:
        before = everything(where.warehouse)
        found = [everything(where.warehouse) == before for _ in broken_off(learners, when, WarehouseError)]
    assert len(found) > 10
    assert all(found)


@each_kind
def test_what_broke_off_everywhere_comes_to_what_was_never_disturbed(
    tmp_path: Path, online: Mapping[str, object]
) -> None:
    broken, whole = prepared(tmp_path / "a", online), prepared(tmp_path / "b", online)
    with opened(broken) as learners:
        for _ in broken_off(learners, "before", KeyboardInterrupt):
            pass
    run(whole)
    for each in ("state", "seq", "row_id", "rows", "stale", "refused", "metrics"):
        assert learner(broken)[each] == learner(whole)[each]
    for table in ("preds_price", "meta_learner_spans"):
        assert everything(broken.warehouse)[table] == everything(whole.warehouse)[table]
