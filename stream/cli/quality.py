"""`quality`: what records came to under each rule, the score, what columns look like, and what steps know of rows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from stream.cli import parameters, profiles
from stream.cli.options import CONFIGS, LANDING, WAREHOUSE, Configs, Json, Landing, WarehousePath, day

if TYPE_CHECKING:
    from sinks.reading import WarehouseReader
    from sinks.results.results import Scope

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="How good the data is: results of rules, scores.")
app.command()(parameters.parameters)
app.command()(profiles.profile)

_Dataset: TypeAlias = Annotated[
    str | None, typer.Argument(metavar="[DATASET]", help="Which dataset; all of them where none is named.")
]
_Date: TypeAlias = Annotated[str | None, typer.Option("--date", help="Only this execution date.", metavar="D")]
_File: TypeAlias = Annotated[Path | None, typer.Option("--file", help="Only this landing file.", metavar="FILE")]
_Span: TypeAlias = Annotated[
    int | None, typer.Option("--span", help="Only this span: the id of its first record.", metavar="ID")
]
_Run: TypeAlias = Annotated[
    int | None, typer.Option("--run", help="Only what this run judged; its number in meta_runs.", metavar="N")
]


@app.command()
def results(
    dataset: _Dataset = None,
    date: _Date = None,
    file: _File = None,
    span: _Span = None,
    run: _Run = None,
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
    *,
    json: Json = False,
) -> None:
    """Show what records came to under each rule: how many were asked, had no answer, did not meet it.

    missing: the answer is unknown, such as whether a null is in a range; its percentage is of the elements.
    unexpected: did not meet the rule; its percentage is of those that have an answer. --json has up to five examples a
    rule, and ids and hashes.

    Example: ade-stream quality results orders --date 2026-11-18
    """
    from sinks.reading import WarehouseReader
    from stream.assessing import assessed
    from stream.screens.output import write
    from stream.screens.quality import results_tables
    from stream.screens.tables import to_json

    del configs
    with WarehouseReader(warehouse) as recorded:
        found = assessed(recorded, _scope(recorded, landing, dataset, date, file, span, run))
    if json:
        write(to_json([each.described() for each in found]))
    else:
        results_tables(found)


@app.command()
def score(
    dataset: _Dataset = None,
    date: _Date = None,
    file: _File = None,
    span: _Span = None,
    run: _Run = None,
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
    *,
    json: Json = False,
) -> None:
    """Show the quality score, from 0 to 100: by dimension, and how many points each rule cost.

    A dimension is the mean of its rules, by their weights; the score the mean of the dimensions, by those that the
    config gives. What could not be assessed is left out. --json has the scores that each date came to have, too.

    Example: ade-stream quality score orders
    """
    from sinks.reading import WarehouseReader
    from stream.assessing import scored
    from stream.schemas.contracts import load_contracts
    from stream.screens.output import write
    from stream.screens.quality import scores_tables
    from stream.screens.tables import to_json

    scorings = {name: each.table.scoring for name, each in load_contracts(configs, warehouse).items()}
    with WarehouseReader(warehouse) as recorded:
        found = scored(recorded, _scope(recorded, landing, dataset, date, file, span, run), scorings)
    if json:
        write(to_json([each.described() for each in found]))
    else:
        scores_tables(found)


def _scope(
    recorded: WarehouseReader,
    landing: Path,
    dataset: str | None,
    date: str | None,
    file: Path | None,
    span: int | None,
    run: int | None,
) -> Scope:
    from sinks.results.results import Scope
    from stream.landing.naming import recorded_path

    path = None if file is None else recorded_path(recorded, landing, file)
    return Scope(dataset, None if date is None else day(date, "--date"), path, span, run)
