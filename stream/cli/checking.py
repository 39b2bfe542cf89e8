"""`check`: are the configs right? And, of files: would they pass?"""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from processors.errors import ConfigError
from stream.cli.options import CONFIGS, LANDING, WAREHOUSE, Configs, DatasetName, Landing, WarehousePath

if TYPE_CHECKING:
    from stream.config import Dataset

_JsonSchema = Annotated[bool, typer.Option("--json-schema", help="Print the JSON Schema of a config, for editors.")]
_SuiteSchema = Annotated[bool, typer.Option("--suite-schema", help="Print the JSON Schema of a suite of rules.")]
_ViewSchema = Annotated[bool, typer.Option("--view-schema", help="Print the JSON Schema of a feature view.")]
_ModelSchema = Annotated[bool, typer.Option("--model-schema", help="Print the JSON Schema of a model.")]
_Files = Annotated[list[Path] | None, typer.Argument(metavar="[FILE]...", help="Files to judge, without loading them.")]


def check(
    files: _Files = None,
    dataset: DatasetName = None,
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
    *,
    json_schema: _JsonSchema = False,
    suite_schema: _SuiteSchema = False,
    view_schema: _ViewSchema = False,
    model_schema: _ModelSchema = False,
) -> None:
    """Validate the configs; exit 2 with file, line and reason for each thing that is wrong.

    With files: judge them without loading them, and print the report as JSON; exit 1 where a record would be rejected,
    or, in a dataset with a budget, where more would be than that allows. They are judged as if the warehouse were
    empty. --dataset judges files that do not lie in a dataset's folder.

    Example: ade-stream check landing/orders/orders_2026-11-18.csv
    """
    from processors.chain import step_name
    from stream.config import load_configs
    from stream.screens.output import write

    del warehouse  # all commands take it
    if json_schema or suite_schema or view_schema or model_schema:
        _print_schema(suite=suite_schema, view=view_schema, model=model_schema)
        return
    datasets = load_configs(configs)
    if files:
        _judge(datasets, landing, files, dataset)
        return
    if dataset is not None:
        raise ConfigError("--dataset says by which dataset files are judged; name the files too.")
    for name, each in datasets.items():
        steps = " > ".join(step_name(step) for step in each.chain.steps)
        write(f"{name}: {len(each.columns)} columns, {steps}, files in {each.folder}/: ok\n")
        write("".join(f"  {notice}\n" for notice in each.notices))
        for view in each.table.views:
            keys, count = ", ".join(view.keys), len(view.features)
            write(f"  view {view.name}, version {view.version}: {count} features of {keys}: ok\n")
        for model in each.table.models:
            count = len(model.numbers) + len(model.categories)
            write(f"  model {model.name}: {model.task} of {model.target[0]} from {count} inputs: ok\n")


def _print_schema(*, suite: bool, view: bool, model: bool) -> None:
    from stream.config import models
    from stream.config.learning.models import model_schema
    from stream.config.views.models import view_schema
    from stream.screens.output import write

    asked = {model_schema: model, view_schema: view, models.suite_schema: suite}
    schema = next((each for each, is_asked in asked.items() if is_asked), models.json_schema)()
    write(json.dumps(schema, indent=2, ensure_ascii=False) + "\n")


def _judge(datasets: dict[str, Dataset], landing: Path, files: list[Path], only: str | None) -> None:
    from stream.judging import judge_files
    from stream.running.background import beside_main_thread, stopping
    from stream.screens.output import write
    from stream.screens.tables import to_json

    stop = threading.Event()
    with stopping(stop):
        report = beside_main_thread(lambda: judge_files(datasets, landing, files, only, stop))
    write(to_json(report))
    if not report.validation_passed:
        raise typer.Exit(1)
