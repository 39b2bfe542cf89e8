"""Views that ask everything of every type, and rows for them that Hypothesis makes up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
from hypothesis import strategies as st

from processors.columns import ColumnType
from processors.feature_views.model import Aggregate, Feature, FeatureView, Frame, Function, Input
from processors.feature_views.values import arrow_type

INTEGER, NUMBER, TEXT = ColumnType("integer"), ColumnType("number"), ColumnType("string")
PRICE, WIDE = ColumnType("decimal", 18, 4), ColumnType("decimal", 30, 2)
ENTITY = (("who", TEXT), ("shop", INTEGER))

_INT64 = st.integers(-(1 << 63), (1 << 63) - 1)
_DOUBLES = st.floats(allow_nan=False, allow_infinity=False)
_CENTS = st.integers(-500, 5000).map(lambda cents: cents / 100)

#: A column of each type that windows look at, and its values.
COLUMNS: dict[str, tuple[ColumnType, st.SearchStrategy[object]]] = {
    "n": (INTEGER, st.integers(-3, 12) | _INT64),
    "x": (NUMBER, _CENTS | st.sampled_from([0.0, -0.0, 5e-324, 1.7e308, -1.7e308, 1e16, 1.0]) | _DOUBLES),
    "price": (PRICE, st.decimals(-(10**14) + 1, 10**14 - 1, places=4)),
    "wide": (WIDE, st.decimals(-(10**20), 10**20, places=2) | st.sampled_from([Decimal("0.01"), Decimal("1E+27")])),
    "code": (TEXT, st.sampled_from(["", "a", "B", "b", "\u00e4", "aa", "\U0001f600", "\uffee"])),
    "paid": (ColumnType("boolean"), st.booleans()),
    "day": (ColumnType("date"), st.dates(date(1, 1, 1), date(9999, 12, 31))),
    "at": (
        ColumnType("timestamp"),
        st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC)),  # noqa: DTZ001
    ),
    "_event_us": (INTEGER, st.nothing()),
}
_KEYS = {"_id": pa.int64(), "_date": pa.string(), "_event_us": pa.int64(), "who": pa.string(), "shop": pa.int64()}
SCHEMA = pa.schema(_KEYS | {name: arrow_type(kind) for name, (kind, _) in COLUMNS.items() if name not in _KEYS})
PROBES = pa.schema({name: _KEYS[name] for name in ("who", "shop", "_event_us")})

#: The first and the last instant that a timestamp may have.
ENDS_OF_TIME = (-62_135_596_800_000_000, 253_402_300_799_999_999)
FRAMES = (Frame(1), Frame(7), Frame(30, 3), Frame(2, 5), Frame(None), Frame(None, 4), Frame(10**30))


def view(
    frames: Sequence[Frame],
    columns: Iterable[str] = COLUMNS,
    features: tuple[Feature, ...] = (),
    where: str | None = None,
) -> FeatureView:
    """All aggregates over `columns` that there are, each over each of `frames`; a feature each, beside `features`."""
    inputs = {name: Input(f"_input_{place}", name, COLUMNS[name][0]) for place, name in enumerate(columns, 1)}
    asked: list[tuple[Function, str | None, ColumnType]] = [("count", None, INTEGER)]
    for name, each in inputs.items():
        asked += [(function, each.name, kind) for function, kind in _aggregates(COLUMNS[name][0])]
    every = [(*each, frame) for each in asked for frame in frames]
    aggregates = tuple(
        Aggregate(f"_window_{place}", function, column, frame, kind)
        for place, (function, column, kind, frame) in enumerate(every, 1)
    )
    plain = tuple(Feature(each.name, each.name, each.type, ()) for each in aggregates)
    return FeatureView(
        name="everything",
        version=1,
        dataset="orders",
        entity=ENTITY,
        horizon_us=None,
        inputs=tuple(inputs.values()),
        aggregates=aggregates,
        features=plain + features,
        where=where,
        sql="",
        sql_hash="",
        config_hash="",
        schema_hash="",
    )


def _aggregates(kind: ColumnType) -> list[tuple[Function, ColumnType]]:
    known: list[tuple[Function, ColumnType]] = [("count", INTEGER)]
    if kind.name != "boolean":
        known += [("min", kind), ("max", kind)]
    if kind.name in {"integer", "number"} or kind == PRICE:
        total = ColumnType("decimal", 38, kind.scale) if kind == PRICE else kind
        known += [("sum", total), ("avg", NUMBER)]
    return known


@st.composite
def staged_rows(
    draw: st.DrawFn, instants: st.SearchStrategy[int], rows_max: int = 12, entities: Sequence[str] = ("ann", "bob")
) -> list[dict[str, object]]:
    """Rows of a staged table, in any order; nulls everywhere but in `_id`."""
    cells = {name: st.none() | values for name, (_, values) in COLUMNS.items() if name != "_event_us"}
    keys = {
        "who": _mostly(st.sampled_from(entities)),
        "shop": _mostly(st.integers(1, 2)),
        "_event_us": _mostly(instants),
    }
    rows = draw(st.lists(st.fixed_dictionaries(keys | cells), max_size=rows_max))
    return [{"_id": place, "_date": "2026-11-21"} | row for place, row in enumerate(rows)]


def _mostly(values: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.integers(0, 9).flatmap(lambda chance: values if chance else st.none())


def probes(
    instants: st.SearchStrategy[int], entities: Sequence[str] = ("ann", "bob", "zoe")
) -> st.SearchStrategy[list[dict[str, object]]]:
    """Entities, known and unknown, at instants."""
    keys = {"who": st.sampled_from(entities), "shop": st.integers(1, 2), "_event_us": instants}
    return st.lists(st.fixed_dictionaries(keys), max_size=6)
