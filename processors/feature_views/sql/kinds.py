"""The types of a view's expressions, as polars has them. Decimals are numbers in all but a column that stands alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from polars.exceptions import PolarsError
from sqlglot import exp

from processors.casting.casting import polars_type
from processors.columns import ColumnType
from processors.feature_views.sql.canonical import Writer, quoted
from processors.feature_views.sql.faults import SqlError, shown
from processors.features import feature_type
from processors.rules.expressions import parsed, row_expression

NUMBERS = {"integer", "number", "decimal"}


def bare(kind: ColumnType) -> ColumnType:
    """A type without how it is written in files; a category is text.

    >>> bare(ColumnType("category")) == ColumnType("string")
    True
    """
    return ColumnType("string") if kind.name == "category" else ColumnType(kind.name, kind.precision, kind.scale)


@dataclass(frozen=True, slots=True)
class Typed:
    """Writes expressions over columns whose types are known."""

    writer: Writer
    types: Mapping[str, ColumnType]

    def __call__(self, node: exp.Expr) -> tuple[str, ColumnType]:
        """`node` in SQL, and its type. Raises SqlError where it has none."""
        bare_node = node.unnest()
        sql = self.writer(bare_node)
        column = self.column(sql)
        if column is not None:
            return sql, bare(self.types[column])
        for part in _within(bare_node):
            self._alike(part)
        return sql, self._kind(sql, bare_node)

    def column(self, sql: str) -> str | None:
        """The name of the column that `sql` is, and nothing more; None for other expressions."""
        return next((name for name in self.types if quoted(name) == sql), None)

    def simply(self, sql: str) -> str:
        """A column that stands alone without its quotes, where polars takes its name for one and not for a keyword."""
        column = self.column(sql)
        if column is None:
            return sql
        try:
            return column if parsed(column).meta.is_column() else sql
        except PolarsError:
            return sql

    def condition(self, node: exp.Expr) -> str:
        """`node` in SQL. Raises SqlError where it says neither yes nor no of a row."""
        sql, kind = self(node)
        if node.find(exp.Column) is None:
            raise SqlError(node, f"{shown(node)} looks at no column, and is the same for every row")
        if kind.name != "boolean":
            raise SqlError(node, f"{shown(node)} is no condition, but of type {kind.written}")
        return sql

    def _alike(self, node: exp.Expr) -> None:
        """Two integers are divided otherwise here than there, and so is text read as a number."""
        kinds = [self(side)[1].name for side in (node.this, node.args.get("expression")) if side is not None]
        if isinstance(node, exp.Div) and kinds == ["integer", "integer"]:
            raise SqlError(
                node,
                f"{shown(node)} divides integers, of which SQLite drops the fraction; write one of them as 7.0, "
                "or as CAST(... AS DOUBLE PRECISION)",
            )
        if isinstance(node, exp.Cast) and kinds[0] not in NUMBERS:
            raise SqlError(
                node, f"a {kinds[0]} is no number; a text that is none is 0 in SQLite and an error elsewhere"
            )

    def _kind(self, sql: str, node: exp.Expr) -> ColumnType:
        try:
            types = {name: polars_type(_number(kind)) for name, kind in self.types.items()}
            return feature_type(row_expression(sql, types)[1])
        except ValueError as error:
            why = error if error.__cause__ is None else f"{shown(node)} cannot be computed: {_cause(error.__cause__)}"
            raise SqlError(node, str(why).split("\n\n")[0]) from error


def _cause(error: BaseException) -> str:
    if "to a string value" in str(error):
        return "dates and moments compare with each other alone; _event_us compares with microseconds"
    return str(error)


def _number(kind: ColumnType) -> ColumnType:
    return ColumnType("number") if kind.name == "decimal" else kind


def _within(node: exp.Expr) -> Iterator[exp.Expr]:
    """The divisions and casts of an expression, but for those within a window."""
    for each in node.walk(prune=lambda child: isinstance(child, exp.Window)):
        if isinstance(each, exp.Div | exp.Cast):
            yield each
