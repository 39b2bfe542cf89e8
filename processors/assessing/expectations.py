"""What is expected of a dataset: the rules of its config, and what its schema and its reader ask beside them.

An expectation has an id, and all of them together, the suite, have a hash. Both are made of what is asked and of
nothing else, so they are the same in every process, and change when the question does.

>>> positive = Expectation(
...     "n_range", "range", "validity", ("n",), definition=canonical({"min": 0.0, "check": "range"})
... )
>>> positive.definition, positive.rule_id
('{"check":"range","min":0}', 'cb7340663cf5e1ad')
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal, TypeAlias, get_args

from processors.validation import Severity

Dimension: TypeAlias = Literal["completeness", "uniqueness", "validity", "consistency", "timeliness"]
DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)
#: Where it is known whether an expectation is met. reader: of every record, when its bytes are split. record: of every
#: record that could be split. sink: of every row that passed the steps, against rows of other batches. date: of an
#: execution date, or a file, as a whole.
Level: TypeAlias = Literal["reader", "record", "sink", "date"]
_ID_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Expectation:
    """One thing that is expected. `weight`: what it counts for in the score. `counted`: the names under which spans
    count what does not meet it; none where that is not counted by span. `definition`: canonical JSON of what is
    asked."""

    name: str
    check: str
    dimension: Dimension
    columns: tuple[str, ...] = ()
    severity: Severity = "error"
    action: str = "quarantine"
    weight: float = 1.0
    level: Level = "record"
    counted: tuple[str, ...] = ()
    definition: str = "{}"

    @property
    def rule_id(self) -> str:
        """Of what is asked, whatever it is called and whatever happens to what does not meet it."""
        return digest(self.definition)

    @property
    def is_built_in(self) -> bool:
        """Whether no rule of the config asks it: it comes with the schema, or with reading. Only such names have a
        dot."""
        return self.level == "reader" or "." in self.name or self.check in {"missing_column", "new_column"}

    def described(self) -> dict[str, Any]:
        """All of it, as JSON has it."""
        return {
            "name": self.name,
            "rule_id": self.rule_id,
            "check": self.check,
            "dimension": self.dimension,
            "columns": list(self.columns),
            "severity": self.severity,
            "action": self.action,
            "weight": self.weight,
            "level": self.level,
            "counted": list(self.counted),
            "definition": json.loads(self.definition),
        }


@dataclass(frozen=True, slots=True)
class Suite:
    """All that is expected of a dataset, in the order of its config."""

    dataset: str
    expectations: tuple[Expectation, ...]
    rules: str = field(init=False, repr=False)
    hash: str = field(init=False)

    def __post_init__(self) -> None:
        """`rules`: canonical JSON of the expectations, of which `hash` is made."""
        object.__setattr__(self, "rules", canonical([each.described() for each in self.expectations]))
        object.__setattr__(self, "hash", digest(self.rules))


def suite(dataset: str, rules: str) -> Suite:
    """The suite whose `rules` these are.

    >>> suite("d", Suite("d", (Expectation("a", "unique", "uniqueness", level="sink"),)).rules).expectations[0].level
    'sink'
    """
    return Suite(dataset, tuple(_expectation(each) for each in json.loads(rules)))


def _expectation(described: Mapping[str, Any]) -> Expectation:
    told = {name: value for name, value in described.items() if name != "rule_id"}
    lists = {name: tuple(told[name]) for name in ("columns", "counted")}
    return Expectation(**{**told, **lists, "definition": canonical(told["definition"])})


def canonical(value: Any) -> str:
    """JSON with sorted keys and without blanks, in which 5 and 5.0 are one; dates as text.

    >>> canonical({"b": 5.0, "a": [None, 0.5, "ø"]})
    '{"a":[null,0.5,"ø"],"b":5}'
    """
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Decimal):
        value = int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, date):
        return value.isoformat()
    return int(value) if isinstance(value, float) and value.is_integer() else value


def digest(text: str) -> str:
    """The first 16 hex digits of the SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:_ID_DIGITS]
