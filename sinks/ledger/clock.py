"""The present time, as the ledger writes it."""

from __future__ import annotations

from datetime import UTC, datetime

#: The time as `now` writes it.
NOW = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"


def now() -> str:
    """The time, as the ledger writes it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
