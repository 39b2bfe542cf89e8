"""What all rules have in common: a name, how bad it is to break them, and what happens then."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from processors.validation import Action, Severity
from stream.config.strict import Name, Strict


def error_code(rule: Mapping[str, Any]) -> str:
    """The name of a rule as a config has it, or `<columns>_<check>`, or the check alone where it names no column."""
    if rule.get("name"):
        return str(rule["name"])
    columns = rule.get("columns")
    named = columns if isinstance(columns, list | tuple) else [rule.get("column")]
    return "_".join(str(part) for part in [*named, rule.get("check")] if part is not None)


class NamedRule(Strict):
    """A rule of any kind."""

    name: Name | None = Field(None, description="Error code and counter; <columns>_<check> by default.")
    severity: Severity = Field("error", description="How bad it is; what happens to the row is the action.")
    action: Action = Field(
        "quarantine",
        description="warn: pass and flag. quarantine, drop: reject. fail: set the whole file aside.",
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

    when: str | None = Field(
        None,
        description="A SQL expression over the row, as in country = 'NO'. Where it is not true, the row is not asked.",
    )

    @property
    def is_conditional(self) -> bool:
        """Whether it asks some rows only."""
        return self.when is not None
