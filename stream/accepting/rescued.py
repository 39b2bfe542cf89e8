"""The rescued cells of staged rows, typed as they would have been when they came."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import pyarrow as pa

from processors.chain import Chain
from processors.columns import Column
from processors.flags import FLAGS, names
from processors.naming.matching import declared
from processors.outcome import ROW_ID
from processors.rescuing import RESCUED
from stream.config import Dataset, DatasetConfig, compile_dataset
from stream.config.steps import SchemaConfig, StepConfig


class Kept(NamedTuple):
    """A row: what it keeps beside, its flags, and the text for the column; None where it has none."""

    row_id: int
    beside: dict[str, str]
    flags: str | None
    text: str | None


@dataclass(frozen=True, slots=True)
class Typing:
    """Gives the texts of one column their type, by the steps of its dataset that look at a cell alone.

    `order`: of the flags of the whole dataset. `former`: the text column in which they stood so far, cleaned already.
    """

    column: Column
    columns: tuple[Column, ...]
    chain: Chain
    order: Mapping[str, int]
    former: str | None = None

    @classmethod
    def of(cls, dataset: Dataset, config: DatasetConfig, column: str, former: str | None = None) -> Typing:
        """`config`: the dataset's, with its amendments."""
        steps = [
            step.model_copy(update=_alone(step))
            for step in config.processors
            if step.schema_ is not None or step.quality is not None
        ]
        alone = {"columns": {column: config.columns[column]}, "processors": tuple(steps), "key": (), "event_time": None}
        compiled, _ = compile_dataset(config.model_copy(update=alone))
        order = {flag: place for place, flag in enumerate(dataset.chain.flags(dataset.columns))}
        return cls(compiled.columns[0], dataset.columns, compiled.chain, order, former)

    def typed(self, kept: Sequence[Kept], header: Sequence[str]) -> pa.RecordBatch:
        """The rows that have a text for the column, or flags of the former one: `_id`, the column, `_flags` and
        `_rescued`."""
        mine = [each for each in kept if each.text is not None or self._former_flags(each)]
        texts = pa.array([each.text for each in mine], pa.string())
        rows = pa.record_batch(
            {ROW_ID: pa.array([each.row_id for each in mine], pa.int64()), self.column.source: texts}
        )
        found = self.chain(rows).accepted
        said = [names(flags) for flags in found[FLAGS].to_pylist()]
        misfit = f"misfit.{self.column.name}"
        flags = [self._flags(each, new) for each, new in zip(mine, said, strict=True)]
        beside = [self._beside(each, header, misfit=misfit in new) for each, new in zip(mine, said, strict=True)]
        name = self.column.name
        return pa.record_batch(
            {
                ROW_ID: found[ROW_ID],
                name: found[name],
                FLAGS: pa.array(flags, pa.string()),
                RESCUED: pa.array(beside, pa.string()),
            }
        )

    def _flags(self, kept: Kept, said: Iterable[str]) -> str | None:
        """What is known of the row's other columns, and what is `said` of this one, in the order of the steps."""
        others = [each for each in names(kept.flags) if each.partition(".")[2] not in {self.column.name, self.former}]
        last = len(self.order)
        for flag in dict.fromkeys([*said, *self._carried(kept)]):
            behind = (
                place for place, each in enumerate(others) if self.order.get(each, last) > self.order.get(flag, last)
            )
            others.insert(next(behind, len(others)), flag)
        return ",".join(others) or None

    def _carried(self, kept: Kept) -> list[str]:
        """What was done to the cell while it stood in the former column; blanks around a typed value are not told."""
        carried = {"trimmed", "emptied"} if self.column.type.is_text else {"emptied"}
        return [f"{what}.{self.column.name}" for what in self._former_flags(kept) if what in carried]

    def _former_flags(self, kept: Kept) -> list[str]:
        parts = (each.partition(".") for each in names(kept.flags))
        return [what for what, _, column in parts if column and column == self.former]

    def _beside(self, kept: Kept, header: Sequence[str], *, misfit: bool) -> str | None:
        """What the row keeps beside: columns that the contract does not have, then misfits in the order of its own."""
        beside, found = kept.beside, declared(header, self.columns)
        if misfit:
            mine = (name for name, each in found.items() if each.name == self.column.name)
            beside = beside | dict.fromkeys(mine, kept.text or "")
        order = {column.name: place for place, column in enumerate(self.columns)}
        those = sorted(beside, key=lambda name: order[found[name].name] if name in found else -1)
        return json.dumps({name: beside[name] for name in those}, **_COMPACT) if those else None


_COMPACT: Mapping[str, Any] = {"ensure_ascii": False, "separators": (",", ":")}


def _alone(step: StepConfig) -> dict[str, object]:
    """What a step asks of one column: nothing of other records, and no cell is refused."""
    if step.quality is not None:
        return {"quality": step.quality.model_copy(update={"duplicates": (), "outliers": {}, "impute": {}})}
    modes = step.schema_ or SchemaConfig()  # type: ignore[call-arg]
    return {"schema_": modes.model_copy(update={"misfits": "rescue", "missing_columns": "rescue"})}


def kept_texts(rows: pa.Table, sources: Iterable[str]) -> Iterator[Kept]:
    """What rows keep for a column under any of its names in the header, taken out of what they keep beside."""
    wanted = list(sources)
    for row in rows.to_pylist():
        beside: dict[str, str] = json.loads(row["_rescued"] or "{}")
        texts = [beside.pop(name) for name in wanted if name in beside]
        text = next(iter(texts), None) if row["text"] is None else row["text"]
        yield Kept(row["_id"], beside, row["_flags"], text)
