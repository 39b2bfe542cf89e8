"""Which version of us this is."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def _version() -> str:
    try:
        return version("ade-stream")
    except PackageNotFoundError:  # it runs from a checkout that is not installed
        return "unknown"


VERSION = _version()
