"""Lines of a screen: pieces of text with styles, cut and padded by the cells that they take.

Styles only underline what words say already, so nothing is lost without colour.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import rich.style
from rich.cells import cell_len, set_cell_size

from stream.screens.output import shown

Style: TypeAlias = Literal["", "bold", "dim", "good", "bad", "warn", "accent", "chosen"]
Piece: TypeAlias = "tuple[str, Style]"

_COLOURS: dict[Style, rich.style.Style] = {
    "bold": rich.style.Style(bold=True),
    "dim": rich.style.Style(dim=True),
    "chosen": rich.style.Style(reverse=True),
    "good": rich.style.Style(color="green"),
    "bad": rich.style.Style(color="red", bold=True),
    "warn": rich.style.Style(color="yellow"),
    "accent": rich.style.Style(color="cyan"),
}
_PLAIN = _COLOURS | {
    "good": rich.style.Style.null(),
    "bad": rich.style.Style(bold=True),
    "warn": rich.style.Style(bold=True),
    "accent": rich.style.Style.null(),
}
#: For terminals whose encoding has no more than ASCII.
_ASCII = str.maketrans("▁▂▃▄▅▆▇█░─…·↑↓", "_..--==#.-~-^v")


@dataclass(frozen=True, slots=True)
class Line:
    """Pieces one behind the other."""

    pieces: tuple[Piece, ...] = ()

    @property
    def text(self) -> str:
        """Without styles."""
        return "".join(text for text, _ in self.pieces)

    @property
    def cells(self) -> int:
        """How wide it is."""
        return cell_len(self.text)

    def __add__(self, other: Line) -> Line:
        return Line((*self.pieces, *other.pieces))

    def cut(self, width: int) -> Line:
        """At most so wide; an ellipsis stands where something was cut off."""
        if self.cells <= width:
            return self
        pieces, room = list[Piece](), max(0, width - 1)
        for text, style in self.pieces:
            kept = text if cell_len(text) <= room else set_cell_size(text, room)
            pieces.append((kept, style))
            room -= cell_len(kept)
            if kept != text:
                break
        return Line((*pieces, ("…", "")) if width > 0 else ())

    def padded(self, width: int, *, right: bool = False) -> Line:
        """Exactly so wide, its text at the left or the `right` end."""
        fitted = self.cut(width)
        blanks: Piece = (" " * (width - fitted.cells), "")
        return Line((blanks, *fitted.pieces) if right else (*fitted.pieces, blanks))

    def drawn(self, *, colour: bool, ascii_only: bool) -> str:
        """With the terminal's codes."""
        styles = _COLOURS if colour else _PLAIN
        drawn = (styles[style].render(text) if style else text for text, style in self.pieces)
        whole = "".join(drawn)
        return whole.translate(_ASCII).encode("ascii", "replace").decode() if ascii_only else whole


def line(*pieces: str | Piece) -> Line:
    """A line of texts, some with a style."""
    return Line(tuple((each, "") if isinstance(each, str) else each for each in pieces))


def safe(text: object, style: Style = "") -> Line:
    """A line of text that came from strangers."""
    return Line(((shown(text), style),))


def end_of(text: str, width: int) -> str:
    """The end of a long path is what tells it from others.

    >>> end_of("landing/orders/orders_1.csv", 13)
    '…orders_1.csv'
    """
    text = shown(text)
    if cell_len(text) <= width:
        return text
    while text and cell_len(text) >= width:
        text = text[1:]
    return f"…{text}" if width > 0 else ""


def rule(title: str, width: int) -> Line:
    """A line across the screen, with the title of what is below."""
    said = f"─ {title} " if title else ""
    return line((f"{said}{'─' * max(0, width - cell_len(said))}", "dim")).cut(width)


@dataclass(frozen=True, slots=True)
class Column:
    """Cells below a title. `flexible`: shares with others like it what room is left, but has at least `least`."""

    title: str
    cells: Sequence[Line]
    right: bool = True
    flexible: int = 0
    least: int = 4


def table(columns: Sequence[Column], width: int, gap: int = 2) -> list[Line]:
    """Titles and rows. Columns that find no room are left out, the last ones first."""
    widths = [max([cell_len(each.title), *(cell.cells for cell in each.cells)]) for each in columns]
    least = [min(wide, each.least) if each.flexible else wide for each, wide in zip(columns, widths, strict=True)]
    shown_columns = list(columns)
    while shown_columns and sum(least[: len(shown_columns)]) + gap * (len(shown_columns) - 1) > width:
        shown_columns.pop()
    if not shown_columns:
        shown_columns = [columns[0]]
    fitted = _widths(shown_columns, widths, least, width - gap * (len(shown_columns) - 1))
    titles = [line((each.title, "dim")) for each in shown_columns]
    rows = [titles, *zip(*(each.cells for each in shown_columns), strict=True)]
    return [_row(cells, shown_columns, fitted, gap).cut(width) for cells in rows]


def _widths(columns: Sequence[Column], wanted: Sequence[int], least: Sequence[int], room: int) -> list[int]:
    widths = list(least[: len(columns)])
    rest = room - sum(widths)
    flexible = [place for place, each in enumerate(columns) if each.flexible]
    while rest > 0 and (open_ones := [place for place in flexible if widths[place] < wanted[place]]):
        share = max(1, rest // sum(columns[place].flexible for place in open_ones))
        for place in open_ones:
            more = min(rest, share * columns[place].flexible, wanted[place] - widths[place])
            widths[place] += more
            rest -= more
    return widths


def _row(cells: Iterable[Line], columns: Sequence[Column], widths: Sequence[int], gap: int) -> Line:
    row = Line()
    for place, (cell, column, width) in enumerate(zip(cells, columns, widths, strict=True)):
        row += (line(" " * gap) if place else Line()) + cell.padded(width, right=column.right)
    return row
