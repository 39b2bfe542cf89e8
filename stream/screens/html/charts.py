"""Charts as SVG: small, with a name and a description for those who do not see them, coloured by the page's own style.

They are 320 units wide, about a phone, and are put side by side where there is room: so their letters are never small.

>>> from xml.etree import ElementTree
>>> chart = ElementTree.fromstring(trend("Score", ["2026-11-17", "2026-11-18"], [98.5, 97.0]))
>>> chart.get("role"), [each.text for each in chart][:2]
('img', ['Score', '97 to 98.5; 2026-11-17 98.5, 2026-11-18 97'])
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite

from markupsafe import Markup

from stream.screens.html.words import figure, short
from stream.screens.output import shown

_WIDTH, _HEIGHT = 320, 118
#: Where the drawing begins and ends, between the words above and below.
_TOP, _BOTTOM = 22, 98
#: So many points are told to those who listen; more would be noise.
_TOLD_MAX = 12
#: Beyond so many marks a gap between them, or a dot on a line, would hide more than it shows.
_MARKS_MAX = 60

_SVG = Markup('<svg class="chart" role="img" viewBox="0 0 {} {}"><title>{}</title><desc>{}</desc>{}</svg>')
_BAR = Markup('<rect class="{}" x="{:.2f}" y="{:.2f}" width="{:.2f}" height="{:.2f}"><title>{}</title></rect>')
_LINE = Markup('<polyline class="line" points="{}"/>')
_DOT = Markup('<circle class="dot" cx="{:.2f}" cy="{:.2f}" r="3"><title>{}</title></circle>')
_RULE = Markup('<line class="rule" x1="0" x2="{}" y1="{}" y2="{}"/>')
_TEXT = Markup('<text class="{}" x="{}" y="{}">{}</text>')


def stacked(title: str, dates: Sequence[str], parts: Sequence[tuple[str, Sequence[int]]]) -> Markup:
    """A column a date, of named parts, the first at the bottom. A part's class is `part-1`, `part-2` and so on."""
    totals = [sum(counts[place] for _, counts in parts) for place in range(len(dates))]
    most = max(totals, default=0)
    told = [f"{date} {' + '.join(f'{c[at]:,} {name}' for name, c in parts)}" for at, date in enumerate(dates)]
    bars = [
        _column(part, place, len(dates), (sum(c[place] for _, c in parts[:part]), counts[place]), most, told[place])
        for part, (_, counts) in enumerate(parts)
        for place in range(len(dates))
        if counts[place]
    ]
    inner = [_axis(f"{most:,}", dates), *bars]
    return _svg(title, f"at most {most:,}; {_listed(told)}", inner)


def _column(part: int, place: int, columns: int, stands: tuple[int, int], most: int, told: str) -> Markup:
    """`stands`: on how much, and how much it is."""
    below, own = (count / most * (_BOTTOM - _TOP) for count in stands)
    wide = _WIDTH / columns
    gap = min(4.0, wide / 4) if columns <= _MARKS_MAX else 0.0
    return _BAR.format(f"part-{part + 1}", place * wide + gap / 2, _BOTTOM - below - own, wide - gap, own, shown(told))


def trend(title: str, dates: Sequence[str], values: Sequence[float | None], unit: str = "") -> Markup:
    """A line over dates, with a gap where there is no value."""
    known = [value for value in values if value is not None and isfinite(value)]
    low, high = min(known, default=0.0), max(known, default=0.0)
    told = [f"{date} {figure(value)}{unit}" for date, value in zip(dates, values, strict=True)]
    scale = f"{figure(low)} to {figure(high)}{unit}" if low < high else f"{figure(high)}{unit}"
    points = [
        _point(place, len(values), value, low, high) if value is not None and isfinite(value) else None
        for place, value in enumerate(values)
    ]
    runs = [_LINE.format(" ".join(f"{x:.2f},{y:.2f}" for x, y in run)) for run in _runs(points)]
    dots = [_DOT.format(*point, shown(text)) for point, text in zip(points, told, strict=True) if point is not None]
    inner = [_axis(scale, dates), *runs, *(dots if len(dots) <= _MARKS_MAX else dots[-1:])]
    return _svg(title, f"{scale}; {_listed(told)}", inner)


def _point(place: int, points: int, value: float, low: float, high: float) -> tuple[float, float]:
    spread = high / 2 - low / 2  # halves: the difference of two doubles may be none
    share = (value / 2 - low / 2) / spread if spread > 0 else 0.5
    return 4 + (_WIDTH - 8) * (place / (points - 1) if points > 1 else 0.5), _BOTTOM - 6 - share * (_BOTTOM - _TOP - 12)


def _runs(points: Sequence[tuple[float, float] | None]) -> Iterator[list[tuple[float, float]]]:
    """The stretches without a gap."""
    run = list[tuple[float, float]]()
    for point in [*points, None]:
        if point is not None:
            run.append(point)
        elif run:
            yield run
            run = []


def histogram(title: str, edges: Sequence[object], counts: Sequence[int]) -> Markup:
    """A bar for each bin; `edges` are one more."""
    most = max(counts, default=0)
    told = [f"{short(edges[at])} to {short(edges[at + 1])}: {count:,}" for at, count in enumerate(counts)]
    bars = [_column(0, at, len(counts), (0, count), most, told[at]) for at, count in enumerate(counts) if count]
    ends = [short(edges[0]), short(edges[-1])] if edges else []
    return _svg(title, _listed(told), [_axis(f"at most {most:,} rows in a bin", ends), *bars])


def shares(title: str, counts: Sequence[tuple[object, int]], whole: int) -> Markup:
    """A bar lying down for each of some values, as wide as its share of the whole."""
    told = [f"{short(value)}: {count:,}" for value, count in counts]
    height = 26 * len(counts)
    bars = [
        _BAR.format("part-1", 0, 26 * at + 17, max(1.0, _WIDTH * count / max(whole, 1)), 5, told[at])
        + _TEXT.format("", 0, 26 * at + 12, short(value))
        + _TEXT.format("end", _WIDTH, 26 * at + 12, f"{count:,}")
        for at, (value, count) in enumerate(counts)
    ]
    return _SVG.format(_WIDTH, height, shown(title), shown(_listed(told)), Markup("").join(bars))


def _axis(scale: str, ends: Sequence[str]) -> Markup:
    """What the highest mark means, a line to stand on, and the first and last of what is along it."""
    words = [_TEXT.format("", 0, 12, shown(scale)), _RULE.format(_WIDTH, _BOTTOM, _BOTTOM)]
    if ends:
        words.append(_TEXT.format("", 0, 113, shown(ends[0])))
    if len(ends) > 1:
        words.append(_TEXT.format("end", _WIDTH, 113, shown(ends[-1])))
    return Markup("").join(words)


def _listed(told: Sequence[str]) -> str:
    more = len(told) - _TOLD_MAX
    return ", ".join(told[-_TOLD_MAX:]) + (f", and {more:,} before" if more > 0 else "")


def _svg(title: str, told: str, inner: Sequence[Markup]) -> Markup:
    return _SVG.format(_WIDTH, _HEIGHT, shown(title), shown(told), Markup("").join(inner))
