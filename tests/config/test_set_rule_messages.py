"""What a rule over whole dates, and a profile, may say; and what is wrong with others."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from processors.drift.states import Profiling, Thresholds
from processors.rules.set_rules import Distribution, Freshness, RowCount, SetRule, Volume
from stream.config.loading import read_config
from tests.config.sales import SALES, spoilt

LAST = '- {check: expression, name: sane, sql: "amount > count"}'
RULE = "processors.2.validation.rules.5"

#: What is written in the place of the last rule, and what the message says behind its place.
MESSAGES = {
    "{check: row_count}": ": needs min, max or both",
    "{check: row_count, min: 3, max: 2}": ": min is greater than max",
    "{check: row_count, min: 3, scope: dataset}": ".scope: input should be 'file' or 'date'",
    "{check: row_count, min: 3, action: quarantine}": ".action: input should be 'warn' or 'fail'",
    "{check: row_count, min: 3, column: id}": "unknown key",
    "{check: freshness}": ".max_age' is missing",
    "{check: freshness, max_age: soon}": ".max_age: must be a number and a unit, such as 90 minutes",
    "{check: freshness, max_age: 3}": ".max_age: must be a number and a unit",
    "{check: freshness, max_age: 2 days, column: amount}": ": freshness looks at dates and timestamps, and",
    "{check: freshness, max_age: 2 days, column: when}": ".column: there is no column 'when'",
    "{check: distribution, column: amount}": ": needs mean, null_percent or quantile",
    "{check: distribution, column: kind, mean: {min: 1}}": ": kind is of type category, which has no mean",
    "{check: distribution, column: amount, mean: {}}": ".mean: needs min, max or both",
    "{check: distribution, column: amount, quantile: {q: 2, min: 1}}": ".quantile.q: input should be less than",
    "{check: distribution, column: day, mean: {min: 3}}": ": 3 is no bound for a column of type date",
    "{check: volume, dates: 2}": ".dates: input should be greater than or equal to 3",
    "{check: volume, max_change_percent: -1}": ".max_change_percent: input should be greater than or equal to 0",
}


@pytest.mark.parametrize(("written", "said"), MESSAGES.items())
def test_what_is_wrong_with_a_rule_over_dates_is_told_with_its_line(tmp_path: Path, written: str, said: str) -> None:
    [message] = spoilt(tmp_path, LAST, f"- {written}")
    assert message.startswith("sales.yaml:26: ")
    assert said in message
    assert RULE in message


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("profile: {columns: [when]}", "profile.columns.0: there is no column 'when'"),
        ("profile: {bins: 1}", "profile.bins: input should be greater than or equal to 2"),
        ("profile: {psi: {warn: 0.3, drift: 0.2}}", "profile.psi: warn is greater than drift"),
        ("profile: {js: {warn: 0.1}}", "key 'profile.js.drift' is missing"),
    ],
)
def test_what_is_wrong_with_a_profile_is_told(tmp_path: Path, written: str, said: str) -> None:
    [message] = spoilt(tmp_path, "key: [id]", f"key: [id]\n{written}")
    assert said in message


def set_rules(*written: str) -> tuple[SetRule, ...]:
    text = SALES.replace(LAST, "\n        ".join(f"- {each}" for each in written))
    return read_config(Path("sales.yaml"), text).table.set_rules


def test_rules_over_dates_are_compiled_with_names_and_exact_limits() -> None:
    rows, fresh, figures, volume = set_rules(
        "{check: row_count, min: 3, action: fail}",
        "{check: freshness, max_age: 36 hours}",
        "{check: distribution, column: amount, null_percent: {max: 0.1}, mean: {max: 1.25}}",
        "{check: volume, name: usual_volume}",
    )
    assert [each.name for each in (rows, fresh, figures, volume)] == [
        *("row_count", "freshness", "amount_distribution", "usual_volume")
    ]
    assert isinstance(rows.check, RowCount)
    assert rows.action == "fail"
    assert isinstance(fresh.check, Freshness)
    assert (fresh.check.column, fresh.check.age_max, fresh.check.timezone) == ("at", timedelta(hours=36), "Europe/Oslo")
    assert isinstance(figures.check, Distribution)
    assert figures.check.null_percent_max == Fraction(1, 10)
    assert figures.check.mean is not None
    assert figures.check.mean.high == 125  # hundredths
    assert volume.check == Volume(7, Fraction(50))


def test_without_profile_nothing_is_profiled() -> None:
    assert read_config(Path("sales.yaml"), SALES).table.profiling is None


def test_a_profile_has_its_defaults() -> None:
    table = read_config(Path("sales.yaml"), f"{SALES}profile: {{}}\n").table
    assert table.profiling == Profiling(None, 10, 1000, Thresholds(0.1, 0.25), Thresholds(0.1, 0.2), 100)
