"""How long a running watch takes for many small files that are renamed into the landing folder.

    python -m tests.benches.small FOLDER SCRATCH

From the first rename until another process sees the rows of all files; all in the default configuration, the raw layer,
a key, a rule and the balance of each file included.
"""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path

from sinks.database.connection import Connection
from tests.benches.drops import opened, watching
from tests.benches.measuring import report

CONFIG = """
dataset: readings
columns:
  reading_id: {type: integer}
  sensor: {type: string}
  taken_at: {type: timestamp}
  value: {type: number}
  unit: {type: category}
key: [reading_id]
processors:
  - schema: {}
  - quality: {duplicates: [key]}
  - validation: {rules: [{check: range, column: value, min: -100, max: 100}]}
"""
_POLL_SECONDS, _PATIENCE_SECONDS = 0.005, 300.0


def make(folder: Path, files: int, rows: int = 18) -> None:
    """Files of about 1 kB, each with ids of its own."""
    folder.mkdir(parents=True)
    for number in range(files):
        when = [f"2026-11-21 {row:02d}:{number % 60:02d}:00" for row in range(rows)]
        lines = [f"{number * rows + row},s-{row:02d},{time},{row / 10},celsius" for row, time in enumerate(when)]
        (folder / f"readings_{number:06d}.csv").write_text(
            "\n".join(["reading_id,sensor,taken_at,value,unit", *lines, ""])
        )


def load(folder: Path, scratch: Path) -> dict[str, float]:
    """Seconds, and files."""
    landing, configs, database = scratch / "landing", scratch / "configs", scratch / "warehouse" / "ade.db"
    (landing / "readings").mkdir(parents=True)
    configs.mkdir()
    (configs / "readings.yaml").write_text(CONFIG)
    names = sorted(path.name for path in folder.iterdir())
    with watching(configs, landing, database):
        shutil.copy(folder / names[0], landing / "readings" / "first.csv")
        with opened(database, "SELECT min(_id) FROM stg_readings") as connection:
            _until(connection, 1)
            started = time.perf_counter()
            for name in names[1:]:
                (folder / name).rename(landing / "readings" / name)
            _until(connection, len(names))
            seconds = time.perf_counter() - started
    return {"files": len(names) - 1, "wall_s": seconds}


def _until(connection: Connection, files: int) -> None:
    """Wait until so many files are loaded."""
    started = time.perf_counter()
    while connection.integer("SELECT count(*) FROM meta_files WHERE state = 'committed' AND records > 0") < files:
        if time.perf_counter() - started > _PATIENCE_SECONDS:
            raise TimeoutError(f"not all of {files} files were loaded within {_PATIENCE_SECONDS:g} s")
        time.sleep(_POLL_SECONDS)


if __name__ == "__main__":
    report(load(Path(sys.argv[1]), Path(sys.argv[2])))
