"""Metrics and health of a run, by file and by HTTP."""

from __future__ import annotations

import json
import re
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.system.drops import HEADER, orders, rename_into, settled_samples, write
from tests.system.processes import Place, Watch, ade, eventually, execute, watching

Samples = Mapping[tuple[str, frozenset[tuple[str, str]]], float]


def samples(text: str) -> Samples:
    """The value of each series."""
    families = text_string_to_metric_families(text)
    return {(each.name, frozenset(each.labels.items())): each.value for family in families for each in family.samples}


def value(of: Samples, name: str, **labels: str) -> float:
    """The value of a series of ours."""
    return of[f"ade_stream_{name}", frozenset(labels.items())]


def asked(url: str) -> tuple[int, str]:
    """Status and body."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - ours
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def health(url: str) -> tuple[int, dict[str, Any]]:
    """What /healthz says."""
    status, body = asked(f"{url}/healthz")
    return status, json.loads(body)


def url_of(watch: Watch) -> str:
    """Where a watch answers."""
    watch.until_printed("metrics are at ")
    [url] = re.findall(r"metrics are at (http://\S+)/metrics", watch.output())
    return str(url)


def test_a_run_leaves_its_metrics_in_a_file(place: Place, tmp_path: Path) -> None:
    settled_samples(place.landing)
    file = tmp_path / "ade.prom"
    assert ade(place, "run", f"--metrics-textfile={file}").returncode == 0
    told = samples(file.read_text("utf-8"))
    rows = [value(told, "rows_total", dataset="orders", outcome=each) for each in ("accepted", "rejected", "duplicate")]
    assert sum(rows) == 682
    assert rows[0] == 593
    assert value(told, "batch_duration_seconds_count", dataset="orders", stage="commit") >= 1
    assert value(told, "quality_score_ratio", dataset="orders") == pytest.approx(0.986, abs=0.001)
    assert value(told, "rule_failures_total", dataset="orders", rule="amount_not_null") == 15
    assert value(told, "last_success_timestamp_seconds", dataset="orders") > 1.7e9
    assert (value(told, "up"), value(told, "backlog_files", dataset="orders")) == (0, 0)
    assert list(tmp_path.glob("*.tmp")) == []


def test_a_watch_answers_with_metrics_and_with_its_health(place: Place, tmp_path: Path) -> None:
    with watching(place, tmp_path / "log", "--metrics-port=0") as watch:
        url = url_of(watch)
        eventually(lambda: health(url)[0] == 200, 20, "the watch is well")
        rename_into(place.landing / "orders" / "orders_2026-11-21.csv", orders([1, 2, 3, 3]))
        watch.until_printed("loaded dataset=orders")

        def counted() -> bool:
            told = samples(asked(f"{url}/metrics")[1])
            outcomes = ("accepted", "rejected", "duplicate")
            return [value(told, "rows_total", dataset="orders", outcome=each) for each in outcomes] == [3, 0, 1]

        eventually(counted, 10, "the rows are counted")
        assert value(samples(asked(f"{url}/metrics")[1]), "up") == 1
        assert asked(f"{url}/else")[0] == 404
        assert watch.stop() == 0


def test_a_dataset_that_is_held_is_not_well(place: Place, tmp_path: Path) -> None:
    config = (place.configs / "orders.yaml").read_text("utf-8")
    budget = "budget: {max_reject_percent: 5, window: 100, min_records: 1}\n"
    write(place.configs / "orders.yaml", config + budget)
    with watching(place, tmp_path / "log", "--metrics-port=0") as watch:
        url = url_of(watch)
        rename_into(place.landing / "orders" / "orders_1.csv", HEADER + "x\n" * 50)
        watch.until_printed("held dataset=orders")
        eventually(lambda: health(url)[0] == 503, 10, "it is not well")
        told = health(url)[1]
        assert told["status"] == "unwell"
        assert "Dataset orders is held." in told["reasons"][0]
        assert value(samples(asked(f"{url}/metrics")[1]), "held", dataset="orders") == 1


def test_a_port_that_is_taken_ends_a_run_before_it_begins(place: Place) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = ade(place, "run", f"--metrics-port={port}")
    assert done.returncode == 2
    assert done.stderr.startswith(f"ade-stream: 127.0.0.1:{port} cannot be listened on: Address already in use.")
    assert not place.warehouse.exists()


def test_a_file_that_cannot_be_written_ends_a_run_before_it_begins(place: Place, tmp_path: Path) -> None:
    done = ade(place, "run", f"--metrics-textfile={tmp_path}/nowhere/ade.prom")
    assert done.returncode == 2
    assert "Name another file with --metrics-textfile." in done.stderr


def test_it_listens_on_loopback_only(place: Place, tmp_path: Path) -> None:
    with watching(place, tmp_path / "log", "--metrics-port=0") as watch:
        port = int(url_of(watch).rpartition(":")[2])
        listening = Path("/proc/net/tcp").read_text("ascii") + Path("/proc/net/tcp6").read_text("ascii")
        places = [line.split()[1] for line in listening.splitlines() if f":{port:04X} " in line]
        assert "0100007F" in {place.partition(":")[0] for place in places}
        assert {place.partition(":")[0] for place in places} == {"0100007F"}


def test_what_answers_is_not_even_loaded_where_nobody_wants_it() -> None:
    program = "import stream.running.service, sys; sys.exit(len({'prometheus_client', 'http.server'} & {*sys.modules}))"
    assert execute([sys.executable, "-c", program]).returncode == 0
