"""The real set: 305 daily files of invoice lines, against counts that Python's own csv and decimal modules made."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from tests.system.looking import files, hashes, number, rows, unsound
from tests.system.processes import Place, ade, command, execute, load, write_configs
from tests.system.shared import SHARED, described, needs

RSS_MEGABYTES_MAX = 250
RECORDS = 541_909
FIGURES = ("customer_missing", "description_missing", "quantity_negative", "price_negative", "price_zero")

_FOUND = """
WITH lines AS (
    SELECT _id >> 32 AS file_id, Quantity, UnitPrice, CustomerID, Description FROM stg_retail
    UNION ALL
    SELECT _id >> 32, CAST(raw ->> 'Quantity' AS INTEGER), CAST(raw ->> 'UnitPrice' AS REAL),
           nullif(raw ->> 'CustomerID', ''), nullif(raw ->> 'Description', '')
    FROM rejects WHERE dataset = 'retail')
SELECT replace(path, 'retail/', ''), count(*), sum(CustomerID IS NULL), sum(Description IS NULL),
       sum(Quantity < 0), sum(UnitPrice < 0), sum(UnitPrice = 0), sum(Quantity * UnitPrice)
FROM lines JOIN meta_files USING (file_id) GROUP BY file_id
"""

#: Starts the rest of the command line and tells the most memory that it took, in KiB. The program in between is small:
#: a process counts the memory of the one that it was forked from.
_MEASURING = """
import os, sys
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(child, 0)
print(usage.ru_maxrss, file=sys.stderr)
sys.exit(os.waitstatus_to_exitcode(status))
"""

pytestmark = [pytest.mark.slow, needs("retail")]


@dataclass(frozen=True, slots=True)
class Run:
    """The place where the set was loaded, and the most memory that it took, in MB."""

    place: Place
    rss_megabytes: float


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    """The counts, in total and by file."""
    return described("retail", "TRUTH.json")


@pytest.fixture(scope="module")
def retail(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The set, loaded by one `run` with the shipped config."""
    folder = tmp_path_factory.mktemp("retail")
    shutil.copytree(SHARED / "retail", folder / "landing" / "retail", ignore=shutil.ignore_patterns("*.json", "*.md"))
    place = Place(write_configs(folder / "configs", "retail"), folder / "landing", folder / "ade.db")
    done = execute([sys.executable, "-S", "-c", _MEASURING, *command(place, "run")], seconds=200)
    assert done.returncode == 0, done.stderr
    return Run(place, int(done.stderr) * 1024 / 1e6)


def test_every_record_is_in_the_raw_layer(retail: Run) -> None:
    assert number(retail.place.warehouse, "SELECT count(*) FROM raw_events") == RECORDS


def test_every_file_has_all_its_records_on_its_date(retail: Run, truth: dict[str, Any]) -> None:
    found = {
        entry.file.path: (entry.records, entry.file.date, entry.state)
        for entry in files(retail.place.warehouse).values()
    }
    assert found == {
        f"retail/{name}": (counts["records"], name.removesuffix(".csv"), "committed")
        for name, counts in truth["files"].items()
    }


def test_the_books_of_the_set_agree_with_its_rows(retail: Run) -> None:
    assert unsound(retail.place.warehouse, ("retail",)) == []


@pytest.mark.parametrize("figure", FIGURES)
def test_every_file_agrees_with_the_truth(retail: Run, truth: dict[str, Any], figure: str) -> None:
    place = 2 + FIGURES.index(figure)
    found = {row[0]: row[place] for row in rows(retail.place.warehouse, _FOUND)}
    assert found == {name: counts[figure] for name, counts in truth["files"].items()}
    assert sum(int(str(count)) for count in found.values()) == truth["total"][figure]


def test_the_amounts_agree_with_the_truth(retail: Run, truth: dict[str, Any]) -> None:
    found = {str(row[0]): Decimal(str(row[7])) for row in rows(retail.place.warehouse, _FOUND)}
    wrong = {
        name: (found[name], counts["amount"])
        for name, counts in truth["files"].items()
        if abs(found[name] - Decimal(counts["amount"])) > Decimal("0.001")
    }
    assert wrong == {}
    assert abs(sum(found.values()) - Decimal(truth["total"]["amount"])) <= Decimal("0.001")


def test_the_derived_amount_is_quantity_times_price(retail: Run) -> None:
    wrong = "SELECT count(*) FROM stg_retail WHERE abs(Amount - Quantity * UnitPrice) > 1e-6 OR Amount IS NULL"
    assert number(retail.place.warehouse, wrong) == 0


def test_only_what_is_no_sale_is_refused(retail: Run, truth: dict[str, Any]) -> None:
    found = rows(
        retail.place.warehouse,
        """SELECT DISTINCT reason.value ->> 'rule' FROM rejects, json_each(reasons) reason
        WHERE reason.value ->> 'action' <> 'warn'""",
    )
    assert found == [("price_not_negative",)]
    assert number(retail.place.warehouse, "SELECT count(*) FROM rejects") == truth["total"]["price_negative"]


def test_missing_customers_and_returns_are_flagged(retail: Run, truth: dict[str, Any]) -> None:
    flagged = "SELECT count(*) FROM stg_retail WHERE ',' || _flags || ',' LIKE ?"
    returns = number(retail.place.warehouse, flagged, "%,is_return,%")
    assert returns == truth["total"]["quantity_negative"]
    missing = number(retail.place.warehouse, flagged, "%,customer_missing,%")
    assert missing == truth["total"]["customer_missing"] - truth["total"]["price_negative"]


def test_the_run_stays_within_its_memory(retail: Run) -> None:
    assert retail.rss_megabytes <= RSS_MEGABYTES_MAX


def test_running_the_set_again_changes_nothing(retail: Run) -> None:
    before = hashes(retail.place.warehouse, ("retail",))
    assert "files=0 records=0" in load(retail.place).stdout
    assert hashes(retail.place.warehouse, ("retail",)) == before


def test_replaying_any_date_of_the_set_changes_nothing(retail: Run, truth: dict[str, Any]) -> None:
    before = hashes(retail.place.warehouse, ("retail",))
    replayed = ade(retail.place, "replay", "--from", "2010-12-01", "--to", "2011-12-09", seconds=250)
    assert replayed.returncode == 0, replayed.stderr
    assert [line.split()[3] for line in replayed.stdout.splitlines() if "retail" in line] == [
        name.removesuffix(".csv") for name in sorted(truth["files"])
    ]
    assert "nothing changed" in replayed.stdout
    assert hashes(retail.place.warehouse, ("retail",)) == before
