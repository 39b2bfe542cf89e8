"""A landing folder as hostile as we could make it: files by theme, and what is to become of each."""

from tests.system.hostile import containers, encodings, headers, layouts, names, values
from tests.system.hostile.case import Hostile

CASES: tuple[Hostile, ...] = (
    *layouts.CASES,
    *headers.CASES,
    *encodings.CASES,
    *containers.CASES,
    *values.CASES,
    *names.CASES,
)
