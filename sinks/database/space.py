"""Space that is free within a warehouse's file, and giving it back to the disk."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from processors.errors import WarehouseError
from sinks.database.connection import Connection

#: Less than that share of the file is not worth writing it anew.
_SHARE_MIN = 0.1


def refuse_full(path: Path) -> None:
    """Raises WarehouseError where the disk, or that of temporary files, has no room for the file to be written anew."""
    wanted = path.stat().st_size
    for folder in (path.resolve().parent, Path(tempfile.gettempdir())):
        if (free := shutil.disk_usage(folder).free) < wanted:
            raise WarehouseError(
                f"{folder}: giving space back takes up to {wanted} bytes for a while, and {free} are free. Make room, "
                "or set TMPDIR to a folder with more of it."
            )


def is_worth_shrinking(connection: Connection) -> bool:
    """Whether a good part of the file is free."""
    free, pages = (connection.integer(f"PRAGMA {name}") for name in ("freelist_count", "page_count"))
    return free > pages * _SHARE_MIN


def shrink(connection: Connection) -> None:
    """Write the file anew without what is free in it, and bring the log into it.

    The database goes through a temporary file and its log, so memory is bounded, and a kill leaves the one or the
    other. A reader that stays longer than five seconds keeps the file from being cut, not from being right.
    """
    connection.run("PRAGMA temp_store = FILE")
    connection.run("VACUUM")
    connection.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.run("PRAGMA temp_store = MEMORY")
