"""The log of learning is what was committed: who follows it has each staged row once, whenever it is read."""

from __future__ import annotations

import tempfile
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processors.feature_views.model import FeatureView
from processors.learning.model import Model
from sinks.database.connection import Connection
from sinks.models.log import entries
from sinks.table import Table
from sinks.warehouse import Warehouse
from tests.contract.test_feature_views import Rewritten, Step, Together, _take, steps
from tests.sinks.contents import rows
from tests.sinks.drafts import Draft
from tests.sinks.models import MODEL, Follower, with_models
from tests.sinks.views import EVER, WITHIN

TABLE = with_models(MODEL)
#: A piece of reading: how many steps, of how many rows each.
Reading = tuple[int, int]
readings = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4)), min_size=12, max_size=12)
FAR = (1 << 20, 1 << 20)


def same_each_time(told: Sequence[Step]) -> list[Step]:
    """The steps, where a span that is committed again has the verdict that it had: a replay by the same rules."""
    first: dict[tuple[int, int], Draft] = {}

    def known(drafts: Sequence[Draft]) -> tuple[Draft, ...]:
        return tuple(first.setdefault((draft.file_id, draft.first), draft) for draft in drafts)

    found: list[Step] = []
    for step in told:
        if isinstance(step, Draft):
            found += known([step])
        else:
            found.append(None if step is None else replace(step, drafts=known(step.drafts)))
    return found


def followed(path: Path, told: Sequence[Step], table: Table, read: Sequence[Reading]) -> list[Follower]:
    """Take the steps; one who follows at once, one now and then, one at the end only."""
    [model] = table.models
    at_once, now_and_then, late = Follower(model), Follower(model), Follower(model)
    with ExitStack() as opened:
        warehouse = opened.enter_context(Warehouse(path, [table]))
        for step, reading in zip(told, read, strict=False):
            if step is None:
                opened.close()
                warehouse = opened.enter_context(Warehouse(path, [table]))
            deque(_take(warehouse, step, table))
            at_once.read(warehouse.connection, *FAR)
            now_and_then.read(warehouse.connection, *reading)
        now_and_then.read(warehouse.connection, 1 << 20, 3)
        late.read(warehouse.connection, *FAR)
    return [at_once, now_and_then, late]


def staged(path: Path, model: Model) -> Counter[int]:
    """Each row that the model can learn from, once."""
    table = "stg_sales" if model.view is None else f"feats_{model.view.name}"
    return Counter(int(str(row)) for (row,) in rows(path, f"SELECT _id FROM {table}"))


@given(steps(), readings, st.sampled_from([None, WITHIN, EVER]))
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_who_follows_the_log_has_each_staged_row_once_whenever_it_is_read(
    told: list[Step], read: list[Reading], view: FeatureView | None
) -> None:
    model = replace(MODEL, view=view)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "w.db"
        for follower in followed(path, same_each_time(told), with_models(model), read):
            assert follower.learned == staged(path, model)


@given(steps())
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
def test_the_log_has_each_span_and_each_superseded_file_in_the_order_of_their_commits(told: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "w.db"
        followed(path, told, TABLE, [(0, 1)] * len(told))
        with closing(Connection(path, read_only=True)) as connection:
            logged = [each for each in entries(connection, "sales", 0, 1 << 20) if each.cause != "rule"]
        assert [(each.change, each.id_first) for each in logged] == list(committed(told))


def committed(told: Sequence[Step]) -> Iterator[tuple[str, int]]:
    """What came and went, and with which first id; what was there already did not come."""
    seen = set[int]()
    for step in told:
        if isinstance(step, Rewritten):
            yield "removed", (step.superseded << 32) + 1
        drafts = (step,) if isinstance(step, Draft) else step.drafts if step is not None else ()
        if isinstance(step, Together) and not step.kept:
            continue
        for draft in drafts:
            if draft.ids[0] not in seen:
                seen.add(draft.ids[0])
                yield "added", draft.ids[0]
