"""The life of parameters: which rows make them, from when on they hold, and that no batch can tell."""

from __future__ import annotations

import bz2
import threading
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processors.chain import Chain
from processors.errors import WarehouseError
from processors.parameters.model import Statistic
from sinks.reading import WarehouseReader
from sinks.rows.rejects import Choice
from sinks.warehouse import Warehouse
from stream.arrivals import Arrivals
from stream.config import Dataset
from stream.differing.preview import compared
from stream.judging import judge_files
from stream.landing.intake import Intake
from stream.landing.tracker import Tracker
from stream.rejects.retry import retry_chosen
from stream.running.barrier import Barrier
from stream.running.engine import run
from tests.sinks.contents import content_hash, everything, rows
from tests.sinks.filling import COLUMNS, POSITIVE, Fill, figures, filled, filling, in_force
from tests.sinks.landings import cut, dataset, land, load, replayed, rules

ABOVE_ONE = dataset("sales", COLUMNS, rules({"check": "expression", "name": "above_one", "sql": "amount > 1"}))
HEAD = "id,amount"
D1, D2, D3, D4 = "2026-11-18", "2026-11-19", "2026-11-20", "2026-11-21"


def land_day(folder: Path, date: str, *amounts: str, name: str = "a") -> None:
    """A file of a date; keys are its name and a number."""
    land(
        folder, f"sales/{date}/{name}.csv", HEAD, *(f"{date}{name}{place},{each}" for place, each in enumerate(amounts))
    )


def test_a_date_is_judged_with_the_figures_of_the_dates_before_it(tmp_path: Path) -> None:
    landing, path = tmp_path / "landing", tmp_path / "ade.db"
    land_day(landing, D1, "1", "2", "3", "")
    land_day(landing, D2, "10", "", "")
    land_day(landing, D3, "", "7")
    load(path, landing, {"sales": filling()})
    assert figures(path) == {1: "2.0", 2: "2.5"}
    assert in_force(path) == [(D1, 1), (D2, 1), (D3, 2)]
    assert filled(path) == [(f"{D1}a3", 2.0), (f"{D2}a1", 2.0), (f"{D2}a2", 2.0), (f"{D3}a0", 2.5)]


def test_every_span_says_which_version_it_was_judged_with(tmp_path: Path) -> None:
    landing, path = tmp_path / "landing", tmp_path / "ade.db"
    land_day(landing, D1, "1", "2", "3")
    land_day(landing, D2, "10", "")
    land_day(landing, D3, "5")
    load(path, landing, cut({"sales": filling()}, 2))
    assert rows(path, "SELECT parameters_version FROM meta_spans ORDER BY span_id") == [(1,), (1,), (1,), (2,)]


def test_the_first_parameters_are_made_of_the_first_records_alone(tmp_path: Path) -> None:
    landing, path = tmp_path / "landing", tmp_path / "ade.db"
    land_day(landing, D1, "1", "-9", "3", "", "100", "")
    load(path, landing, {"sales": filling(warmup_rows=4)})
    assert figures(path) == {1: "2.0"}
    assert filled(path) == [(f"{D1}a3", 2.0), (f"{D1}a5", 2.0)]


def test_a_file_of_which_nothing_is_loaded_leaves_no_parameters_behind(tmp_path: Path) -> None:
    landing, path = tmp_path / "landing", tmp_path / "ade.db"
    land_day(landing, D1, "-1", "50", name="a")
    land_day(landing, D1, "2", "", name="b")
    stern = filling(fill=Fill())
    steps = [*stern.chain.steps[:-1], *dataset("x", COLUMNS, rules({**POSITIVE, "action": "fail"})).chain.steps[-1:]]
    load(path, landing, {"sales": replace(stern, chain=Chain(tuple(steps)))})
    assert rows(path, "SELECT path, state FROM meta_files ORDER BY 1") == [
        (f"sales/{D1}/a.csv", "failed"),
        (f"sales/{D1}/b.csv", "committed"),
    ]
    assert figures(path) == {1: "2.0"}


