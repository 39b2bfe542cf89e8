"""The systemd unit and the files of the container: sound, and about a program that there is."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from stream.cli import app
from tests.system.processes import ROOT, Place, execute, watching

UNIT = ROOT / "deploy" / "ade-stream.service"
needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")


def service() -> dict[str, str]:
    """The settings under [Service]; of one that is given several times the last."""
    section = UNIT.read_text("utf-8").split("[Service]")[1].split("\n[")[0]
    return dict(re.findall(r"^(\w+)=(.*)$", section, re.MULTILINE))


@needs_systemd
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    """With a program that is there: ours is installed elsewhere."""
    text = UNIT.read_text("utf-8").replace("/opt/ade-stream/bin/ade-stream", "/bin/true")
    (tmp_path / UNIT.name).write_text(text, "utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / UNIT.name)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, [line for line in done.stderr.splitlines() if UNIT.name in line]) == (0, [])


@needs_systemd
def test_systemd_calls_the_service_well_shut_in() -> None:
    """2.0 is where systemd's own word for it is still OK: from 0, sealed, to 10."""
    rated = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(UNIT)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert rated.returncode == 0, rated.stdout[-200:]


def test_the_unit_waits_for_what_the_program_tells_and_starts_a_command_that_there_is() -> None:
    settings = service()
    assert settings["Type"] == "notify"
    assert "WatchdogSec" in settings
    _, *words = settings["ExecStart"].split()
    assert words[0] in get_command(app).commands  # type: ignore[attr-defined]


def test_what_a_config_that_is_wrong_exits_with_starts_nothing_again() -> None:
    assert (service()["Restart"], service()["RestartPreventExitStatus"]) == ("on-failure", "2")


def test_the_container_stops_restarts_and_writes_only_to_its_volumes() -> None:
    watch = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]["watch"]
    assert (watch["restart"], watch["read_only"], watch["init"]) == ("unless-stopped", True, True)
    assert watch["stop_grace_period"] == "1m"
    assert watch["cap_drop"] == ["ALL"]
    assert watch["security_opt"] == ["no-new-privileges:true"]
    assert watch["command"] in get_command(app).commands  # type: ignore[attr-defined]


def test_the_container_is_healthy_while_watch_is_and_not_behind_it(place: Place, tmp_path: Path) -> None:
    docker = (ROOT / "Dockerfile").read_text("utf-8")
    [check] = re.findall(r"^HEALTHCHECK .*CMD (.*)$", docker, re.MULTILINE)
    [port] = re.findall(r"^ENV ADE_METRICS_PORT=(\d+)$", docker, re.MULTILINE)
    with watching(place, tmp_path / "log", "--metrics-port=0") as watch:
        watch.until_printed("metrics are at ")
        [free] = re.findall(r"metrics are at http://127\.0\.0\.1:(\d+)/", watch.output())
        words = [sys.executable, *json.loads(check.replace(f":{port}/", f":{free}/"))[1:]]
        assert execute(words).returncode == 0
    assert execute(words).returncode == 1


def test_the_image_is_built_of_what_is_there() -> None:
    docker = (ROOT / "Dockerfile").read_text("utf-8")
    copied = [word for line in re.findall(r"^COPY (.*) \S+$", docker, re.MULTILINE) for word in line.split()]
    allowed = (ROOT / ".dockerignore").read_text("utf-8").split()
    assert copied
    for name in copied:
        assert (ROOT / name).exists()
        assert f"!{name}" in allowed
