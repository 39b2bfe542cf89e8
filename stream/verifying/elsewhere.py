"""Dates that were judged by another config than today's, in sentences."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from sinks.verifying.configs import OtherConfig

_HASH_SHOWN = 12


def told_of_configs(others: Mapping[tuple[str, str], OtherConfig], left: Collection[tuple[str, str]]) -> Iterator[str]:
    """What of dates, each with its dataset, cannot be held against today's config; like ones are told together. `left`:
    those of which today's config gives other rows."""
    runs = dict[tuple[str, OtherConfig, bool], list[str]]()
    for (date, name), other in others.items():
        if (date, name) in left or other.is_of_dates:
            runs.setdefault((name, other, (date, name) in left), []).append(date)
    for (name, other, is_left), of in runs.items():
        yield f"{name} {_period(of)}: {_said(other, is_left=is_left)}; `ade-stream plan` says what to do."


def _period(dates: list[str]) -> str:
    return dates[0] if len(dates) == 1 else f"{min(dates)} to {max(dates)} ({len(dates)} dates)"


def _said(other: OtherConfig, *, is_left: bool) -> str:
    judged = f"judged by config {other.recorded[:_HASH_SHOWN]}, today's is {other.today[:_HASH_SHOWN]}"
    parts = ", ".join(sorted(other.telling))
    left = ["rows and rejects"] if is_left else []
    left += ["profiles, scores and rules over the date"] if other.is_of_dates else []
    return f"{judged} (other {parts}), so {' and '.join(left)} were not compared"