def test_a_file_that_goes_over_its_budget_in_its_first_records_is_held_and_makes_no_parameters(tmp_path: Path) -> None:
    landing, path = tmp_path / "landing", tmp_path / "ade.db"
    land_day(landing, D1, "-1", "-2", "3")
    load(path, landing, {"sales": filling(budget={"max_reject_percent": 5, "min_records": 2})})
    assert rows(path, "SELECT state, records FROM meta_files") == [("held", 0)]
    assert figures(path) == {}


def test_imputed_cells_and_rejected_rows_never_move_a_figure(tmp_path: Path) -> None:
    landing, path = tmp_path / "landing", tmp_path / "ade.db"
    land_day(landing, D1, "1", "2", "9")
    land_day(landing, D2, "", "", "", "-7")
    land_day(landing, D3, "4")
    load(path, landing, {"sales": filling()})
    assert figures(path) == {1: "2.0"}
    assert in_force(path) == [(D1, 1), (D2, 1), (D3, 1)]


def test_only_the_last_dates_and_of_them_the_last_rows_are_looked_at(tmp_path: Path) -> None:
    landing, path = tmp_path / "landing", tmp_path / "ade.db"
    for date, amounts in ((D1, ["1"]), (D2, ["2", "5", "8"]), (D3, ["9"]), (D4, [""])):
        land_day(landing, date, *amounts)
    load(path, landing, {"sales": filling(parameters={"window_dates": 2, "window_rows": 3})})
    assert figures(path)[3] == "8.0"  # of 5, 8 and 9
    assert in_force(path) == [(D1, 1), (D2, 1), (D3, 2), (D4, 3)]


def test_a_date_in_the_past_takes_the_newest_parameters_that_know_nothing_of_it(tmp_path: Path) -> None:
    landing, path, sales = tmp_path / "landing", tmp_path / "ade.db", {"sales": filling()}
    land_day(landing, D1, "1")
    land_day(landing, D3, "5")
    land_day(landing, D4, "9")
    load(path, landing, sales)
    assert figures(path) == {1: "1.0", 2: "3.0"}
    land_day(landing, D2, "")
    land_day(landing, "2026-11-01", "")
    load(path, landing, sales)
    assert in_force(path) == [("2026-11-01", 1), (D1, 1), (D2, 1), (D3, 1), (D4, 2)]


def test_a_later_file_of_a_date_takes_the_parameters_of_the_date(tmp_path: Path) -> None:
    landing, path, sales = tmp_path / "landing", tmp_path / "ade.db", {"sales": filling()}
    land_day(landing, D1, "1")
    land_day(landing, D2, "9")
    load(path, landing, sales)
    land_day(landing, D3, "7")
    load(path, landing, sales)
    land_day(landing, D2, "", name="late")
    load(path, landing, sales)
    assert filled(path) == [(f"{D2}late0", 1.0)]


def test_a_new_generation_and_a_renamed_file_keep_the_parameters_of_their_date(tmp_path: Path) -> None:
    landing, path, sales = tmp_path / "landing", tmp_path / "ade.db", {"sales": filling()}
    land_day(landing, D1, "1")
    land_day(landing, D2, "9")
    land_day(landing, D3, "7")
    load(path, landing, sales)
    land_day(landing, D2, "", "8")
    (landing / "sales" / D3 / "a.csv").rename(landing / "sales" / D3 / "b.csv")
    with (landing / "sales" / D3 / "b.csv").open("a", encoding="utf-8") as file:
        file.write("more,\n")
    load(path, landing, sales)
    assert filled(path) == [("more", 5.0), (f"{D2}a0", 1.0)]
    assert figures(path) == {1: "1.0", 2: "5.0"}


def test_a_version_that_lacks_a_statistic_is_used_without_it(tmp_path: Path) -> None:
    landing, path = tmp_path / "landing", tmp_path / "ade.db"
    land_day(landing, D1, "1", "2", "6")
    load(path, landing, {"sales": filling()})
    land_day(landing, D1, "", name="late")
    mean = {"sales": filling(fill=Fill(Statistic("mean", "amount")))}
    load(path, landing, mean)
    assert filled(path) == []
    [replay] = replayed(path, mean, [D1], refit=True)
    assert (replay.parameters_before, replay.parameters) == (1, 2)
    assert filled(path) == [(f"{D1}late0", 3.0)]


