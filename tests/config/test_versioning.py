"""What a config comes to: which change is one of which part, and what is no change at all."""

from __future__ import annotations

import json
import pickle
import shutil
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sinks.configs.model import ConfigVersion
from stream.config import load_configs
from stream.planning.changes import changes
from tests.config.sales import SALES
from tests.system.processes import SHIPPED_CONFIGS

PROFILED = SALES + "profile: {}\nkpis: {takings: {value: sum(amount), unit: EUR}}\nexports: [clean]\n"
STATEFUL = PROFILED.replace("quality: {duplicates: [key]}", "quality: {duplicates: [key], impute: {count: median}}")


def version(folder: Path, text: str = PROFILED) -> ConfigVersion:
    """The version of a config that is written so."""
    (folder / "sales.yaml").write_text(text, "utf-8")
    found = load_configs(folder)["sales"].table.config
    assert found is not None
    return found


def differing(one: ConfigVersion, other: ConfigVersion) -> set[str]:
    """The names of the parts that are otherwise."""
    return {name for name in {*one.parts, *other.parts} if one.parts.get(name) != other.parts.get(name)}


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ("count: {type: integer}", "count: {type: number}", "columns"),
        ("timezone: Europe/Oslo", "timezone: Europe/Rome", "columns"),
        ("timezone: Europe/Oslo", "timezone: Europe/Oslo\nnull_tokens: ['', NA]", "columns"),
        ("timezone: Europe/Oslo", "timezone: Europe/Oslo\ndialect: {delimiter: ';'}", "reading"),
        ("limits:\n", "limits:\n  record_bytes_max: 4096\n", "reading"),
        ('pattern: "*.csv"', 'pattern: "s*.csv"', "files"),
        ("schema: {}", "schema: {misfits: rescue}", "schema"),
        ("min: 0", "min: 1", "steps"),
        ("quality: {", "quality: {trim: false, ", "steps"),
        ("amount * count", "amount * count * 2", "steps"),
        ("{check: not_null, column: id}", "{check: not_null, column: id, severity: info}", "steps"),
        ("columns: [kind, day]", "columns: [kind]", "relations"),
        ("duplicates: [key]", "duplicates: [key], keep: last", "relations"),
        ("profile: {}", "profile: {bins: 5}", "dates"),
        ("profile: {}", "score: {fall: 9}\nprofile: {}", "dates"),
        ("        - {check: not_null", "        - {check: row_count, min: 3}\n        - {check: not_null", "dates"),
        ("profile: {}", "profile: {}\nbudget: {max_reject_percent: 5}", "budget"),
        ("profile: {}", "profile: {}\nraw: false", "raw"),
        ("sum(amount)", "max(amount)", "kpis"),
        ("exports: [clean]", "exports: [clean, kpis]", "exports"),
    ],
)
def test_a_change_is_one_of_its_part_alone(tmp_path: Path, old: str, new: str, part: str) -> None:
    before = version(tmp_path)
    after = version(tmp_path, PROFILED.replace(old, new, 1))
    assert differing(before, after) == {part}
    assert before.hash != after.hash


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("processors:\n", "# What happens to each row.\nprocessors:   # in this order\n"),
        ("kind: {type: category}", "kind: {type: category, description: Which kind}"),
        ("unit: EUR", "unit: NOK, description: What came in"),
        ("dataset: sales", "description: All of them\ndataset: sales"),
        ("  day: {type: date}\n  amount", "  amount"),
        ("{check: range, column: count, min: 0}", "{min: 0.0, name: count_range, column: count, check: range}"),
        ("schema: {}", "schema: {misfits: quarantine}"),
        ("decimal(12,2)", "decimal( 12, 2 )"),
        ("batch_rows: 100", "batch_rows: 7"),
        ("  folder: sales", "  folder: sales\n  settle_seconds: 9\n  after: archive"),
        ("kind: {type: category}", "kind: {type: category, source: kind}"),
    ],
)
def test_how_it_is_written_changes_nothing(tmp_path: Path, old: str, new: str) -> None:
    after = PROFILED.replace(old, new, 1)
    if "day: {type: date}" in old:  # it stands elsewhere
        after = after.replace("  kind: {type: category}\n", "  kind: {type: category}\n  day: {type: date}\n", 1)
    assert after != PROFILED
    assert version(tmp_path, after) == version(tmp_path)


