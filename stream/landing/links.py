"""Links in the landing folder, which strangers may have made."""

from __future__ import annotations

import os


def target(root: bytes, path: bytes, *, anywhere: bool) -> bytes | None:
    """Where the link at `path` leads in the end, if that is in the landing folder `root`, or may be `anywhere`."""
    real = os.path.realpath(os.path.join(root, path))
    inside = real.startswith(os.path.realpath(root) + b"/")
    return real if inside or anywhere else None
