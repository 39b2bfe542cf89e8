"""The sample drops that are shipped in `landing/`: small, messy CSV files made from a seed.

    python -m tests.samples [TARGET] [--seed N]

Equal seeds give equal bytes. The counts below hold for every seed: a file has `clean + sum(dirt)` records, and each
dirty record has exactly one thing wrong with it. The kinds of dirt come in five categories:

* `duplicate`: `exact` repeats a clean record of the same file, below it; `key` does so with another amount or salary;
  `earlier_day` is a new order under the order_id of a clean record of an earlier file.
* `null`: the cell is empty, or a word for nothing.
* `type`: the cell cannot be read as its column's type.
* `value`: the cell can be read, and is implausible, of an unknown category, or written differently (blanks, case).
* `shape`: the record has too few or too many fields, or a name that takes care to read (a comma, a quote, a line end
  or letters beyond ASCII in it); nothing is wrong with the row of such a name.
"""

from __future__ import annotations

import argparse
import csv
import io
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import TypeAlias

Row: TypeAlias = dict[str, str]
Counts: TypeAlias = Mapping[str, int]
#: What comes in place of a cell: a text, or a function of the text that stood there.
Cell: TypeAlias = str | Callable[[str], str]
#: What each kind of dirt changes in a clean row; where there are several ways, they take turns.
Cells: TypeAlias = Mapping[str, Sequence[Mapping[str, Cell]]]
#: A clean row from a random source, the number of its id, and its moment.
Draw: TypeAlias = Callable[[Random, int, datetime], Row]

SEED = 20261121
#: Clean records in each file, by execution date.
ORDERS_CLEAN: Counts = {"2026-11-17": 104, "2026-11-18": 128, "2026-11-19": 151, "2026-11-20": 186}
EMPLOYEES_CLEAN: Counts = {"2026-11-17": 46, "2026-11-18": 55, "2026-11-19": 64}


def _by_date(dates: Iterable[str], counts: Mapping[str, Sequence[int]]) -> Mapping[str, Counts]:
    return {date: {kind: of_days[day] for kind, of_days in counts.items()} for day, date in enumerate(dates)}


#: Dirty records in each file, by execution date and kind.
ORDERS_DIRT = _by_date(
    ORDERS_CLEAN,
    {
        "duplicate.exact": (3, 2, 4, 2),
        "duplicate.key": (2, 1, 2, 3),
        "duplicate.earlier_day": (0, 2, 2, 3),
        "null.customer_id": (3, 3, 4, 3),
        "null.amount": (3, 4, 3, 5),
        "type.order_ts": (3, 3, 4, 3),
        "type.quantity": (1, 1, 2, 1),
        "value.negative_amount": (2, 1, 2, 3),
        "value.outlier_amount": (1, 1, 1, 2),
        "value.unknown_channel": (2, 2, 2, 3),
        "value.padded_country": (2, 3, 2, 4),
        "shape.too_few_fields": (1, 1, 1, 1),
        "shape.too_many_fields": (1, 1, 1, 1),
    },
)
EMPLOYEES_DIRT = _by_date(
    EMPLOYEES_CLEAN,
    {
        "duplicate.exact": (1, 2, 1),
        "duplicate.key": (2, 1, 2),
        "null.salary": (2, 3, 2),
        "null.education": (1, 2, 2),
        "value.age_against_years": (1, 1, 1),
        "value.impossible_age": (1, 1, 1),
        "value.negative_salary": (1, 1, 1),
        "value.outlier_salary": (1, 1, 1),
        "value.padded_department": (2, 1, 2),
        "value.department_case": (1, 2, 2),
        "shape.comma_in_name": (1, 1, 1),
        "shape.quote_in_name": (1, 1, 1),
        "shape.line_end_in_name": (1, 1, 1),
        "shape.non_ascii_name": (3, 2, 3),
    },
)

