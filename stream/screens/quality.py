"""Results and scores as people read them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from rich.table import Table
from rich.text import Text

from processors.assessing.assessment import Result
from processors.assessing.expectations import DIMENSIONS
from stream.assessing import Assessed, ScoredScope
from stream.screens.figures import count
from stream.screens.output import printing, shown


def results_tables(found: Sequence[Assessed]) -> None:
    """Print a table for each dataset, the rules by dimension. What comes with every schema is left out where nothing
    broke it."""
    with printing() as console:
        for each in found:
            rules = [rule for rule in each.results.rules if rule.unexpected_count or not rule.expectation.is_built_in]
            left_out = len(each.results.rules) - len(rules)
            console.print(f"{each.dataset}: {count(each.results.records)} records", highlight=False)
            console.print(_results(rules))
            if left_out:
                console.print(f"{count(left_out)} more rules of its schema and of reading were not broken", style="dim")


def _results(rules: Sequence[Result]) -> Table:
    table = _table("rule", "elements", "missing", "%", "unexpected", "%")
    for dimension in DIMENSIONS:
        of_dimension = [each for each in rules if each.expectation.dimension == dimension]
        if of_dimension:
            table.add_row(Text(dimension, "bold"))
        for each in of_dimension:
            table.add_row(Text(f"  {shown(each.expectation.name)}"), *_figures(each))
    return table


def _figures(found: Result) -> list[str]:
    return [
        count(found.element_count),
        count(found.missing_count),
        _percent(found.missing_percent),
        count(found.unexpected_count),
        _percent(found.unexpected_percent),
    ]


def scores_tables(found: Sequence[ScoredScope]) -> None:
    """Print the score of each dataset: by dimension, what each rule cost, and the scores of its dates."""
    with printing() as console:
        for each in found:
            records = count(each.results.records)
            console.print(f"{each.dataset}: {_points(each.score.points)} of 100, {records} records", highlight=False)
            console.print(_dimensions(each))
            if each.score.costs:
                console.print(_costs(each))
            if each.dates:
                console.print(_dates(each))


def _dimensions(found: ScoredScope) -> Table:
    table = _table("dimension", "score", "weight", "rules")
    for each in found.score.dimensions:
        table.add_row(each.dimension, _points(each.points), f"{float(each.weight):g}", count(each.rules))
    return table


def _costs(found: ScoredScope) -> Table:
    table = _table("rule", "points", "unexpected", "of", "dimension")
    for each in found.score.costs:
        counts = count(each.unexpected_count), count(each.assessed_count)
        table.add_row(Text(shown(each.rule)), _points(each.points), *counts, each.dimension)
    return table


def _dates(found: ScoredScope) -> Table:
    table = _table("date", "score", *DIMENSIONS)
    for date, each in found.dates.items():
        table.add_row(date, _points(each.points), *(_points(dimension.points) for dimension in each.dimensions))
    return table


def _table(first: str, *titles: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold underline")
    table.add_column(first, overflow="fold")
    for title in titles:
        table.add_column(title, justify="left" if title == "dimension" else "right")
    return table


def _points(points: Fraction | None) -> str:
    return "-" if points is None else f"{float(points):.2f}"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.2f}"
