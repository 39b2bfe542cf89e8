"""Whether Python and the libraries are those that ade-stream asks for, and those that it was tested with."""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path

from stream.doctor.diagnosis import Diagnosis, judged

_PYTHON = (3, 11)
_PROGRAM = "ade-stream"
#: Beside the sources, in a checkout; an installed package has none.
_PINS = Path(__file__).parents[2] / "constraints.txt"
_WAY_OUT = "Install anew with the pins: pip install --constraint constraints.txt ."


def versions() -> Iterator[Diagnosis]:
    """Of Python, of the libraries, and of what was tested."""
    old = sys.version_info[:2] < _PYTHON
    yield judged("Python", platform.python_version(), (old, "fail", "ade-stream needs 3.11 or newer."))
    try:
        wanted = metadata.requires(_PROGRAM) or []
    except metadata.PackageNotFoundError:
        yield Diagnosis(
            "libraries", "warn", f"{_PROGRAM} is not installed", "pip install it: nothing says what it needs."
        )
        return
    yield libraries(wanted)
    if _PINS.is_file():
        yield pins(_PINS.read_text("utf-8").splitlines())


def libraries(requirements: Iterable[str]) -> Diagnosis:
    """Whether each is there, as new as it is asked for; those of extras are left out.

    >>> libraries(["rich>=14", "rich>=9999", "no-such-thing>=1", "pytest>=9; extra == 'test'"]).told
    'rich ..., not 9999; no-such-thing is missing'
    """
    asked = [re.split(">=", each) for each in requirements if "extra ==" not in each]
    wrong = [fault for name, least in asked if (fault := _fault(name, least))]
    told = "; ".join(wrong) or f"{len(asked)} libraries, as new as they must be"
    return judged("libraries", told, (bool(wrong), "fail", _WAY_OUT))


def pins(lines: Iterable[str]) -> Diagnosis:
    """Whether what is installed is what was tested.

    >>> pins(["# a comment", "rich==0.1", "no-such-thing==1"]).told
    'rich ..., tested with 0.1'
    """
    pinned = dict(line.split("==") for line in lines if "==" in line)
    found = {name: known for name in pinned if (known := _installed(name)) is not None}
    others = [f"{name} {known}, tested with {pinned[name]}" for name, known in found.items() if known != pinned[name]]
    told = "; ".join(others) or "all are those that were tested"
    return judged("pins", told, (bool(others), "warn", _WAY_OUT))


def _fault(name: str, least: str) -> str | None:
    known = _installed(name)
    if known is None:
        return f"{name} is missing"
    return f"{name} {known}, not {least}" if _numbers(known) < _numbers(least) else None


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _numbers(version: str) -> tuple[int, ...]:
    """
    >>> _numbers("2.10.1rc1") > _numbers("2.9")
    True
    """
    return tuple(map(int, re.findall(r"\d+", version)))
