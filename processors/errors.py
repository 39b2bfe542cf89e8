"""Every error that ade-stream raises on purpose.

    AdeStreamError
    ├── ConfigError      wrong usage or configuration; raised before anything starts       exit 2
    ├── SourceError      one landing file cannot be read; it is set aside, others go on    exit 1 from `run`
    │   ├── UnreadableError      for now; it is tried again
    │   ├── NarrowTypeError      before a column's type is widened; nothing is set aside
    │   ├── BrokenRuleError      because of a record that breaks a rule with the action `fail`
    │   ├── FrozenError          because it does not fit its contract, and a person decides
    │   └── OverBudgetError      because too many of its records, or of its dataset's last ones, are rejected
    ├── StoppedError     a dataset is over a budget that stops everything                  exit 1
    ├── WarehouseError   the warehouse is locked, full or newer; stop, landing untouched   exit 3
    │   └── BusyError            because another process writes to it
    └── StateError       a stored artifact belongs to another version                      exit 3

Bad data is never an error: it is the `rejected` side of an Outcome. `ConservationError` is not in the tree either: it
says that a processor lost or invented a row, which is a bug of ours, and nothing may catch it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from processors.schemas.model import Schema


class AdeStreamError(Exception):
    """What, where, and what to do next, in one sentence or two."""

    exit_code = 3


class ConfigError(AdeStreamError):
    """Wrong usage or configuration, found before anything starts."""

    exit_code = 2


class SourceError(AdeStreamError):
    """One landing file cannot be read as its dataset says; the others go on."""

    exit_code = 1


class UnreadableError(SourceError):
    """The system does not let us read the file, for now: it is tried again."""


class BrokenRuleError(SourceError):
    """A record breaks a rule with the action `fail`: its file is taken up to the record before it, and no further."""

    def __init__(self, message: str, record: int) -> None:
        super().__init__(message)
        self.record = record


class NarrowTypeError(SourceError):
    """Cells do not fit the type of their column, which may be widened: then their micro-batch is judged once more.

    `cells`: their text, by column. The first of them stands in `record`.
    """

    def __init__(self, cells: Mapping[str, Sequence[str]], record: int) -> None:
        super().__init__(f"cells do not fit the type of {', '.join(cells)}")
        self.cells, self.record = cells, record


class FrozenError(SourceError):
    """The file does not fit its contract, and is held until a person decides: from the record `record` on, the records
    before which are taken, or all of it. `schema`: what was seen of the file up to there."""

    def __init__(self, message: str, schema: Schema | None, record: int | None = None) -> None:
        super().__init__(message)
        self.schema, self.record = schema, record


class OverBudgetError(SourceError):
    """Too many records are rejected, with this one; the micro-batch that it is in is not taken.

    `is_final`: further records of the file would not change that.
    """

    def __init__(self, message: str, record: int, *, is_final: bool) -> None:
        super().__init__(message)
        self.record, self.is_final = record, is_final


class StoppedError(AdeStreamError):
    """A dataset is over a budget with `on_failure: fail`, with a record of this file: nothing more is loaded."""

    exit_code = 1

    def __init__(self, message: str, dataset: str, path: str, record: int) -> None:
        super().__init__(message)
        self.dataset, self.path, self.record = dataset, path, record


class WarehouseError(AdeStreamError):
    """The warehouse cannot be written or trusted; nothing was taken from the landing folder."""


class BusyError(WarehouseError):
    """Another process writes to the warehouse."""


class StateError(AdeStreamError):
    """A stored artifact was written by another version."""


class ConservationError(AssertionError):
    """A processor broke `rows in = accepted + rejected`. A bug: stop."""