_ORDERS_COLUMNS = ("order_id", "customer_id", "order_ts", "amount", "quantity", "country", "channel")
_ORDERS_SHUFFLED = ("order_ts", "order_id", "channel", "customer_id", "coupon", "country", "quantity", "amount")
_EMPLOYEES_COLUMNS = ("employee_id", "name", "department", "title", "age", "years_at_company", "education", "salary")

_ORDERS_CELLS: Cells = {
    "null.customer_id": ({"customer_id": ""}, {"customer_id": "NA"}, {"customer_id": "null"}),
    "null.amount": ({"amount": "NA"}, {"amount": "null"}, {"amount": ""}),
    "type.order_ts": tuple({"order_ts": text} for text in ("2026-13-45 99:99:99", "yesterday", "2026-02-30 10:00:00")),
    "type.quantity": ({"quantity": "three"},),
    "value.negative_amount": ({"amount": "-{}".format},),
    "value.outlier_amount": ({"amount": "98000.00"}, {"amount": "125000.50"}),
    "value.unknown_channel": ({"channel": "fax"}, {"channel": "web, mobile"}),
    "value.padded_country": ({"country": " {} ".format}, {"country": "{}  ".format}),
}
_EMPLOYEES_CELLS: Cells = {
    "null.salary": ({"salary": ""}, {"salary": "NA"}, {"salary": "null"}),
    "null.education": ({"education": "N/A"},),
    "value.age_against_years": ({"age": "17", "years_at_company": "12"},),
    "value.impossible_age": ({"age": "210"},),
    "value.negative_salary": ({"salary": "-{}".format},),
    "value.outlier_salary": ({"salary": "4500000"},),
    "value.padded_department": ({"department": "  {} ".format}, {"department": "{}  ".format}),
    "value.department_case": ({"department": str.upper}, {"department": str.lower}),
    "shape.comma_in_name": ({"name": "Nilsen, Kari"}, {"name": "Smith, John"}, {"name": "Lund, Per"}),
    "shape.quote_in_name": ({"name": 'Ola "Olly" Berg'}, {"name": 'Ida "Dee" Holm'}, {"name": 'Jan "JJ" Vik'}),
    "shape.line_end_in_name": ({"name": "Anne\nMarie Dahl"}, {"name": "Per\nOlav Moen"}, {"name": "Eva\nLise Strand"}),
    "shape.non_ascii_name": ({"name": "Åse Ødegård"}, {"name": "Zoë Müller"}, {"name": "José Núñez"}),
}

_FIRST_NAMES = ("Anna", "Bjorn", "Clara", "David", "Emma", "Finn", "Grete", "Henrik", "Ingrid", "Jonas", "Lena", "Mark")
_LAST_NAMES = ("Andersen", "Berg", "Carlsen", "Dahl", "Evans", "Fischer", "Hansen", "Jones", "Larsen", "Moen", "Weber")
_TITLES = {
    "Engineering": {"Developer": 560_000, "Senior Developer": 690_000, "Architect": 800_000},
    "Sales": {"Sales Representative": 450_000, "Account Manager": 540_000, "Sales Director": 760_000},
    "Support": {"Support Agent": 410_000, "Support Engineer": 480_000, "Support Lead": 560_000},
    "Finance": {"Accountant": 490_000, "Controller": 600_000, "Finance Director": 790_000},
    "People": {"Recruiter": 460_000, "People Partner": 530_000, "People Director": 730_000},
}
# The age at which work may begin, and the pay it adds.
_EDUCATIONS = {"High School": (19, 0), "Bachelor": (22, 30_000), "Master": (24, 60_000), "PhD": (28, 95_000)}


@dataclass(frozen=True, slots=True)
class _Layout:
    columns: tuple[str, ...]
    line_end: str = "\n"
    ends_with_line_end: bool = True


@dataclass(frozen=True, slots=True)
class _Dataset:
    """`path` has a place for the execution date; `measure` is the number that a key duplicate changes."""

    path: str
    key: str
    measure: str
    layouts: tuple[_Layout, ...]
    clean: Counts
    dirt: Mapping[str, Counts]
    cells: Cells
    draw: Draw


