"""`init`: a dataset's first config, from samples of its files."""

from __future__ import annotations

import re
import sys
import threading
from pathlib import Path
from typing import Annotated

import typer

from processors.errors import ConfigError
from stream.cli.options import CONFIGS, LANDING, WAREHOUSE, Configs, Landing, WarehousePath
from stream.cli.output_files import check_output, output_file

_Dataset = Annotated[str, typer.Argument(metavar="DATASET", help="The dataset's name.")]
_Samples = Annotated[list[Path], typer.Argument(metavar="SAMPLE...", help="Files of it, wherever they lie.")]
_Output = Annotated[
    Path | None, typer.Option("--output", help="Where to write it; - prints it. [default: CONFIGS/DATASET.yaml]")
]
_Force = Annotated[bool, typer.Option("--force", help="Overwrite a config that is there.")]
_PRINTED = Path("-")


def init(
    dataset: _Dataset,
    samples: _Samples,
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
    *,
    output: _Output = None,
    force: _Force = False,
) -> None:
    """Write a dataset's config from samples of its files, with the reasons in comments.

    Every sample is read to its end, and loaded as it will be, into a warehouse that is thrown away. Exit 1 where one
    cannot be read or loaded, or where records of it are rejected for more than dirt.

    Example: ade-stream init orders samples/*.csv
    """
    del warehouse  # all commands take it
    path = output or configs / f"{dataset}.yaml"
    if output not in {None, _PRINTED}:
        check_output(path)
    _check(dataset, path, force=force)

    from stream.drafting.draft import draft
    from stream.drafting.trial import tried
    from stream.running.background import beside_main_thread, stopping
    from stream.screens.drafts import told
    from stream.screens.output import write

    stop = threading.Event()
    with stopping(stop):
        trial = beside_main_thread(lambda: tried(draft(dataset, landing, samples), landing, stop))
    if path == _PRINTED:
        write(trial.text)
        sys.stderr.write(told(trial, dataset))
    else:
        if output is None:
            configs.mkdir(parents=True, exist_ok=True)
        with output_file(path) as file:
            file.write(_for_editors(path) + trial.text)
        write(told(trial, str(path)))
    if not trial.has_passed:
        raise typer.Exit(1)


def _check(dataset: str, path: Path, *, force: bool) -> None:
    """Raises ConfigError before any work is done."""
    from stream.config.strict import NAME

    if not re.match(NAME, dataset):
        raise ConfigError(
            f"{dataset!r} cannot be a dataset's name: it begins with a letter and has only letters, digits and _, 63 "
            "at the most."
        )
    if path != _PRINTED and path.exists() and not force:
        raise ConfigError(f"{path} is there already. Overwrite it with --force, or write elsewhere with --output.")


def _for_editors(path: Path) -> str:
    """The line by which editors complete a config, where the schema lies beside it."""
    schema = "dataset.schema.json"
    return f"# yaml-language-server: $schema={schema}\n" if (path.parent / schema).exists() else ""
