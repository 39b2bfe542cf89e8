"""`ade-stream report`, as a person asks for it: one file that tells what the warehouse knows, and nothing more."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from tests.reporting.markup import Element, read
from tests.samples import ORDERS_CLEAN, ORDERS_DIRT
from tests.system.drops import write
from tests.system.looking import number
from tests.system.processes import Place, ade, entered, load

SECRETS = ("Sibylle Secret", "s.secret@example.org", "8713", "1961-05-04")
HOSTILE = "<script>alert(1)</script>\x1b[31m\u202e'\"&"
PEOPLE = {
    "dataset": "people",
    "description": "Who works here & where.",
    "columns": {
        "name": {"type": "string"},
        "mail": {"type": "string"},
        "salary": {"type": "integer"},
        "born": {"type": "date"},
    },
    "key": ["mail"],
    "processors": [
        {"schema": {}},
        {"quality": {"duplicates": ["key"]}},
        {
            "validation": {
                "rules": [
                    {"check": "length", "column": "name", "max": 5, "action": "warn"},
                    {"check": "range", "column": "salary", "max": 5, "action": "warn"},
                    {"check": "not_null", "column": "born", "action": "warn"},
                    {"check": "freshness", "column": "born", "max_age": "24 hours", "action": "warn"},
                ]
            }
        },
    ],
    "profile": {},
    "kpis": {"headcount": {"value": "count(*)", "by": ["name"]}},
}


def page(place: Place, *words: str) -> Element:
    """What `ade-stream report WORDS… --output -` prints."""
    done = entered(place, "report", *words, "--output=-")
    assert (done.returncode, done.stderr) == (0, "")
    return read(done.stdout)


@pytest.fixture
def people(tmp_path: Path) -> Place:
    """A dataset of which each column, rule, profile and KPI could tell a secret."""
    place = Place(tmp_path / "configs", tmp_path / "landing", tmp_path / "ade.db")
    place.configs.mkdir()
    (place.landing / "people").mkdir(parents=True)
    (place.configs / "people.yaml").write_text(yaml.safe_dump(PEOPLE, sort_keys=False), "utf-8")
    return place


def drop(place: Place, *records: str) -> None:
    """A settled file of people."""
    content = "name,mail,salary,born\n" + "".join(f"{record}\n" for record in records)
    write(place.landing / "people" / "people_2026-11-21.csv", content)


def test_it_tells_the_balance_of_each_dataset(loaded: Place) -> None:
    words = page(loaded).named("dataset-orders").words
    records = sum(ORDERS_CLEAN.values()) + sum(sum(dirt.values()) for dirt in ORDERS_DIRT.values())
    assert f"records {records} in 4 files" in words
    accepted = number(loaded.warehouse, "SELECT count(*) FROM stg_orders")
    assert f"accepted {accepted} {100 * accepted / records:.2f} %" in words


def test_of_a_date_it_tells_its_own_rows_and_rules_and_the_way_to_it(loaded: Place) -> None:
    orders = page(loaded, "--date", "2026-11-18", "--dataset", "orders").named("dataset-orders")
    assert "records 153 in 1 file accepted 134" in orders.words
    broken = {row.children[0].words: row.children[5].words for row in orders.all("tr")}
    assert broken["amount_not_null"] == str(ORDERS_DIRT["2026-11-18"]["null.amount"])
    assert "2026-11-17" in orders.words
    assert "2026-11-19" not in orders.words
    assert "schema 1 the version; drifted 0 times" in orders.words


def test_an_example_stands_in_the_report_as_it_stands_in_its_file(loaded: Place) -> None:
    [example] = [each for each in page(loaded, "--date", "2026-11-18").all("li") if "O-100034" in each.words]
    [(path, line)] = re.findall(r"(\S+\.csv) line (\d+)", example.words)
    cells = (loaded.landing / path).read_text("utf-8").splitlines()[int(line) - 1].split(",")
    assert [each.words for each in example.all("dd")] == cells


def test_it_tells_columns_schemas_kpis_models_and_lineage(loaded: Place) -> None:
    found = page(loaded)
    titles = {each.words for each in found.all("figcaption")}
    assert any(each.startswith("amount decimal(12,2)") for each in titles)
    assert any(each.startswith("revenue DE") for each in titles)
    assert any(each.startswith("Mean absolute error by date") for each in titles)
    assert "added coupon" in found.named("dataset-orders").words
    assert re.search(r"orders_\*\.csv .* dataset orders .* view customer_features .* model next_order_amount",
                     found.named("lineage").words)  # fmt: skip


def test_the_same_warehouse_gives_the_same_file(loaded: Place, tmp_path: Path) -> None:
    for name in ("one.html", "other.html"):
        done = entered(loaded, "report", f"--output={tmp_path / name}")
        assert (done.returncode, done.stdout) == (0, f"{tmp_path / name}\n")
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "other.html").read_bytes()


def test_a_process_writes_it_beside_the_warehouse(copied: Place) -> None:
    done = ade(copied, "report", "--date=2026-11-18")
    assert done.stdout == f"{copied.warehouse.parent / 'report-2026-11-18.html'}\n", done.stderr
    assert (copied.warehouse.parent / "report-2026-11-18.html").read_text("utf-8").startswith("<!doctype html>")


def test_nothing_is_loaded_from_anywhere_and_nothing_runs(loaded: Place) -> None:
    found = page(loaded)
    assert not list(found.all("script", "link", "img", "iframe", "object", "form"))
    for element in found.all():
        assert not [name for name in element.attributes if name in {"src", "srcset", "style"} or name.startswith("on")]
        assert str(element.attributes.get("href", "#")).startswith("#")
    [style] = found.all("style")
    assert "url(" not in style.words
    assert "@import" not in style.words


def test_those_who_do_not_see_it_find_their_way(loaded: Place) -> None:
    found = page(loaded)
    ids = [str(each.attributes["id"]) for each in found.all() if "id" in each.attributes]
    assert len(ids) == len(set(ids))
    for element in found.all():
        for name in ("href", "aria-labelledby"):
            assert str(element.attributes.get(name) or f"#{ids[0]}").removeprefix("#") in ids
    levels = [int(each.tag[1]) for each in found.all("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_each_table_has_a_caption_and_each_chart_a_name(loaded: Place) -> None:
    found = page(loaded)
    for table in found.all("table"):
        assert table.children[0].tag == "caption"
        assert table.children[0].words
        assert all(cell.attributes.get("scope") in {"col", "row"} for cell in table.all("th"))
    charts = [(each.attributes["role"], [child.tag for child in each.children[:2]]) for each in found.all("svg")]
    assert charts == [("img", ["title", "desc"])] * len(charts)
    assert len(charts) > 20


def test_what_strangers_wrote_is_text_and_nothing_else(people: Place) -> None:
    quoted = HOSTILE.replace('"', '""')
    drop(people, f'"{quoted}",a@b,7,1961-05-04', f'"{quoted}",a@b,x,"{quoted}"')
    load(people)
    found = page(people)
    assert not list(found.all("script"))
    assert found.words.count("<script>alert(1)</script>\\x1b[31m\\u202e'\"&") >= 3
    assert "Who works here & where." in found.words
    assert all(letter.isprintable() for letter in found.words)


def test_without_values_it_tells_no_cell_of_a_row(people: Place) -> None:
    drop(people, ",".join(SECRETS), f"Secret too,{SECRETS[1]},no number,1961-99-99", "torn,record")
    load(people)
    told, kept = page(people), page(people, "--no-values")
    secrets = {*SECRETS, "Secret too", "no number", "1961-99-99", "torn"}
    assert {each for each in secrets if each in told.words} == secrets
    assert {each for each in secrets if each in kept.words} == set()
    assert "people_2026-11-21.csv line 2" in kept.words


def test_of_what_was_never_loaded_there_is_no_report(loaded: Place) -> None:
    for words, told in (
        (("--date", "2001-01-01"), "nothing of 2001-01-01 is loaded; there are dates from 2026-11-17 to 2026-11-20"),
        (("--dataset", "ordres"), "nothing of dataset 'ordres' is loaded; there are employees, orders"),
    ):
        done = entered(loaded, "report", *words, "--output=-")
        assert (done.returncode, done.stdout) == (2, "")
        assert told in done.stderr


def test_an_empty_warehouse_has_nothing_to_report(place: Place) -> None:
    load(place)
    done = entered(place, "report", "--output=-")
    assert (done.returncode, "`ade-stream run` loads what has landed" in done.stderr) == (2, True)
