"""What a config may not say of outliers and missing values. One line each, with the file's line and the reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from processors.chain import Chain
from processors.cleaning.imputing import Impute, Substitute
from processors.cleaning.outliers import Outlier, Outliers
from processors.cleaning.refilling import Refill
from processors.columns import ColumnType
from processors.parameters.model import Statistic
from processors.quality import Clean
from processors.schema import Cast
from processors.validation import Validate
from stream.config.loading import load_config
from tests.config.sales import SALES, spoilt

QUALITY = "- quality: {duplicates: [key]}"
QUARANTINE = "- quality: {outliers: {count: {fences: iqr, action: quarantine}}}"
IMPUTE, OUTLIERS, RULE = (
    "processors.1.quality.impute",
    "processors.1.quality.outliers",
    "processors.2.validation.rules.1",
)


def imputing(said: str) -> tuple[str, str]:
    """The quality step without duplicates, with these columns to impute."""
    return QUALITY, f"- quality: {{impute: {{{said}}}}}"


def fencing(said: str, more: str = "") -> tuple[str, str]:
    return QUALITY, f"- quality: {{{more}outliers: {{{said}}}}}"


def refilling(said: str, column: str = "column: count, min: 0") -> tuple[str, str]:
    """The range rule with the action impute."""
    return "column: count, min: 0", f"{column}, action: impute{said}"


#: What is written, what is written instead, the line told, and what the message says behind it.
MESSAGES = {
    "unknown method": (
        *imputing("count: medain"),
        18,
        f"{IMPUTE}.count.with: input should be 'median', 'mean', 'mode'",
    ),
    "unknown key": (
        *imputing("count: {wiht: mean}"),
        18,
        f"unknown key '{IMPUTE}.count.wiht'. Known keys: with, by, constant.",
    ),
    "neither a figure nor a constant": (*imputing("count: {}"), 18, f"{IMPUTE}.count: needs either with ("),
    "both": (*imputing("count: {with: mean, constant: 3}"), 18, f"{IMPUTE}.count: needs either with ("),
    "a constant by groups": (
        *imputing("count: {constant: 3, by: [kind]}"),
        18,
        f"{IMPUTE}.count: a constant is the same for all rows; by belongs to with.",
    ),
    "unknown column": (*imputing("cuont: mean"), 18, f"{IMPUTE}.cuont: there is no column 'cuont'; the columns are id"),
    "mean of text": (
        *imputing("fresh: mean"),
        18,
        f"{IMPUTE}.fresh.with: mean is made of numbers, and 'fresh' is of type boolean; mode and previous are not.",
    ),
    "unknown group": (
        *imputing("count: {with: mean, by: [kidn]}"),
        18,
        f"{IMPUTE}.count.by: there is no column 'kidn'; the columns are id",
    ),
    "the column as its own group": (
        *imputing("count: {with: mean, by: [count]}"),
        18,
        f"{IMPUTE}.count.by: 'count' is the column itself; its groups would have nothing to impute.",
    ),
    "a constant of another type": (
        *imputing("count: {constant: many}"),
        18,
        f"{IMPUTE}.count.constant: 'many' is no integer, as which 'count' is cast.",
    ),
    "a constant with too many digits": (
        *imputing("amount: {constant: 1.005}"),
        18,
        f"{IMPUTE}.amount.constant: '1.005' is no decimal(12,2), as which 'amount' is cast.",
    ),
    "a constant without quotes": (
        *imputing("id: {constant: no}"),
        18,
        f"{IMPUTE}.id.constant: true, false, yes and no",
    ),
    "the key": (
        *imputing("id: mode"),
        18,
        f"{IMPUTE}.id: 'id' is a part of the key, and a record with another key is another record.",
    ),
    "the event time": (
        *imputing("at: previous"),
        18,
        f"{IMPUTE}.at: 'at' is the event time, and no other record says when this one happened.",
    ),
    "a column that must be unique": (*imputing("kind: mode"), 18, f"{IMPUTE}.kind: 'kind' says which records are dupl"),
    "exact duplicates": (
        QUALITY,
        "- quality: {duplicates: [exact], impute: {count: mean}}",
        18,
        f"{IMPUTE}.count: 'count' says which records are duplicates, and other values would make others of them.",
    ),
    "fences of text": (
        *fencing("id: {fences: iqr}"),
        18,
        f"{OUTLIERS}.id: fences are made of numbers, and 'id' is of type string.",
    ),
    "fences of times": (*fencing("at: {fences: iqr}"), 18, f"{OUTLIERS}.at: fences are made of numbers"),
    "no fences": (*fencing("count: {k: 3}"), 18, f"key '{OUTLIERS}.count.fences' is missing."),
    "unknown fences": (*fencing("count: {fences: box}"), 18, f"{OUTLIERS}.count.fences: input should be 'iqr', 'zsc"),
    "no width": (*fencing("count: {fences: iqr, k: 0}"), 18, f"{OUTLIERS}.count.k: input should be greater than 0"),
    "unknown action": (*fencing("count: {fences: iqr, action: drop}"), 18, f"{OUTLIERS}.count.action: input should"),
    "fences of an unknown column": (*fencing("cuont: {fences: iqr}"), 18, f"{OUTLIERS}.cuont: there is no column"),
    "clipping what must be unique": (
        *fencing("count: {fences: iqr, action: clip}", "duplicates: [exact], "),
        18,
        f"{OUTLIERS}.count: 'count' says which records are duplicates",
    ),
    "a rule with the name of a fence": (
        f"{QUALITY}\n  - validation:\n      rules:\n        - {{check: not_null, column: id}}",
        f"{QUARANTINE}\n  - validation:\n      rules:\n        - {{check: not_null, column: id, name: outlier_count}}",
        21,
        "processors.2.validation.rules.0: rule name 'outlier_count' is used twice",
    ),
    "nothing to impute": (*refilling(""), 22, f"{RULE}: the action impute needs impute: what to put"),
    "an imputation without the action": (
        "column: count, min: 0",
        "column: count, min: 0, impute: mean",
        22,
        f"{RULE}: impute says what to put in the place of the cell, and needs action: impute.",
    ),
    "a rule of no column": (
        'sql: "amount > count"',
        'sql: "amount > count", action: impute, impute: mean',
        26,
        "processors.2.validation.rules.5.action: the action impute needs a rule of one column",
    ),
    "a rule in the sink": (
        "columns: [kind, day]",
        "columns: [kind, day], action: impute",
        25,
        "processors.2.validation.rules.4.action: input should be 'quarantine' or 'drop'",
    ),
    "a rule of the key": (
        "not_null, column: id",
        "not_null, column: id, action: impute, impute: mode",
        21,
        "processors.2.validation.rules.0.impute: 'id' is a part of the key",
    ),
    "a constant that breaks its rule": (
        *refilling(", impute: {constant: -1}"),
        22,
        f"{RULE}.impute.constant: '-1' breaks the rule itself: count must be at least 0.",
    ),
    "a constant of another type in a rule": (
        *refilling(", impute: {constant: x}"),
        22,
        f"{RULE}.impute.constant: 'x' is no integer, as which 'count' is cast.",
    ),
}
EACH = pytest.mark.parametrize(("old", "new", "line", "told"), MESSAGES.values(), ids=MESSAGES.keys())


@EACH
def test_a_mistake_is_told_with_its_line(tmp_path: Path, old: str, new: str, line: int, told: str) -> None:
    found = spoilt(tmp_path, old, new)
    assert any(problem.startswith(f"sales.yaml:{line}: {told}") for problem in found), found


@EACH
def test_a_mistake_is_one_line(tmp_path: Path, old: str, new: str, line: int, told: str) -> None:
    assert len(spoilt(tmp_path, old, new)) == 1


def test_a_feature_is_not_imputed(tmp_path: Path) -> None:
    (problem,) = spoilt(tmp_path, "limits:", "  - quality: {impute: {total: mean}}\nlimits:")
    assert problem.startswith(
        "sales.yaml:30: processors.4.quality.impute.total: 'total' is computed from other columns"
    )


def compiled(folder: Path, *changes: tuple[str, str]) -> Chain:
    """The chain of the config with `changes` in it."""
    text = SALES
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    (folder / "sales.yaml").write_text(text, "utf-8")
    return load_config(folder / "sales.yaml").chain


def test_the_steps_stand_in_their_order(tmp_path: Path) -> None:
    quality = "- quality: {impute: {amount: median}, outliers: {count: {fences: mad}}}"
    chain = compiled(tmp_path, (QUALITY, quality), refilling(", impute: mean"))
    kinds = [type(step) for step in chain.steps]
    assert kinds[:6] == [Cast, Clean, Outliers, Impute, Refill, Validate]
    assert chain.wanted == (Statistic("mad", "count"), Statistic("median", "amount"), Statistic("mean", "count"))


def test_rules_that_refill_alone_need_no_validation(tmp_path: Path) -> None:
    rules = SALES[SALES.index("        - {check: not_null") : SALES.index("  - features")]
    only = "        - {check: range, column: count, min: 0, action: impute, impute: {constant: 0}}\n"
    assert [type(step) for step in compiled(tmp_path, (rules, only)).steps][1:3] == [Clean, Refill]


def test_every_form_of_imputation(tmp_path: Path) -> None:
    said = "amount: {with: median, by: [kind, fresh]}, count: {constant: 3}, fresh: previous"
    step = compiled(tmp_path, imputing(said)).steps[2]
    decimal, truth = ColumnType("decimal", 12, 2), ColumnType("boolean", timezone="Europe/Oslo")
    by = (ColumnType("category", timezone="Europe/Oslo"), truth)
    assert step == Impute(
        (
            Substitute("amount", decimal, Statistic("median", "amount", ("kind", "fresh")), by=by),
            Substitute("count", ColumnType("integer"), constant="3"),
            Substitute("fresh", truth, Statistic("last", "fresh")),
        )
    )


@pytest.mark.parametrize(("fences", "k"), [("iqr", 1.5), ("zscore", 3.0), ("mad", 3.5)])
def test_fences_have_a_usual_width(tmp_path: Path, fences: str, k: float) -> None:
    step = compiled(tmp_path, fencing(f"count: {{fences: {fences}}}")).steps[2]
    assert isinstance(step, Outliers)
    assert step.columns == (Outlier("count", "count", ColumnType("integer"), fences, k, "flag"),)  # type: ignore[arg-type]


def test_a_constant_is_written_as_the_cells_of_its_column(tmp_path: Path) -> None:
    step = compiled(
        tmp_path,
        ('amount: {type: "decimal(12,2)"}', 'amount: {type: "decimal(12,2)", decimal_mark: ",", currency: "€"}'),
        imputing("amount: {constant: '12,50 €'}"),
    ).steps[2]
    assert isinstance(step, Impute)
    assert step.columns[0].constant == "12.50"


def test_what_is_taken_away_is_kept_under_the_first_name_in_headers(tmp_path: Path) -> None:
    chain = compiled(
        tmp_path,
        ("count: {type: integer}", "count: {type: integer, source: [N of it, n]}"),
        fencing("count: {fences: iqr, action: null}"),
    )
    step = chain.steps[2]
    assert isinstance(step, Outliers)
    assert (step.columns[0].source, step.columns[0].action) == ("N of it", "null")
