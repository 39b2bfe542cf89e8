"""Why is this file in, or not in? What the ledger says of it; else what the landing folder and the configs say."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from sinks.ledger.files import FileEntry
from sinks.reading import WarehouseReader
from stream.config import Dataset
from stream.landing.links import target
from stream.landing.listing import look
from stream.landing.names import printable
from stream.landing.naming import meant
from stream.schemas.contracts import load_contracts
from stream.waiting import awaited_turn


@dataclass(frozen=True, slots=True)
class Told:
    """A generation of a file that the ledger knows. `rejects`: how many records were rejected under each rule.
    `states`: when it last came into each state, the latest last. `parameters`: the versions that its records were
    judged with."""

    entry: FileEntry
    rejects: Mapping[str, int]
    states: Mapping[str, str]
    parameters: tuple[int, ...] = ()

    @classmethod
    def of(cls, recorded: WarehouseReader, entry: FileEntry) -> Self:
        """What is recorded of it."""
        file_id = entry.file.file_id
        versions = recorded.parameters.of_file(file_id)
        return cls(entry, recorded.reject_rules(file_id), recorded.states(file_id), versions)


@dataclass(frozen=True, slots=True)
class Explanation:
    """`path`: relative to the landing folder, as the ledger writes it. `unknown`: where the ledger knows no such file,
    a sentence that says why not; empty otherwise. `held`: the datasets of the file of which nothing is loaded for now,
    each with the reason."""

    path: str
    generations: tuple[Told, ...]
    unknown: str = ""
    held: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_loaded(self) -> bool:
        """Whether the newest generation is in the warehouse as a whole."""
        return bool(self.generations) and self.generations[-1].entry.state in {"committed", "archived"}


def explain(configs: Path, landing: Path, warehouse: Path, file: Path) -> Explanation:
    """All that is known of `file`: a path below the landing folder, or relative to it, or as the ledger prints it.

    Raises ConfigError and WarehouseError.
    """
    datasets = load_contracts(configs, warehouse)
    with WarehouseReader(warehouse) as recorded:
        path = meant(recorded, landing, file)
        name = printable(os.fsencode(path))
        told = tuple(Told.of(recorded, entry) for entry in recorded.files("path = ?", name))
        takers = _takers(landing, path, datasets)
        turns = [awaited_turn(recorded, landing, datasets[each], path) for each in takers if not told]
        all_held = {each.dataset: each.reason for each in recorded.dataset_states() if each.is_held}
    taken_by = {each.entry.file.dataset for each in told} or set(takers)
    held = {dataset: reason for dataset, reason in all_held.items() if dataset in taken_by}
    if told:
        return Explanation(name, told, held=held)
    waits = [f"It waits, since its dataset {dataset} is held. {reason}" for dataset, reason in held.items()]
    waits = waits or [turn for turn in turns if turn]
    return Explanation(name, (), " ".join(waits) or unknown(landing, path, datasets), held)


def unknown(landing: Path, path: Path, datasets: Mapping[str, Dataset]) -> str:
    """Why the ledger knows nothing of `path`, which is relative to the landing folder."""
    if path.is_absolute() or ".." in path.parts:
        return f"It does not lie in the landing folder {landing}."
    try:
        mode = (landing / path).lstat().st_mode
    except OSError:
        return f"There is no such file in {landing}, and none of that name was ever seen."
    if stat.S_ISLNK(mode) and not _is_followed(landing, path, datasets):
        return "It is a link that leads out of the landing folder. Copy or move the file itself, or set follow_links."
    if not (stat.S_ISREG(mode) or (landing / path).is_file()):
        return "It is no regular file."
    return _passed_over(landing, path, datasets)


def _is_followed(landing: Path, path: Path, datasets: Mapping[str, Dataset]) -> bool:
    anywhere = any(each.files.follow_links for each in datasets.values() if path.is_relative_to(each.folder))
    return target(os.fsencode(landing), os.fsencode(path), anywhere=anywhere) is not None


def _passed_over(landing: Path, path: Path, datasets: Mapping[str, Dataset]) -> str:
    """Why a regular file of the landing folder belongs to no dataset, or has not been seen yet."""
    near = [dataset for dataset in datasets.values() if path.is_relative_to(dataset.folder)]
    if _takers(landing, path, datasets):
        return "It has not been seen yet. `ade-stream run` takes it; a running watch does within seconds."
    if not near:
        folders = ", ".join(f"{dataset.folder}/" for dataset in datasets.values())
        return f"It lies in the folder of no dataset. The datasets have {folders}."
    if any(part.startswith(".") for part in path.parts):
        return "It, or a folder that it lies in, begins with a dot; those are left alone."
    patterns = " or ".join(pattern for dataset in near for pattern in dataset.files.patterns)
    return f"Its name does not match {patterns}, or ends like that of an unfinished file (.tmp, .part and the like)."


def _takers(landing: Path, path: Path, datasets: Mapping[str, Dataset]) -> list[str]:
    """The datasets that take the file."""
    near = [dataset for dataset in datasets.values() if path.is_relative_to(dataset.folder)]
    return [dataset.name for dataset in near if look(os.fsencode(landing), dataset, os.fsencode(path))]
