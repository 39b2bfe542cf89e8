"""The bench of rules runs, its variants find the same rows, and the claims of the README hold on a smaller scale."""

from __future__ import annotations

import numpy as np
import pytest

from processors.validation import Validate
from tests.benches.bench_rules import BARE, OURS, main, of_orders, of_wide_rows
from tests.benches.orders import MASKS, RULES, bare, batch, found, frame_of, named
from tests.benches.wide import wide


@pytest.mark.parametrize("dirty", [0.0, 0.02, 0.2])
def test_rules_and_masks_by_hand_find_the_same_rows(dirty: float) -> None:
    rows = batch(1000, dirty)
    outcome = Validate(RULES)(rows)
    good, bad = bare(frame_of(rows), named(MASKS))
    by_hand = {rule: bad.filter(rule)["_id"].to_list() for rule in MASKS}
    assert {rule: ids for rule, ids in by_hand.items() if ids} == found(outcome)
    assert good["_id"].to_list() == outcome.accepted["_id"].to_pylist()


def test_dirt_breaks_every_rule() -> None:
    assert set(found(Validate(RULES)(batch(1000, 0.2)))) == set(MASKS)


def test_wide_rows_are_as_dirty_as_asked_for() -> None:
    rows, step, _ = wide(200, 2000, 0.2)
    refused = step(rows).rejected.num_rows
    assert np.isclose(refused / 2000, 0.2, atol=0.05)


def test_rules_are_judged_ahead_of_dataframely() -> None:
    taken = of_orders(0.02, rounds=5)
    assert taken[OURS] < taken["dataframely"]


def test_a_rule_on_each_of_many_columns_costs_less_than_a_quarter_of_a_millisecond() -> None:
    assert of_wide_rows(0.02, rounds=3, columns=50)[OURS] < 50 * 0.25e-3


def test_the_bench_prints_a_table_a_case(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--rounds", "1"])
    printed = capsys.readouterr().out
    assert printed.count(f"| {BARE} |") == printed.count(f"| {OURS} |") >= 6
