"""In which order text is cleaned and standardised, whatever the steps of a config are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.processors.batches import text_rows
from tests.sinks.landings import dataset, rules

NAMES = {"a": {"type": "category", "case": "lower", "synonyms": {"US": ["usa"]}, "pad_zeros": 3}, "n": "integer"}
QUALITY: Mapping[str, Any] = {"quality": {}}


@pytest.mark.parametrize(
    ("steps", "order"),
    [
        ([QUALITY], ["Cast", "Clean", "Standardise"]),
        ([], ["Cast", "Standardise"]),
        ([rules({"check": "not_null", "column": "a"}), QUALITY], ["Cast", "Standardise", "Validate", "Clean"]),
    ],
)
def test_text_is_standardised_behind_the_cleaning_that_follows_the_casts(
    steps: list[Mapping[str, Any]], order: list[str]
) -> None:
    compiled = dataset("d", NAMES, *steps)
    assert [type(step).__name__ for step in compiled.chain.steps] == order


def test_a_word_for_nothing_is_null_before_it_could_get_another_case() -> None:
    compiled = dataset("d", NAMES, QUALITY, null_tokens=["", "NA"])
    accepted = compiled.chain(text_rows(a=[" NA ", "USA", "Oslo", "7"], n=["NA", "1", "1", "1"])).accepted
    assert accepted["a"].to_pylist() == [None, "US", "oslo", "007"]
    assert accepted["_flags"].to_pylist() == [
        "emptied.n,trimmed.a,emptied.a",
        "cased.a,mapped.a",
        "cased.a",
        "padded.a",
    ]


def test_flags_are_in_the_order_in_which_the_chain_gives_them() -> None:
    compiled = dataset("d", NAMES, QUALITY, rules({"check": "not_null", "column": "n", "action": "warn"}))
    assert compiled.chain.flags(compiled.columns) == (
        *("missing.a", "missing.n", "misfit.n", "emptied.n", "trimmed.a", "emptied.a"),
        *("cased.a", "mapped.a", "padded.a", "n_not_null"),
    )
