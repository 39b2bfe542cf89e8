"""The series of a run: their names, units and labels, as Prometheus reads them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from sinks.base import Finding
from stream.observing.metrics import Metrics
from stream.running.snapshot import ModelNow, Snapshot
from tests.screens.snapshots import EMPTY, busy

MODEL = ModelNow("price", "orders", "learning", "", 100, "mae", 0.25)


def series(metrics: Metrics) -> dict[tuple[str, tuple[str, ...]], float]:
    """The value of each series of ours, by its name and the values of its labels, in the order of their names."""
    families = text_string_to_metric_families(generate_latest(metrics.registry).decode())
    found = [sample for family in families for sample in family.samples]
    return {
        (each.name, tuple(value for _, value in sorted(each.labels.items()))): each.value
        for each in found
        if each.name.startswith("ade_")
    }


def of(snapshot: Snapshot | None) -> dict[tuple[str, tuple[str, ...]], float]:
    """The series of a run that stands like this, and has committed nothing."""
    return series(Metrics(lambda: snapshot))


def test_before_the_first_session_it_is_up_and_no_more() -> None:
    assert {name for name, _ in of(None)} == {"ade_stream_up", "ade_stream_build_info"}


@pytest.mark.parametrize(
    "name", ["lag_seconds", "backlog_files", "backlog_bytes", "set_aside_files", "held", "quality_score_ratio"]
)
def test_each_gauge_has_a_series_a_dataset(name: str) -> None:
    labels = [labels for each, labels in of(busy("orders", "rides")) if each == f"ade_stream_{name}"]
    assert labels == [("orders",), ("rides",)]


def test_the_error_of_a_model_is_told_with_its_measure() -> None:
    assert of(replace(EMPTY, models=(MODEL,)))["ade_stream_model_error", ("mae", "price")] == 0.25


def test_the_error_of_a_model_that_is_not_known_is_not_told() -> None:
    told = of(replace(EMPTY, models=(replace(MODEL, error=None),)))
    assert not any(name == "ade_stream_model_error" for name, _ in told)


def test_counters_and_histograms_of_a_dataset_begin_with_0() -> None:
    metrics = Metrics(lambda: EMPTY)
    metrics.expect(["orders"])
    told = series(metrics)
    for outcome in ("accepted", "rejected", "duplicate"):
        assert told["ade_stream_rows_total", ("orders", outcome)] == 0
    assert told["ade_stream_batch_duration_seconds_bucket", ("orders", "+Inf", "judge")] == 0


def test_findings_are_counted_by_kind_and_severity() -> None:
    metrics = Metrics(lambda: EMPTY)
    for subject in ("amount", "quantity"):
        metrics.find(Finding("orders", "2026-11-21", "drift", subject, "warning", "drift: PSI 0.3"))
    assert series(metrics)["ade_stream_findings_total", ("orders", "drift", "warning")] == 2
