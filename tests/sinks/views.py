"""Feature views made by hand, over the rows of one dataset, and what they come to, worked out row by row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeAlias

from processors.columns import ColumnType
from processors.feature_views.model import Aggregate, Feature, FeatureView, Frame, Function, Input
from sinks.table import Table, Unique
from tests.sinks import contents
from tests.sinks.drafts import Accepted, Cell

TEXT, WHOLE, NUMBER, MONEY = (
    ColumnType("string"),
    ColumnType("integer"),
    ColumnType("number"),
    ColumnType("decimal", 9, 2),
)
COLUMNS = (
    ("code", TEXT),
    ("who", TEXT),
    ("n", WHOLE),
    ("price", NUMBER),
    ("paid", MONEY),
    ("at", ColumnType("timestamp")),
)
TABLE = Table("sales", COLUMNS, "at", (Unique("by_code", ("code",)),))
_KINDS = dict(COLUMNS)

#: A function, the column that it is of (None: of rows), and the frame's beginning and end.
Window: TypeAlias = tuple[Function, str | None, int | None, int]


def view(name: str, entity: Sequence[str], *windows: Window, where: str | None = None, version: int = 1) -> FeatureView:
    """A view with a feature for each window, called as `feature_name` says, and the time since the last row as `gap`,
    where the first window is a maximum of `_event_us`."""
    columns = list(dict.fromkeys(column for _, column, _, _ in windows if column is not None))
    inputs = {column: Input(f"_input_{n}", column, _KINDS.get(column, WHOLE)) for n, column in enumerate(columns, 1)}
    aggregates = tuple(
        Aggregate(f"_window_{n}", function, None if column is None else inputs[column].name, Frame(start, end), kind)
        for n, (function, column, start, end) in enumerate(windows, 1)
        for kind in [_kind(function, column)]
    )
    features = tuple(
        Feature(feature_name(window), each.name, each.type, () if window[1] is None else (window[1],))
        for window, each in zip(windows, aggregates, strict=True)
    )
    text = repr((entity, windows, where))
    starts = [start for _, _, start, _ in windows]
    return FeatureView(
        name=name,
        version=version,
        dataset="sales",
        entity=tuple((column, _KINDS[column]) for column in entity),
        horizon_us=None if None in starts else max(start for start in starts if start is not None),
        inputs=tuple(inputs.values()),
        aggregates=aggregates,
        features=features,
        where=where,
        sql=text,
        sql_hash=text,
        config_hash=name,
        schema_hash=repr([(feature.name, feature.type) for feature in features]),
    )


def feature_name(window: Window) -> str:
    """What the feature of a window is called."""
    function, column, start, end = window
    return f"{function}_{column or 'rows'}_{'ever' if start is None else start}_{end}"


def _kind(function: Function, column: str | None) -> ColumnType:
    if function == "count":
        return WHOLE
    kind = _KINDS.get(column or "", WHOLE)
    if function == "avg":
        return NUMBER
    return ColumnType("decimal", 38, kind.scale) if function == "sum" and kind.name == "decimal" else kind


#: Kinds of windows that are kept in different ways: within a horizon; for ever, going on from a state; for ever, with
#: nothing to go on from; of several columns, ending some time before.
WITHIN = view(
    "within", ["who"], ("count", None, 7, 1), ("sum", "n", 7, 1), ("sum", "paid", 20, 1), ("max", "code", 7, 1)
)
EVER = view(
    "ever",
    ["who"],
    ("max", "_event_us", None, 1),
    ("count", "n", None, 1),
    ("sum", "paid", None, 1),
    ("sum", "n", 9, 3),
)
ANEW = view("anew", ["who"], ("sum", "price", None, 1), ("avg", "n", 5, 1), ("min", "code", None, 1))
LATE = view(
    "late", ["who", "n"], ("count", None, None, 6), ("max", "price", None, 3), ("avg", "paid", 30, 4), where="price > 0"
)
VIEWS = (ANEW, EVER, LATE, WITHIN)


def with_views(*views: FeatureView, table: Table = TABLE) -> Table:
    """The dataset with these views."""
    return replace(table, views=views)


def row(code: str, who: str | None, at: int, n: int | None = 1, paid: str = "1.50") -> Accepted:
    """A row of an entity, some microseconds after the epoch."""
    return Accepted((code, who, n, 2.5, Decimal(paid), datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)))


Vector: TypeAlias = tuple[Any, ...]


def oracle(view: FeatureView, staged: Mapping[int, Sequence[Cell]]) -> dict[int, Vector]:
    """The vector of each staged row that is part of the view, by row id."""
    rows = {row: _named(cells) for row, cells in staged.items()}
    part = {row: cells for row, cells in rows.items() if _is_part(view, cells)}
    return {row: tuple(_values(view, part, cells)) for row, cells in part.items()}


def _named(cells: Sequence[Cell]) -> dict[str, Any]:
    named = dict(zip(_KINDS, cells, strict=True))
    at = named["at"]
    return named | {"_event_us": None if at is None else _microseconds(at)}


def _microseconds(at: Any) -> int:
    since = (datetime.fromisoformat(at) if isinstance(at, str) else at) - datetime.fromisoformat("1970-01-01T00:00:00Z")
    return (since.days * 86_400 + since.seconds) * 1_000_000 + int(since.microseconds)


def _is_part(view: FeatureView, cells: Mapping[str, Any]) -> bool:
    taken = view.where is None or (cells["price"] is not None and cells["price"] > 0)
    return taken and None not in [cells[name] for name in (*view.keys, "_event_us")]


def _values(view: FeatureView, part: Mapping[int, Mapping[str, Any]], row: Mapping[str, Any]) -> Iterator[Any]:
    columns = {each.name: each.sql for each in view.inputs}
    for each in view.aggregates:
        seen = [other for other in part.values() if _is_seen(view, each.frame, row, other)]
        cells = [1 if each.input is None else other[columns[each.input]] for other in seen]
        yield _folded(each, [cell for cell in cells if cell is not None])


def _is_seen(view: FeatureView, frame: Frame, row: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    since = row["_event_us"] - other["_event_us"]
    same = all(row[name] == other[name] for name in view.keys)
    return bool(same and since >= frame.end_us and (frame.start_us is None or since <= frame.start_us))


def _folded(aggregate: Aggregate, cells: Sequence[Any]) -> Any:
    if aggregate.function == "count":
        return len(cells)
    if not cells:
        return None
    match aggregate.function:
        case "sum":
            total = sum(map(Fraction, cells), Fraction(0))
            return float(total) if aggregate.type == NUMBER else total
        case "avg":
            return float(sum(map(Fraction, cells), Fraction(0)) / len(cells))
        case "min":
            return min(cells)
        case _:
            return max(cells)


def stored(path: Path, view: FeatureView) -> dict[int, Vector]:
    """The vectors that the warehouse has, by row id, in the same form."""
    features = [feature.name for feature in view.features]
    kinds = [feature.type.name for feature in view.features]
    found = contents.rows(path, f'SELECT _id, {", ".join(features)} FROM "feats_{view.name}"')
    return {int(str(row)): tuple(map(_told, cells, kinds)) for row, *cells in found}


def _told(cell: Any, kind: str) -> Any:
    return Fraction(cell) if cell is not None and kind in {"decimal", "integer"} else cell


def everything(path: Path, view: FeatureView) -> dict[str, contents.Rows]:
    """All rows of the tables of a view."""
    names = (f"feats_{view.name}", f"feats_{view.name}_latest", f"feats_{view.name}.changes")
    return {name: sorted(contents.rows(path, f'SELECT * FROM "{name}"'), key=repr) for name in names}


def latest(path: Path, view: FeatureView) -> contents.Rows:
    """The ids of the rows whose vectors are the latest of their entities."""
    return contents.rows(path, f'SELECT _id FROM "feats_{view.name}_latest" ORDER BY _id')


def latest_of(view: FeatureView, staged: Mapping[int, Sequence[Cell]]) -> Iterable[int]:
    """The ids of the rows that are the last of their entities."""
    part = {row: _named(cells) for row, cells in staged.items() if _is_part(view, _named(cells))}
    last: dict[tuple[Any, ...], int] = {}
    for row in sorted(part, key=lambda each: (part[each]["_event_us"], each)):
        last[tuple(part[row][name] for name in view.keys)] = row
    return sorted(last.values())
