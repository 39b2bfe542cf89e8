"""What a contract has gained beside its YAML: because a file asked for it, or a person, until the YAML says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

#: add: a column that files have. name: a further name of a column. optional: files may lack the column. widen: its type
#: takes more values.
AmendmentKind: TypeAlias = Literal["add", "name", "optional", "widen"]


@dataclass(frozen=True, slots=True)
class Amendment:
    """An amendment of a dataset's column.

    `source`: the name in the header, of an added column or a further one. `type`: as a config writes it, of an added or
    widened column.
    """

    dataset: str
    kind: AmendmentKind
    column: str
    source: str = ""
    type: str = ""
