"""The claim of the README about many small files, on fewer of them."""

from __future__ import annotations

from tests.benches.bench_small import rounds


def test_a_running_watch_takes_small_files_no_slower_than_a_bare_loop() -> None:
    seconds = rounds(files=1000, count=1)
    assert seconds["ade-stream watch"] < seconds["bare loop, sqlite3 as it opens"]
