"""`watch` and `run`: the landing folder into the warehouse."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from processors.errors import AdeStreamError, ConfigError
from stream.cli.lineage_options import FILE, NAMESPACE, URL, LineageFile, LineageNamespace, LineageUrl, telling
from stream.cli.options import CONFIGS, LANDING, WAREHOUSE, Configs, Landing, WarehousePath

if TYPE_CHECKING:
    from stream.lineage.telling import Telling

_LogFormat: TypeAlias = Annotated[
    Literal["text", "json"] | None,
    typer.Option(
        "--log-format",
        envvar="ADE_LOG_FORMAT",
        help="Lines for people or for programs, also on a terminal; else a dashboard there, and text elsewhere.",
    ),
]
_LogValues: TypeAlias = Annotated[
    bool, typer.Option("--log-values", help="Lines may tell values of rows, and names that only a header has.")
]
_Textfile: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--metrics-textfile",
        envvar="ADE_METRICS_TEXTFILE",
        help="Write metrics to this file every 15 seconds, for node_exporter.",
        metavar="FILE",
    ),
]
_Port: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--metrics-port",
        envvar="ADE_METRICS_PORT",
        min=0,
        max=65535,
        help="Answer /metrics and /healthz at this port of 127.0.0.1; 0 is any that is free.",
        metavar="PORT",
    ),
]


def watch(
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
    *,
    log_format: _LogFormat = None,
    log_values: _LogValues = False,
    metrics_textfile: _Textfile = None,
    metrics_port: _Port = None,
    lineage_file: LineageFile = FILE,
    lineage_url: LineageUrl = URL,
    lineage_namespace: LineageNamespace = NAMESPACE,
) -> None:
    """Load what is in the landing folder and whatever comes, until stopped.

    A live dashboard on a terminal, one line an event otherwise. Ctrl-C or SIGTERM finishes the commit in hand.

    Example: ade-stream watch --landing /srv/drops
    """
    place = configs, landing, warehouse
    lineage = telling(lineage_file, lineage_url, lineage_namespace)
    _serve(place, log_format, metrics_textfile, metrics_port, lineage, log_values=log_values, ongoing=True)


def run(
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
    *,
    log_format: _LogFormat = None,
    log_values: _LogValues = False,
    metrics_textfile: _Textfile = None,
    metrics_port: _Port = None,
    lineage_file: LineageFile = FILE,
    lineage_url: LineageUrl = URL,
    lineage_namespace: LineageNamespace = NAMESPACE,
) -> None:
    """Load everything that is in the landing folder now, then exit; 1 if a file was set aside, or a dataset is held.

    Example: ade-stream run --warehouse /srv/ade.db
    """
    place = configs, landing, warehouse
    lineage = telling(lineage_file, lineage_url, lineage_namespace)
    _serve(place, log_format, metrics_textfile, metrics_port, lineage, log_values=log_values, ongoing=False)


def _serve(
    place: tuple[Path, Path, Path],
    log_format: Literal["text", "json"] | None,
    metrics_textfile: Path | None,
    metrics_port: int | None,
    lineage: Telling,
    *,
    log_values: bool,
    ongoing: bool,
) -> None:
    """An error that ends the run is told as its log is; what is wrong with a config stood in no row."""
    from stream.logging.log import Log
    from stream.running.service import Operated, serve

    log = Log(log_format, log_values)
    try:
        raise typer.Exit(serve(*place, Operated(log, metrics_textfile, metrics_port, lineage), ongoing=ongoing))
    except AdeStreamError as error:
        log = Log(log_format, log_values or isinstance(error, ConfigError), log.declared)
        log.complain("ended", str(error), "error")
        raise typer.Exit(error.exit_code) from error
