"""`top`: the screen of a running `watch`, from another shell."""

from __future__ import annotations

import threading

from stream.cli.options import CONFIGS, LANDING, WAREHOUSE, Configs, Json, Landing, WarehousePath


def top(
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
    *,
    json: Json = False,
) -> None:
    """Look at a running watch on a screen of your own: the same views and keys, read-only. q quits.

    Reads once a second, for moments only, so any number of them disturb nothing. Without a terminal, one screen is
    printed. With --json it is the figures.

    Example: ade-stream top --warehouse /srv/ade.db
    """
    from stream.config import load_configs
    from stream.running.attached import Attached
    from stream.running.background import stopping
    from stream.screens.dashboard import print_lines
    from stream.screens.live.drawing import Size, draw
    from stream.screens.live.terminal import is_screen
    from stream.screens.live.views import View
    from stream.screens.output import write
    from stream.screens.tables import to_json

    datasets = load_configs(configs)
    with Attached(warehouse, landing, datasets) as attached:
        if json:
            write(to_json(attached.snapshot()))
        elif not is_screen():
            print_lines(draw(attached.snapshot(), Size(80, 24), View())[:-1])
        else:
            from stream.screens.live.screen import IDLE_SECONDS, LiveScreen

            stop = threading.Event()
            with stopping(stop), LiveScreen(attached.snapshot, stop.set, IDLE_SECONDS):
                while not stop.wait(0.2):
                    pass
