"""Files that are held because their header does not fit the contract, and what a person can do about it."""

from __future__ import annotations

from collections.abc import Sequence

from processors.columns import Column
from processors.naming.matching import declared
from stream.config import Dataset
from stream.reading.matching import listed, named
from stream.reading.quoting import DELIMITERS


def frozen(names: Sequence[str], dataset: Dataset) -> str | None:
    """Why a file with these columns is held, and the ways out; None where it is not.

    One that has none of the columns is held whatever the modes say: it is no file of this dataset.
    """
    cast, columns = dataset.cast, dataset.columns
    found = declared(names, columns)
    there = {column.name for column in found.values()}
    missing = [column for column in columns if not column.optional and column.name not in there]
    if missing and (cast.missing_columns == "freeze" or not found):
        lacks = f"its header lacks {named(missing)}; it has {listed(names)}"
        return f"{lacks}. {_missing(names, missing, dataset.name)}"
    undeclared = [name for name in names if name not in found]
    if undeclared and cast.new_columns == "freeze":
        accept = f"`ade-stream schema accept {dataset.name} {undeclared[0]!r}`"
        return (
            f"its header has columns that the config does not name: {listed(undeclared)}. {accept} takes one into the "
            "contract; or add the name to the source of the column that it is, or choose another mode for new_columns"
        )
    return None


def _missing(names: Sequence[str], missing: Sequence[Column], dataset: str) -> str:
    """The ways out for a header that lacks columns: nearly always, one that is a single name has other delimiters."""
    for sign in DELIMITERS:
        apart = [name.strip() for name in names[0].split(sign)] if len(names) == 1 else []
        if declared(apart, missing):
            return f"Its fields are separated by {sign!r}: write dialect.delimiter: {sign!r} (or auto) in the config"
    return (
        f"Add the name that a column has here to its source, which `ade-stream schema accept {dataset} NAME --as "
        f"{missing[0].name}` does, or mark it optional, or choose another mode for missing_columns"
    )
