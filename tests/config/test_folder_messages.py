"""A folder of configs as a whole: what is no YAML, what describes nothing, and what describes one dataset twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from stream.config import load_configs
from tests.config.sales import SALES, refusal


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "sales.yaml:1: must be a mapping. Known keys: dataset, description, contract, files,"),
        (
            b"# nothing but a comment\n",
            "sales.yaml:1: must be a mapping. Known keys: dataset, description, contract, files,",
        ),
        (b"- dataset: sales\n", "sales.yaml:1: must be a mapping. Known keys: dataset, description, contract, files,"),
        (b"sales\n", "sales.yaml:1: must be a mapping. Known keys: dataset, description, contract, files,"),
        (b"dataset: sales\n\tcolumns: {}\n", "sales.yaml:2: is no YAML: found character '\\t' that cannot start any"),
        (
            b"dataset: sales\ncolumns: {\n",
            "sales.yaml:3: is no YAML: expected the node content, but",
        ),
        (b"dataset: [\n", "sales.yaml:2: is no YAML: "),
        (b"dataset: *sales\n", "sales.yaml:1: is no YAML: found undefined alias 'sales'."),
        (b"dataset: a\n---\ndataset: b\n", "sales.yaml:2: is no YAML: but found another document."),
        (b"dataset: !!python/object/apply:os.system [exit]\n", "sales.yaml:1: is no YAML: could not determine a"),
        (b"dataset: caf\xe9\n", "sales.yaml: is no YAML: 'utf-8' codec can't decode byte 0xe9"),
    ],
    ids=["empty", "comment", "list", "word", "tab", "brace", "bracket", "alias", "two documents", "code", "latin 1"],
)
def test_what_is_no_config_is_told_in_one_line(tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / "sales.yaml").write_bytes(content)
    (problem,) = refusal(tmp_path)
    assert problem.startswith(told)


@pytest.mark.parametrize("second", ["sales", "SALES"])
def test_two_datasets_of_one_name_are_refused(tmp_path: Path, second: str) -> None:
    (tmp_path / "a.yaml").write_text(SALES, "utf-8")
    (tmp_path / "b.yml").write_text(SALES.replace("dataset: sales", f"dataset: {second}"), "utf-8")
    assert refusal(tmp_path) == [
        f"b.yml: dataset {second!r} is described twice; SQL does not tell upper from lower case."
    ]


def test_the_problems_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(SALES.replace("key: [id]", "key: [di]"), "utf-8")
    (tmp_path / "b.yaml").write_text(SALES.replace("batch_rows: 100", "batch_rows: 0\n  batch_bytes: 1"), "utf-8")
    assert [problem.split(": ")[0] for problem in refusal(tmp_path)] == ["a.yaml:14", "b.yaml:31", "b.yaml:32"]


def test_a_folder_without_a_config_is_refused(tmp_path: Path) -> None:
    (problem,) = refusal(tmp_path)
    assert "holds no *.yaml file" in problem


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    (problem,) = refusal(tmp_path / "absent")
    assert "there is no such folder" in problem


def test_a_link_to_nowhere_is_refused_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "sales.yaml").symlink_to(tmp_path / "absent")
    assert refusal(tmp_path) == ["sales.yaml: cannot be read: No such file or directory."]


def test_the_config_that_the_others_spoil_is_right(tmp_path: Path) -> None:
    (tmp_path / "sales.yaml").write_text(SALES, "utf-8")
    dataset = load_configs(tmp_path)["sales"]
    assert (dataset.folder, dataset.batch_rows, dataset.table.event_time) == ("sales", 100, "at")
    assert [name for name, _ in dataset.table.columns][-1] == "total"
    assert [rule.rule for rule in dataset.table.unique] == ["duplicate_key", "kind_day_unique"]