def write_samples(target: Path, seed: int = SEED) -> list[Path]:
    """Writes `orders/` and `employees/` below `target`, over files of the same names; the paths written, in order."""
    written = []
    for dataset in (_orders(), _employees()):
        for date, layout, rows in _drops(dataset, Random(f"{seed}/{dataset.key}")):
            path = target / dataset.path.format(date)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(_csv(layout, rows))
            written.append(path)
    return written


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line; writes the path of each file to standard output."""
    parser = argparse.ArgumentParser(prog="python -m tests.samples", description="Write the sample drops.")
    parser.add_argument("target", nargs="?", type=Path, default=Path("landing"), help="folder (default: landing)")
    parser.add_argument("--seed", type=int, default=SEED, help="equal seeds give equal bytes (default: %(default)s)")
    options = parser.parse_args(arguments)
    for path in write_samples(options.target, options.seed):
        sys.stdout.write(f"{path}\n")


def _orders() -> _Dataset:
    plain, added = _Layout(_ORDERS_COLUMNS), _Layout((*_ORDERS_COLUMNS, "coupon"))
    layouts = (plain, plain, added, _Layout(_ORDERS_SHUFFLED, line_end="\r\n"))
    path, clean, dirt = "orders/orders_{}.csv", ORDERS_CLEAN, ORDERS_DIRT
    return _Dataset(path, "order_id", "amount", layouts, clean, dirt, _ORDERS_CELLS, _order)


def _employees() -> _Dataset:
    plain, added = _Layout(_EMPLOYEES_COLUMNS), _Layout((*_EMPLOYEES_COLUMNS, "remote"), ends_with_line_end=False)
    layouts = (plain, plain, added)
    path, clean, dirt = "employees/dt={}/employees.csv", EMPLOYEES_CLEAN, EMPLOYEES_DIRT
    return _Dataset(path, "employee_id", "salary", layouts, clean, dirt, _EMPLOYEES_CELLS, _employee)


def _drops(dataset: _Dataset, rng: Random) -> Iterator[tuple[str, _Layout, list[Row]]]:
    """The execution date, layout and rows of every file. Ids go on from file to file."""
    earlier: list[Row] = []  # clean rows of the files before, which no row repeats yet
    first = 1  # the number of the next id
    for day, (date, layout) in enumerate(zip(dataset.clean, dataset.layouts, strict=True)):
        dirt = dataset.dirt[date]
        turns = _turns(dirt, day)
        rows = _draw(dataset, layout, rng, date, first, dataset.clean[date] + len(turns))
        first += len(rows)
        clean = _spoil_some(rows, turns, dataset.cells, rng)
        strangers = _draw(dataset, layout, rng, date, first, dirt.get("duplicate.earlier_day", 0))
        _repeat_earlier(rows, strangers, earlier, dataset, rng)
        earlier += _repeat_some(rows, clean, dirt, dataset.measure, rng)
        yield date, layout, rows


def _draw(dataset: _Dataset, layout: _Layout, rng: Random, date: str, first: int, count: int) -> list[Row]:
    """Clean rows over the hours of the day, as text in the layout's columns."""
    moments = (datetime.fromisoformat(date) + timedelta(seconds=at) for at in sorted(rng.sample(range(86_400), count)))
    drawn = (dataset.draw(rng, number, moment) for number, moment in enumerate(moments, first))
    return [{name: row[name] for name in layout.columns} for row in drawn]


def _turns(dirt: Counts, day: int) -> list[tuple[str, int]]:
    """The kind of each row to spoil, and the number of its turn."""
    spoiling = (kind for kind in dirt if not kind.startswith("duplicate."))
    return [(kind, day + number) for kind in spoiling for number in range(dirt[kind])]


