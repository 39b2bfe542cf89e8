"""Splits as people read them."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from sinks.splits.manifests import StoredSplit
from stream.screens.figures import count
from stream.screens.output import printing, write
from stream.splits.splits import Made, Verified


def splits_told(splits: Sequence[StoredSplit]) -> None:
    """Print a table for each, a row for each part."""
    if not splits:
        write("There are no splits; `ade-stream splits make VIEW SPLIT` makes one that the view's YAML describes.\n")
        return
    with printing() as console:
        for each in splits:
            title = (
                f"split {each.split_id}: {each.name} of {each.view} version {each.view_version}, {each.made_at[:16]}"
            )
            console.print(title.replace("T", " "), highlight=False)
            console.print(_table(each))


def _table(split: StoredSplit) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold underline")
    for title in ("part", "rows", "from", "to", "left out"):
        right = title == "rows"
        table.add_column(title, justify="right" if right else "left", overflow="fold", no_wrap=title != "left out")
    for part in split.parts:
        out = ", ".join(f"{count(rows)} {why}" for why, rows in part.excluded.items() if rows)
        times = [(moment or "-")[:16].replace("T", " ") for moment in (part.time_min, part.time_max)]
        table.add_row(*map(Text, (part.part, count(part.rows), *times, out)))
    return table


def told_made(made: Made) -> str:
    """One line about a split that was asked for."""
    split = made.split
    parts = ", ".join(f"{part.part} {count(part.rows)}" for part in split.parts)
    new = "is made" if made.is_new else "was there: the same split of the same rows"
    return f"Split {split.split_id} of {split.view} version {split.view_version} {new}. Rows: {parts}.\n"


def told_verified(found: Verified) -> str:
    """One line for each part that has changed, or one for all."""
    split_id = found.split.split_id
    if not found.changed:
        return f"Split {split_id}: all parts have the rows that they had.\n"
    return "".join(
        f"Split {split_id}: {part} has other rows than when it was made: {count(then)} then, {count(now)} now.\n"
        for part, (then, now) in found.changed.items()
    )
