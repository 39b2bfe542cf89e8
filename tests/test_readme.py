"""The README is true: every command in it runs, and what it shows is what comes out."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from stream.cli import app
from tests.system.processes import environment

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")

#: What differs from run to run, and how long a last line had to settle.
_VARIABLE = (
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?Z)?"), "<time>"),
    (re.compile(r"commit_ms=[\d.]+"), "commit_ms=<ms>"),
    (re.compile(r"\d+\.\d s\b"), "<seconds>"),
    (re.compile(r"\d+ MB of memory"), "<memory>"),
    (re.compile(r"[ \t]+$", re.MULTILINE), ""),
)


def _consoles() -> list[list[tuple[str, str]]]:
    """The console blocks, each a list of commands with the output that is shown."""
    blocks = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    return [
        [(part.split("\n", 1)[0], part.split("\n", 1)[1]) for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]]
        for block in blocks
    ]


def _settled(text: str) -> str:
    for pattern, name in _VARIABLE:
        text = pattern.sub(name, text)
    return text.strip()


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped configs and drops, as a stranger has them, long enough ago for every last line to have settled."""
    folder = tmp_path_factory.mktemp("readme")
    for name in ("configs", "landing"):
        shutil.copytree(ROOT / name, folder / name)
    for path in (folder / "landing").rglob("*.csv"):
        os.utime(path, (1_700_000_000, 1_700_000_000))
    return folder


def test_every_command_shown_runs_and_prints_what_is_shown(checkout: Path) -> None:
    commands = [pair for block in _consoles() for pair in block if not pair[0].startswith("make ")]
    assert len(commands) >= 5
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for command, shown in commands:
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=checkout,
            env=environment(PATH=path, COLUMNS="80"),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"{command}: {done.stderr}"
        assert _settled(done.stdout) == _settled(shown), command


def test_every_make_target_shown_ends_in_the_command_it_promises() -> None:
    targets = [command.split()[1] for block in _consoles() for command, _ in block if command.startswith("make ")]
    assert targets == ["watch", "test"]
    for target, last in (("watch", ".venv/bin/ade-stream watch"), ("test", ".venv/bin/pytest -n 2 --dist loadfile")):
        dry_run = ["make", "--dry-run", "--always-make", "--no-print-directory", target]
        plan = subprocess.run(dry_run, cwd=ROOT, capture_output=True, text=True, check=True)
        assert plan.stdout.strip().splitlines()[-1] == last


def test_the_readme_names_every_command_and_option() -> None:
    for name, command in _commands(get_command(app), ""):
        assert f"`{name}" in README, name
        for option in (flag for parameter in command.params for flag in parameter.opts if flag != "--help"):
            assert option in README, f"{name} {option}"


def _commands(group: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    """Each command with its name; those of a group of commands too."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, f"{prefix}{name} ")
        else:
            yield f"{prefix}{name}", command


def test_every_dependency_has_its_reason_and_its_pin() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    pins = (ROOT / "constraints.txt").read_text("utf-8").lower()
    required = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    for name in (re.split("[>=]", requirement)[0] for requirement in required):
        known = f"`{name.lower()}`" in README.lower() or (name.startswith("types-") and "`types-*`" in README)
        assert known, f"{name} has no reason in the README"
        assert re.search(rf"^{name.lower()}==", pins, re.MULTILINE), f"{name} is not pinned"
