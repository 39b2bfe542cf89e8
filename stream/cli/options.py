"""The options that all commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

Configs: TypeAlias = Annotated[
    Path, typer.Option("--configs", envvar="ADE_CONFIGS", help="Folder of the dataset configs.", metavar="DIR")
]
Landing: TypeAlias = Annotated[
    Path, typer.Option("--landing", envvar="ADE_LANDING", help="Folder where the files land.", metavar="DIR")
]
WarehousePath: TypeAlias = Annotated[
    Path, typer.Option("--warehouse", envvar="ADE_WAREHOUSE", help="The SQLite file.", metavar="PATH")
]
Json: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]

CONFIGS = Path("configs")
LANDING = Path("landing")
WAREHOUSE = Path("warehouse/ade.db")
