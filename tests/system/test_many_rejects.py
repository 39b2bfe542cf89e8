"""A million rejects are listed, exported and retried in the memory that a few take."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.system.drops import HEADER, order, write
from tests.system.processes import ROOT, Place, command, environment, load

REJECTS = 1_000_000
MEGABYTES_MAX = 300
#: Runs a command and writes its peak memory, in MB, as the last line of standard error.
MEASURED = (
    "import resource, subprocess, sys; code = subprocess.run(sys.argv[1:]).returncode; "
    "sys.stderr.write(f'\\n{resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024}'); sys.exit(code)"
)


@pytest.mark.slow
def test_a_million_rejects_take_no_more_memory_than_a_few(place: Place, tmp_path: Path) -> None:
    lines = "".join(order(number % 999_983).replace(",web,", ",fax,") for number in range(REJECTS))
    write(place.landing / "orders" / "orders_2026-11-21.csv", HEADER + lines)
    load(place)
    target = tmp_path / "rejects.csv"
    for words, code in ((["list"], 0), (["export", "--output", str(target)], 0), (["retry"], 1)):
        arguments = [sys.executable, "-c", MEASURED, *command(place, "rejects", *words)]
        done = subprocess.run(arguments, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stderr
        assert int(done.stderr.splitlines()[-1]) < MEGABYTES_MAX, words
    with target.open("rb") as file:
        assert sum(1 for _ in file) == REJECTS + 1
