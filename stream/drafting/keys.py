"""Which columns may identify a record: alone, or two together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from processors.profiling.cell_hashes import CellHashes, joined
from stream.drafting.aligning import Aligned
from stream.drafting.kinds import Kind, is_named_key
from stream.drafting.samples import Survey

#: Fewer records prove nothing.
_RECORDS_MIN = 20
_NEARLY = 0.9
_KEY_TYPES = {"string", "category", "integer", "date", "timestamp"}


@dataclass(frozen=True, slots=True)
class Key:
    """Columns that may identify a record. `is_sure`: their names say so too. `why`: in a few words."""

    columns: tuple[str, ...]
    is_sure: bool
    why: str


def key_of(survey: Survey, columns: Sequence[tuple[str, Aligned, Kind]]) -> Key | None:
    """The likeliest key; None where nothing identifies the records of the samples."""
    groups = list(survey.groups.values())
    whole = [
        (name, column, kind)
        for name, column, kind in columns
        if len(column.places) == len(groups) and not column.profile.words.total() and kind.type in _KEY_TYPES
    ]
    names, kinds = [name for name, _, _ in whole], [kind for _, _, kind in whole]
    parts = [
        CellHashes(tuple(hashes.columns[column.places[number]] for _, column, _ in whole))
        for number, group in enumerate(groups)
        for hashes in group.hashes
    ]
    hashes = joined(parts) if parts and whole else CellHashes(())
    if hashes.records < _RECORDS_MIN:
        return None
    of_all = sum(group.records for group in groups)
    told = f"all {of_all:,} records" if hashes.records == of_all else f"the first {hashes.records:,} records"
    return _single(names, hashes, told) or _pair(names, kinds, hashes, told) or _nearly(names, hashes)


def _single(names: Sequence[str], hashes: CellHashes, told: str) -> Key | None:
    unique = [name for place, name in enumerate(names) if hashes.distinct(place) == hashes.records]
    if not unique:
        return None
    best = min(unique, key=lambda name: (not is_named_key(name), names.index(name)))
    return Key((best,), is_named_key(best), f"different in {told}")


def _pair(names: Sequence[str], kinds: Sequence[Kind], hashes: CellHashes, told: str) -> Key | None:
    def unsure(pair: tuple[int, int]) -> int:
        return sum(not (is_named_key(names[at]) or kinds[at].type in {"date", "timestamp"}) for at in pair)

    pairs = hashes.unique_pairs(range(len(names)))
    if not pairs:
        return None
    best = min(pairs, key=lambda pair: (unsure(pair), pair))
    named = any(is_named_key(names[at]) for at in best)
    return Key((names[best[0]], names[best[1]]), not unsure(best) and named, f"together different in {told}")


def _nearly(names: Sequence[str], hashes: CellHashes) -> Key | None:
    named = [(hashes.distinct(place), name) for place, name in enumerate(names) if is_named_key(name)]
    count, name = max(named, default=(0, ""))
    if count < _NEARLY * hashes.records:
        return None
    return Key((name,), is_sure=False, why=f"{count:,} different values in {hashes.records:,} records")
