"""File names are bytes that strangers chose. Inside, a path is text that is safe to print and gives the bytes back."""

from __future__ import annotations

import re
from pathlib import Path

_ESCAPE = re.compile(r"\\(\\|x[0-9a-f]{2})")


def printable(path: bytes) -> str:
    """`path` as text: a backslash doubled; control characters and bytes that are not UTF-8 as `\\xNN`.

    >>> printable(b"orders/caf\\xc3\\xa9.csv"), printable(b"a\\x1b[31m.csv"), printable(b"\\xff.csv")
    ('orders/café.csv', 'a\\\\x1b[31m.csv', '\\\\xff.csv')
    """
    text = path.replace(b"\\", b"\\\\").decode("utf-8", "backslashreplace")
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else _escaped(character) for character in text)


def original(path: str) -> bytes:
    """The bytes that `printable` was given.

    >>> original(printable(b"a\\\\b\\xff\\n.csv")) == b"a\\\\b\\xff\\n.csv"
    True
    """
    parts = _ESCAPE.split(path)
    return b"".join(part.encode() if place % 2 == 0 else _byte(part) for place, part in enumerate(parts))


def within(landing: Path, file: Path) -> Path:
    """`file` relative to the landing folder; as it is where it does not lie in it."""
    for base, whole in ((landing, file), (landing.absolute(), file.absolute()), (landing.resolve(), file.resolve())):
        if whole.is_relative_to(base):
            return whole.relative_to(base)
    return file


def _byte(escape: str) -> bytes:
    return b"\\" if escape == "\\" else bytes([int(escape[1:], 16)])


def _escaped(character: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in character.encode())
