"""The rescued cells of staged rows, typed as they would have been when they came."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import pyarrow as pa

from processors.chain import Chain
from processors.columns import Column
from processors.flags import FLAGS
from processors.matching import declared
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
    """Gives the texts of one column their type, by the steps of its dataset that look at a cell alone."""

    column: Column
    columns: tuple[Column, ...]
    chain: Chain

    @classmethod
    def of(cls, dataset: Dataset, config: DatasetConfig, column: str) -> Typing:
        """`config`: the dataset's, with its amendments."""
        steps = [
            step.model_copy(update=_alone(step))
            for step in config.processors
            if step.schema_ is not None or step.quality is not None
        ]
        alone = {"columns": {column: config.columns[column]}, "processors": tuple(steps), "key": (), "event_time": None}
        compiled, _ = compile_dataset(config.model_copy(update=alone))
        return cls(compiled.columns[0], dataset.columns, compiled.chain)

    def typed(self, kept: Sequence[Kept], header: Sequence[str]) -> pa.RecordBatch:
        """The rows that have a text for the column: `_id`, the column, `_flags` and `_rescued`."""
        mine = [each for each in kept if each.text is not None]
        texts = pa.array([each.text for each in mine], pa.string())
        rows = pa.record_batch(
            {ROW_ID: pa.array([each.row_id for each in mine], pa.int64()), self.column.source: texts}
        )
        found = self.chain(rows).accepted
        misfits = found[FLAGS].is_valid().to_pylist()
        flags = [self._flags(each.flags, misfit=misfit) for each, misfit in zip(mine, misfits, strict=True)]
        beside = [self._beside(each, header, misfit=misfit) for each, misfit in zip(mine, misfits, strict=True)]
        name = self.column.name
        return pa.record_batch(
            {
                ROW_ID: found[ROW_ID],
                name: found[name],
                FLAGS: pa.array(flags, pa.string()),
                RESCUED: pa.array(beside, pa.string()),
            }
        )

    def _flags(self, flags: str | None, *, misfit: bool) -> str | None:
        """The misfits and missing columns come first, in the order of the columns; then what rules say."""
        order = {f"{what}.{column.name}": place for place, column in enumerate(self.columns) for what in _SCHEMA_FLAGS}
        mine = {f"{what}.{self.column.name}" for what in _SCHEMA_FLAGS}
        said = [each for each in (flags or "").split(",") if each and each not in mine]
        if misfit:
            said.append(f"misfit.{self.column.name}")
        said.sort(key=lambda each: (not each.startswith("missing."), order.get(each, len(self.columns))))
        return ",".join(said) or None

    def _beside(self, kept: Kept, header: Sequence[str], *, misfit: bool) -> str | None:
        """What the row keeps beside: columns that the contract does not have, then misfits in the order of its own."""
        beside, found = kept.beside, declared(header, self.columns)
        if misfit:
            mine = (name for name, each in found.items() if each.name == self.column.name)
            beside = beside | dict.fromkeys(mine, kept.text or "")
        order = {column.name: place for place, column in enumerate(self.columns)}
        names = sorted(beside, key=lambda name: order[found[name].name] if name in found else -1)
        return json.dumps({name: beside[name] for name in names}, **_COMPACT) if names else None


_SCHEMA_FLAGS = ("missing", "misfit")
_COMPACT: Mapping[str, Any] = {"ensure_ascii": False, "separators": (",", ":")}


def _alone(step: StepConfig) -> dict[str, object]:
    """What a step asks of one column: nothing of other records, and no cell is refused."""
    if step.quality is not None:
        return {"quality": step.quality.model_copy(update={"duplicates": (), "outliers": {}, "impute": {}})}
    modes = step.schema_ or SchemaConfig()  # type: ignore[call-arg]
    return {"schema_": modes.model_copy(update={"misfits": "rescue", "missing_columns": "rescue"})}


def kept_texts(rows: pa.Table, names: Iterable[str]) -> Iterator[Kept]:
    """What rows keep for a column under any of its names in the header, taken out of what they keep beside."""
    wanted = list(names)
    for row in rows.to_pylist():
        beside: dict[str, str] = json.loads(row["_rescued"] or "{}")
        texts = [beside.pop(name) for name in wanted if name in beside]
        text = next(iter(texts), None) if row["text"] is None else row["text"]
        yield Kept(row["_id"], beside, row["_flags"], text)
