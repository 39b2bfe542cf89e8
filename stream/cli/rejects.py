"""`rejects`: the dead-letter table, and the way back in."""

from __future__ import annotations

import sys
import threading
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from processors.errors import ConfigError
from stream.cli.options import (
    CONFIGS,
    LANDING,
    WAREHOUSE,
    Configs,
    DatasetName,
    Json,
    Landing,
    Wait,
    WarehousePath,
    day,
    turn,
)

if TYPE_CHECKING:
    from sinks.database.lock import Turn
    from sinks.rows.rejects import Choice
    from stream.rejects.retry import Retried

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="List, show, export and retry rejected records.")

_Date: TypeAlias = Annotated[
    str | None, typer.Option("--date", help="Only of this execution date.", metavar="YYYY-MM-DD")
]
_Rule: TypeAlias = Annotated[str | None, typer.Option("--rule", help="Only those that broke it.", metavar="NAME")]
_File: TypeAlias = Annotated[
    Path | None, typer.Option("--file", help="Only of this file of the landing folder.", metavar="FILE")
]
_Status: TypeAlias = Annotated[
    Literal["quarantined", "dropped"] | None, typer.Option("--status", help="Only those that are so.")
]
_Limit: TypeAlias = Annotated[int, typer.Option("--limit", min=1, help="How many to show.", metavar="N")]
_Output: TypeAlias = Annotated[
    Path | None, typer.Option("--output", help="Write to this file instead of standard output.", metavar="FILE")
]
_Source: TypeAlias = Annotated[
    Path | None, typer.Option("--from", help="An exported CSV with the records as they should be.", metavar="FILE")
]


@app.command(name="list")
def list_(
    dataset: DatasetName = None,
    date: _Date = None,
    rule: _Rule = None,
    file: _File = None,
    status: _Status = None,
    limit: _Limit = 20,
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
    *,
    json: Json = False,
) -> None:
    """Show rejected records with all their reasons.

    Reads only, and may be called beside a running watch.

    Example: ade-stream rejects list --dataset orders --rule amount_plausible
    """
    from sinks.reading import WarehouseReader
    from stream.rejects.choosing import files_of
    from stream.screens.output import write
    from stream.screens.rejects import rejects_list
    from stream.screens.tables import to_json

    del configs  # all commands take them; the warehouse answers without
    wanted = _choice(landing, warehouse, dataset, date, rule, file, status)
    with WarehouseReader(warehouse) as recorded:
        pages = (
            page for each in files_of(recorded, wanted) for page in recorded.rejects.chosen(each.file.file_id, wanted)
        )
        found = list(islice(chain.from_iterable(page.to_pylist() for page in pages), limit + 1))
    rejects, more = found[:limit], len(found) > limit
    if json:
        write(to_json({"rejects": [_plain(each) for each in rejects], "more": more}))
    else:
        rejects_list(rejects, more=more)


@app.command()
def show(
    row: Annotated[str, typer.Argument(metavar="ROW", help="A row id, or path:line.")],
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
    *,
    json: Json = False,
) -> None:
    """Tell one reject's story: file, line and bytes, the record as it came, every reason, and who had its key first.

    Example: ade-stream rejects show orders/orders_2026-11-18.csv:53
    """
    from stream.rejects.story import story
    from stream.screens.output import write
    from stream.screens.rejects import told
    from stream.screens.tables import to_json

    del configs
    found = story(warehouse, landing, row)
    write(to_json(found) if json else told(found))


@app.command()
def export(
    dataset: DatasetName = None,
    date: _Date = None,
    rule: _Rule = None,
    file: _File = None,
    status: _Status = None,
    output: _Output = None,
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
) -> None:
    """Write rejected records of one dataset as CSV, to be corrected and given to `rejects retry --from`.

    Cells that a spreadsheet would compute begin with an apostrophe, which retry takes away again.

    Example: ade-stream rejects export --dataset orders --output orders_rejects.csv
    """
    from sinks.reading import WarehouseReader
    from stream.cli.output_files import output_file
    from stream.rejects.export import as_csv, prepare
    from stream.schemas.contracts import load_contracts
    from stream.screens.output import write_exactly

    datasets, wanted = (
        load_contracts(configs, warehouse),
        _choice(landing, warehouse, dataset, date, rule, file, status),
    )
    with WarehouseReader(warehouse) as recorded:
        pieces = as_csv(recorded, prepare(recorded, wanted, datasets))
        if output is None:
            write_exactly(pieces)
            return
        with output_file(output) as target:
            target.writelines(pieces)


@app.command()
def retry(
    dataset: DatasetName = None,
    date: _Date = None,
    rule: _Rule = None,
    file: _File = None,
    status: _Status = None,
    source: _Source = None,
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
    *,
    wait: Wait = False,
    json: Json = False,
) -> None:
    """Judge rejected records again, by today's rules, or as a corrected CSV has them; 1 if some are rejected still.

    Rows enter under the row id that they had, all in one transaction, as if they had come right.

    Example: ade-stream rejects retry --from orders_rejects.csv
    """
    from stream.running.background import beside_main_thread, stopping
    from stream.screens.output import write
    from stream.screens.rejects import retried
    from stream.screens.tables import to_json

    wanted, its = (
        _choice(landing, warehouse, dataset, date, rule, file, status),
        turn("rejects retry", threading.Event(), wait=wait),
    )
    if source is not None and any((dataset, date, rule, file, status)):
        raise ConfigError("--from names the rows itself; leave the other choices out.")
    with stopping(its.stop):
        result = beside_main_thread(lambda: _retried(configs, warehouse, source or wanted, its))
    for sentence in result.passed_over:
        sys.stderr.write(f"ade-stream: {sentence}\n")
    write(to_json(result) if json else retried(result))
    if result.rejected:
        raise typer.Exit(1)


def _retried(configs: Path, warehouse: Path, wanted: Choice | Path, its: Turn) -> Retried:
    """`wanted`: which records, or a corrected file."""
    from stream.rejects.retry import retry_chosen, retry_corrected
    from stream.schemas.contracts import load_contracts
    from stream.writing import writing

    with writing(warehouse, its) as lock:
        datasets = load_contracts(configs, warehouse)
        if isinstance(wanted, Path):
            return retry_corrected(datasets, warehouse, wanted, its.stop, lock)
        return retry_chosen(datasets, warehouse, wanted, its.stop, lock)


def _choice(
    landing: Path,
    warehouse: Path,
    dataset: str | None,
    date: str | None,
    rule: str | None,
    file: Path | None,
    status: str | None,
) -> Choice:
    from sinks.reading import WarehouseReader
    from sinks.rows.rejects import Choice
    from stream.landing.naming import recorded_path

    path = None
    if file is not None:
        with WarehouseReader(warehouse) as recorded:
            path = recorded_path(recorded, landing, file)
    return Choice(dataset, None if date is None else day(date, "--date"), path, rule, status)


def _plain(reject: dict[str, object]) -> dict[str, object]:
    from json import loads

    return reject | {"reasons": loads(str(reject["reasons"])), "raw": loads(str(reject["raw"]))}
