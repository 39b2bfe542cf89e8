"""What follows from a replayed date, in the words in which it is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal[
    "rows", "vectors", "kpis", "verdicts", "exports", "parameters", "learner", "model", "reference"
]


@dataclass(frozen=True, slots=True)
class Consequence:
    """Rows, vectors, KPIs, or verdicts of rules over whole dates (with the scores) of other dates; files of dates,
    parameters of dates, a learner, a trained model, or the references that columns are compared with. These are frozen
    until a person asks for others: no cascade makes them, and they are named by the replay alone that touched them.

    `subject`: the view or the model, else empty. `count`: rows that changed sides, or how many vectors the dates have
    that were computed anew. `command`: what carries it out; None where it is done.
    """

    kind: Kind
    dataset: str
    subject: str
    dates: tuple[str, ...]
    count: int
    command: str | None
