"""What the doctor found, as people read it."""

from __future__ import annotations

from collections.abc import Sequence

from stream.doctor.diagnosis import Diagnosis
from stream.screens.output import shown

_WIDTH = 22


def told(found: Sequence[Diagnosis]) -> str:
    """A line for each, what to do behind those that are not ok, and how many there are of them.

    >>> print(told([Diagnosis("disk space", "warn", "3 MB free", "Make room.")]), end="")
    warn  disk space             3 MB free
          do                     Make room.
    1 looked at: 1 warn, 0 fail
    """
    lines = [line for each in found for line in _lines(each)]
    counts = {level: sum(1 for each in found if each.level == level) for level in ("warn", "fail")}
    lines.append(f"{len(found)} looked at: {counts['warn']} warn, {counts['fail']} fail")
    return "".join(f"{line}\n" for line in lines)


def _lines(each: Diagnosis) -> list[str]:
    first, *more = each.told.splitlines() or [""]
    lines = [f"{each.level:<4}  {each.subject:<{_WIDTH}} {shown(first)}"]
    lines += [f"{'':<4}  {'':<{_WIDTH}} {shown(line)}" for line in more]
    return [*lines, f"{'':<4}  {'do':<{_WIDTH}} {shown(each.remedy)}"] if each.remedy else lines
