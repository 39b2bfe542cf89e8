"""What is wrong with the SQL of a view, and on which line of it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import ErrorLevel, exp


class SqlError(ValueError):
    """One thing that is wrong: a sentence, without its full stop."""

    def __init__(self, where: exp.Expr | int, why: str) -> None:
        """`where`: a line, from 1, or what stands there."""
        super().__init__(" ".join(why.split()))
        self.line = where if isinstance(where, int) else line_of(where)


class ViewError(ValueError):
    """All that is wrong with a view's SQL, in the order of its lines."""

    def __init__(self, faults: Sequence[SqlError]) -> None:
        """At least one fault. What is wrong with a window that several features are over is told once."""
        told = {(fault.line, str(fault)): fault for fault in faults}
        self.faults = tuple(told[key] for key in sorted(told))
        super().__init__("\n".join(f"line {fault.line}: {fault}" for fault in self.faults))


def shown(node: exp.Expr) -> str:
    """What stands there, on one line."""
    return node.sql(dialect="sqlite", comments=False, unsupported_level=ErrorLevel.IGNORE)


def line_of(node: exp.Expr) -> int:
    """The first line on which a name, a number or a function of `node` stands; else of what it is a part of."""
    lines = [each.meta["line"] for each in node.walk() if "line" in each.meta]
    if lines or node.parent is None:
        return min(lines, default=1)
    return line_of(node.parent)
