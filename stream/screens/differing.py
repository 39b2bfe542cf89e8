"""What a replay would change, as people read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.table import Table

from stream.screens.consequences import done_lines, left_lines
from stream.screens.figures import count
from stream.screens.output import printing, shown, write

if TYPE_CHECKING:
    from sinks.differences.figures import KpiChange
    from sinks.differences.verdicts import Said, VerdictChange
    from sinks.rows.rejects import Place
    from stream.differing.difference import (
        ColumnDifference,
        Difference,
        FigureChange,
        RuleDifference,
        ViewDifference,
    )

_VALUE_SHOWN = 40
#: So many KPIs of a date are told, the first by name.
_KPIS_SHOWN = 20


def show(differences: Sequence[Difference], first: str, last: str) -> None:
    """Print a table of all dates, and a paragraph for each of which anything would change; nothing of it was kept."""
    if not differences:
        between = f"from {first} to {last}" if first != last else f"for {first}"
        write(f"Nothing is recorded {between}.\n")
        return
    with printing() as console:
        console.print(_table(differences))
        for line in (line for each in differences if not each.is_none for line in _told(each)):
            console.print(line, markup=False, highlight=False, soft_wrap=True)
        would_change = any(not each.is_none for each in differences)
        console.print("Nothing of this was kept." if would_change else "Nothing would change.")


def _table(differences: Sequence[Difference]) -> Table:
    table = Table(title="what a replay would change", title_justify="left")
    for name in ("dataset", "date", "accepted", "changed", "added", "gone", "score"):
        table.add_column(name, justify="left" if name in {"dataset", "date"} else "right", no_wrap=True)
    for each in differences:
        figures = (count(each.changed), count(each.added), count(each.gone))
        accepted = _moved(count(each.accepted_before), count(each.accepted))
        score = _moved(_points(each.score_before), _points(each.score))
        table.add_row(each.dataset, each.date, accepted, *figures, score)
    return table


def _moved(before: str, after: str) -> str:
    return after if before == after else f"{before} → {after}"


def _points(score: float | None) -> str:
    return "-" if score is None else f"{score:.1f}"


def _told(each: Difference) -> Iterator[str]:
    yield f"{each.dataset} {each.date}{'' if each.is_replayed else ', by what is replayed'}"
    if each.parameters != each.parameters_before:
        yield f"  parameters  {each.parameters_before or 'none'} to {each.parameters or 'none'}"
    yield from (f"    {_figure(change)}" for change in each.figure_changes)
    if each.figures > len(each.figure_changes):
        yield f"    and {count(each.figures - len(each.figure_changes))} more figures"
    for rule in each.rules:
        yield from _rule(rule)
    for column in each.columns:
        yield from _column(column)
    yield from _places("added", each.added, each.added_examples)
    yield from _places("gone", each.gone, each.gone_examples)
    yield from (f"  verdict     {_verdict(change)}" for change in each.verdicts)
    for score in each.scores:
        yield f"  score       {score.dimension}: {_points(score.before)} to {_points(score.after)}"
    yield from (f"  kpi         {_kpi(kpi)}" for kpi in each.kpis[:_KPIS_SHOWN])
    if len(each.kpis) > _KPIS_SHOWN:
        yield f"    and {count(len(each.kpis) - _KPIS_SHOWN)} more values of KPIs"
    for view in each.views:
        yield from _view(view)
    yield from (*done_lines(each.consequences), *left_lines(each.consequences))


def _figure(change: FigureChange) -> str:
    of = f", {_cells(dict(zip(change.by, change.group, strict=False)))}" if change.group else ""
    return shown(f"{change.kind} of {change.column}{of}: {_values(change.before)} to {_values(change.after)}")


def _cells(cells: Mapping[str, object]) -> str:
    return ", ".join(f"{name}={'null' if cell is None else cell}" for name, cell in cells.items())


def _values(values: Sequence[str]) -> str:
    return " and ".join(values) or "none"


def _rule(rule: RuleDifference) -> Iterator[str]:
    moved = f"refuses {count(rule.newly)} more, {count(rule.no_longer)} no longer"
    yield shown(f"  rule        {rule.rule}: {moved} ({count(rule.before)} to {count(rule.after)})")
    yield from (f"    {shown(place.path)}:{place.line}  refused" for place in rule.newly_examples)
    yield from (f"    {shown(place.path)}:{place.line}  no longer" for place in rule.no_longer_examples)


def _column(column: ColumnDifference) -> Iterator[str]:
    yield f"  {column.column:<11} {count(column.rows)} cells"
    yield from _examples(column)


def _examples(column: ColumnDifference) -> Iterator[str]:
    for example in column.examples:
        yield f"    {shown(example.path)}:{example.line}  {_cell(example.before)} to {_cell(example.after)}"


def _cell(value: str | None) -> str:
    if value is None:
        return "null"
    return shown(value if len(value) <= _VALUE_SHOWN else f"{value[:_VALUE_SHOWN]}…")


def _places(name: str, rows: int, examples: Sequence[Place]) -> Iterator[str]:
    if rows:
        yield f"  {name:<11} {count(rows)} rows"
        yield from (f"    {shown(place.path)}:{place.line}" for place in examples)


def _verdict(change: VerdictChange) -> str:
    of = f" of {change.path}" if change.path else ""
    return shown(f"{change.rule}{of}: {_said(change.before)} to {_said(change.after)}")


def _said(said: Said | None) -> str:
    return "none" if said is None else f"{said.verdict} ({said.message})" if said.message else said.verdict


def _kpi(kpi: KpiChange) -> str:
    of = f" ({_cells(kpi.dimensions)})" if kpi.dimensions else ""
    values = ["none" if kpi.change == "added" else _number(kpi.before)]
    values.append("none" if kpi.change == "gone" else _number(kpi.after))
    return shown(f"{kpi.kpi}{of}: {' to '.join(values)}")


def _number(value: float | None) -> str:
    return "null" if value is None else f"{value:.10g}"


def _view(view: ViewDifference) -> Iterator[str]:
    moved = f"{count(view.changed)} vectors change, {count(view.added)} come, {count(view.gone)} go"
    yield f"  view        {view.view}: {moved}"
    for feature in view.features:
        first = next(_examples(feature), "").strip()
        yield f"    {feature.column:<24} {count(feature.rows)}, as {first}"
