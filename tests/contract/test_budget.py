"""The law of error budgets: which record goes over one depends on the records, not on micro-batches."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sinks.base import Span
from stream.budget import Budgets, Excess
from stream.config.budget import BudgetConfig


@st.composite
def budgets(draw: st.DrawFn) -> BudgetConfig:
    """Small ones, so that a few records tell them apart."""
    window = draw(st.integers(1, 12))
    percent = Decimal(draw(st.integers(0, 1000))) / 10
    return BudgetConfig(
        max_reject_percent=percent, window=window, min_records=draw(st.integers(1, window)), on_failure="hold"
    )


def judged(budget: BudgetConfig, records: Sequence[bool], cuts: Sequence[int]) -> Excess | None:
    """Where a file with these records, True for a rejected one, goes over a budget when it is cut like this."""
    accounts, ends = Budgets({"d": budget}), [*sorted({cut for cut in cuts if cut < len(records)}), len(records)]
    for first, end in zip([0, *ends], ends, strict=False):
        span = Span(7, first + 1, end - first, 0, 0)
        rejected = np.flatnonzero(records[first:end]).astype(np.int64) + span.id_first
        excess = accounts.excess("d", [span], rejected, at_end=end == len(records))
        if excess is not None:
            return excess
        accounts.count("d", [span], rejected)
    return None


def expected(budget: BudgetConfig, records: Sequence[bool]) -> Excess | None:
    """Record by record, as the descriptions of the config say it."""
    for record in range(budget.min_records, len(records) + 1):
        for scope, size in (("beginning", record), ("window", min(record, budget.window))):
            rejected = sum(records[record - size : record])
            if Decimal(100) * rejected > budget.max_reject_percent * size:
                return Excess(record, size, rejected, "beginning" if scope == "beginning" else "window")
    few, rejected = len(records) < budget.min_records, sum(records)
    if few and Decimal(100) * rejected > budget.max_reject_percent * len(records):
        return Excess(len(records), len(records), rejected, "whole")
    return None


@given(budgets(), st.lists(st.booleans(), min_size=1, max_size=60), st.lists(st.integers(1, 59)))
def test_the_first_record_too_many_is_the_same_however_a_file_is_cut(
    budget: BudgetConfig, records: list[bool], cuts: list[int]
) -> None:
    assert judged(budget, records, cuts) == expected(budget, records)


def test_a_window_goes_on_from_one_file_to_the_next_and_begins_anew_when_it_is_told() -> None:
    budget = BudgetConfig(max_reject_percent=Decimal(50), window=4, min_records=4, on_failure="hold")
    accounts = Budgets({"d": budget})
    bad = {file: np.array([Span(file, 1, 2, 0, 0).id_last]) for file in (1, 2, 3)}
    for file in (1, 2):
        accounts.count("d", [Span(file, 1, 2, 0, 0)], bad[file])
    both = np.array([Span(3, 1, 2, 0, 0).id_first, Span(3, 1, 2, 0, 0).id_last])
    over = accounts.excess("d", [Span(3, 1, 2, 0, 0)], both, at_end=False)
    assert over == Excess(1, 4, 3, "window")
    accounts.restart("d")
    assert accounts.excess("d", [Span(3, 1, 2, 0, 0)], both, at_end=False) is None


def test_a_file_that_another_process_began_is_counted_from_its_beginning() -> None:
    budget = BudgetConfig(max_reject_percent=Decimal(50), window=10, min_records=10, on_failure="hold")
    accounts = Budgets({"d": budget}, recorded={7: 9}.__getitem__)
    span = Span(7, 17, 1, 0, 0)
    assert accounts.excess("d", [span], np.array([span.id_first]), at_end=False) == Excess(17, 17, 10, "beginning")


@given(budgets(), st.lists(st.lists(st.booleans(), min_size=1, max_size=9), min_size=1, max_size=6))
def test_small_files_of_one_batch_are_counted_as_one_after_the_other(
    budget: BudgetConfig, files: list[list[bool]]
) -> None:
    spans = [Span(file, 1, len(records), 0, 0) for file, records in enumerate(files, 1)]
    rejected = [
        np.flatnonzero(records).astype(np.int64) + span.id_first for span, records in zip(spans, files, strict=True)
    ]
    together, apart = Budgets({"d": budget}), Budgets({"d": budget})
    found = together.excess("d", spans, np.concatenate(rejected), at_end=True)
    for span, ids in zip(spans, rejected, strict=True):
        excess = apart.excess("d", [span], ids, at_end=True)
        if excess is not None:
            assert found == excess
            return
        apart.count("d", [span], ids)
    assert found is None
