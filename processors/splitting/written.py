"""A split with its borders as JSON, and back: what a manifest keeps, so that the same rows can be told again."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from processors.splitting.model import Borders, Split


def written(split: Split, where: Borders) -> dict[str, Any]:
    """Times are microseconds since 1970, shares fractions such as 7/10."""
    return {
        "split": split.name,
        "parts": list(split.parts),
        "shares": [str(share) for share in split.shares],
        "starts_us": list(where.starts),
        "end_us": where.end,
        "open_end": where.open_end,
        "label_horizon_us": split.label_horizon_us,
        "embargo_us": split.embargo_us,
        "by_entity": split.by_entity,
    }


def read(definition: Mapping[str, Any]) -> tuple[Split, Borders]:
    """The split, and where its parts were."""
    where = Borders(tuple(definition["starts_us"]), definition["end_us"], definition["open_end"])
    shares = tuple(Fraction(share) for share in definition["shares"])
    starts = () if shares else (*where.starts[1:], None if where.open_end else where.end)
    around = definition["label_horizon_us"], definition["embargo_us"], definition["by_entity"]
    return Split(definition["split"], tuple(definition["parts"]), shares, starts, *around), where
