"""What a contract has gained beside its YAML, because a file asked for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

#: add: a column that files have. optional: files may lack the column. widen: its type takes more values.
AmendmentKind: TypeAlias = Literal["add", "optional", "widen"]


@dataclass(frozen=True, slots=True)
class Amendment:
    """An amendment of a dataset's column.

    `source`: of an added column, its name in the header. `type`: as a config writes it, of an added or widened column.
    """

    dataset: str
    kind: AmendmentKind
    column: str
    source: str = ""
    type: str = ""
