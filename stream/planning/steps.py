"""What is to be done so that all of a warehouse is as today's config has it: by which command, and at what cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal, TypeAlias

from sinks.ledger.files import DateBalance
from stream.planning.parts import Outdated
from stream.planning.waiting import Waiting

Kind: TypeAlias = Literal["load", "view", "kpi", "export", "replay", "learner", "model"]


@dataclass(frozen=True, slots=True)
class Step:
    """`command`: what carries it out. `by_itself`: so does any command that writes, a running watch once it is started
    anew. `subject`: the view, KPI, kind of export or model. `parts`: of the config, that ask for it. `first`, `last`:
    of the `dates`. Rows, and `seconds`, are None where nobody can tell; `bytes`: in the landing folder."""

    kind: Kind
    command: str
    why: str
    by_itself: bool = False
    subject: str = ""
    parts: tuple[str, ...] = ()
    first: str | None = None
    last: str | None = None
    dates: int | None = None
    files: int | None = None
    bytes: int | None = None
    rows_read: int | None = None
    rows_written: int | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Paces:
    """Records a second, by the last runs and the last replays; None where there was none."""

    run: float | None = None
    replay: float | None = None


def replays(dataset: str, outdated: Outdated, balances: Sequence[DateBalance], paces: Paces) -> Iterator[Step]:
    """A replay for each run of dates that follow each other in the ledger and are to be treated in one way."""

    def treatment(balance: DateBalance) -> tuple[bool, bool]:
        return balance.date in outdated.dates, balance.date in outdated.refit

    for (is_outdated, refit), run in groupby(balances, key=treatment):
        if is_outdated:
            yield _replay(dataset, outdated, list(run), paces, refit=refit)


def _replay(dataset: str, outdated: Outdated, dates: Sequence[DateBalance], paces: Paces, *, refit: bool) -> Step:
    first, last = dates[0].date, dates[-1].date
    period = f"--date {first}" if first == last else f"--from {first} --to {last}"
    records = sum(each.records for each in dates)
    parts = tuple(dict.fromkeys(part for each in dates for part in outdated.dates[each.date]))
    return Step(
        kind="replay",
        command=f"ade-stream replay {period} --dataset {dataset}{' --refit' if refit else ''}",
        why=f"rows were judged by another config: {', '.join(parts)}",
        parts=parts,
        first=first,
        last=last,
        dates=len(dates),
        files=sum(each.files for each in dates),
        rows_read=records,
        rows_written=records,
        seconds=_seconds(records, paces.replay or paces.run),
    )


def loading(found: Waiting, balances: Sequence[DateBalance], paces: Paces) -> Iterator[Step]:
    """The files that wait. How many records they have is guessed from those that are loaded."""
    if not found.files or found.held is not None:
        return
    size, records = sum(each.bytes for each in balances), sum(each.records for each in balances)
    rows = round(found.bytes * records / size) if size else None
    yield Step(
        kind="load",
        command="ade-stream run",
        why="files are not loaded yet",
        files=found.files,
        bytes=found.bytes,
        rows_read=rows,
        rows_written=rows,
        seconds=None if rows is None else _seconds(rows, paces.run),
    )


def _seconds(rows: int, pace: float | None) -> float | None:
    return None if pace is None else round(rows / pace, 1)
