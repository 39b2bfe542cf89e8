"""The laws of the score: it is explained to the last point, and falls with what is wrong."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from processors.assessing.assessment import Result
from processors.assessing.expectations import DIMENSIONS, Dimension, Expectation
from processors.assessing.scoring import Score, Scoring, score

WEIGHTS = st.sampled_from([0.0, 0.1, 0.5, 1.0, 3.0])


@st.composite
def results(draw: st.DrawFn) -> Result:
    """A result with counts that can be."""
    elements = draw(st.integers(0, 1000))
    missing = draw(st.integers(0, elements))
    unexpected = draw(st.integers(0, elements - missing))
    name, dimension = draw(st.sampled_from("abcdefg")), draw(st.sampled_from(DIMENSIONS))
    return Result(Expectation(name, "range", dimension, weight=draw(WEIGHTS)), elements, missing, unexpected)


SCORINGS = st.builds(
    lambda weights: Scoring(tuple(zip(DIMENSIONS, weights, strict=True))), st.lists(WEIGHTS, min_size=5, max_size=5)
)
READING = Expectation("encoding", "encoding", "validity", level="reader")
FAULTS = st.lists(st.integers(0, 100).map(lambda count: Result(READING, 600, 0, count)), max_size=6)
RESULTS = st.tuples(st.lists(results(), max_size=12), FAULTS).map(lambda both: [*both[0], *both[1]])
LAW = settings(deadline=None, max_examples=200)


def figure(points: Fraction | None) -> float | None:
    """As a number; the points of these tests are whole."""
    return None if points is None else float(points)


def costs(scored: Score) -> list[tuple[str, float]]:
    """What each rule cost."""
    return [(each.rule, float(each.points)) for each in scored.costs]


def found(dimension: Dimension, unexpected: int, *, of: int = 10, weight: float = 1.0) -> Result:
    """The result of a rule."""
    return Result(Expectation(f"{dimension}_rule", "range", dimension, weight=weight), of, 0, unexpected)


def points_of(scored: Score, dimension: Dimension) -> float | None:
    """The points of a dimension."""
    return next(figure(each.points) for each in scored.dimensions if each.dimension == dimension)


@given(RESULTS, SCORINGS)
@LAW
def test_the_costs_of_the_rules_add_up_to_what_is_missing_from_a_hundred(rules: list[Result], scoring: Scoring) -> None:
    scored = score(rules, scoring)
    assert scored.points is None or sum(each.points for each in scored.costs) == 100 - scored.points


@given(RESULTS, SCORINGS)
@LAW
def test_a_score_is_from_0_to_100(rules: list[Result], scoring: Scoring) -> None:
    points = score(rules, scoring).points
    assert points is None or 0 <= points <= 100


@given(RESULTS, SCORINGS)
@LAW
def test_the_score_is_the_weighted_mean_of_its_dimensions(rules: list[Result], scoring: Scoring) -> None:
    scored = score(rules, scoring)
    there = [(each.points, each.weight) for each in scored.dimensions if each.points is not None and each.weight]
    assert (scored.points is None) == (not there)
    if scored.points is not None:
        assert scored.points == sum(points * weight for points, weight in there) / sum(weight for _, weight in there)


@given(RESULTS, SCORINGS, st.data())
@LAW
def test_one_more_that_does_not_meet_a_rule_never_raises_a_score(
    rules: list[Result], scoring: Scoring, data: st.DataObject
) -> None:
    worse = [place for place, each in enumerate(rules) if each.unexpected_count < each.assessed_count]
    assume(worse)
    place = data.draw(st.sampled_from(worse))
    changed = [replace(each, unexpected_count=each.unexpected_count + (at == place)) for at, each in enumerate(rules)]
    before, after = score(rules, scoring), score(changed, scoring)
    assert before.points is None or after.points <= before.points  # type: ignore[operator]
    for one, other in zip(before.dimensions, after.dimensions, strict=True):
        assert one.points is None or other.points <= one.points  # type: ignore[operator]


@given(RESULTS, SCORINGS, st.sampled_from([2, 4, 8]))
@LAW
def test_only_the_proportion_of_weights_matters(rules: list[Result], scoring: Scoring, times: int) -> None:
    heavier = replace(scoring, weights=tuple((each, weight * times) for each, weight in scoring.weights))
    assert score(rules, heavier).points == score(rules, scoring).points


def test_a_dimension_that_was_not_assessed_is_null_and_left_out() -> None:
    scored = score([found("validity", 1)], Scoring())
    assert (figure(scored.points), points_of(scored, "validity"), points_of(scored, "timeliness")) == (90, 90, None)


def test_a_rule_without_an_answer_is_not_assessed() -> None:
    silent = Result(Expectation("n", "range", "consistency"), 5, 5, 0)
    assert points_of(score([silent, found("validity", 0)], Scoring()), "consistency") is None


def test_a_rule_with_the_weight_0_costs_nothing_and_assesses_nothing() -> None:
    scored = score([found("validity", 10, weight=0), found("uniqueness", 0)], Scoring())
    assert (figure(scored.points), costs(scored), points_of(scored, "validity")) == (100, [], None)


def test_a_rule_counts_for_its_weight_in_its_dimension() -> None:
    scored = score([found("validity", 10, weight=0.5), found("validity", 0, weight=1.5)], Scoring())
    assert scored.points == 75


def test_faults_of_reading_weigh_as_one_rule_together() -> None:
    faults = [Result(READING, 10, 0, count) for count in (3, 2, 0, 0)]
    scored = score([*faults, found("validity", 0)], Scoring())
    assert (figure(scored.points), costs(scored)) == (75, [("encoding", 15), ("encoding", 10)])


def test_a_dimension_counts_for_its_weight() -> None:
    scoring = Scoring((("validity", 3.0), ("uniqueness", 1.0)))
    scored = score([found("validity", 0), found("uniqueness", 10)], scoring)
    assert (figure(scored.points), costs(scored)) == (75, [("uniqueness_rule", 25)])


def test_nothing_is_scored_where_nothing_was_assessed() -> None:
    assert score([], Scoring()).points is None


def test_the_dearest_rule_is_told_first() -> None:
    scored = score([found("validity", 1), found("uniqueness", 5), found("consistency", 2)], Scoring())
    assert [each.dimension for each in scored.costs] == ["uniqueness", "consistency", "validity"]


def test_an_explanation_has_the_counts_that_a_cost_is_made_of() -> None:
    [cost] = score([found("validity", 1, of=8)], Scoring()).explained()["costs"]
    assert (cost["points"], cost["unexpected_count"], cost["assessed_count"]) == (12.5, 1, 8)
