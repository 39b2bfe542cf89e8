"""Models made by hand over the sales of `tests.sinks.views`, and one who reads the log as a learner does."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from processors.columns import ColumnType
from processors.feature_views.model import FeatureView
from processors.learning.model import Model, Online, Step
from sinks.database.connection import Connection
from sinks.models.log import Entry, entries
from sinks.models.rows import ModelRows
from sinks.table import Table
from tests.sinks.views import TABLE

ONLINE = Online((Step("linear_model.BayesianLinearRegression"),))
MODEL = Model(
    name="price",
    dataset="sales",
    view=None,
    task="regression",
    target=("price", ColumnType("number")),
    numbers=(("n", ColumnType("integer")), ("paid", ColumnType("decimal", 9, 2))),
    categories=("who",),
    fill=(),
    online=ONLINE,
    batch=None,
    definition="{}",
    definition_hash="definition",
    schema_hash="schema",
)


def with_models(*models: Model, table: Table = TABLE) -> Table:
    """The dataset with these models, and their views."""
    views: dict[str, FeatureView] = {each.view.name: each.view for each in models if each.view is not None}
    return replace(table, models=models, views=tuple(views.values()))


@dataclass
class Follower:
    """Follows the log of a model's dataset, as a learner would. `learned`: how often it has each row in its state, by
    id."""

    model: Model = MODEL
    seq: int = 0
    row_id: int = 0
    learned: Counter[int] = field(default_factory=Counter)

    def read(self, connection: Connection, steps: int, limit: int) -> None:
        """Take so many steps, of so many rows each at the most."""
        for _ in range(steps):
            following = (
                each for each in entries(connection, self.model.dataset, self.seq, 2) if not self._is_done(each)
            )
            entry = next(following, None)
            if entry is None:
                return
            if entry.change == "added":
                self._add(connection, entry, limit)
            else:
                self._remove(entry)

    def _is_done(self, entry: Entry) -> bool:
        return entry.seq == self.seq and self.row_id >= entry.id_last

    def _add(self, connection: Connection, entry: Entry, limit: int) -> None:
        after = self.row_id if entry.seq == self.seq else entry.id_first - 1
        rows = ModelRows(connection, self.model).of_entry(entry, after, limit)
        ids = rows["_id"].to_pylist()
        self.seq, self.row_id = entry.seq, ids[-1] if len(ids) == limit else entry.id_last
        self.learned.update(ids)

    def _remove(self, entry: Entry) -> None:
        gone = [row for row in self.learned if entry.id_first <= row <= entry.id_last]
        for row in gone:
            del self.learned[row]
        self.seq, self.row_id = entry.seq, entry.id_last
