"""What is told of runs: events that OpenLineage reads, one start and one end of each run, whatever happens."""

from __future__ import annotations

import json
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest

from tests.lineage.openlineage import Event, read_events
from tests.system.drops import append, orders, settled_samples, write
from tests.system.looking import number, rows
from tests.system.processes import ROOT, Place, ade, command, environment, eventually, write_configs


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, list[Event]]:
    """The shipped samples, loaded, replayed and trained on, with all that was told of it."""
    folder = tmp_path_factory.mktemp("told")
    place = Place(ROOT / "configs", folder / "landing", folder / "ade.db")
    settled_samples(place.landing)
    for words in (["run"], ["replay", "--date", "2026-11-18"], ["train", "next_order_amount"]):
        done = ade(place, *words, "--lineage-file", str(folder / "lineage.ndjson"))
        assert done.returncode == 0, done.stderr
    return place, read_events(folder / "lineage.ndjson")


def of_job(events: Iterable[Event], job: str, kind: str = "COMPLETE") -> list[Event]:
    """Events of a job, of one kind."""
    return [each for each in events if each["job"]["name"] == job and each["eventType"] == kind]


def ends(events: Iterable[Event]) -> dict[str, list[str]]:
    """What was told of each run, in order."""
    found: dict[str, list[str]] = defaultdict(list)
    for event in events:
        found[event["run"]["runId"]].append(event["eventType"])
    return found


def sound(events: list[Event]) -> None:
    """Each run has a start and then one end, and no event is there twice."""
    for kinds in ends(events).values():
        assert len(kinds) == 2, kinds
        assert kinds[0] == "START"
        assert kinds[1] in {"COMPLETE", "FAIL", "ABORT"}


def test_each_run_has_one_start_and_one_end(told: tuple[Place, list[Event]]) -> None:
    sound(told[1])
    jobs = Counter(each["job"]["name"] for each in told[1] if each["eventType"] == "COMPLETE")
    assert jobs == {"run": 1, "employees.load": 3, "orders.load": 4, "replay": 1, "next_order_amount.train": 1}


def test_no_run_ends_before_it_starts(told: tuple[Place, list[Event]]) -> None:
    times: dict[str, list[str]] = defaultdict(list)
    for event in told[1]:
        times[event["run"]["runId"]].append(event["eventTime"])
    assert all(start <= end for start, end in times.values())


def test_the_counts_of_a_load_are_those_of_the_ledger(told: tuple[Place, list[Event]]) -> None:
    place, events = told
    found = {}
    for event in [*of_job(events, "orders.load"), *of_job(events, "employees.load")]:
        [read] = event["inputs"]
        metrics = read["inputFacets"]["dataQualityMetrics"]
        written = {each["name"]: each["outputFacets"]["outputStatistics"]["rowCount"] for each in event["outputs"]}
        path = str(Path(read["name"]).relative_to(place.landing))
        staged = written[f"stg_{path.partition('/')[0]}"]
        found[path] = (metrics["rowCount"], staged, written.get("rejects", 0), metrics["bytes"])
    sizes = {path: (place.landing / path).stat().st_size for path in found}
    headers = {path: len((place.landing / path).read_bytes().splitlines(keepends=True)[0]) for path in found}
    # rows that lost to rows of later files were accepted when theirs was told
    ledger = rows(place.warehouse, "SELECT path, records, accepted, rejected FROM meta_files ORDER BY path")
    assert {(path, records) for path, records, *_ in ledger} == {(path, each[0]) for path, each in found.items()}
    assert all(records == staged + rejected for records, staged, rejected, _ in found.values())
    assert all(0 <= sizes[path] - each[3] <= headers[path] for path, each in found.items())


def test_a_column_is_made_of_the_columns_of_its_file_and_a_feature_of_those_of_its_table(
    told: tuple[Place, list[Event]],
) -> None:
    event = of_job(told[1], "orders.load")[0]
    made = {each["name"]: each["facets"].get("columnLineage", {}).get("fields", {}) for each in event["outputs"]}
    [field] = made["stg_orders"]["amount"]["inputFields"]
    assert (field["namespace"], field["name"], field["field"]) == ("file", event["inputs"][0]["name"], "amount")
    fields = made["feats_customer_features"]["amount_mean_30d"]["inputFields"]
    assert [(each["name"], each["field"]) for each in fields] == [("stg_orders", "amount")]


def test_a_rule_that_rows_break_is_an_assertion_that_fails(told: tuple[Place, list[Event]]) -> None:
    place, events = told
    found: Counter[str] = Counter()
    for event in of_job(events, "employees.load"):
        for each in {one["name"]: one for one in _assertions(event)}.values():
            found[each["name"]] += int(each["actual"])
            assert each["success"] == (each["actual"] == "0")
    query = "SELECT rule, sum(unexpected_count) FROM meta_rule_results WHERE dataset = 'employees' GROUP BY 1"
    known = {str(rule): int(str(count)) for rule, count in rows(place.warehouse, query)}
    assert known
    assert any(known.values())
    assert {rule: found[rule] for rule in known} == known


def _assertions(event: Event) -> list[Event]:
    found: list[Event] = event["inputs"][0]["inputFacets"]["dataQualityAssertions"]["assertions"]
    return found


