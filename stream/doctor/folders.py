"""Whether the folders are there and may be read and written, and what others have left in them."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from stream.config import Dataset
from stream.doctor.diagnosis import Diagnosis, judged
from stream.replacing import left_unfinished

_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def landing_folder(landing: Path, datasets: Mapping[str, Dataset]) -> Iterator[Diagnosis]:
    """Whether each dataset's files can be read, and moved where the config wants that."""
    if not landing.is_dir():
        made = f"Make it (`mkdir -p {landing}`), or name another with --landing."
        yield Diagnosis("landing folder", "fail", f"{landing}: there is no such folder", made)
        return
    yield _readable("landing folder", landing)
    for name, dataset in datasets.items():
        folder = landing / dataset.folder
        if not folder.is_dir():
            yield Diagnosis(f"folder of {name}", "ok", f"{folder}: is not there yet; it is looked for all the time")
        elif not os.access(folder, os.R_OK | os.X_OK):
            yield _readable(f"folder of {name}", folder)
        elif dataset.files.after != "leave":
            yield _writable(f"folder of {name}", folder, f"loaded files cannot leave it (after: {dataset.files.after})")


def warehouse_folder(warehouse: Path) -> Iterator[Diagnosis]:
    """Whether the warehouse can be made or written by whoever asks, and by nobody else."""
    folder = warehouse.parent.resolve()
    there = next(each for each in (folder, *folder.parents) if each.exists())
    if there == folder or not there.is_dir():
        yield _writable("warehouse folder", there, "SQLite makes files of its own beside the warehouse")
    else:
        yield _writable("warehouse folder", there, f"{folder} is to be made in it")
    if warehouse.is_file():
        yield _writable("warehouse file", warehouse, "nothing can be loaded into it", os.W_OK)
        yield _owner(warehouse)


def leftovers(warehouse: Path) -> Iterator[Diagnosis]:
    """What processes that were killed have left beside the warehouse."""
    folder = warehouse.parent
    names = sorted(path.name for path in left_unfinished(folder)) if folder.is_dir() else []
    told = f"{len(names)} unfinished files: {', '.join(names[:3])}" if names else "nothing is left of killed processes"
    yield judged(
        "leftovers", told, (bool(names), "warn", f"They can be deleted: rm {folder}/{names[0]}" if names else "")
    )


def _readable(subject: str, folder: Path) -> Diagnosis:
    denied = not os.access(folder, os.R_OK | os.X_OK)
    told = f"{folder}: cannot be listed" if denied else f"{folder}: can be listed"
    return judged(subject, told, (denied, "fail", f"Let this user in: chmod u+rx {folder}, or chown it."))


def _writable(subject: str, path: Path, otherwise: str, mode: int = os.W_OK | os.X_OK) -> Diagnosis:
    denied = not os.access(path, mode)
    told = f"{path}: cannot be written; {otherwise}" if denied else f"{path}: can be written"
    return judged(
        subject, told, (denied, "fail", "Let this user write there (chmod u+w, chown), or name another path.")
    )


def _owner(warehouse: Path) -> Diagnosis:
    found = warehouse.stat()
    other, open_ = found.st_uid != os.getuid(), bool(found.st_mode & _OTHERS_WRITE)
    mode = stat.filemode(found.st_mode)
    return judged(
        "warehouse owner",
        f"user {found.st_uid}, {mode}" + (f", and you are user {os.getuid()}" if other else ""),
        (
            other,
            "warn",
            "Run ade-stream as its owner: files that it makes beside the warehouse would have another one.",
        ),
        (open_, "warn", f"Others may write into it: chmod go-w {warehouse}, and set umask 022 where it is made."),
    )