def test_rows_that_were_loaded_before_a_step_wanted_parameters_make_the_first_ones(tmp_path: Path) -> None:
    landing, path = tmp_path / "landing", tmp_path / "ade.db"
    land_day(landing, D1, "1", "3", "")
    plain = filling()
    load(path, landing, {"sales": replace(plain, chain=Chain((plain.chain.steps[0], *plain.chain.steps[2:])))})
    land_day(landing, D2, "")
    load(path, landing, {"sales": plain})
    assert (figures(path), filled(path)) == ({1: "2.0"}, [(f"{D2}a0", 2.0)])
    replayed(path, {"sales": plain}, [D1])
    assert filled(path) == [(f"{D1}a2", 2.0), (f"{D2}a0", 2.0)]


def test_replaying_takes_the_recorded_parameters_and_refitting_makes_them_of_what_is_there_now(tmp_path: Path) -> None:
    landing, path, sales = tmp_path / "landing", tmp_path / "ade.db", {"sales": filling()}
    land_day(landing, D1, "1")
    land_day(landing, D2, "")
    load(path, landing, sales)
    land_day(landing, D1, "7", name="late")
    load(path, landing, sales)
    before = content_hash(path, "sales")
    [done] = replayed(path, sales, [D2])
    assert (done.changed, done.parameters, content_hash(path, "sales")) == (False, 1, before)
    [refitted] = replayed(path, sales, [D2], refit=True)
    assert (refitted.changed, refitted.parameters_before, refitted.parameters) == (True, 1, 2)
    assert (figures(path), filled(path)) == ({1: "1.0", 2: "4.0"}, [(f"{D2}a0", 4.0)])
    [again] = replayed(path, sales, [D2], refit=True)
    assert (again.changed, again.parameters) == (False, 2)


def test_refitting_several_dates_makes_each_of_the_rows_just_replayed(tmp_path: Path) -> None:
    landing, path = tmp_path / "landing", tmp_path / "ade.db"
    land_day(landing, D1, "1", "2")
    land_day(landing, D2, "", "9")
    land_day(landing, D3, "")
    load(path, landing, {"sales": filling()})
    assert filled(path) == [(f"{D2}a0", 1.5), (f"{D3}a0", 2.0)]
    lax = filling()
    strict = replace(lax, chain=Chain((*lax.chain.steps, *ABOVE_ONE.chain.steps[-1:])))
    replayed(path, {"sales": strict}, [D1, D2, D3], refit=True)
    assert filled(path) == [(f"{D2}a0", 2.0), (f"{D3}a0", 5.5)]


AMOUNTS = st.lists(st.sampled_from(["", "1", "2.5", "3", "8", "-1", "x"]), min_size=1, max_size=12)
FILES = st.lists(AMOUNTS, min_size=1, max_size=3)
DAYS = st.lists(FILES, min_size=1, max_size=4)


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(DAYS, st.integers(1, 20), st.sampled_from([1, 2, 3, 50]))
def test_rows_and_figures_are_the_same_whatever_the_size_of_a_batch(
    days: list[list[list[str]]], warmup_rows: int, batch_rows: int
) -> None:
    with TemporaryDirectory() as folder:
        landing = Path(folder) / "landing"
        for day, files in enumerate(days):
            for place, amounts in enumerate(files):
                land_day(landing, f"2026-11-{10 + day}", *amounts, name=f"f{place}")
        sales = {"sales": filling(warmup_rows=warmup_rows, parameters={"window_dates": 2})}
        found = []
        for name, datasets in (("whole", sales), ("cut", cut(sales, batch_rows))):
            path = Path(folder) / f"{name}.db"
            load(path, landing, datasets)
            found.append((content_hash(path, "sales"), told(path)))
        assert found[0] == found[1]
        replayed(path, sales, [f"2026-11-{10 + day}" for day in range(len(days))])
        assert (content_hash(path, "sales"), told(path)) == found[0]


