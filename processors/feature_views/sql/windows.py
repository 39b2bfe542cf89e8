"""Windows of a view's SQL: over the rows of an entity, and over before the instant that they are asked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from processors.feature_views.model import Frame
from processors.feature_views.sql.faults import SqlError

EVENT = "_event_us"
_DAY_US = 86_400_000_000
#: A thousand years.
_REACH_MAX_US = 1000 * 366 * _DAY_US
_FORM = "write RANGE BETWEEN n PRECEDING AND 1 PRECEDING, in microseconds"


@dataclass(frozen=True, slots=True)
class Windows:
    """The windows that a statement names, by lower-case name. `entity`: what each must be partitioned by. `horizon_us`:
    as far back as a bounded one may reach."""

    named: Mapping[str, exp.Window]
    entity: tuple[str, ...]
    horizon_us: int | None = None

    def frame(self, use: exp.Window) -> Frame:
        """Of the window that an aggregate is over. Raises SqlError where it is none of a view."""
        window = self._defined(use)
        self._partitioned(window)
        _ordered(window)
        spec = window.args.get("spec")
        if spec is None:
            raise SqlError(window, f"a window without a frame holds the row itself; {_FORM}")
        return self._within_horizon(_frame(spec), spec)

    def _within_horizon(self, frame: Frame, spec: exp.WindowSpec) -> Frame:
        if self.horizon_us is not None and frame.start_us is not None and frame.start_us > self.horizon_us:
            days, allowed = frame.start_us / _DAY_US, self.horizon_us / _DAY_US
            raise SqlError(spec, f"a window reaches {days:g} days back, further than the horizon of {allowed:g} days")
        return frame

    def _defined(self, use: exp.Window) -> exp.Window:
        name = use.args.get("alias")
        if name is None:
            return use
        if use.args.get("spec") or use.args.get("order") or use.args.get("partition_by"):
            raise SqlError(use, f"OVER adds to the window {name.name!r}; write the whole window out")
        if name.name.lower() not in self.named:
            known = ", ".join(self.named) or "none"
            raise SqlError(use, f"there is no window {name.name!r}; the WINDOW clause has: {known}")
        window = self.named[name.name.lower()]
        if window.args.get("alias") is not None:
            raise SqlError(window, f"the window {name.name!r} is made of another; write the whole window out")
        return window

    def _partitioned(self, window: exp.Window) -> None:
        found = [_name(each) for each in window.args.get("partition_by") or ()]
        if sorted(found) != sorted(name.lower() for name in self.entity):
            raise SqlError(window, f"a window must have PARTITION BY {', '.join(self.entity)}, as the entity has it")


def named_windows(windows: Sequence[exp.Window], entity: tuple[str, ...], horizon_us: int | None) -> Windows:
    """Those of a WINDOW clause. Raises SqlError where it has a name twice."""
    named: dict[str, exp.Window] = {}
    for window in windows:
        name = window.this.name.lower()
        if name in named:
            raise SqlError(window, f"the window {name!r} is defined twice")
        named[name] = window
    return Windows(named, entity, horizon_us)


def _name(node: exp.Expr) -> str:
    return node.name.lower() if isinstance(node, exp.Column) else ""


def _ordered(window: exp.Window) -> None:
    order = window.args.get("order")
    terms = order.expressions if order is not None else []
    if len(terms) != 1 or _name(terms[0].this) != EVENT or terms[0].args.get("desc"):
        raise SqlError(window, f"a window must have ORDER BY {EVENT}, and nothing else")


def _frame(spec: exp.WindowSpec) -> Frame:
    if str(spec.args.get("kind")).upper() != "RANGE":
        raise SqlError(
            spec, f"a frame of {spec.args.get('kind')} counts rows, of which some have the same time; {_FORM}"
        )
    if spec.args.get("exclude") is not None:
        raise SqlError(spec, f"EXCLUDE is not known here; {_FORM}")
    start, end = _bound(spec, "start"), _bound(spec, "end")
    if end is None or end < 1:
        raise SqlError(spec, f"a window must end before the instant itself; {_FORM}")
    if start is not None and not end <= start <= _REACH_MAX_US:
        raise SqlError(spec, "a window must begin at or before its end, and a thousand years back at the most")
    return Frame(start, end)


def _bound(spec: exp.WindowSpec, name: str) -> int | None:
    """How far back the frame begins or ends; None: for ever."""
    value, side = spec.args.get(name), str(spec.args.get(f"{name}_side") or "").upper()
    if value == "UNBOUNDED" and side == "PRECEDING" and name == "start":
        return None
    if side != "PRECEDING" or not isinstance(value, exp.Expr):
        raise SqlError(
            spec,
            f"a window that {name}s at the row itself or behind it would know what is to be told (leakage), and rows "
            f"of one instant do not see each other; {_FORM}",
        )
    return _constant(value)


def _constant(node: exp.Expr) -> int:
    """Integers, and what is added, subtracted and multiplied of them."""
    match node:
        case exp.Paren():
            return _constant(node.this)
        case exp.Neg():
            return -_constant(node.this)
        case exp.Add() | exp.Sub() | exp.Mul():
            left, right = _constant(node.this), _constant(node.expression)
            return (
                left + right
                if isinstance(node, exp.Add)
                else left - right
                if isinstance(node, exp.Sub)
                else left * right
            )
        case exp.Literal() if not node.is_string and node.name.isdecimal():
            return int(node.name)
    raise SqlError(node, f"the end of a frame must be whole microseconds, such as 7 * 86400000000; {_FORM}")
