"""The aggregates of a view and what they add up, each once, with their types."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlglot import exp

from processors.columns import ColumnType
from processors.feature_views.model import Aggregate, Frame, Function, Input
from processors.feature_views.sql.faults import SqlError, shown
from processors.feature_views.sql.kinds import NUMBERS, Typed
from processors.feature_views.sql.windows import Windows

_FUNCTIONS: dict[type[exp.Expr], Function] = {
    exp.Count: "count",
    exp.Sum: "sum",
    exp.Avg: "avg",
    exp.Min: "min",
    exp.Max: "max",
}
_INTEGER, _NUMBER = ColumnType("integer"), ColumnType("number")
#: Decimals are added up as integers of 64 bits.
_DIGITS_MAX = 18


@dataclass(frozen=True, slots=True)
class Call:
    """An aggregate over a window, as it is written. `argument` is None for count(*)."""

    function: Function
    argument: exp.Expr | None
    condition: exp.Expr | None
    frame: Frame


def called(window: exp.Window, windows: Windows) -> Call:
    """What is asked of a window. Raises SqlError where it is no aggregate of a view."""
    function, condition = window.this, None
    if isinstance(function, exp.Filter):
        function, condition = function.this, function.expression.this
    if type(function) not in _FUNCTIONS or window.args.get("over") != "OVER":
        why = (
            "is none of count, sum, avg, min and max; others depend on the order of rows, which one instant does not "
            "have, or are not the same in every database"
        )
        raise SqlError(window, f"{shown(function)} {why}")
    return Call(_FUNCTIONS[type(function)], _argument(function), condition, windows.frame(window))


def _argument(function: exp.Expr) -> exp.Expr | None:
    argument = function.this
    if isinstance(argument, exp.Star) and isinstance(function, exp.Count):
        return None
    if isinstance(argument, exp.Distinct):
        raise SqlError(function, f"{shown(function)}: DISTINCT is not known here, nor to windows of SQLite")
    if not isinstance(argument, exp.Expr) or function.expressions:
        raise SqlError(function, f"{shown(function)} must have one argument")
    if argument.find(exp.Column) is not None:
        return argument
    if isinstance(function, exp.Count) and isinstance(argument, exp.Literal):
        return None
    raise SqlError(function, f"{shown(function)} looks at no column; to count rows write count(*)")


@dataclass(frozen=True, slots=True)
class Gathering:
    """Names aggregates and inputs in the order in which they are met. `rows` writes what stands within them."""

    rows: Typed
    inputs: dict[tuple[str, ColumnType], Input] = field(default_factory=dict)
    aggregates: dict[tuple[Function, str | None, Frame], Aggregate] = field(default_factory=dict)

    def __call__(self, call: Call) -> Aggregate:
        """The aggregate that is asked for. Raises SqlError where its argument is of no use."""
        written = self._input(call)
        name = None if written is None else written.name
        key = (call.function, name, call.frame)
        if key not in self.aggregates:
            kind = _INTEGER if written is None else _result(call.function, written.type)
            self.aggregates[key] = Aggregate(f"_window_{len(self.aggregates) + 1}", *key, kind)
        return self.aggregates[key]

    def _input(self, call: Call) -> Input | None:
        if call.argument is None and call.condition is None:
            return None
        sql, kind = ("1", _INTEGER) if call.argument is None else self._value(call.function, call.argument)
        if call.condition is not None:
            sql = f"CASE WHEN {self.rows.condition(call.condition)} THEN {sql} ELSE NULL END"
        sql = self.rows.simply(sql)
        return self.inputs.setdefault((sql, kind), Input(f"_input_{len(self.inputs) + 1}", sql, kind))

    def _value(self, function: Function, argument: exp.Expr) -> tuple[str, ColumnType]:
        """What is aggregated and its type. How many there are is counted of numbers, whatever they are."""
        sql, kind = self.rows(argument)
        long = kind.name == "decimal" and kind.precision > _DIGITS_MAX
        if function == "count" and (long or kind.name not in NUMBERS):
            return f"CASE WHEN (NOT ({sql} IS NULL)) THEN 1 ELSE NULL END", _INTEGER
        if function in {"sum", "avg"} and kind.name not in NUMBERS:
            raise SqlError(
                argument,
                f"{shown(argument)} is a {kind.name}, which {function} cannot add up; write CASE WHEN ... END",
            )
        if function in {"sum", "avg"} and long:
            return f"CAST({sql} AS DOUBLE PRECISION)", _NUMBER
        if kind.name == "boolean":
            raise SqlError(argument, f"{sql} is a boolean, which has no {function}; write CASE WHEN ... END")
        return sql, kind


def _result(function: Function, kind: ColumnType) -> ColumnType:
    match function:
        case "count":
            return _INTEGER
        case "avg":
            return _NUMBER
        case "sum" if kind.name == "decimal":
            return ColumnType("decimal", 38, kind.scale)
    return kind