def told(path: Path) -> list[object]:
    """All that is recorded of parameters, but for times."""
    return [*rows(path, "SELECT version, through, fitted FROM meta_parameters ORDER BY 1"), *in_force(path)]


@pytest.mark.parametrize("batch_rows", [1, 50, 1000])
def test_large_compressed_and_small_files_side_by_side_give_what_whole_batches_give(
    tmp_path: Path, batch_rows: int
) -> None:
    landing = tmp_path / "landing"
    for date, start in ((D1, 0), (D2, 500), (D3, 900)):
        amounts = ["" if number % 7 == 0 else f"{start + number}" for number in range(400)]
        lines = [HEAD, *(f"{date}-{place},{amount}" for place, amount in enumerate(amounts))]
        land(landing, f"sales/{date}/large.csv", *lines)
        packed = bz2.compress("".join(f"{line}\n" for line in [HEAD, f'"{date}\n",3', f"{date}z,"]).encode())
        (landing / "sales" / date / "packed.csv.bz2").write_bytes(packed)
        for name in "abc":
            land_day(landing, date, "", "5", name=name)
    sales = {"sales": replace(filling(warmup_rows=120, files={"pattern": "*.csv*"}), batch_bytes=2048)}
    found = []
    for name, datasets in (("whole", cut(sales, 100_000)), ("cut", cut(sales, batch_rows))):
        load(tmp_path / f"{name}.db", landing, datasets)
        found.append((content_hash(tmp_path / f"{name}.db", "sales"), told(tmp_path / f"{name}.db")))
    assert found[0] == found[1]
    assert len(in_force(tmp_path / "whole.db")) == 3


def settling(seconds: float, **settings: Any) -> Dataset:
    """The dataset, whose files are finished when they have not changed for a while."""
    sales = filling(**settings)
    return replace(sales, files=sales.files.model_copy(update={"settle_seconds": seconds}))


def test_a_first_file_with_few_records_waits_until_it_is_finished_and_says_so(tmp_path: Path) -> None:
    landing, path = tmp_path / "landing", tmp_path / "ade.db"
    land_day(landing, D1, "1", "3", "", name="a")
    land_day(landing, D1, "100", "", name="b")
    land_day(landing, D2, "")
    receipts = load(path, landing, {"sales": settling(0.4)})
    told = [(each.batch.part.file.path, each.batch.part.state, each.batch.row_count) for each in receipts]
    assert told == [
        (f"sales/{D1}/a.csv", "settling", 0),
        (f"sales/{D1}/a.csv", "committed", 3),
        (f"sales/{D1}/b.csv", "committed", 2),
        (f"sales/{D2}/a.csv", "committed", 1),
    ]
    assert receipts[0].batch.part.reason == (
        "The first parameters of sales are made of 1000 records, and it has 3. It is read on when it has them, or the "
        "file is renamed into place or the file has not changed for 0.4 seconds."
    )
    assert filled(path) == [(f"{D1}a2", 2.0), (f"{D1}b1", 2.0), (f"{D2}a0", 3.0)]


def test_a_later_date_waits_for_a_last_line_that_settles(tmp_path: Path) -> None:
    landing, path = tmp_path / "landing", tmp_path / "ade.db"
    land_day(landing, D1, "1")
    with (landing / "sales" / D1 / "a.csv").open("a", encoding="utf-8") as file:
        file.write("torn,9")
    land_day(landing, D2, "")
    load(path, landing, {"sales": settling(0.4, warmup_rows=1)})
    assert filled(path) == [(f"{D2}a0", 5.0)]


def test_a_dataset_goes_on_while_another_waits_for_its_parameters(tmp_path: Path) -> None:
    landing, path = tmp_path / "landing", tmp_path / "ade.db"
    for name in ("sales", "other"):
        for date in (D1, D2, D3):
            land(landing, f"{name}/{date}.csv", HEAD, f"{date},4", f"{date}x,")
    load(path, landing, cut({"sales": settling(0.4), "other": filling("other")}, 1))
    assert rows(path, "SELECT count(*) FROM stg_sales") == rows(path, "SELECT count(*) FROM stg_other") == [(6,)]
    assert rows(path, "SELECT dataset, count(DISTINCT date) FROM meta_parameter_dates GROUP BY 1") == [
        ("other", 3),
        ("sales", 3),
    ]


