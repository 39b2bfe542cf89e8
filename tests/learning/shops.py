"""Models and examples that are made up, for what is told of them by hand."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from processors.columns import ColumnType
from processors.learning.examples import Examples, examples
from processors.learning.model import Model, Task

NUMBER = ColumnType("number")


def model(task: Task = "regression", numbers: Sequence[str] = ("x",), categories: Sequence[str] = ("shop",)) -> Model:
    """A model of a dataset `sales` whose target is `y`."""
    inputs = tuple((name, NUMBER) for name in numbers)
    return Model(
        "m", "sales", None, task, ("y", NUMBER), inputs, tuple(categories), (), None, None, "{}", "defined", "schema"
    )


def seen(of: Model, columns: Mapping[str, Sequence[Any]]) -> Examples:
    """Columns as examples, with ids from 1 on."""
    count = len(next(iter(columns.values())))
    return examples(of, pa.record_batch({"_id": pa.array(range(1, count + 1), pa.int64()), **columns}))


def sales(count: int = 200, seed: int = 1) -> dict[str, list[Any]]:
    """`y` is 3 x, with 10 more in the shop `b`, and some noise; `y > 20` is `big`."""
    chance = random.Random(seed)
    x = [chance.uniform(0, 10) for _ in range(count)]
    shop = [chance.choice("ab") for _ in range(count)]
    y = [3 * value + 10 * (where == "b") + chance.gauss(0, 0.5) for value, where in zip(x, shop, strict=True)]
    return {"x": x, "shop": shop, "y": y}


def big_sales(count: int = 200, seed: int = 1) -> dict[str, list[Any]]:
    """The same, told as 0 and 1."""
    found = sales(count, seed)
    return found | {"y": [float(value > 20) for value in found["y"]]}
