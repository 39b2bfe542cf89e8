"""The figures of a learner as they are kept: of all rows, and sums by execution date."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from processors.learning.folding import Learned
    from processors.learning.learner import Learner


def added(kept: Mapping[str, Any], learner: Learner, learned: Learned) -> dict[str, Any]:
    """`rows` and the figures of all that was predicted; `dates`: sums of each date, which add up."""
    from processors.learning.prequential import Prequential

    dates = dict(kept.get("dates", {}))
    for date, sums in learned.by_date.items():
        before = Prequential.load(dates[date]) if date in dates else Prequential()
        dates[date] = (before + sums).dump()
    whole = learner.prequential
    return {"rows": whole.rows, **whole.figures(learner.model.task), "dates": dates}
