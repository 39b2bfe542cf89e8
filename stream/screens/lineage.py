"""From what what is made, as a tree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.text import Text
from rich.tree import Tree

from processors.lineage.columns import Made
from stream.lineage.graph import Node
from stream.screens.figures import count
from stream.screens.output import printing, shown

#: To the minute.
_TIME_SHOWN = 16


def draw(nodes: Iterable[Node], *, columns: bool) -> None:
    """Print a tree for each dataset; with the way of each of its columns, where that is asked for."""
    with printing() as console:
        for node in nodes:
            tree = Tree(_label(node), guide_style="dim")
            _grow(tree, node, columns=columns)
            console.print(tree)


def _grow(branch: Tree, node: Node, *, columns: bool) -> None:
    if columns:
        for made in node.columns:
            branch.add(Text(_column(made), "dim"))
    for child in node.children:
        _grow(branch.add(_label(child)), child, columns=columns)


def _label(node: Node) -> Text:
    text = Text(f"{node.kind} ")
    text.append(shown(node.name), "bold")
    return text.append("".join(f"  {each}" for each in _told(node)))


def _told(node: Node) -> Iterator[str]:
    yield ", ".join(_amount(what, number) for what, number in node.amounts.items())
    if node.also_from:
        yield f"looks at {', '.join(node.also_from)}"
    yield node.last[:_TIME_SHOWN].replace("T", " ") if node.last else "nothing yet"


def _amount(what: str, number: int) -> str:
    if what == "version":
        return f"version {number}"
    return f"{count(number)} {what.removesuffix('s') if number == 1 else what}"


def _column(made: Made) -> str:
    sources = ", ".join(made.sources) or ("the rows" if made.sql else "nothing")
    how = f": {' '.join(made.sql.split())}" if made.sql else ""
    return shown(f"{made.name} <- {sources}{how}")
