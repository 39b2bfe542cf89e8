"""Our own command line as real processes: started, waited for with a deadline, stopped."""

from __future__ import annotations

import io
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import pytest
import yaml

from stream.cli import main

T = TypeVar("T")

ROOT = Path(__file__).resolve().parents[2]
SHIPPED_CONFIGS = ROOT / "configs"

#: A terminal has its own size, and every process would compile what another one has compiled.
_NOT_INHERITED = {"COLUMNS", "LINES", "PYTHONDONTWRITEBYTECODE"}

Outcome: TypeAlias = subprocess.CompletedProcess[str]
Setting: TypeAlias = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a test works: the three paths that every command takes."""

    configs: Path
    landing: Path
    warehouse: Path

    def options(self) -> list[str]:
        """The paths as command line options."""
        return [f"--{name}={getattr(self, name)}" for name in ("configs", "landing", "warehouse")]

    def beside(self, name: str) -> Place:
        """The same configs and landing folder with another warehouse."""
        return replace(self, warehouse=self.warehouse.with_name(f"{name}.db"))


def command(place: Place, *words: str) -> list[str]:
    """The argument list of `ade-stream …` in this interpreter."""
    return [sys.executable, "-m", "stream.cli", *words, *place.options()]


def environment(**more: str) -> dict[str, str]:
    """Ours, with the repository importable, and nothing said about paths or the size of a terminal."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith("ADE_") and name not in _NOT_INHERITED
    }
    return inherited | {"PYTHONPATH": str(ROOT)} | more


def execute(arguments: Sequence[str], seconds: float = 180, **more: str) -> Outcome:
    """Run a process to its end; an error where it takes longer than `seconds`. `more`: environment variables."""
    return subprocess.run(
        arguments, cwd=ROOT, env=environment(**more), capture_output=True, text=True, timeout=seconds, check=False
    )


def ade(place: Place, *words: str, seconds: float = 180) -> Outcome:
    """`ade-stream WORDS… --configs … --landing … --warehouse …`, to its end."""
    return execute(command(place, *words), seconds)


def entered(place: Place, *words: str) -> Outcome:
    """What `ade` gives, by a call of the program's entry point in this process: a process costs twenty times as much.

    For commands that load nothing, each of which some other test starts as a process.
    """
    printed = {name: io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for name in ("stdout", "stderr")}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["ade-stream", *command(place, *words)[3:]])
        for name, stream in printed.items():
            patch.setattr(sys, name, stream)
        patch.setenv("COLUMNS", "80")
        with pytest.raises(SystemExit) as ended:
            main()
    code = ended.value.code or 0
    assert isinstance(code, int)
    texts = [stream.buffer.getvalue().decode().replace("\r\n", "\n") for stream in printed.values()]
    return subprocess.CompletedProcess(words, code, *texts)


def load(place: Place, *, code: int = 0) -> Outcome:
    """`ade-stream run`, which must exit with `code` and complain of nothing; another config is no complaint."""
    done = ade(place, "run")
    complaints = [line for line in done.stderr.splitlines() if "its config changed" not in line]
    assert (done.returncode, complaints) == (code, []), done.stdout + done.stderr
    return done


def eventually(holds: Callable[[], T], seconds: float, what: str) -> T:
    """The first true value of `holds`, asked again and again for `seconds`."""
    until = time.monotonic() + seconds
    while not (value := holds()):
        assert time.monotonic() < until, f"not within {seconds:g} s: {what}"
        time.sleep(0.01)
    return value


class Watch:
    """A running `ade-stream watch` whose output goes to a file."""

    def __init__(self, place: Place, log: Path, *words: str) -> None:
        self.log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                command(place, "watch", *words), cwd=ROOT, env=environment(), stdout=output, stderr=subprocess.STDOUT
            )

    @property
    def pid(self) -> int:
        """The process id."""
        return self.process.pid

    def output(self) -> str:
        """What it has printed so far."""
        return self.log.read_text("utf-8")

    def until_printed(self, text: str, seconds: float = 20) -> None:
        """Wait for `text` in the output; an error where the process ends without it."""

        def printed() -> bool:
            ended = self.process.poll() is not None
            assert text in self.output() or not ended, self.output()
            return text in self.output()

        eventually(printed, seconds, f"{text!r} in the output of watch")

    def ready(self) -> Watch:
        """Wait until it watches."""
        self.until_printed("watching landing=")
        return self

    def stop(self, number: signal.Signals = signal.SIGTERM, seconds: float = 20) -> int:
        """Send a signal; the exit code."""
        self.process.send_signal(number)
        return self.process.wait(seconds)

    def kill(self) -> None:
        """`kill -9`, if it still runs."""
        self.process.kill()
        self.process.wait(20)


@contextmanager
def watching(place: Place, log: Path, *words: str) -> Iterator[Watch]:
    """A `watch` that is ready, and is gone behind the block whatever happened."""
    watch = Watch(place, log, *words)
    try:
        yield watch.ready()
    finally:
        watch.kill()


def duplicate(place: Place, folder: Path) -> Place:
    """A copy of configs, landing folder and the warehouse with what is beside it, to be changed."""
    for each in (place.configs, place.landing, place.warehouse.parent):
        shutil.copytree(each, folder / each.name, symlinks=True)
    warehouse = folder / place.warehouse.parent.name / place.warehouse.name
    return Place(folder / place.configs.name, folder / place.landing.name, warehouse)


def shipped_config(dataset: str) -> dict[str, Any]:
    """A shipped config, with the rules of its suite as its own."""
    config: dict[str, Any] = yaml.safe_load((SHIPPED_CONFIGS / f"{dataset}.yaml").read_text("utf-8"))
    for validation in (step["validation"] for step in config["processors"] if "validation" in step):
        if "suite" in validation:
            suite = yaml.safe_load((SHIPPED_CONFIGS / validation.pop("suite")).read_text("utf-8"))
            validation["rules"] = [*suite["rules"], *validation.get("rules", [])]
    return config


def write_configs(
    folder: Path,
    *datasets: str,
    limits: Setting | None = None,
    files: Setting | None = None,
    dialect: Setting | None = None,
    with_models: bool = False,
) -> Path:
    """The shipped configs of `datasets`, with some settings changed, and their views, in a folder of their own; only
    where they are asked for, also their models, which learn from what is loaded."""
    (folder / "sql").mkdir(parents=True, exist_ok=True)
    for dataset in datasets:
        config = shipped_config(dataset)
        config["limits"] = config.get("limits", {}) | (limits or {})
        config["files"] = config.get("files", {}) | (files or {})
        config["dialect"] = config.get("dialect", {}) | (dialect or {})
        (folder / f"{dataset}.yaml").write_text(yaml.safe_dump(config, sort_keys=False), "utf-8")
    for path in (SHIPPED_CONFIGS / "sql").glob("*.yaml"):
        if yaml.safe_load(path.read_text("utf-8"))["dataset"] in datasets:
            for view in (path, path.with_suffix(".sql")):
                shutil.copy(view, folder / "sql")
    if with_models:
        _write_models(folder / "models", datasets)
    return folder


def _write_models(folder: Path, datasets: Sequence[str]) -> None:
    folder.mkdir(exist_ok=True)
    for path in (SHIPPED_CONFIGS / "models").glob("*.yaml"):
        if yaml.safe_load(path.read_text("utf-8"))["dataset"] in datasets:
            shutil.copy(path, folder)