def test_figures_of_rows_before_belong_to_the_steps_where_one_wants_any(tmp_path: Path) -> None:
    plain, stateful = version(tmp_path), version(tmp_path, STATEFUL)
    narrow = "parameters: {window_dates: 3}\n"
    assert differing(version(tmp_path, PROFILED + narrow), plain) == set()
    assert differing(version(tmp_path, STATEFUL + narrow), stateful) == {"steps"}


def test_without_a_header_the_order_of_columns_counts(tmp_path: Path) -> None:
    headless = PROFILED.replace("columns:\n  id", "dialect: {header: false}\ncolumns:\n  id", 1)
    turned = headless.replace("  kind: {type: category}\n  fresh: {type: boolean}\n", "", 1)
    turned = turned.replace("timezone", "  fresh: {type: boolean}\n  kind: {type: category}\ntimezone", 1)
    assert differing(version(tmp_path, headless), version(tmp_path, turned)) == {"columns"}


def test_a_list_counts_by_its_values(tmp_path: Path) -> None:
    rule = "{check: referential, column: kind, list: kinds.csv}"
    listed = PROFILED.replace("{check: not_null, column: id}", rule, 1)
    (tmp_path / "kinds.csv").write_text("kind\na\nb\n", "utf-8")
    before = version(tmp_path, listed)
    (tmp_path / "kinds.csv").write_text("kind\na\nc\n", "utf-8")
    assert differing(before, version(tmp_path, listed)) == {"steps"}


def test_rules_of_a_suite_count_as_if_they_stood_in_the_config(tmp_path: Path) -> None:
    config = yaml.safe_load(PROFILED)
    rules = config["processors"][2]["validation"].pop("rules")
    config["processors"][2]["validation"]["suite"] = "suite/sales.yaml"
    (tmp_path / "suite").mkdir()
    (tmp_path / "suite" / "sales.yaml").write_text(yaml.safe_dump({"rules": rules}), "utf-8")
    assert version(tmp_path, yaml.safe_dump(config)) == version(tmp_path)


def shipped(folder: Path, file: str = "", old: str = "", new: str = "") -> ConfigVersion:
    """The version of the shipped config of orders, with a change in one of its files."""
    configs = folder / f"configs-{len(list(folder.iterdir()))}"
    shutil.copytree(SHIPPED_CONFIGS, configs)
    if file:
        text = (configs / file).read_text("utf-8")
        assert old in text
        (configs / file).write_text(text.replace(old, new, 1), "utf-8")
    found = load_configs(configs)["orders"].table.config
    assert found is not None
    return found


def test_views_and_models_are_parts_of_their_own(tmp_path: Path) -> None:
    before = shipped(tmp_path)
    view = ("views.customer_features", "models.next_order_amount")
    assert differing(before, shipped(tmp_path, "sql/customer_features.yaml", "version: 1", "version: 2")) == {*view}
    assert differing(before, shipped(tmp_path, "sql/customer_features.sql", "SELECT", "select  /* all */")) == set()
    model = shipped(tmp_path, "models/next_order_amount.yaml", "tick_rows: 20", "tick_rows: 30")
    assert differing(before, model) == {view[1]}
    told = shipped(tmp_path, "models/next_order_amount.yaml", "description: ", "description: x")
    assert differing(before, told) == set()


def test_a_version_is_what_its_definition_says(tmp_path: Path) -> None:
    before = shipped(tmp_path)
    assert ConfigVersion.of(before.definition) == before
    assert pickle.loads(pickle.dumps(before)) == before  # noqa: S301 - our own
    assert ConfigVersion.of(before.definition).parts == before.parts


SAID = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda within: (
        st.lists(within, max_size=3) | st.dictionaries(st.sampled_from(["name", "a", "b"]), within, max_size=3)
    ),
    max_leaves=20,
)


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=5), SAID, max_size=4), st.dictionaries(st.text(max_size=5), SAID, max_size=4))
def test_two_definitions_have_changes_where_they_differ(one: dict[str, object], other: dict[str, object]) -> None:
    before, after = ConfigVersion.of(json.dumps(one)), ConfigVersion.of(json.dumps(other))
    assert (before.hash == after.hash) == (before.definition == after.definition)
    assert bool(changes(before.definition, after.definition)) == (before.definition != after.definition)
