"""What `backup` and `restore` did, as people read it."""

from __future__ import annotations

from pathlib import Path

from stream.backup.backup import Contents
from stream.backup.restore import Restored
from stream.screens.figures import count
from stream.screens.output import shown
from stream.screens.verdicts import told


def backed_up(contents: Contents) -> str:
    """One sentence."""
    return f"{shown(contents.path)}: {_held(contents)}.\n"


def restored(source: Path, done: Restored) -> str:
    """The verdict on the backup, what is in place now, and where the warehouse is that was."""
    verdict = "" if done.verdict is None else told(done.verdict)
    if done.contents is None:
        return f"{verdict}{shown(source)}: was not restored. --unverified puts it in place as it is.\n"
    kept = f" The one before is kept as {shown(done.kept)}." if done.kept else ""
    return f"{verdict}{shown(done.contents.path)}: is that of {shown(source)} now, with {_held(done.contents)}.{kept}\n"


def _held(each: Contents) -> str:
    records = f"{count(each.records)} records ({count(each.accepted)} accepted, {count(each.rejected)} rejected)"
    return f"{records} of {count(each.files)} files, last committed {each.last_commit or 'never'}"
