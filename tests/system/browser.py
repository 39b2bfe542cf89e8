"""Headless Chromium, Debian's package: what a page looks like and what it complains of."""

from __future__ import annotations

import re
import shutil
import struct
import zlib
from pathlib import Path

import pytest

from tests.system.processes import execute

CHROMIUM = shutil.which("chromium")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="chromium: not installed; `apt-get install chromium`")

_QUIET = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-device-scale-factor=1")
_SCHEMES = {"dark": 0, "light": 1}
_SIGNATURE = 8


def browse(page: Path, folder: Path, *options: str) -> tuple[str, list[str]]:
    """What the browser prints of a page, and what its console says. `folder`: for what it keeps, gone with the test."""
    arguments = (str(CHROMIUM), *_QUIET, f"--user-data-dir={folder / 'profile'}", "--enable-logging=stderr")
    done = execute([*arguments, *options, page.as_uri()], HOME=str(folder))
    assert done.returncode == 0, done.stderr
    return done.stdout, re.findall(r"CONSOLE.*", done.stderr)


def screenshot(page: Path, folder: Path, scheme: str, width: int = 1200, height: int = 900) -> tuple[int, int, int]:
    """The colour of the upper left corner of a page, in a light or dark scheme. Raises where the console complains."""
    file = folder / f"{scheme}.png"
    scheme_option = f"--blink-settings=preferredColorScheme={_SCHEMES[scheme]}"
    _, complaints = browse(page, folder, scheme_option, f"--window-size={width},{height}", f"--screenshot={file}")
    assert complaints == []
    return corner(file.read_bytes())


def corner(png: bytes) -> tuple[int, int, int]:
    """The first pixel of a PNG of eight bits a channel, which no filter changes."""
    place, data = _SIGNATURE, b""
    while place < len(png):
        (length,) = struct.unpack(">I", png[place : place + 4])
        if png[place + 4 : place + 8] == b"IDAT":
            data += png[place + 8 : place + 8 + length]
        place += length + 12
    _, red, green, blue = zlib.decompress(data)[:4]
    return red, green, blue
