"""KPIs as people read them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rich.table import Table
from rich.text import Text

from sinks.kpis.history import KpiTrend
from stream.screens.figures import count
from stream.screens.output import printing, shown, write

_BARS = "▁▂▃▄▅▆▇█"
#: So many dates a trend shows, the last ones.
_DATES_SHOWN = 30
#: So many combinations of its dimensions each KPI shows, the first ones.
_COMBINATIONS_SHOWN = 50
#: Doubles tell whole numbers apart up to here; those beyond are written with an exponent.
_WHOLE_MAX = 1e15


def sparkline(values: Sequence[float | None]) -> str:
    """One bar a value, from the least to the greatest of them; a blank where there is none.

    >>> sparkline([1, 2, None, 8]), sparkline([3, 3])
    ('▁▂ █', '▅▅')
    """
    numbers = [value for value in values if value is not None]
    least, span = min(numbers, default=0), max(numbers, default=0) - min(numbers, default=0)
    top = len(_BARS) - 1

    def bar(value: float) -> str:
        return _BARS[round((value - least) / span * top)] if span else _BARS[(top + 1) // 2]

    return "".join(" " if value is None else bar(value) for value in values)


def kpi_table(trends: Sequence[KpiTrend]) -> None:
    """Print a row for each KPI and combination of its dimensions; of many only the first ones, and how many more."""
    if not trends:
        write(
            "No KPI has values on these dates: KPIs are what configs have under `kpis:`, made when a date is closed.\n"
        )
        return
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold underline")
    for title in ("dataset", "kpi", "by", "date", "value", "change", "trend"):
        right, folds = title in {"value", "change"}, title in {"dataset", "kpi", "by"}
        table.add_column(title, justify="right" if right else "left", overflow="fold", no_wrap=not folds)
    more = list[str]()
    for (dataset, kpi), group in groupby(trends, lambda each: (each.dataset, each.kpi)):
        found = list(group)
        for each in found[:_COMBINATIONS_SHOWN]:
            table.add_row(*map(Text, _cells(each)))
        if found[_COMBINATIONS_SHOWN:]:
            more.append(f"{dataset} {kpi}: {count(len(found) - _COMBINATIONS_SHOWN)} more; --json has all of them.\n")
    with printing() as console:
        console.print(table)
    write("".join(more))


def _cells(trend: KpiTrend) -> list[str]:
    by = ", ".join("-" if value is None else shown(value) for value in trend.dimensions.values())
    unit = f" {shown(trend.unit)}" if trend.unit else ""
    value = trend.values[-1]
    told = "-" if value is None else f"{_figure(value, trend.values)}{unit}"
    change = "-" if trend.change_percent is None else f"{trend.change_percent:+,.1f} %"
    return [trend.dataset, trend.kpi, by, trend.dates[-1], told, change, sparkline(trend.values[-_DATES_SHOWN:])]


def _figure(value: float, among: Sequence[float | None]) -> str:
    """With a fraction where one of the others has one."""
    if abs(value) >= _WHOLE_MAX:
        return f"{value:.6g}"
    whole = all(each is None or each == round(each) for each in among)
    return f"{value:,.{0 if whole else 2}f}"
