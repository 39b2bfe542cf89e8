"""Which dates are to be replayed, and by which commands, whatever they were judged by."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from sinks.configs.model import ConfigVersion
from sinks.configs.reading import JudgedDate, StoredConfig
from sinks.ledger.files import DateBalance
from stream.planning.parts import Comparison, takes_hold
from stream.planning.steps import Paces, Step, replays

PARTS = ("columns", "steps", "dates", "kpis", "files", "views.v")
CONFIGS = st.fixed_dictionaries({name: st.sampled_from(["1", "2"]) for name in PARTS}).map(ConfigVersion)
#: By date the configs of its spans; 0: none is recorded.
DATES = st.dictionaries(st.integers(1, 28), st.lists(st.integers(0, 3), min_size=1, max_size=2, unique=True))


def comparison(today: ConfigVersion, others: list[ConfigVersion], dates: Mapping[int, list[int]]) -> Comparison:
    """Each config is one run's, in the order of their ids."""
    stored = {place: StoredConfig(place, each, "") for place, each in enumerate([today, *others], 1)}
    judged = [
        JudgedDate("sales", f"2026-11-{day:02}", config, 1, 10, config)
        for day, configs in sorted(dates.items())
        for config in sorted(configs)
    ]
    return Comparison(today, stored, judged)


def steps(found: Comparison) -> list[Step]:
    """The replays, of a file of ten records for each date."""
    dates = sorted({each.date for each in found.judged})
    return list(replays("sales", found.outdated(), [DateBalance(d, 1, 10, 9, 100) for d in dates], Paces(replay=5.0)))


@settings(deadline=None)
@given(CONFIGS, st.tuples(CONFIGS, CONFIGS), DATES)
def test_a_date_is_outdated_by_the_parts_that_decide_what_becomes_of_rows(
    today: ConfigVersion, others: tuple[ConfigVersion, ConfigVersion], dates: dict[int, list[int]]
) -> None:
    found = comparison(today, list(others), dates)
    for day, configs in dates.items():
        parts = {
            name
            for name in ("columns", "steps")
            for each in configs
            if not each or found.stored[each].version.parts[name] != today.parts[name]
        }
        last = max(configs)  # what is asked of the date as a whole was asked behind its last run
        if not last or found.stored[last].version.parts["dates"] != today.parts["dates"]:
            parts.add("dates")
        assert set(found.outdated().dates.get(f"2026-11-{day:02}", ())) == parts


@settings(deadline=None)
@given(CONFIGS, st.tuples(CONFIGS, CONFIGS), DATES)
def test_the_commands_name_each_outdated_date_once_and_no_other(
    today: ConfigVersion, others: tuple[ConfigVersion, ConfigVersion], dates: dict[int, list[int]]
) -> None:
    found = comparison(today, list(others), dates)
    recorded = sorted({each.date for each in found.judged})
    named = list[str]()
    for step in steps(found):
        assert step.first is not None
        assert step.last is not None
        within = [date for date in recorded if step.first <= date <= step.last]
        assert (step.dates, step.rows_read, step.seconds) == (len(within), 10 * len(within), 2.0 * len(within))
        assert {step.first, step.last} <= set(shlex.split(step.command))
        named += within
    assert named == sorted(found.outdated().dates)


@settings(deadline=None)
@given(CONFIGS, st.tuples(CONFIGS, CONFIGS), DATES)
def test_where_all_spans_name_todays_config_nothing_is_otherwise(
    today: ConfigVersion, others: tuple[ConfigVersion, ConfigVersion], dates: dict[int, list[int]]
) -> None:
    found = comparison(today, list(others), {day: [1] for day in dates})
    assert {part.state for part in found.parts()} == {"same"}
    assert steps(found) == []


def test_every_part_takes_hold_in_one_way() -> None:
    assert {name: takes_hold(name) for name in PARTS} == {
        "columns": "replay",
        "steps": "replay",
        "dates": "replay",
        "kpis": "itself",
        "files": "files",
        "views.v": "itself",
    }
