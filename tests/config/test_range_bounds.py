"""A range may end anywhere; how far a type reaches is no reason to fail."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from stream.config import Dataset, DatasetConfig, compile_dataset
from stream.config.compiling.draft import Fault


def compiled(kind: str, **ends: object) -> tuple[Dataset, list[Fault]]:
    rules: list[Any] = [{"check": "range", "column": "n", **ends}]
    steps: list[Any] = [{"schema": {}}, {"validation": {"rules": rules}}]
    described = {"dataset": "sales", "columns": {"n": {"type": kind}}, "processors": steps}
    return compile_dataset(DatasetConfig.model_validate(described))


def lies_within(cell: str, kind: str, **ends: object) -> bool:
    dataset, faults = compiled(kind, **ends)
    assert not faults
    rows = pa.RecordBatch.from_pydict({"_id": pa.array([1], pa.int64()), "n": pa.array([cell])})
    return bool(dataset.chain(rows).accepted.num_rows)


@pytest.mark.parametrize("end", [2**63, 10**19, 10**38, 10**400, 1e300, float("inf")])
@pytest.mark.parametrize(
    ("kind", "cell"), [("integer", str(2**63 - 1)), ("decimal(38,2)", "9" * 17 + ".99"), ("number", "7")]
)
def test_nothing_lies_behind_an_end_that_a_type_does_not_reach(kind: str, cell: str, end: float) -> None:
    assert lies_within(cell, kind, max=end, exclusive=True)
    assert not lies_within(cell, kind, min=end)
    assert lies_within(f"-{cell}", kind, min=-end)
    assert not lies_within(f"-{cell}", kind, max=-end, exclusive=True)


def test_an_integer_beyond_64_bits_is_an_end_for_numbers() -> None:
    assert lies_within("9e18", "number", max=10**19)
    assert not lies_within("2e19", "number", max=10**19)


def test_an_end_with_more_digits_than_a_decimal_has_is_told() -> None:
    _, faults = compiled("decimal(12,2)", min=1e-40)
    assert ["has more than the 38 digits of a decimal" in message for _, message in faults] == [True]