def _spoil_some(rows: list[Row], turns: Sequence[tuple[str, int]], cells: Cells, rng: Random) -> list[Row]:
    """Spoils one of `rows`, in place, for each of `turns`; the rows left clean."""
    positions = rng.sample(range(len(rows)), len(turns))
    for position, (kind, turn) in zip(positions, turns, strict=True):
        rows[position] = _spoil(rows[position], kind, turn, cells)
    return [row for position, row in enumerate(rows) if position not in positions]


def _spoil(row: Row, kind: str, turn: int, cells: Cells) -> Row:
    if kind == "shape.too_few_fields":
        return dict(list(row.items())[:-3])
    if kind == "shape.too_many_fields":
        return row | {"surplus": "surplus"}
    changes = cells[kind][turn % len(cells[kind])]
    return row | {name: cell if isinstance(cell, str) else cell(row[name]) for name, cell in changes.items()}


def _repeat_some(rows: list[Row], clean: list[Row], dirt: Counts, measure: str, rng: Random) -> list[Row]:
    """Inserts the duplicates of clean rows somewhere below them; the clean rows that have none."""
    exact, total = dirt["duplicate.exact"], dirt["duplicate.exact"] + dirt["duplicate.key"]
    mixed = rng.sample(clean, len(clean))
    for number, row in enumerate(mixed[:total]):
        repeated = row if number < exact else row | {measure: _another(row[measure])}
        rows.insert(rng.randint(rows.index(row) + 1, len(rows)), repeated)
    return mixed[total:]


def _repeat_earlier(rows: list[Row], strangers: list[Row], earlier: list[Row], dataset: _Dataset, rng: Random) -> None:
    """Inserts each of `strangers` under the key of a row of an earlier file, which no other row will repeat."""
    for stranger in strangers:
        taken = earlier.pop(rng.randrange(len(earlier)))
        repeated = stranger | {dataset.key: taken[dataset.key], dataset.measure: _another(taken[dataset.measure])}
        rows.insert(rng.randint(0, len(rows)), repeated)


def _another(number: str) -> str:
    """A number that is near, differs, and has as many decimals."""
    whole, point, decimals = number.partition(".")
    return f"{int(whole) + 1}{point}{decimals}"


def _order(rng: Random, number: int, moment: datetime) -> Row:
    return {
        "order_id": f"O-{100_000 + number}",
        "customer_id": f"C-{rng.randint(1, 60):04d}",
        "order_ts": f"{moment:%Y-%m-%d %H:%M:%S}",
        "amount": f"{min(max(rng.lognormvariate(4, 0.7), 5), 399):.2f}",
        "quantity": f"{rng.randint(1, 8)}",
        "country": rng.choice(("NO", "SE", "DK", "DE", "GB", "FR")),
        "channel": rng.choice(("web", "store", "app", "phone")),
        "coupon": "WELCOME10" if rng.random() < 0.1 else "",
    }


def _employee(rng: Random, number: int, _moment: datetime) -> Row:
    department = rng.choice(list(_TITLES))
    title = rng.choice(list(_TITLES[department]))
    education = rng.choice(list(_EDUCATIONS))
    age, pay = _EDUCATIONS[education]
    years = rng.randint(0, 25)
    salary = _TITLES[department][title] + pay + 9_000 * years + rng.gauss(0, 20_000)
    return {
        "employee_id": f"E{number:04d}",
        "name": f"{rng.choice(_FIRST_NAMES)} {rng.choice(_LAST_NAMES)}",
        "department": department,
        "title": title,
        "age": f"{age + years + rng.randint(0, 12)}",
        "years_at_company": f"{years}",
        "education": education,
        "salary": f"{round(salary / 100) * 100}",
        "remote": rng.choice(("yes", "no")),
    }


def _csv(layout: _Layout, rows: Sequence[Row]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=layout.line_end).writerows([layout.columns, *(row.values() for row in rows)])
    written = text.getvalue()
    return (written if layout.ends_with_line_end else written.removesuffix(layout.line_end)).encode()


if __name__ == "__main__":
    main()