def test_a_load_is_a_part_of_its_run(told: tuple[Place, list[Event]]) -> None:
    [start] = of_job(told[1], "run", "START")
    parents = {each["run"]["facets"]["parent"]["run"]["runId"] for each in of_job(told[1], "orders.load")}
    assert parents == {start["run"]["runId"]}


def test_a_training_reads_its_view_and_writes_a_version(told: tuple[Place, list[Event]]) -> None:
    [event] = of_job(told[1], "next_order_amount.train")
    assert [each["name"] for each in event["inputs"]] == ["feats_customer_features"]
    [model] = event["outputs"]
    assert (model["name"], model["facets"]["version"]["datasetVersion"]) == ("models/next_order_amount", "1")


def test_nothing_is_told_where_nobody_asks(tmp_path: Path) -> None:
    place = _place(tmp_path)
    write(place.landing / "orders" / "orders_2026-11-20.csv", orders([1]))
    assert ade(place, "run").returncode == 0
    assert number(place.warehouse, "SELECT count(*) FROM meta_lineage") == 0


def test_a_file_that_is_set_aside_has_failed_with_the_reason(tmp_path: Path) -> None:
    place = _place(tmp_path)
    write(place.landing / "orders" / "orders_2026-11-20.csv", "x\n")
    assert ade(place, "run", "--lineage-file", str(tmp_path / "e.ndjson")).returncode == 1
    events = read_events(tmp_path / "e.ndjson")
    sound(events)
    [failed] = of_job(events, "orders.load", "FAIL")
    assert failed["run"]["facets"]["errorMessage"]["message"]
    assert failed["outputs"] == []


def test_what_is_appended_to_a_file_is_a_load_of_its_own(tmp_path: Path) -> None:
    place, file = _place(tmp_path), tmp_path / "e.ndjson"
    path = write(place.landing / "orders" / "orders_2026-11-20.csv", orders([1, 2]))
    with watched(place, file) as watch:
        eventually(lambda: _loads(file) == [2], 30, "the first load")
        append(path, "".join(f"{line}\n" for line in orders([3, 4, 5]).splitlines()[1:]))
        eventually(lambda: _loads(file) == [2, 3], 30, "the second load")
        watch.terminate()
        assert watch.wait(30) == 0
    events = read_events(file)
    sound(events)
    assert len(of_job(events, "watch")) == 1


def test_a_run_that_was_killed_is_aborted_by_the_next_one(tmp_path: Path) -> None:
    place, file = _place(tmp_path), tmp_path / "e.ndjson"
    write(place.landing / "orders" / "orders_2026-11-20.csv", orders([1, 2]))
    with watched(place, file):
        eventually(lambda: _loads(file), 30, "the load")
    assert ade(place, "run").returncode == 0  # whom nobody asked to tell
    assert ade(place, "run", "--lineage-file", str(file)).returncode == 0
    events = read_events(file)
    sound(events)
    assert len(of_job(events, "watch", "ABORT")) == 1
    assert len(of_job(events, "run")) == 1


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_after_kills_at_random_each_event_is_in_the_file_once(tmp_path: Path, seed: int) -> None:
    place, file, random = _place(tmp_path, batch_rows=3), tmp_path / "e.ndjson", Random(seed)
    for day in range(1, 21):
        write(place.landing / "orders" / f"orders_2026-11-{day:02d}.csv", orders(range(10 * day, 10 * day + 10)))
    for _ in range(8):
        with watched(place, file) as watch, pytest.raises(subprocess.TimeoutExpired):
            watch.wait(random.uniform(0.8, 2.5))
    assert ade(place, "run", "--lineage-file", str(file)).returncode == 0
    events = read_events(file)
    sound(events)
    told = [json.loads(str(event)) for (event,) in rows(place.warehouse, "SELECT event FROM meta_lineage ORDER BY 1")]
    key = [(each["run"]["runId"], each["eventType"]) for each in told]
    assert sorted((each["run"]["runId"], each["eventType"]) for each in events) == sorted(key)
    loaded = [int(each["inputs"][0]["inputFacets"]["dataQualityMetrics"]["rowCount"]) for each in _loaded(events)]
    assert len(loaded) == 20


def _loaded(events: Iterable[Event]) -> list[Event]:
    return of_job(events, "orders.load")


def _loads(file: Path) -> list[int]:
    """How many records each load had that was told so far."""
    if not file.exists():
        return []
    lines = [line for line in file.read_text("utf-8").splitlines(keepends=True) if line.endswith("\n")]
    found = _loaded(map(json.loads, lines))
    return [each["inputs"][0]["inputFacets"]["dataQualityMetrics"]["rowCount"] for each in found]


def _place(tmp_path: Path, **limits: int) -> Place:
    configs = write_configs(tmp_path / "configs", "orders", limits=limits, files={"settle_seconds": 0})
    (tmp_path / "landing" / "orders").mkdir(parents=True)
    return Place(configs, tmp_path / "landing", tmp_path / "ade.db")


@contextmanager
def watched(place: Place, file: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A watch that tells, and is killed behind the block if it still runs."""
    arguments = command(place, "watch", "--lineage-file", str(file))
    watch = subprocess.Popen(arguments, cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL)
    try:
        yield watch
    finally:
        watch.kill()
        watch.wait(20)
