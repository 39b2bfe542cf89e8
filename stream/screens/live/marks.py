"""Numbers as small drawings: sparklines and bars."""

from __future__ import annotations

from collections.abc import Sequence

from stream.screens.figures import count

_HEIGHTS = "▁▂▃▄▅▆▇█"
_BYTES = ("B", "kB", "MB", "GB", "TB")


def sparkline(values: Sequence[float], width: int, *, from_zero: bool = True) -> str:
    """The last values as columns, each of the mean of some where there are more than fit; the highest is full.

    >>> sparkline([0, 1, 2, 4], 4)
    '▁▂▄█'
    >>> sparkline([97.0, 96.0, 98.0], 5, from_zero=False)
    '▄▁█'
    """
    if width < 1 or not values:
        return ""
    shown = _thinned(values, width)
    low, high = (0.0 if from_zero else min(shown)), max(shown)
    if high <= low:
        return (_HEIGHTS[0] if from_zero else _HEIGHTS[3]) * len(shown)
    steps = len(_HEIGHTS) - 1
    return "".join(_HEIGHTS[int((value - low) / (high - low) * steps)] for value in shown)


def _thinned(values: Sequence[float], width: int) -> list[float]:
    if len(values) <= width:
        return list(values)
    size = -(-len(values) // width)
    groups = [values[max(0, end - size) : end] for end in range(len(values), 0, -size)]
    return [sum(group) / len(group) for group in reversed(groups)]


def bar(share: float, width: int) -> str:
    """A bar of which a share is full.

    >>> bar(0.5, 8)
    '████░░░░'
    """
    full = round(max(0.0, min(1.0, share)) * width)
    return "█" * full + "░" * (width - full)


def size(number: float) -> str:
    """Bytes in a unit in which they have few digits.

    >>> size(999), size(34_500_000), size(2e9)
    ('999 B', '34.5 MB', '2.0 GB')
    """
    unit = 0
    while number >= 1000 and unit < len(_BYTES) - 1:
        number, unit = number / 1000, unit + 1
    return f"{number:.0f} {_BYTES[unit]}" if unit == 0 or number >= 100 else f"{number:.1f} {_BYTES[unit]}"


def short(number: float) -> str:
    """A count in at most nine places.

    >>> short(1_234_567), short(12_345_678), short(4_321_000_000)
    ('1,234,567', '12.35 M', '4.32 G')
    """
    if number < 10_000_000:
        return count(number)
    return f"{number / 1e6:.2f} M" if number < 1e9 else f"{number / 1e9:.2f} G"


def percent(share: float) -> str:
    """A share of the whole; a little is never none.

    >>> percent(0.5), percent(0.0004), percent(0)
    ('50.0 %', '<0.1 %', '0 %')
    """
    if not share:
        return "0 %"
    return "<0.1 %" if share < 0.001 else f"{100 * share:.1f} %"
