"""A right config, to be spoilt in one place at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

from processors.errors import ConfigError
from stream.config import load_configs

SALES = """\
dataset: sales
files:
  folder: sales
  pattern: "*.csv"
columns:
  id: {type: string}
  at: {type: timestamp, formats: ["%Y-%m-%d %H:%M"]}
  day: {type: date}
  amount: {type: "decimal(12,2)"}
  count: {type: integer}
  kind: {type: category}
  fresh: {type: boolean}
timezone: Europe/Oslo
key: [id]
event_time: at
processors:
  - schema: {}
  - quality: {duplicates: [key]}
  - validation:
      rules:
        - {check: not_null, column: id}
        - {check: range, column: count, min: 0}
        - {check: matches, column: id, pattern: "[a-z]+"}
        - {check: one_of, column: kind, values: [a, b]}
        - {check: unique, columns: [kind, day]}
        - {check: expression, name: sane, sql: "amount > count"}
  - features:
      columns:
        total: "amount * count"
limits:
  batch_rows: 100
"""
COLUMNS = "id, at, day, amount, count, kind, fresh"


def refusal(folder: Path) -> list[str]:
    """The lines with which the configs in `folder` are refused, without the folder's own path."""
    with pytest.raises(ConfigError) as refused:
        load_configs(folder)
    return str(refused.value).replace(f"{folder}/", "").splitlines()


def spoilt(folder: Path, old: str, new: str) -> list[str]:
    """The lines with which the config is refused when `old` is written as `new`."""
    assert SALES.count(old) >= 1
    (folder / "sales.yaml").write_text(SALES.replace(old, new, 1), "utf-8")
    return refusal(folder)
