"""How good the data is: the results of rules with examples, and scores with what they are made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from processors.assessing.assessment import Result
from processors.assessing.scoring import Score, Scoring, score
from processors.errors import ConfigError
from sinks.closing.history import DateVerdict, verdicts
from sinks.reading import WarehouseReader
from sinks.results.examples import Example, Examples
from sinks.results.results import Results, Scope, by_dataset, results, results_by_date
from sinks.results.scores import Scored, history


@dataclass(frozen=True, slots=True)
class Assessed:
    """The results of some records of a dataset, by the name of the rule with examples, and with what each date, or file
    of it, came to under a rule over dates."""

    dataset: str
    results: Results
    examples: Mapping[str, tuple[Example, ...]]
    verdicts: Mapping[str, Sequence[DateVerdict]]

    def described(self) -> dict[str, Any]:
        """All of it, as JSON has it."""
        return {
            **_scope(self.dataset, self.results),
            "rules": [self._rule(each) for each in self.results.rules],
        }

    def _rule(self, found: Result) -> dict[str, Any]:
        name = found.expectation.name
        told = {**_counts(found), "examples": self.examples.get(name, ())}
        return told | {"verdicts": self.verdicts.get(name, ())} if found.expectation.level == "date" else told


@dataclass(frozen=True, slots=True)
class ScoredScope:
    """The score of some records of a dataset. `dates`: the score of each of its dates, where no other part of it is
    meant; `history`: each score that a date came to have."""

    dataset: str
    results: Results
    score: Score
    dates: Mapping[str, Score]
    history: tuple[Scored, ...]

    def described(self) -> dict[str, Any]:
        """All of it, as JSON has it."""
        return {
            **_scope(self.dataset, self.results),
            **self.score.explained(),
            "dates": [{"date": date, **each.explained()} for date, each in self.dates.items()],
            "history": [{"date": each.date, "scored_at": each.scored_at, **each.explanation} for each in self.history],
        }


def assessed(recorded: WarehouseReader, scope: Scope) -> list[Assessed]:
    """The results of each dataset that has any in the scope. Raises ConfigError where there are none."""
    return [
        Assessed(
            name,
            found,
            Examples(recorded.connection, name, found.scope).of(found.rules),
            verdicts(recorded.connection, found.scope),
        )
        for name, found in _found(recorded, scope)
    ]


def scored(recorded: WarehouseReader, scope: Scope, scorings: Mapping[str, Scoring]) -> list[ScoredScope]:
    """The score of each dataset in the scope, as it is now. `scorings`: by dataset. Raises ConfigError where there is
    nothing to be scored, and where a dataset is not described any more."""
    return [_scored(recorded, name, found, scorings) for name, found in _found(recorded, scope)]


def _found(recorded: WarehouseReader, scope: Scope) -> Iterator[tuple[str, Results]]:
    scopes = by_dataset(recorded.connection, scope)
    if not scopes:
        raise ConfigError(
            "there are no results of this: nothing of it is loaded, or an older ade-stream did it, which kept none. "
            "`ade-stream status` says what is loaded; `ade-stream replay` judges recorded days once more."
        )
    for name, each in scopes:
        yield name, results(recorded.connection, each)


def _scored(recorded: WarehouseReader, name: str, found: Results, scorings: Mapping[str, Scoring]) -> ScoredScope:
    scoring, scope, dates = scorings.get(name), found.scope, dict[str, Score]()
    if scoring is None:
        raise ConfigError(f"{name} is recorded, but no config describes it any more, so nothing says how it is scored.")
    told: list[Scored] = []
    if scope == Scope(name, scope.date):
        told = history(recorded.connection, name, scope.date)
        if scope.date is None:
            of_dates = results_by_date(recorded.connection, name)
            dates = {date: score(each, scoring) for date, each in of_dates.items()}
    return ScoredScope(name, found, score(found.rules, scoring), dates, tuple(told))


def _scope(dataset: str, found: Results) -> dict[str, Any]:
    scope = found.scope
    where = {"date": scope.date, "file": scope.path, "span": scope.span_id, "run": scope.run_id}
    return {"dataset": dataset, **where, "records": found.records, "suites": list(found.suites)}


def _counts(found: Result) -> dict[str, Any]:
    asked = found.expectation.described()
    del asked["counted"]
    return {
        "rule": asked.pop("name"),
        **asked,
        "element_count": found.element_count,
        "missing_count": found.missing_count,
        "missing_percent": found.missing_percent,
        "unexpected_count": found.unexpected_count,
        "unexpected_percent": found.unexpected_percent,
    }
