"""What a replay left to do, carried out: parameters in the order of their dates, then learners, then models.

Each step is whole, and what is left stands in the warehouse: so it goes on from there, whatever ended it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from processors.errors import AdeStreamError
from sinks.consequences.pending import Pending, PendingKind, pending
from sinks.database.connection import Connection
from stream.config import Dataset
from stream.replay import Replayed

#: What a date's rows make of later ones may come back to it, by keys that they share. So often it is made anew.
ROUNDS_MAX = 5


@dataclass(frozen=True, slots=True)
class Step:
    """The parameters of a date, a learner, or a model, made anew. `changed`: whether any row, or what was learned, may
    be otherwise by it; `told`: what came of it; `failed`: why it is still to be done, else empty."""

    kind: PendingKind
    dataset: str
    subject: str
    changed: bool
    told: str
    failed: str = ""


def carried_out(
    connection: Connection, datasets: Mapping[str, Dataset], does: Mapping[PendingKind, Callable[[Pending], Step]]
) -> Iterator[Step]:
    """Carry out what is left, of the kinds that somebody `does`: what a step leaves to do is done as well. One that
    fails stays to be done, and the others go on."""
    rounds = Counter[Pending]()
    kinds: tuple[PendingKind, ...] = ("parameters", "learner", "model")
    for kind in kinds:
        while kind in does and (each := _next(connection, datasets, kind, rounds)) is not None:
            rounds[_key(each)] += 1
            yield _tried(does[kind], each)


def _tried(do: Callable[[Pending], Step], each: Pending) -> Step:
    try:
        return do(each)
    except AdeStreamError as error:
        return Step(each.kind, each.dataset, each.subject, False, "", str(error))


def _next(
    connection: Connection, datasets: Mapping[str, Dataset], kind: PendingKind, rounds: Counter[Pending]
) -> Pending | None:
    """The first that has not been tried too often. A learner or a model is tried once."""
    times = ROUNDS_MAX if kind == "parameters" else 1
    left = (each for each in pending(connection) if each.kind == kind and each.dataset in datasets)
    return next((each for each in left if rounds[_key(each)] < times), None)


def _key(each: Pending) -> Pending:
    return Pending(each.kind, each.dataset, each.subject, "")


def refitted(each: Pending, done: Replayed) -> Step:
    """What came of parameters that were made anew."""
    told = f"parameters {done.parameters_before or 'none'} to {done.parameters or 'none'}, {done.rows} rows otherwise"
    return Step("parameters", each.dataset, each.subject, done.changed, told if done.changed else "as it was")
