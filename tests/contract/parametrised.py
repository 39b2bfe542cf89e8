"""Steps with parameters, to be held to the laws: every fence, action, type and group among them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from processors.cleaning.imputing import Impute, Substitute
from processors.cleaning.outliers import Outlier, Outliers
from processors.cleaning.refilling import Refill, Refilled
from processors.columns import ColumnType
from processors.parameters.model import Fitted, Parameters, Statistic
from processors.rules.checks import Matches, NotNull, Range
from processors.validation import Rule

INTEGER, NUMBER, TRUTH, TEXT = (ColumnType(name) for name in ("integer", "number", "boolean", "string"))
MONEY, IN_BERLIN = ColumnType("decimal", 10, 2), ColumnType("timestamp", timezone="Europe/Berlin")
Step: TypeAlias = Outliers | Impute | Refill


def outliers() -> Step:
    """Every fence and every action, with figures and without."""
    columns = (
        Outlier("n", "N", INTEGER, "iqr", 1.5, "clip"),
        Outlier("x", "x", NUMBER, "zscore", 3.0, "null"),
        Outlier("price", "price", MONEY, "mad", 3.5, "quarantine"),
        Outlier("n", "N", INTEGER, "mad", 1.0, "flag"),
        Outlier("x", "x", NUMBER, "mad", 1.0, "quarantine"),
    )
    return Outliers(columns).given(
        Parameters(
            "laws",
            1,
            None,
            (
                Fitted(Statistic("quartiles", "n"), 9, ("0.5", "4")),
                Fitted(Statistic("moments", "x"), 9, ("0.25", "1000.0")),
                Fitted(Statistic("mad", "price"), 9, ("12.345", "99")),
                Fitted(Statistic("mad", "n"), 9, ("2", "1")),
            ),
        )
    )


def impute() -> Step:
    """Every type, by constants, figures of all and figures of groups."""
    columns = (
        Substitute("code", TEXT, Statistic("mode", "code")),
        Substitute("name", ColumnType("category"), constant="nobody"),
        Substitute("n", INTEGER, Statistic("median", "n", ("paid", "code")), by=(TRUTH, TEXT)),
        Substitute("x", NUMBER, Statistic("mean", "x", ("x",)), by=(NUMBER,)),
        Substitute("price", MONEY, Statistic("mean", "price")),
        Substitute("day", ColumnType("date"), Statistic("last", "day", ("paid",)), by=(TRUTH,)),
        Substitute("at", IN_BERLIN, Statistic("last", "at")),
        Substitute("paid", TRUTH, Statistic("mode", "paid")),
    )
    groups = ((("true", None), ("7",)), ((None, "NA"), ("8",)), ((None, None), ("9",)))
    return Impute(columns).given(
        Parameters(
            "laws",
            1,
            None,
            (
                Fitted(Statistic("mode", "code"), 9, ("NA",)),
                Fitted(Statistic("median", "n", ("paid", "code")), 9, ("2.5",), groups),
                Fitted(Statistic("mean", "x", ("x",)), 9, ("2.5",), (((None,), ("0.1",)), (("0.0",), ("0.2",)))),
                Fitted(Statistic("mean", "price"), 9, ("1.005",)),
                Fitted(Statistic("last", "day", ("paid",)), 9, ("2026-11-21",), ((("false",), ("0001-01-01",)),)),
                Fitted(Statistic("last", "at"), 9, ("2026-11-21T09:30:00.000001Z",)),
            ),
        )
    )


def refill() -> Step:
    """Several rules of a column, with a constant, a figure, and a figure that is not known."""
    rules = (
        ("n_there", "n", NotNull("n"), Substitute("n", INTEGER, constant="5")),
        (
            "n_small",
            "n",
            Range("n", minimum=0, maximum=9),
            Substitute("n", INTEGER, Statistic("mean", "n")),
        ),
        (
            "x_small",
            "x",
            Range("x", maximum=100),
            Substitute("x", NUMBER, Statistic("last", "x", ("code",)), by=(TEXT,)),
        ),
        ("name_plain", "name", Matches("name", "[a-z]*|NA"), Substitute("name", TEXT, Statistic("mode", "name"))),
    )
    made = (
        Refilled(Rule(name, "must", column, check, action="impute"), put, column.upper())
        for name, column, check, put in rules
    )
    fitted = (
        Fitted(Statistic("mean", "n"), 9, ("2.5",)),
        Fitted(Statistic("last", "x", ("code",)), 9, ("2.5",), ((("NA",), ("0.5",)),)),
    )
    return Refill(tuple(made)).given(Parameters("laws", 1, None, fitted))


PARAMETRISED: Mapping[str, Callable[[], Step]] = {"Outliers": outliers, "Impute": impute, "Refill": refill}
