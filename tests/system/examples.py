"""The real sets for which `configs/examples` has a config each: where their files are, and what is known of them."""

from __future__ import annotations

import csv
import json
import shutil
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any, TypeAlias

from sinks.database.connection import Scalar
from tests.system.looking import number, rows
from tests.system.processes import SHIPPED_CONFIGS, Place, load
from tests.system.shared import SHARED, described

EXAMPLE_CONFIGS = SHIPPED_CONFIGS / "examples"
Profile: TypeAlias = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Example:
    """A dataset: the set and the folder in it in which its files lie."""

    dataset: str
    set: str
    folder: str = ""

    @property
    def source(self) -> Path:
        """The folder with its files."""
        return SHARED / self.set / self.folder

    def profile(self) -> Profile:
        """What is known of each file, by its name."""
        entries = described(self.set, "PROFILE.json").items()
        return {Path(path).name: facts for path, facts in entries if str(Path(path).parent) == (self.folder or ".")}

    def records(self, file: str, encoding: str = "utf-8-sig") -> list[dict[str, str]]:
        """The records of a file by header name, as Python's own csv module reads them."""
        with (self.source / file).open(encoding=encoding, newline="") as text:
            return list(csv.DictReader(text))


EXAMPLES = {
    example.dataset: example
    for example in (
        Example("baltimore_salaries", "baltimore_salaries"),
        Example("boston_earnings", "boston_earnings"),
        Example("cdnow", "cdnow", "drops"),
        Example("jhu_covid_global", "jhu_covid", "global"),
        Example("jhu_covid_us", "jhu_covid", "us"),
        Example("montgomery_salaries", "montgomery_salaries"),
        Example("nycflights13", "nycflights13", "drops"),
    )
}
#: What the config of JHU's reports calls countries that were called otherwise for a while.
COUNTRIES = {
    **dict.fromkeys(("Bahamas, The", "The Bahamas"), "Bahamas"),
    **dict.fromkeys(("Gambia, The", "The Gambia"), "Gambia"),
    **dict.fromkeys(("Korea, South", "Republic of Korea"), "South Korea"),
    "Czech Republic": "Czechia",
    "Iran (Islamic Republic of)": "Iran",
    "Russian Federation": "Russia",
    "UK": "United Kingdom",
    "Viet Nam": "Vietnam",
}
SETS = tuple(sorted({example.set for example in EXAMPLES.values()}))


def load_examples(folder: Path) -> Place:
    """All sets, loaded by one `run` with the example configs into a fresh warehouse."""
    for example in EXAMPLES.values():
        target = folder / "landing" / example.dataset
        target.mkdir(parents=True)
        for path in example.source.glob("*.csv"):
            shutil.copy2(path, target)
    place = Place(EXAMPLE_CONFIGS, folder / "landing", folder / "ade.db")
    load(place)
    return place


def by_file(place: Place, dataset: str, columns: str) -> dict[str, list[tuple[Scalar, ...]]]:
    """Some columns of the staged rows of each file, by the file's name, in the order of the file.

    As JSON, since ADBC takes the type of a column from its first rows.
    """
    found: dict[str, list[tuple[Scalar, ...]]] = defaultdict(list)
    files = "meta_files ON file_id = s._id >> 32"
    sql = f"SELECT path, json_array({columns}) FROM stg_{dataset} s JOIN {files} ORDER BY s._id"
    for path, values in rows(place.warehouse, sql):
        found[Path(str(path)).name].append(tuple(json.loads(str(values))))
    return found


def counted(place: Place, dataset: str, name: str) -> int:
    """How many cells of all files of a dataset a step has counted under a name."""
    sql = """SELECT coalesce(sum(c.count), 0) FROM meta_counts c JOIN meta_files f ON f.file_id = c.span_id >> 32
    WHERE f.dataset = ? AND c.name = ?"""
    return number(place.warehouse, sql, dataset, name)


def first_of(staged: Mapping[str, list[tuple[Scalar, ...]]]) -> dict[str, list[Scalar]]:
    """The first column of each file's rows."""
    return {name: [row[0] for row in each] for name, each in staged.items()}


def figures(amounts: Iterable[Scalar]) -> dict[str, Any]:
    """Count, exact sum, median, least and greatest of amounts that are written as text."""
    there = [Decimal(str(amount)) for amount in amounts if amount is not None]
    ends = {"median": float(median(there)), "min": float(min(there)), "max": float(max(there))}
    return {"n": len(there), "sum": sum(there), **ends}


def truth(told: Mapping[str, Any]) -> dict[str, Any]:
    """Such figures of a TRUTH.json; the mean follows from them."""
    return {name: value for name, value in told.items() if name != "mean"} | {"sum": Decimal(told["sum"])}


def by_department(of_file: Iterable[tuple[Scalar, ...]]) -> dict[str, dict[str, Any]]:
    """Such figures of each department; the rows are department and amount."""
    amounts: dict[str, list[Scalar]] = defaultdict(list)
    for department, amount in of_file:
        amounts[str(department)].append(amount)
    return {department: figures(each) for department, each in amounts.items()}


def truths(told: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Such figures of each department of a TRUTH.json."""
    return {department: truth(each) for department, each in told.items()}
