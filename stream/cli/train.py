"""`train`: a model is fitted and registered; or its learner begins anew."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Annotated

import typer

from processors.errors import ConfigError
from stream.cli.lineage_options import FILE, NAMESPACE, URL, LineageFile, LineageNamespace, LineageUrl, telling
from stream.cli.options import CONFIGS, LANDING, WAREHOUSE, Configs, Json, Landing, Wait, WarehousePath, day, turn

_Model = Annotated[str, typer.Argument(metavar="MODEL", help="Which model.")]
_Online = Annotated[bool, typer.Option("--online", help="Let its learner begin anew, with the rows that are there.")]
_Since = Annotated[
    str | None, typer.Option("--from", help="With --online: only rows of this execution date on.", metavar="YYYY-MM-DD")
]


def train(
    model: _Model,
    online: _Online = False,
    since: _Since = None,
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
    *,
    wait: Wait = False,
    json: Json = False,
    lineage_file: LineageFile = FILE,
    lineage_url: LineageUrl = URL,
    lineage_namespace: LineageNamespace = NAMESPACE,
) -> None:
    """Train a model on one part of its rows, measure it on the others, and register it, with its files beside the
    warehouse.

    Beside it stand what the mean and the row before would have predicted, and what the learner did say of the same
    rows. The first version is the champion, later ones are challengers. Works beside a running watch; --online
    only with --wait.

    Example: ade-stream train next_order_amount
    """
    from stream.screens.output import write
    from stream.screens.tables import to_json

    if since is not None and not online:
        raise ConfigError("--from says from when on a learner learns; it goes with --online.")
    if online:
        _relearn(configs, warehouse, model, since, wait=wait, json=json)
        return
    from stream.lineage.training import told_training
    from stream.screens.models import trained_told

    lineage = telling(lineage_file, lineage_url, lineage_namespace)
    found = told_training(configs, landing, warehouse, model, lineage)
    if json:
        write(to_json(found))
    else:
        trained_told(found)


def _relearn(configs: Path, warehouse: Path, model: str, since: str | None, *, wait: bool, json: bool) -> None:
    from stream.learning.relearning import relearn
    from stream.screens.models import told_relearned
    from stream.screens.output import write
    from stream.screens.tables import to_json

    begins, its = None if since is None else day(since, "--from"), turn("train --online", threading.Event(), wait=wait)
    found = relearn(configs, warehouse, model, begins, its)
    write(to_json(found) if json else told_relearned(found))
