"""Wrong usage is exit 2 and a warehouse that cannot be used is exit 3: one message, before anything is made."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.system.conftest import Starter
from tests.system.drops import orders, write
from tests.system.looking import staged
from tests.system.processes import Outcome, Place, ade, entered, eventually, execute, load

GARBAGE = {"a word": b"garbage\n", "half a header": b"SQLite format 3\x00" + b"\xff" * 500}


def refused(place: Place, *words: str) -> str:
    """The message of a command line that is wrong: exit 2, and nothing else is printed."""
    done = entered(place, *words)
    assert (done.returncode, done.stdout) == (2, "")
    return done.stderr


def failed(outcome: Outcome) -> str:
    """The message of a command that ended with exit 3 and printed nothing else."""
    assert outcome.returncode == 3, outcome.stdout + outcome.stderr
    assert outcome.stdout == ""
    assert "Traceback" not in outcome.stderr
    return outcome.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("frobnicate",), "No such command 'frobnicate'"),
        (("run", "--frobnicate"), "No such option: --frobnicate"),
        (("replay",), "replay needs --date D, or --from D and --to D."),
        (("replay", "--date", "2026-02-30"), "'2026-02-30' is no date; write it as YYYY-MM-DD."),
        (("replay", "--date", "yesterday"), "'yesterday' is no date"),
        (("replay", "--date", ""), "'' is no date"),
        (("replay", "--from", "2026-11-21"), "--from and --to go together"),
        (("replay", "--to", "2026-11-21"), "--from and --to go together"),
        (("replay", "--from", "2026-11-22", "--to", "2026-11-21"), "--from 2026-11-22 is later than --to 2026-11-21"),
        (("replay", "--date", "2026-11-21", "--to", "2026-11-22"), "replay needs --date D, or --from D and --to D."),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_words_are_exit_2_and_make_nothing(place: Place, words: tuple[str, ...], told: str) -> None:
    assert told in refused(place, *words)
    assert not place.warehouse.parent.exists()


@pytest.mark.parametrize("words", ["watch", "run", "check"])
def test_a_missing_configs_folder_is_exit_2_and_makes_nothing(place: Place, tmp_path: Path, words: str) -> None:
    place = replace(place, configs=tmp_path / "absent")
    message = refused(place, *words.split())
    assert f"{tmp_path / 'absent'}: there is no such folder" in message
    assert "--configs" in message
    assert not place.warehouse.parent.exists()


def test_a_replay_of_what_no_config_describes_is_exit_2(place: Place, tmp_path: Path) -> None:
    load(place)
    assert "there is no dataset 'nope'" in refused(place, "replay", "--date", "2026-11-21", "--dataset", "nope")
    message = refused(replace(place, configs=tmp_path / "absent"), "replay", "--date", "2026-11-21")
    assert f"{tmp_path / 'absent'}: there is no such folder" in message


@pytest.mark.parametrize("words", ["watch", "run"])
def test_a_missing_landing_folder_is_exit_2_and_makes_nothing(place: Place, tmp_path: Path, words: str) -> None:
    place = replace(place, landing=tmp_path / "absent")
    message = refused(place, words)
    assert f"{tmp_path / 'absent'}: there is no such folder" in message
    assert "--landing" in message
    assert not place.warehouse.parent.exists()


def test_a_landing_folder_that_is_a_file_is_exit_2(place: Place, tmp_path: Path) -> None:
    assert "there is no such folder" in refused(replace(place, landing=write(tmp_path / "file", "text")), "run")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("key:", "keys:", "unknown key 'keys'. Known keys: dataset, description, contract, files,"),
        ("batch_rows: 20000", "batch_rows: many", "limits.batch_rows: input should be a valid integer"),
        ("column: channel", "column: chanel", "there is no column 'chanel'; the columns are order_id, customer_id,"),
    ],
    ids=["unknown key", "wrong type", "column of a rule"],
)
def test_a_wrong_config_is_exit_2_with_file_and_line_and_makes_nothing(
    place: Place, old: str, new: str, told: str
) -> None:
    path = place.configs / "orders.yaml"
    text = path.read_text("utf-8")
    path.write_text(text.replace(old, new), "utf-8")
    message = refused(place, "run")
    assert f"{path}:{1 + text[: text.index(old)].count(chr(10))}: " in message
    assert told in message
    assert not place.warehouse.parent.exists()


@pytest.mark.parametrize(("words", "path"), [("watch", "/proc/x/ade.db"), ("run", "/dev/null/ade.db")])
def test_a_warehouse_in_a_folder_that_cannot_be_is_exit_3(place: Place, words: str, path: str) -> None:
    message = failed(ade(replace(place, warehouse=Path(path)), words))
    assert path in message
    assert "--warehouse" in message


@pytest.mark.parametrize(
    ("output", "told"),
    [
        ("absent/out", "there is no folder {folder}/absent. Make it, or name another file with --output."),
        ("", "it is a folder; name another file with --output."),
    ],
    ids=["missing folder", "folder"],
)
@pytest.mark.parametrize("words", ["schema export orders", "rejects export --dataset orders", "init new {sample}"])
def test_an_output_that_cannot_be_is_exit_2_with_the_way_out(
    place: Place, tmp_path: Path, words: str, output: str, told: str
) -> None:
    sample = write(place.landing / "orders" / "orders_1.csv", orders([1, 1]))
    load(place)
    message = refused(place, *words.format(sample=sample).split(), "--output", str(tmp_path / output))
    assert message == f"ade-stream: {tmp_path / output} cannot be written: {told.format(folder=tmp_path)}\n"
    assert not (tmp_path / "absent").exists()


def test_an_output_that_the_system_refuses_is_exit_3(place: Place) -> None:
    message = failed(ade(place, "schema", "export", "orders", "--output", "/proc/out"))
    assert message.startswith("ade-stream: /proc/out cannot be written: ")


@pytest.mark.parametrize("content", GARBAGE.values(), ids=GARBAGE.keys())
def test_a_warehouse_that_is_garbage_is_exit_3_and_left_as_it_is(place: Place, content: bytes) -> None:
    write(place.warehouse, content)
    message = failed(ade(place, "run"))
    assert str(place.warehouse) in message
    assert "not a database" in message
    assert place.warehouse.read_bytes() == content


@pytest.mark.parametrize("words", ["status", "replay --date 2026-11-21"])
@pytest.mark.parametrize("content", [b"garbage\n", b""], ids=["garbage", "empty"])
def test_a_warehouse_that_is_none_is_one_line_without_sql(place: Place, words: str, content: bytes) -> None:
    write(place.warehouse, content)
    message = failed(ade(place, *words.split()))
    assert str(place.warehouse) in message
    assert "SELECT" not in message
    assert len(message.splitlines()) == 1


@pytest.mark.parametrize("words", ["status", "replay --date 2026-11-21"])
def test_a_warehouse_that_is_missing_is_exit_3_and_is_not_made(place: Place, words: str) -> None:
    message = failed(ade(place, *words.split()))
    assert f"{place.warehouse}: there is no warehouse" in message
    assert not place.warehouse.parent.exists()


def test_paths_come_from_the_environment_where_no_option_names_them(place: Place) -> None:
    write(place.landing / "orders" / "orders_1.csv", orders([1]))
    outcome = execute(
        [sys.executable, "-m", "stream.cli", "run"],
        ADE_CONFIGS=str(place.configs),
        ADE_LANDING=str(place.landing),
        ADE_WAREHOUSE=str(place.warehouse),
    )
    assert outcome.returncode == 0, outcome.stderr
    assert staged(place.warehouse) == 1


def test_a_config_that_is_broken_while_watch_runs_does_not_stop_it(place: Place, start: Starter) -> None:
    start(place)
    (place.configs / "orders.yaml").write_text("broken: [", "utf-8")
    write(place.landing / "orders" / "orders_1.csv", orders([1]))
    eventually(lambda: staged(place.warehouse) == 1, 20, "the order is staged")


def test_a_dataset_without_a_folder_yet_is_no_mistake(place: Place) -> None:
    (place.landing / "orders").rmdir()
    assert "dataset=orders files=0" in load(place).stdout


def test_a_config_that_is_a_folder_is_exit_2(place: Place) -> None:
    (place.configs / "orders.yaml").unlink()
    (place.configs / "orders.yaml").mkdir()
    assert "cannot be read: Is a directory" in refused(place, "run")
