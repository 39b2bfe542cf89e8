"""Which files of the landing folder are like the samples, and where their names tell the execution date."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from stream.landing.dates import execution_date

_DAY, _MONTH, _YEAR = r"(?P<day>\d{2})", r"(?P<month>\d{2})", r"(?P<year>\d{4})"
_MONTH_FIRST = tuple(rf"{_MONTH}{sign}{_DAY}{sign}{_YEAR}[^/]*$" for sign in ("-", "_", r"\."))
#: Tried in this order where names do not have the date as it is found by itself.
_DATES = (
    *_MONTH_FIRST,
    *(rf"{_DAY}{sign}{_MONTH}{sign}{_YEAR}[^/]*$" for sign in ("-", "_", r"\.")),
    *(rf"{_YEAR}{sign}{_MONTH}{sign}{_DAY}[^/]*$" for sign in ("_", r"\.")),
    *(rf"(?<!\d){_YEAR}{sign}{_MONTH}(?!\d)[^/]*$" for sign in ("-", "_", r"\.", "")),
    rf"(?<!\d){_YEAR}(?!\d)[^/]*$",
)
_ENDING = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,7}(?:\.(?:gz|gzip|zst|bz2))?\Z")
_DATED = re.compile(r"\d{4}|dt=")


@dataclass(frozen=True, slots=True)
class Naming:
    """`folder`: below the landing folder; None for the dataset's own. `patterns`: of the names. `date`: a regular
    expression, where it takes one. `dates`: the execution date of each sample, where its name tells one."""

    folder: str | None
    patterns: tuple[str, ...]
    date: str | None
    dates: tuple[str | None, ...]

    @property
    def is_ambiguous(self) -> bool:
        """Whether the day may as well be the month."""
        return self.date in _MONTH_FIRST and all(date is not None and int(date[8:]) <= 12 for date in self.dates)


def naming(dataset: str, landing: Path, samples: Sequence[Path]) -> Naming:
    """What the names of samples have in common."""
    paths = [_told(path) for path in samples]
    date = next((each for each in (None, *_DATES) if all(_year(path, each) for path in paths)), None)
    folder, names = _folder(landing, samples), [path.name for path in samples]
    return Naming(
        None if folder == dataset else folder,
        tuple(_pattern(names, ending) for ending in sorted({_ending(name) for name in names})),
        date,
        tuple(execution_date(path, date) for path in paths),
    )


def _told(path: Path) -> str:
    """The part of a path that may tell a date: its name, and folders such as dt=2026-11-21."""
    return "/".join([*(part for part in path.parts[:-1] if part.startswith("dt=")), path.name])


def _year(path: str, pattern: str | None) -> bool:
    date = execution_date(path, pattern)
    return date is not None and "1900" <= date < "2100"


def _ending(name: str) -> str:
    found = _ENDING.search(name)
    return found[0] if found else ""


def _pattern(names: Sequence[str], ending: str) -> str:
    """What all names begin with, up to a digit and without half a word, and the ending."""
    stems = [name.removesuffix(_ending(name)) for name in names]
    begin = re.split(r"\d", "".join(_shared(stems)))[0]
    if any(stem[len(begin) :][:1].isalpha() for stem in stems) or begin in stems:
        begin = re.sub(r"[^\W\d_]*\Z", "", begin)
    return f"{_literal(begin)}*{_literal(ending)}"


def _shared(sequences: Sequence[Sequence[str]]) -> list[str]:
    """What all begin with."""
    return [each[0] for each in takewhile(lambda each: len(set(each)) == 1, zip(*sequences, strict=False))]


def _literal(text: str) -> str:
    """As a shell pattern that means only this."""
    return re.sub(r"([*?\[])", r"[\1]", text)


def _folder(landing: Path, samples: Sequence[Path]) -> str | None:
    """The folder that the samples share below the landing folder; None where they do not lie there."""
    root = landing.resolve()
    parents = [path.resolve().parent for path in samples]
    if not all(root in parent.parents for parent in parents):
        return None
    shared = _shared([parent.relative_to(root).parts for parent in parents])
    kept = [part for part in shared if not _DATED.search(part)]
    return "/".join(kept) or None
