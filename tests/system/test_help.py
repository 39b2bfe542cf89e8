"""`--help`: each command has an example, each example does what it says, and a shell completes them all."""

from __future__ import annotations

import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from stream.cli import app, main
from stream.cli.commands import COMMANDS
from tests.system.drops import settled_samples
from tests.system.processes import ROOT, environment

#: No shipped dataset has a step that wants parameters.
REFUSED = {"quality parameters": "They are made when"}
SPINE = "customer_id,asked_at\nC0042,2026-11-20T12:00:00Z\n"


def commands(group: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Each command with its name, those of groups too."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{prefix}{name} ")
        else:
            yield f"{prefix}{name}", command


HELP: dict[str, str] = {name: command.help for name, command in commands(get_command(app))}


def example(name: str) -> str:
    """The last paragraph of a command's help."""
    found = re.search(r"\n\nExample: ade-stream (.*)$", HELP[name])
    assert found is not None, f"{name} has no example"
    return found[1]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped configs and drops in a folder, loaded, and whatever the examples name beside them."""
    folder = tmp_path_factory.mktemp("examples")
    shutil.copytree(ROOT / "configs", folder / "configs")
    for landing in ("landing", "srv/drops"):
        settled_samples(folder / landing)
    for name in ("backups", "samples", "drafts"):
        (folder / name).mkdir()
    shutil.copy(folder / "landing/orders/orders_2026-11-18.csv", folder / "samples/orders_2026-11-18.csv")
    shutil.copy(folder / "landing/orders/orders_2026-11-18.csv", folder / "new_orders.csv")
    (folder / "spine.csv").write_text(SPINE, "utf-8")
    for line in ("run", *2 * ["train next_order_amount"], "splits make customer_features by_time"):
        assert typed(folder, line).returncode == 0
    return folder


def typed(folder: Path, line: str) -> subprocess.CompletedProcess[str]:
    """What a person typed, in `folder`; paths that begin at the root do so there."""
    words = [re.sub(r"^/(srv|backups)", rf"{folder}/\1", word) for word in shlex.split(line)]
    words = [each for word in words for each in (sorted(map(str, folder.glob(word))) if "*" in word else [word])]
    if words[0] == "init":
        words += ["--configs", "drafts"]  # a config that is there is not overwritten
    printed = {name: io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for name in ("stdout", "stderr")}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(sys, "argv", ["ade-stream", *words])
        for name, stream in printed.items():
            patch.setattr(sys, name, stream)
        with pytest.raises(SystemExit) as ended:
            main()
    code = ended.value.code or 0
    assert isinstance(code, int)
    return subprocess.CompletedProcess(words, code, *(each.buffer.getvalue().decode() for each in printed.values()))


@pytest.mark.parametrize("name", [name for name in HELP if name != "watch"])
def test_the_example_of_a_command_does_what_it_says(place: Path, name: str) -> None:
    done = typed(place, example(name))
    if name in REFUSED:
        assert (done.returncode, REFUSED[name] in done.stderr) == (2, True), done.stderr
    else:
        assert done.returncode in {0, 1}, done.stderr
        assert not done.stderr.startswith("Usage")


def test_the_example_of_watch_is_taken_by_its_options() -> None:
    watch = dict(commands(get_command(app)))["watch"]
    parsed = watch.make_context("watch", shlex.split(example("watch"))[1:])
    assert parsed.params["landing"] == Path("/srv/drops")


def test_a_command_that_is_not_asked_for_is_not_imported() -> None:
    code = "import sys; from stream.cli import app; from typer.main import get_command; \
get_command(app).commands['status']; print(*(name for name in sys.modules if name.startswith('stream.cli.')))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment(), capture_output=True, text=True, check=True
    )
    assert set(done.stdout.split()) == {f"stream.cli.{name}" for name in ("app", "commands", "options", "status")}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_is_told_how_to_complete(shell: str) -> None:
    ade = Path(sys.executable).parent / "ade-stream"
    told = subprocess.run(
        [ade, "--show-completion", shell], env=environment(), capture_output=True, text=True, check=False
    )
    assert (told.returncode, "_ADE_STREAM_COMPLETE" in told.stdout) == (0, True), told.stderr


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("ade-stream ", set(COMMANDS)),
        ("ade-stream sta", {"status"}),
        ("ade-stream schema ", {"accept", "diff", "export", "history", "show"}),
        ("ade-stream status --war", {"--warehouse"}),
    ],
)
def test_bash_completes_commands_and_options(line: str, offered: set[str]) -> None:
    words = line.split(" ")
    script = f"""
        eval "$(ade-stream --show-completion bash)"
        COMP_WORDS=({shlex.join(words[:-1])} "{words[-1]}"); COMP_CWORD={len(words) - 1}
        complete -p ade-stream >/dev/null && _ade_stream_completion ade-stream; printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", script], env=environment(PATH=path), capture_output=True, text=True, check=True
    )
    assert set(done.stdout.split()) == offered
