"""The feature views of a dataset: their vectors follow its rows, in the transactions that change these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import pyarrow as pa
import pyarrow.compute as pc

from processors.feature_views.model import FeatureView
from sinks.base import IdRange, Span
from sinks.database.connection import Connection
from sinks.feature_views.changes import Changes
from sinks.feature_views.columns import ROW_ID, kept_types
from sinks.feature_views.latest import fill, renew
from sinks.feature_views.recomputing import Recomputing, touched
from sinks.feature_views.registry import bring_in, retire_others, sum_up
from sinks.feature_views.rows import FeatureRows
from sinks.feature_views.staged import Fresh, StagedRows, sources
from sinks.table import Table


@dataclass(frozen=True, slots=True)
class ViewStore:
    """Where the vectors of one view are stored. Every method runs inside the caller's transaction."""

    connection: Connection
    view: FeatureView
    staged: StagedRows
    rows: FeatureRows
    changes: Changes

    @classmethod
    def of(cls, connection: Connection, view: FeatureView, table: Table) -> Self:
        """That of a view of a dataset with this table."""
        changes = Changes(connection, view)
        staged = StagedRows(connection, view, sources(view, table), changes)
        return cls(connection, view, staged, FeatureRows(connection, view), changes)

    def take(self, fresh: Sequence[Fresh]) -> None:
        """These rows were staged just now, and are not written down; other rows may have changed."""
        self._work_off(pa.concat_batches([self._nothing, *map(self.staged.as_taken, fresh)]))

    def settle(self) -> None:
        """Work off what is written down as changed."""
        self._work_off(self._nothing)

    @property
    def _nothing(self) -> pa.RecordBatch:
        return pa.RecordBatch.from_pylist([], schema=pa.schema(list(kept_types(self.view).items())))

    def _work_off(self, new: pa.RecordBatch) -> None:
        """Page by page. `new`: rows that have come."""
        changed = self.changes.page()
        while new.num_rows or changed.num_rows:
            self._bring(new, changed)
            if self.changes.is_last(changed):
                break
            new, changed = self._nothing, self.changes.page()

    def _bring(self, new: pa.RecordBatch, changed: pa.RecordBatch) -> None:
        if changed.num_rows:
            back = self.staged.changed()
            back = back.filter(pc.invert(pc.is_in(back[ROW_ID], new[ROW_ID])))
            self.rows.take_out(back)
            new = pa.concat_batches([new, back])
        ranges = touched(self.view.keys, new, changed)
        Recomputing(self.rows).bring(new, ranges)
        self.rows.count(new)
        self.changes.forget(changed)
        renew(self.connection, self.view, ranges, some_gone=changed.num_rows > 0)
        sum_up(self.connection, self.view.name)

    def build(self) -> int:
        """Compute all vectors, in tables that are empty; how many there are."""
        count = 0
        for page in self.staged.pages():
            self.rows.put(page)
            self.rows.count(page)
            count += page.num_rows
        Recomputing(self.rows).all()
        fill(self.connection, self.view)
        sum_up(self.connection, self.view.name)
        return count


@dataclass(frozen=True, slots=True)
class FeatureViews:
    """The views of one dataset. `notices`: what was done to bring them up to date.

    Every method runs inside the caller's transaction.
    """

    stores: tuple[ViewStore, ...] = ()
    notices: tuple[str, ...] = ()

    @classmethod
    def of(cls, connection: Connection, table: Table) -> Self:
        """The views of a dataset as its table has them: new ones are computed, and those that are gone are dropped.

        Raises ConfigError where a view is another, and its version is not.
        """
        retire_others(connection, table)
        stores = tuple(ViewStore.of(connection, view, table) for view in table.views)
        notices = list[str]()
        for store in stores:
            if bring_in(connection, store.view, store.staged.sources) and (count := store.build()):
                notices.append(f"feature view {store.view.name}: {count} vectors of version {store.view.version}.")
            store.settle()
        return cls(stores, tuple(notices))

    def take(self, fresh: Sequence[Fresh]) -> None:
        """These rows were staged just now, for the first time; other rows may have changed."""
        for store in self.stores:
            store.take(fresh)

    def note(self, ids: Span | IdRange) -> None:
        """The same; but vectors are computed when they are settled."""
        for store in self.stores:
            store.changes.note(ids)

    def settle(self) -> None:
        """Compute what is to be computed by changes that are written down."""
        for store in self.stores:
            store.settle()
