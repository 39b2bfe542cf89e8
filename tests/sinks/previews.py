"""Sales of shops, with keys, a reference, figures, KPIs and a view; all that a warehouse says of each date, told by
hand; and what a preview says."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

from processors.chain import Chain
from processors.feature_views.sql.definition import Definition
from processors.feature_views.sql.parsing import parse_view
from sinks.differences.verdicts import Said
from sinks.warehouse import Warehouse
from stream.closing import Closings
from stream.config import Dataset
from stream.differing.difference import Difference, ViewDifference
from stream.replay import Replayed, replay
from tests.sinks.contents import rows
from tests.sinks.filling import Fill
from tests.sinks.landings import dataset, load, rules

COLUMNS = {"id": "string", "shop": "string", "amount": "number", "at": "timestamp"}
HEADER = "id,shop,amount,at"
SQL = """
SELECT count(*) OVER week AS sold_7d, sum(amount) OVER week AS amount_7d, max(amount) OVER ever AS most
FROM stg_sales
WINDOW week AS (PARTITION BY shop ORDER BY _event_us RANGE BETWEEN 7 * 86400000000 PRECEDING AND 1 PRECEDING),
    ever AS (PARTITION BY shop ORDER BY _event_us RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
"""
DATASETS = ("sales", "shops")

#: By execution date and dataset.
State: TypeAlias = dict[tuple[str, str], dict[str, Any]]


def shop_sales(
    least: float = 0,
    keep: str = "first",
    least_shop: int = 0,
    *,
    sold: str = "count(*)",
    filled: bool = True,
    **settings: Any,
) -> dict[str, Dataset]:
    """Sales of at least so much in shops with at least such a number; missing amounts are filled with the median."""
    known = {"check": "referential", "columns": ["shop"], "dataset": "shops", "fields": ["shop"]}
    positive = {"check": "range", "column": "amount", "min": least, "name": "enough"}
    usual = {"check": "volume", "dates": 3, "max_change_percent": 30}
    steps = ({"quality": {"duplicates": ["key"], "keep": keep}}, rules(positive, known, usual))
    kpis = {"revenue": {"value": "sum(amount)", "by": ["shop"]}, "sold": {"value": sold}}
    found = dataset("sales", COLUMNS, *steps, key=["id"], event_time="at", kpis=kpis, **settings)
    cast, *others = found.chain.steps
    if filled:
        found = replace(found, chain=Chain((cast, Fill(), *others)))
    view = parse_view(Definition("spent", 1, "sales", ("shop",), "at", SQL), found.table.columns)
    found = replace(found, table=replace(found.table, views=(view,)))
    numbered = {"check": "range", "column": "number", "min": least_shop, "name": "numbered"}
    shops = dataset("shops", {"shop": "string", "number": "integer"}, rules(numbered))
    return {"sales": found, "shops": shops}


def loaded(path: Path, landing: Path, datasets: Mapping[str, Dataset]) -> None:
    """Load what has landed, and close its dates."""
    load(path, landing, datasets)
    with Warehouse(path, [each.table for each in datasets.values()]) as warehouse:
        Closings(warehouse, lambda _: None).close()


def replayed_and_closed(
    path: Path, datasets: Mapping[str, Dataset], dates: list[tuple[str, str]], *, refit: bool
) -> list[Replayed]:
    """Replay dates, each of a dataset, and close each, as the command does."""
    with Warehouse(path, [each.table for each in datasets.values()]) as warehouse:
        closings, done = Closings(warehouse, lambda _: None), []
        for date, name in dates:
            done.append(replay(warehouse, datasets[name], date, refit=refit))
            closings.close()
        return done


def state(path: Path) -> State:
    """All that is said of each date of each dataset, whatever tables say it."""
    found: State = {
        (str(date), str(name)): {"accepted": accepted}
        for date, name, accepted in rows(path, "SELECT date, dataset, sum(accepted) FROM meta_files GROUP BY 1, 2")
    }
    for key, each in found.items():
        each |= {"rows": _rows(path, *key), "refused": _refused(path, *key), "vectors": _vectors(path, *key)}
        each |= {
            "kpis": _kpis(path, *key),
            "verdicts": _verdicts(path, *key),
            "score": _score(path, *key),
            "parameters": _parameters(path, *key),
        }
    return found


def _rows(path: Path, date: str, name: str) -> dict[int, tuple[Any, ...]]:
    columns = (
        "_id, _flags, _rescued, id, shop, amount, at" if name == "sales" else "_id, _flags, _rescued, shop, number"
    )
    return {int(str(row[0])): row[1:] for row in rows(path, f"SELECT {columns} FROM stg_{name} WHERE _date = ?", date)}


def _refused(path: Path, date: str, name: str) -> set[tuple[str, int]]:
    found = rows(path, "SELECT _id, reasons FROM rejects WHERE _date = ? AND dataset = ?", date, name)
    return {
        (reason["rule"], int(str(row)))
        for row, reasons in found
        for reason in json.loads(str(reasons))
        if reason["action"] not in {"warn", "impute"}
    }


def _vectors(path: Path, date: str, name: str) -> dict[int, tuple[Any, ...]]:
    if name != "sales":
        return {}
    found = rows(path, "SELECT _id, sold_7d, amount_7d, most FROM feats_spent WHERE _date = ?", date)
    return {int(str(row[0])): row[1:] for row in found}


def _kpis(path: Path, date: str, name: str) -> dict[tuple[Any, Any], Any]:
    sql = "SELECT kpi, dimensions, value FROM kpi_history WHERE date = ? AND dataset = ?"
    return {(kpi, dimensions): value for kpi, dimensions, value in rows(path, sql, date, name)}


def _verdicts(path: Path, date: str, name: str) -> dict[str, Any]:
    sql = """SELECT rule, observed, message, missing_count, unexpected_count FROM meta_date_results
        WHERE date = ? AND dataset = ?"""
    return {str(row[0]): (json.loads(str(row[1])), *row[2:]) for row in rows(path, sql, date, name)}


def _score(path: Path, date: str, name: str) -> tuple[Any, ...]:
    sql = """SELECT score, completeness, uniqueness, validity, consistency, timeliness FROM meta_quality_scores
        WHERE date = ? AND dataset = ? ORDER BY score_id DESC LIMIT 1"""
    return (rows(path, sql, date, name) or [(None,) * 6])[0]


def _parameters(path: Path, date: str, name: str) -> Any:
    sql = """SELECT m.version, m.fitted FROM meta_parameter_dates d JOIN meta_parameters m USING (dataset, version)
        WHERE d.date = ? AND d.dataset = ?"""
    return (rows(path, sql, date, name) or [(None, None)])[0]


def changes(was: State, now: State) -> dict[tuple[str, str], dict[str, Any]]:
    """What is otherwise of each date, and of no other."""
    found = {key: _change(was[key], now[key]) for key in now}
    return {key: each for key, each in found.items() if any(each.values())}


def _change(was: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    kpis = {key for key in {*was["kpis"], *now["kpis"]} if _of(was, "kpis", key) != _of(now, "kpis", key)}
    refused: dict[str, Counter[str]] = {"newly": Counter(), "no_longer": Counter()}
    refused["newly"].update(rule for rule, _ in now["refused"] - was["refused"])
    refused["no_longer"].update(rule for rule, _ in was["refused"] - now["refused"])
    return {
        "rows": _moved(was["rows"], now["rows"]),
        "refused": {name: dict(counts) for name, counts in refused.items() if counts},
        "vectors": _moved(was["vectors"], now["vectors"]),
        "kpis": {(kpi, by): (was["kpis"].get((kpi, by)), now["kpis"].get((kpi, by))) for kpi, by in kpis},
        "verdicts": {
            rule: (was["verdicts"].get(rule), now["verdicts"].get(rule))
            for rule in {**was["verdicts"], **now["verdicts"]}
            if was["verdicts"].get(rule) != now["verdicts"].get(rule)
        },
        "score": (was["score"], now["score"]) if was["score"] != now["score"] else None,
        "parameters": (was["parameters"][0], now["parameters"][0]) if was["parameters"] != now["parameters"] else None,
        "accepted": (was["accepted"], now["accepted"]) if was["accepted"] != now["accepted"] else None,
    }


def _of(state: Mapping[str, Any], what: str, key: object) -> tuple[bool, Any]:
    return key in state[what], state[what].get(key)


def _moved(was: Mapping[int, tuple[Any, ...]], now: Mapping[int, tuple[Any, ...]]) -> dict[str, Any]:
    both = was.keys() & now.keys()
    cells = Counter(
        at for row in both for at, pair in enumerate(zip(was[row], now[row], strict=True)) if len({*pair}) > 1
    )
    changed = sum(was[row] != now[row] for row in both)
    figures = {"changed": changed, "added": len(now.keys() - was.keys()), "gone": len(was.keys() - now.keys())}
    return figures | {"cells": dict(cells)} if any(figures.values()) else {}


_SALES, _SHOPS = ("_flags", "_rescued", "id", "shop", "amount", "at"), ("_flags", "_rescued", "shop", "number")


def previewed(found: list[Difference]) -> dict[tuple[str, str], dict[str, Any]]:
    """What a preview says, in the same words."""
    told = {(each.date, each.dataset): _previewed(each) for each in found}
    return {key: each for key, each in told.items() if any(each.values())}


def _previewed(each: Difference) -> dict[str, Any]:
    names = _SALES if each.dataset == "sales" else _SHOPS
    moved: dict[str, Any] = {"changed": each.changed, "added": each.added, "gone": each.gone}
    moved |= {"cells": {names.index(column.column): column.rows for column in each.columns}}
    refused = {
        name: {rule.rule: getattr(rule, name) for rule in each.rules if getattr(rule, name)}
        for name in ("newly", "no_longer")
    }
    scores = {score.dimension: (score.before, score.after) for score in each.scores}
    return {
        "rows": moved if any(moved.values()) else {},
        "refused": {name: counts for name, counts in refused.items() if counts},
        "vectors": _vectors_of(each.views[0]) if each.views else {},
        "kpis": {
            (kpi.kpi, json.dumps(kpi.dimensions, separators=(",", ":"))): (kpi.before, kpi.after) for kpi in each.kpis
        },
        "verdicts": {each.rule: (_said(each.before), _said(each.after)) for each in each.verdicts},
        "score": scores or None,
        "parameters": (
            (each.parameters_before, each.parameters) if each.parameters_before != each.parameters else None
        ),
        "accepted": (each.accepted_before, each.accepted) if each.accepted_before != each.accepted else None,
    }


def _said(said: Said | None) -> tuple[Any, ...] | None:
    if said is None:
        return None
    return said.observed, said.message, int(said.verdict == "not assessed"), int(said.verdict == "broken")


def _vectors_of(view: ViewDifference) -> dict[str, Any]:
    names = ("sold_7d", "amount_7d", "most")
    cells = {names.index(feature.column): feature.rows for feature in view.features}
    return {"changed": view.changed, "added": view.added, "gone": view.gone, "cells": cells}


_POINTS = ("score", "completeness", "uniqueness", "validity", "consistency", "timeliness")


def by_dimension(told: dict[tuple[str, str], dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
    """Scores as a preview tells them: those alone that are others."""
    return {
        key: each
        | {
            "score": {
                name: pair
                for name, *pair_of in zip(_POINTS, *each["score"], strict=True)
                if len({*(pair := tuple(pair_of))}) > 1
            }
            if each["score"]
            else None
        }
        for key, each in told.items()
    }
