"""A hash of examples, by which it shows whether a model was trained with others."""

from __future__ import annotations

import hashlib

import numpy as np

from processors.learning.examples import Examples


def row_hash(examples: Examples) -> str:
    """Hexadecimal SHA-256 of ids, inputs and targets, column by column; a text stands behind its length in bytes."""
    hashed = hashlib.sha256(examples.ids.astype("<i8").tobytes())
    for column in examples.numbers.iter_columns():
        hashed.update(column.to_numpy().astype("<f8").tobytes())
    for column in examples.categories.iter_columns():
        hashed.update(column.str.len_bytes().to_numpy().astype("<i8").tobytes())
        hashed.update("".join(column.to_list()).encode())
    if examples.target is not None:
        hashed.update(np.asarray(examples.target, "<f8").tobytes())
    return hashed.hexdigest()
