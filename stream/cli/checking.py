"""`check`: are the configs right?"""

from __future__ import annotations

import json
from typing import Annotated

import typer

from stream.cli.options import CONFIGS, LANDING, WAREHOUSE, Configs, Landing, WarehousePath

_JsonSchema = Annotated[bool, typer.Option("--json-schema", help="Print the JSON Schema of a config, for editors.")]


def check(
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
    *,
    json_schema: _JsonSchema = False,
) -> None:
    """Validate the configs; exit 2 with file, line and reason for each thing that is wrong.

    Example: ade-stream check --configs configs
    """
    from stream.config import load_configs
    from stream.config.models import json_schema as schema
    from stream.screens.output import write

    del landing, warehouse  # all commands take them
    if json_schema:
        write(json.dumps(schema(), indent=2, ensure_ascii=False) + "\n")
        return
    for name, dataset in load_configs(configs).items():
        steps = " > ".join(type(step).__name__.lower() for step in dataset.chain.steps)
        write(f"{name}: {len(dataset.columns)} columns, {steps}, files in {dataset.folder}/: ok\n")