def broken(barrier: Barrier) -> None:
    """Something goes wrong where rows are committed."""
    raise WarehouseError(f"the figures of {barrier.date} cannot be read")


def test_a_run_ends_where_parameters_cannot_be_made(tmp_path: Path) -> None:
    landing, path, sales = tmp_path / "landing", tmp_path / "ade.db", {"sales": filling()}
    land_day(landing, D1, "1")
    with Warehouse(path, [sales["sales"].table]) as sink, WarehouseReader(path) as committed:
        arrivals = Arrivals(Intake(Tracker(landing, sales, ()), committed))
        chains = {"sales": sales["sales"].chain}
        with pytest.raises(WarehouseError, match="cannot be read"):
            list(run(arrivals.present(), chains, sink, arrivals.stop, at_barrier=broken))


def test_a_run_that_is_stopped_does_not_wait_for_parameters(tmp_path: Path) -> None:
    landing, path, sales = tmp_path / "landing", tmp_path / "ade.db", {"sales": filling()}
    land_day(landing, D1, "1")
    with Warehouse(path, [sales["sales"].table]) as sink, WarehouseReader(path) as committed:
        arrivals = Arrivals(Intake(Tracker(landing, sales, ()), committed))
        chains = {"sales": sales["sales"].chain}
        assert (
            list(run(arrivals.present(), chains, sink, arrivals.stop, at_barrier=lambda _: arrivals.stop.set())) == []
        )


def test_files_that_are_judged_without_being_loaded_have_parameters_too(tmp_path: Path) -> None:
    landing, sales = tmp_path / "landing", filling(fill=Fill(Statistic("median", "amount")))
    land_day(landing, D1, "3", "")
    land_day(landing, D2, "", "4")
    required = dataset("sales", COLUMNS, rules({"check": "not_null", "column": "amount"})).chain.steps[-1:]
    strict = replace(sales, chain=Chain((*sales.chain.steps, *required)))
    paths = [landing / "sales" / date / "a.csv" for date in (D1, D2)]
    assert judge_files({"sales": strict}, landing, paths, None, threading.Event()).validation_passed


def test_a_rejected_record_is_tried_again_with_the_parameters_of_its_span(tmp_path: Path) -> None:
    landing, path = tmp_path / "landing", tmp_path / "ade.db"
    strict = filling(warmup_rows=2)
    land_day(landing, D1, "1", "")
    land_day(landing, D2, "7")
    above = replace(strict, chain=Chain((*strict.chain.steps, *ABOVE_ONE.chain.steps[-1:])))
    load(path, landing, {"sales": above})
    assert rows(path, "SELECT count(*) FROM rejects") == [(1,)]
    retry_chosen({"sales": strict}, path, Choice(), threading.Event())
    assert rows(path, "SELECT count(*) FROM rejects") == [(0,)]


def test_a_diff_shows_figures_and_rows_and_keeps_nothing(tmp_path: Path) -> None:
    landing, path, sales = tmp_path / "landing", tmp_path / "ade.db", {"sales": filling()}
    land_day(landing, D1, "1")
    land_day(landing, D2, "", "2")
    load(path, landing, sales)
    land_day(landing, D1, "7", name="late")
    load(path, landing, sales)
    before = everything(path)
    with Warehouse(path, [sales["sales"].table]) as sink:
        found = list(compared(sink, sales, [(D1, "sales"), (D2, "sales")], refit=True))
    assert everything(path) == before
    [first, second] = found
    assert (first.changed, first.added, first.gone, first.parameters) == (0, 0, 0, 1)
    assert (second.changed, second.added, second.gone) == (1, 0, 0)
    assert [(each.column, each.rows) for each in second.columns] == [("amount", 1)]
    [example] = second.columns[0].examples
    assert (example.path, example.line, example.before, example.after) == (f"sales/{D2}/a.csv", 2, "1.0", "4.0")
    [figure] = second.figure_changes
    assert (figure.kind, figure.before, figure.after) == ("median", ("1.0",), ("4.0",))
