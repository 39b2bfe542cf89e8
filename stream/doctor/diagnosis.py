"""What a check of the doctor comes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

#: fail: it will not work, or not be safe. warn: it works, and something is to be known or mended.
Level: TypeAlias = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """`subject`: what was looked at. `told`: what was found. `remedy`: what to do about it; empty where it is ok."""

    subject: str
    level: Level
    told: str
    remedy: str = ""


def judged(subject: str, told: str, *limits: tuple[bool, Level, str]) -> Diagnosis:
    """What was found, with the level and the remedy of the first of `limits` that holds; ok where none does.

    >>> judged("disk", "3 GB free", (False, "fail", "make room"), (True, "warn", "make room soon"))
    Diagnosis(subject='disk', level='warn', told='3 GB free', remedy='make room soon')
    """
    for holds, level, remedy in limits:
        if holds:
            return Diagnosis(subject, level, told, remedy)
    return Diagnosis(subject, "ok", told)
