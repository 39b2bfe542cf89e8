"""Features of what a transaction stored, so that rows and vectors become visible together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sinks.feature_views.staged import Fresh
from sinks.store import Store
from sinks.table import Table
from sinks.units import Stored


def derive(stores: Mapping[str, Store], stored: Sequence[Stored]) -> None:
    """Compute the vectors of the rows that were stored, and of others that changed. Where rows have only come, they
    are handed over; else all are written down, and with them what went or changed sides."""
    if not all(_has_only_come(each) for each in stored):
        note(stores, stored)
        settle(stores)
        return
    for dataset in {each.prepared.judged.batch.dataset: None for each in stored}:
        store = stores[dataset]
        its = [each for each in stored if each.accepted and each.prepared.judged.batch.dataset == dataset]
        store.features.take([_fresh(each, store.table) for each in its])


def note(stores: Mapping[str, Store], stored: Sequence[Stored]) -> None:
    """Vectors are computed when they are settled."""
    for each in stored:
        batch = each.prepared.judged.batch
        stores[batch.dataset].features.note(batch.ids)


def settle(stores: Mapping[str, Store]) -> None:
    """Compute the vectors of all that is written down."""
    for store in stores.values():
        store.features.settle()


def _has_only_come(stored: Stored) -> bool:
    return stored.is_new and not stored.rejudged


def _fresh(stored: Stored, table: Table) -> Fresh:
    """Rows as views take them. Where some lost out, or the dataset has another table by now, they are not what was
    prepared, and are to be read."""
    prepared, batch = stored.prepared, stored.prepared.judged.batch
    is_known = stored.accepted == prepared.rows.num_rows and batch.table == table
    return Fresh(batch.ids, prepared.of_views if is_known else {})
