"""A snapshot, the size of a screen and a view: the lines of that screen."""

from __future__ import annotations

from dataclasses import dataclass

from stream.running.snapshot import Snapshot
from stream.screens.live.details import dataset_view, files_view, model_view, rules_view
from stream.screens.live.header import footer, header
from stream.screens.live.lines import Line, line, rule
from stream.screens.live.overview import overview
from stream.screens.live.views import View


@dataclass(frozen=True, slots=True)
class Size:
    """Of a screen, in cells."""

    width: int
    height: int


def draw(snapshot: Snapshot, size: Size, view: View) -> list[Line]:
    """As many lines as the screen has, each as wide as it. On a small one the header shrinks first, then there is only
    that."""
    width, height = max(1, size.width), max(1, size.height)
    top = header(snapshot, width)
    top = [*top, rule("", width)] if height >= 16 else top[:2] if height >= 6 else top[:1]
    bottom = [footer(view, width)] if height >= 4 else []
    room = height - len(top) - len(bottom)
    body = [each.cut(width) for each in _body(snapshot, view, width, room)[:room]] if room > 0 else []
    filling = [line("")] * (room - len(body))
    return [each.padded(width) for each in [*top, *body, *filling, *bottom][:height]]


def _body(snapshot: Snapshot, view: View, width: int, height: int) -> list[Line]:
    if view.name == "dataset":
        return dataset_view(snapshot, view.chosen, width, height)
    if view.name == "files":
        return files_view(snapshot, width, height)
    if view.name == "rules":
        return rules_view(snapshot, width, height)
    if view.name == "model":
        return model_view(snapshot, width, height)
    return overview(snapshot, width, height)
