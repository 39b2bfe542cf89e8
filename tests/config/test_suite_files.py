"""Suites: rules in a file of their own count as if they stood in the config, and a mistake is told where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from stream.config import Dataset, load_configs
from tests.config.odcs.contracts import SHIPMENTS, folder_with, loaded
from tests.config.sales import COLUMNS, SALES, refusal

SUITE = """\
description: What sales must be like.
rules:
  - {check: not_null, column: id}
  - {check: range, column: count, min: 0}
  # Lower case only.
  - {check: matches, column: id, pattern: "[a-z]+"}
"""
IN_SUITE = SALES[SALES.index("        - {check: not_null") : SALES.index("        - {check: one_of")]
#: The same rules, the first three of them in a suite.
CONFIG = SALES.replace("      rules:\n", "      suite: rules/sales.yaml\n      rules:\n").replace(IN_SUITE, "")
STEP = "processors.2.validation"


def load(folder: Path, suite: str = SUITE, config: str = CONFIG) -> Dataset:
    """The dataset of a config with a suite."""
    (folder / "rules").mkdir(exist_ok=True)
    (folder / "rules" / "sales.yaml").write_text(suite, "utf-8")
    (folder / "sales.yaml").write_text(config, "utf-8")
    return load_configs(folder)["sales"]


def refused(folder: Path, suite: str = SUITE, config: str = CONFIG) -> list[str]:
    """The lines with which a config with a suite is refused."""
    (folder / "rules").mkdir()
    (folder / "rules" / "sales.yaml").write_text(suite, "utf-8")
    (folder / "sales.yaml").write_text(config, "utf-8")
    return refusal(folder)


def test_rules_of_a_suite_count_as_if_they_stood_before_those_of_the_config(tmp_path: Path) -> None:
    (tmp_path / "whole").mkdir()
    (tmp_path / "whole" / "sales.yaml").write_text(SALES, "utf-8")
    whole = load_configs(tmp_path / "whole")["sales"]
    assert load(tmp_path) == whole


def test_a_config_may_have_no_rules_but_those_of_its_suite(tmp_path: Path) -> None:
    own = CONFIG[CONFIG.index("      rules:") : CONFIG.index("  - features")]
    found = load(tmp_path, config=CONFIG.replace(own, "")).config.processors[2].validation
    assert found is not None
    assert [rule.error_code for rule in found.rules] == ["id_not_null", "count_range", "id_matches"]


def test_two_configs_may_share_a_suite(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text(CONFIG.replace("dataset: sales", "dataset: other"), "utf-8")
    load(tmp_path)
    found = load_configs(tmp_path)
    assert found["sales"].chain == found["other"].chain


def test_rules_of_a_contract_are_added_behind_those_of_a_suite(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "own.yaml").write_text("rules: [{check: range, column: weight, max: 5}]\n", "utf-8")
    steps = (
        "processors: [{schema: {}}, {validation: {suite: rules/own.yaml, rules: [{check: not_null, column: price}]}}]\n"
    )
    config = f"dataset: shipments\ncontract: contracts/shipments.odcs.yaml\n{steps}"
    step = loaded(tmp_path, config=config).config.processors[1].validation
    assert step is not None
    names = [rule.error_code for rule in step.rules]
    assert names[:3] == ["weight_range", "price_not_null", "shipment_id_not_null"]
    assert names.count("weight_range") == 1


#: What is written in the suite, what is written instead, the line told, and what the message says behind it.
MESSAGES = {
    "unknown key": ("description:", "descriptoin:", 1, "unknown key 'descriptoin'. Known keys: description, rules."),
    "key written twice": ("rules:\n", "description: x\nrules:\n", 2, "key 'description' is written twice."),
    "key of a rule written twice": ("min: 0", "min: 0, min: 1", 4, "key 'min' is written twice."),
    "no YAML": ("{check: matches", "}check: matches", 6, "is no YAML: "),
    "no rules": ("rules:\n", "rulse:\n", 1, "key 'rules' is missing."),
    "rules that are none": (SUITE[SUITE.index("rules") :], "rules: 5\n", 2, "rules: input should be a valid tuple"),
    "empty rules": (SUITE[SUITE.index("rules") :], "rules: []\n", 2, "rules: tuple should have at least 1 item"),
    "a list": (SUITE, "- {check: not_null, column: id}\n", 1, "must be a mapping. Known keys: description, rules."),
    "nothing": (SUITE, "", 1, "must be a mapping. Known keys: description, rules."),
    "unknown key of a rule": (
        "min: 0",
        "minimum: 0",
        4,
        "unknown key 'rules.1.minimum'. Known keys: name, severity, weight, action, impute, when,",
    ),
    "missing key of a rule": (", pattern: ", ", name: x} # ", 6, "key 'rules.2.pattern' is missing."),
    "unknown check": ("not_null", "not_nul", 3, "rules.0: input tag 'not_nul' found using 'check' does not match"),
    "check that has another name now": (
        "not_null",
        "timestamp",
        3,
        "rules.0: the check timestamp is one of type now; write {check: type, type: timestamp}.",
    ),
    "unknown column": (
        "column: count",
        "column: cuont",
        4,
        f"rules.1.column: there is no column 'cuont'; the columns are {COLUMNS}.",
    ),
    "name used twice": ("not_null, column: id", "not_null, column: id, name: count_range", 4, "rules.1: rule name 'co"),
}


@pytest.mark.parametrize(("old", "new", "line", "told"), MESSAGES.values(), ids=MESSAGES.keys())
def test_a_mistake_in_a_suite_is_told_with_its_file_and_line(
    tmp_path: Path, old: str, new: str, line: int, told: str
) -> None:
    assert old in SUITE
    found = refused(tmp_path, SUITE.replace(old, new, 1))
    assert any(problem.startswith(f"rules/sales.yaml:{line}: {told}") for problem in found), found
    assert [problem for problem in found if not problem.startswith("rules/sales.yaml:")] == []


def test_a_mistake_in_the_rules_of_the_config_is_told_where_it_stands(tmp_path: Path) -> None:
    [problem] = refused(tmp_path, config=CONFIG.replace("columns: [kind, day]", "columns: [kind, dya]"))
    line = CONFIG.splitlines().index("        - {check: unique, columns: [kind, day]}") + 1
    assert problem.startswith(f"sales.yaml:{line}: {STEP}.rules.1.columns: there is no column 'dya'")


def test_a_name_that_suite_and_config_use_is_told_in_the_config(tmp_path: Path) -> None:
    [problem] = refused(tmp_path, config=CONFIG.replace("name: sane", "name: id_matches"))
    assert problem.startswith(f"sales.yaml:24: {STEP}.rules.2: rule name 'id_matches' is used twice")


def test_mistakes_of_config_and_suite_are_told_together(tmp_path: Path) -> None:
    found = refused(tmp_path, SUITE.replace("column: id}", "colunm: id}"), CONFIG.replace("key: [id]", "keys: [id]"))
    assert len([problem for problem in found if problem.startswith("sales.yaml:14: unknown key")]) == 1
    assert len([problem for problem in found if problem.startswith("rules/sales.yaml:3: ")]) == 2


def test_a_suite_that_is_not_there_is_told(tmp_path: Path) -> None:
    (tmp_path / "sales.yaml").write_text(CONFIG, "utf-8")
    told = "there is no suite rules/sales.yaml. Its path begins where the config is."
    assert refusal(tmp_path) == [f"sales.yaml:20: {told}"]


def test_a_suite_that_is_no_utf_8_is_told(tmp_path: Path) -> None:
    load(tmp_path)
    (tmp_path / "rules" / "sales.yaml").write_bytes(SUITE.replace("What", "Wh\xe4t").encode("latin-1"))
    [problem] = refusal(tmp_path)
    assert problem.startswith("rules/sales.yaml: is no YAML: 'utf-8' codec can't decode")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("suite: 5", f"{STEP}.suite: input should be a valid string (found 5)."),
        ("suite: null", f"{STEP}: needs rules, a suite or both."),
        ("{}", f"{STEP}: needs rules, a suite or both."),
        ("{suite: rules/sales.yaml, rules: 5}", f"{STEP}.rules: input should be a valid tuple (found 5)."),
    ],
)
def test_what_names_no_suite_is_told(tmp_path: Path, said: str, told: str) -> None:
    own = CONFIG[CONFIG.index("      suite:") : CONFIG.index("  - features")]
    [problem] = refused(tmp_path, config=CONFIG.replace(own, f"      {said}\n"))
    assert problem.endswith(told)
    assert problem.startswith("sales.yaml:")


def test_a_contract_cannot_name_a_suite(tmp_path: Path) -> None:
    steps = "[{validation: {suite: rules/sales.yaml}}]"
    custom = f"    customProperties: [{{property: processors, vendor: ade-stream, value: {steps}}}]\n"
    found = refusal(folder_with(tmp_path, SHIPMENTS.replace("slaProperties:", f"{custom}slaProperties:")))
    assert any("a suite is named by the config itself" in problem for problem in found), found
