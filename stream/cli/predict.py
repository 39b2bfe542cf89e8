"""`predict`: what a model says of the rows of a file."""

from __future__ import annotations

import csv
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from stream.cli.options import CONFIGS, LANDING, WAREHOUSE, Configs, Landing, WarehousePath

if TYPE_CHECKING:
    import pyarrow as pa

    from stream.learning.predicting import Refused

_REFUSED_SHOWN = 20


def predict(
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="Of which dataset the rows are.")],
    file: Annotated[str, typer.Argument(metavar="FILE", help="A file as it would land; - is standard input.")],
    model: Annotated[
        str | None, typer.Option("--model", help="Which model; the dataset's only one.", metavar="MODEL")
    ] = None,
    version: Annotated[int | None, typer.Option("--version", help="Which version; the champion.", metavar="N")] = None,
    online: Annotated[bool, typer.Option("--online", help="By the learner, as it is now.")] = False,
    output: Annotated[
        Path | None, typer.Option("--output", help="A .csv or .parquet file, in the place of standard output.")
    ] = None,
    rejects: Annotated[Path | None, typer.Option("--rejects", help="A CSV of the rows that are refused.")] = None,
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
) -> None:
    """Predict the rows of a file, as CSV with the dataset's key; 1 where some are refused.

    The rows take the steps of their dataset, and see what the warehouse knew before their instant. Those that break a
    rule, or lack what the model needs, are refused with the reasons. The target need not be there. Nothing is loaded.

    Example: ade-stream predict orders new_orders.csv
    """
    from stream.learning.predicting import Predicting, Request
    from stream.screens.models import told_predicted

    del landing
    _check_outputs(file, output, rejects)
    with ExitStack() as resources:
        path = Path(file) if file != "-" else resources.enter_context(_standard_input())
        request = Request(dataset, path, "standard input" if file == "-" else file, model, version, online)
        predicting = resources.enter_context(Predicting(configs, warehouse, request))
        write = resources.enter_context(_predictions(output, predicting.schema))
        refuse = resources.enter_context(_rejects(rejects))
        shown: list[Refused] = []
        for told, refused in predicting.pages():
            write(told)
            refuse(refused)
            shown = [*shown, *refused][:_REFUSED_SHOWN]
    sys.stderr.write(told_predicted(predicting.done, [] if rejects else shown))
    if predicting.done.refused:
        raise typer.Exit(1)


def _check_outputs(file: str, output: Path | None, rejects: Path | None) -> None:
    """Raises ConfigError where one file would take the place of another."""
    from stream.cli.output_files import check_apart

    if output is not None and rejects is not None:
        check_apart(rejects, output, "the file of the predictions (--output) too")
    for path in (output, rejects):
        if path is not None and file != "-":
            check_apart(path, Path(file), "the file that is predicted")


@contextmanager
def _standard_input() -> Iterator[Path]:
    """What comes in, as a file: its layout is seen before its records are read."""
    with TemporaryDirectory(prefix="ade-stream-predict-") as folder:
        path = Path(folder) / "standard_input.csv"
        with path.open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
        yield path


@contextmanager
def _predictions(output: Path | None, schema: pa.Schema) -> Iterator[Callable[[pa.RecordBatch], None]]:
    from stream.features.writing import csv_header, csv_lines, writing
    from stream.screens.output import write_exactly

    if output is not None:
        with writing(output, schema) as write:
            yield write
        return
    headers = [csv_header(schema)]

    def print_rows(rows: pa.RecordBatch) -> None:
        pieces = [*headers, csv_lines(rows)]
        headers.clear()
        write_exactly(piece.decode() for piece in pieces)

    yield print_rows
    write_exactly(piece.decode() for piece in headers)  # of a file without rows


@contextmanager
def _rejects(path: Path | None) -> Iterator[Callable[[list[Refused]], None]]:
    """A line for each reason of each row."""
    if path is None:
        yield lambda _: None
        return
    from stream.cli.output_files import output_file
    from stream.rejects.spreadsheet import guarded

    with output_file(path) as file:
        writer = csv.writer(file)
        writer.writerow(("line", "rule", "column", "value", "message"))

        def write(refused: list[Refused]) -> None:
            for each in refused:
                said = (each.rule, each.column or "", each.value or "", each.message)
                writer.writerow((each.line, *map(guarded, said)))

        yield write
