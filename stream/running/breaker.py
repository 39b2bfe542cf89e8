"""The circuit breaker: a judged micro-batch that goes over an error budget is not taken."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa

from processors.errors import OverBudgetError
from processors.outcome import ROW_ID, RowIds
from processors.reasons import REPEATED_HEADER
from processors.rules.rules import PASSING
from sinks.base import Judged, Span
from sinks.files import RECORDS_MAX
from stream.budget import Budgets

_RULES_NAMED = 3


def over_budget(judged: Judged, budgets: Budgets) -> OverBudgetError | None:
    """The error where the batch goes over a budget of its dataset. Nothing is counted."""
    if not _is_counted(judged, budgets):
        return None
    batch, budget = judged.batch, budgets.of[judged.batch.dataset]
    at_end = batch.parts[-1].state != "processing"
    excess = budgets.excess(batch.dataset, _spans(judged), _rejected(judged), at_end=at_end)
    if excess is None:
        return None
    told = f"{excess.told(batch.dataset, budget)}, the latest of them by {most_frequent(judged, excess.record)}"
    return OverBudgetError(told, excess.record, is_final=excess.scope != "whole")


def count(judged: Judged, budgets: Budgets) -> None:
    """The batch is taken."""
    if _is_counted(judged, budgets):
        budgets.count(judged.batch.dataset, _spans(judged), _rejected(judged))


def most_frequent(judged: Judged, last: int) -> str:
    """The rules that most of the rejects up to the record `last` of a file broke, with how many did."""
    numbers = judged.outcome.rejected[ROW_ID].to_numpy() & RECORDS_MAX
    reasons = judged.outcome.rejected["reasons"].filter(pa.array(numbers <= last)).to_pylist()
    broken = Counter(
        rule
        for row in reasons
        for rule in {each["rule"]: None for each in row if each["action"] not in PASSING}
        if rule != REPEATED_HEADER
    )
    named = [f"{rule} ({times})" for rule, times in broken.most_common(_RULES_NAMED)]
    return named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"


def _is_counted(judged: Judged, budgets: Budgets) -> bool:
    """Files that a person wants as they are do not count."""
    batch = judged.batch
    return batch.dataset in budgets.of and batch.row_count > 0 and not batch.parts[0].file.acknowledged


def _spans(judged: Judged) -> list[Span]:
    return [part.span for part in judged.batch.parts]


def _rejected(judged: Judged) -> RowIds:
    """Those that count: a line that repeats the header is no bad record."""
    ids: RowIds = judged.outcome.rejected[ROW_ID].to_numpy()
    lines = judged.outcome.marked.get(f"rule.{REPEATED_HEADER}")
    return ids if lines is None else np.setdiff1d(ids, lines)
