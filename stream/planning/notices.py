"""What is said when loading begins with another config than the one by which rows were judged last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sinks.configs.reading import last_config
from sinks.database.connection import Connection
from sinks.table import Table


def config_notices(connection: Connection, tables: Iterable[Table]) -> Iterator[str]:
    """A sentence for each dataset of which that is so: nothing is done about it but by a person."""
    for table in tables:
        before = last_config(connection, table.dataset)
        if table.config is None or before is None or before == table.config:
            continue
        names = {*before.parts, *table.config.parts}
        changed = [name for name in sorted(names) if before.parts.get(name) != table.config.parts.get(name)]
        yield (
            f"{table.dataset}: its config changed ({', '.join(changed)}). Rows that come are judged by it, rows that "
            "are there stay as they were; `ade-stream plan` says what is to be done."
        )
