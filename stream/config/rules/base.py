"""What all rules have in common: a name, how bad it is to break them, and what happens then."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from pydantic import Field, model_validator

from processors.validation import Action, Severity
from stream.config.imputation import Imputation
from stream.config.strict import Name, Strict


def error_code(rule: Mapping[str, Any]) -> str:
    """The name of a rule as a config has it, or `<columns>_<check>`, or the check alone where it names no column."""
    if rule.get("name"):
        return str(rule["name"])
    columns = rule.get("columns")
    named = columns if columns and isinstance(columns, list | tuple) else [rule.get("column")]
    return "_".join(str(part) for part in [*named, rule.get("check")] if part)


class NamedRule(Strict):
    """A rule of any kind."""

    name: Name | None = Field(None, description="Error code and counter; <columns>_<check> by default.")
    severity: Severity = Field("error", description="How bad it is; what happens to the row is the action.")
    weight: float | None = Field(
        None,
        ge=0,
        le=1000,
        description="What the rule counts for in the quality score; by default as its severity says: info 0, warning "
        "0.5, error 1.",
    )

    @property
    def error_code(self) -> str:
        """The rule's name, or `<columns>_<check>`."""
        return error_code(self.model_dump(include={"name", "column", "columns", "check"}))

    @property
    def is_conditional(self) -> bool:
        """Whether it asks some rows only."""
        return False


class RowRule(NamedRule):
    """A rule that each row is judged by alone."""

    action: Action = Field(
        "quarantine",
        description="warn: pass and flag. quarantine, drop: reject. impute: put what impute says in the place of the "
        "cell; for rules of one column. fail: set the whole file aside.",
    )
    impute: Imputation | None = Field(
        None, description="With the action impute: what is put in the place of a cell that breaks the rule."
    )
    when: str | None = Field(
        None,
        description="A SQL expression over the row, as in country = 'NO'. Where it is not true, the row is not asked.",
    )

    @model_validator(mode="after")
    def _imputes(self) -> Self:
        if self.action == "impute" and self.impute is None:
            raise ValueError("the action impute needs impute: what to put in the place of the cell, such as median")
        if self.action != "impute" and self.impute is not None:
            raise ValueError("impute says what to put in the place of the cell, and needs action: impute")
        return self

    @property
    def is_conditional(self) -> bool:
        """Whether it asks some rows only."""
        return self.when is not None
