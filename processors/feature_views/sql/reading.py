"""A view's SQL while it is read: what its columns are, within windows and outside of them."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from processors.columns import ColumnType
from processors.feature_views.model import Frame
from processors.feature_views.sql.aggregating import Gathering, called
from processors.feature_views.sql.canonical import Writer, quoted
from processors.feature_views.sql.definition import Definition
from processors.feature_views.sql.kinds import Typed
from processors.feature_views.sql.windows import EVENT, Windows

_INTEGER = ColumnType("integer")


class Reading:
    """`rows` writes what looks at one staged row, `features` what looks at windows, `canonical` the same as text that
    is no matter of names of windows.
    """

    def __init__(
        self, definition: Definition, types: dict[str, ColumnType], tables: set[str], windows: Windows
    ) -> None:
        """`types`: of the staged columns. `tables`: by which names the staged table is called."""
        self.definition, self.types, self._windows = definition, types, windows
        staged = {**types, EVENT: _INTEGER}
        self.rows = Typed(Writer({name.lower(): name for name in staged}, tables, self._no_column), staged)
        self.gathering = Gathering(self.rows)
        self._vector: dict[str, ColumnType] = {EVENT: _INTEGER}
        outside = {EVENT: EVENT}
        self.features = Typed(Writer(outside, tables, self._outside, self._aggregate), self._vector)
        self.canonical = Writer(outside, tables, self._outside, self._written)

    @property
    def endless(self) -> bool:
        """Whether some window reaches back for ever."""
        return any(each.frame.start_us is None for each in self.gathering.aggregates.values())

    @property
    def horizon_us(self) -> int:
        """How far back the others reach at the most."""
        reached = [each.frame.start_us or 0 for each in self.gathering.aggregates.values()]
        return max(reached, default=0) if self.definition.horizon_us is None else self.definition.horizon_us

    def is_key(self, column: exp.Expr) -> bool:
        """Whether it is one of the columns that may stand beside features, and say nothing."""
        keys = {"_id", "_date", EVENT, *(name.lower() for name in self.definition.entity)}
        return isinstance(column, exp.Column) and column.name.lower() in keys

    def sources(self, node: exp.Expr) -> Iterator[str]:
        """The staged columns that `node` looks at, but for those by which windows are partitioned and ordered."""
        for each in node.walk(prune=lambda part: isinstance(part, exp.Window)):
            if isinstance(each, exp.Column):
                name = self.rows.writer.name(each)
                yield self.definition.event_time if name == EVENT else name
            if isinstance(each, exp.Window):
                for part in self._looked_at(each):
                    yield from self.sources(part)

    def _looked_at(self, window: exp.Window) -> list[exp.Expr]:
        call = called(window, self._windows)
        return [each for each in (call.argument, call.condition) if each is not None]

    def _aggregate(self, window: exp.Window) -> str:
        aggregate = self.gathering(called(window, self._windows))
        self._vector[aggregate.name] = aggregate.type
        return quoted(aggregate.name)

    def _written(self, window: exp.Window) -> str:
        """A window with its definition in the place of its name."""
        call, row = called(window, self._windows), self.rows.writer
        argument = "*" if call.argument is None else row(call.argument)
        condition = "" if call.condition is None else f" FILTER (WHERE {row(call.condition)})"
        return f"{call.function.upper()}({argument}){condition} OVER ({self._over(call.frame)})"

    def _over(self, frame: Frame) -> str:
        start = "UNBOUNDED" if frame.start_us is None else str(frame.start_us)
        entity = ", ".join(map(quoted, self.definition.entity))
        frame_text = f"RANGE BETWEEN {start} PRECEDING AND {frame.end_us} PRECEDING"
        return f"PARTITION BY {entity} ORDER BY {quoted(EVENT)} {frame_text}"

    def _no_column(self, name: str) -> str:
        return f"there is no column {name!r}; the columns are {', '.join((*self.types, EVENT))}"

    def _outside(self, name: str) -> str:
        if name.lower() not in {each.lower() for each in self.types}:
            return self._no_column(name)
        return (
            f"{name!r} is the row's own and stands outside a window; a vector is of an entity at an instant, and knows "
            f"no row of that instant. Read it from stg_{self.definition.dataset}"
        )
