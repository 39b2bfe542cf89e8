"""A draft of a config: everything that is decided from the samples, before it is written down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from processors.errors import SourceError
from sinks.files import FileDialect
from stream.drafting.aligning import Aligned, align, names_of
from stream.drafting.keys import Key, key_of
from stream.drafting.kinds import Kind, decide
from stream.drafting.naming import Naming, naming
from stream.drafting.nulls import shared_nulls
from stream.drafting.rules import Seen, rules
from stream.drafting.samples import Sample, Survey, survey
from stream.drafting.times import Order, order_in

#: SQLite takes 2,000 columns in a table, our own among them; some are left for features.
_COLUMNS_MAX = 1_950


@dataclass(frozen=True, slots=True)
class DraftColumn:
    """A column: its names, the guessed ones among them, its type. `records`: of the samples that have it. `nulls`: how
    many of its cells mean nothing. `null_tokens`: those of its own. `lacking`: how many samples do not have it."""

    name: str
    sources: tuple[str, ...]
    guessed: tuple[str, ...]
    kind: Kind
    records: int
    nulls: int
    null_tokens: tuple[str, ...]
    values: tuple[str, ...] | None
    lacking: int


@dataclass(frozen=True, slots=True)
class Draft:
    """`dialect`: what all samples have in common; `auto` stands for what differs. `null_tokens`: of all columns.
    `surplus`: how many columns more the samples have."""

    dataset: str
    samples: tuple[Sample, ...]
    naming: Naming
    dialect: FileDialect
    quote: str
    has_header: bool
    columns: tuple[DraftColumn, ...]
    null_tokens: tuple[str, ...]
    key: Key | None
    event_time: str | None
    surplus: int = 0

    @property
    def records(self) -> int:
        """Of all samples."""
        return sum(sample.records for sample in self.samples)

    @property
    def identifying(self) -> tuple[str, ...]:
        """The columns of a key that is sure."""
        return self.key.columns if self.key and self.key.is_sure else ()

    def rules(self) -> list[dict[str, Any]]:
        """The expectations, column by column."""
        return [rule for column in self.columns for rule in rules(self._seen(column))]

    def as_text(self, name: str) -> Draft:
        """This draft, with a column that takes any text."""
        kind = Kind("string", why=("not every value is taken as anything else",))
        return self._with(name, kind=kind, null_tokens=())

    def without_key(self) -> Draft:
        """This draft, without duplicates that are refused."""
        return replace(self, key=self.key and replace(self.key, is_sure=False))

    def nullable(self, name: str) -> Draft:
        """This draft, with a column that may be empty."""
        return self._with(name, nulls=1)

    def _with(self, name: str, **changes: Any) -> Draft:
        columns = (replace(column, **changes) if column.name == name else column for column in self.columns)
        return replace(self, columns=tuple(columns))

    def _seen(self, column: DraftColumn) -> Seen:
        values = column.values
        is_key = column.name in self.identifying
        return Seen(column.name, column.kind, column.records, column.nulls, values, is_key, column.lacking > 0)


def draft(dataset: str, landing: Path, paths: Sequence[Path]) -> Draft:
    """A config of what the samples are. Raises SourceError where they cannot be read, or hold nothing."""
    named = naming(dataset, landing, paths)
    if None not in named.dates:
        paths = [path for _, path in sorted(zip(named.dates, paths, strict=True), key=lambda pair: str(pair[0]))]
    found = survey(paths)
    read = [sample for sample in found.samples if sample.names]
    if not read:
        raise SourceError(f"{paths[0]}: it holds nothing. Give a sample with a header and some records.")
    _check_headers(read)
    aligned, surplus = align(found), 0
    if len(aligned) > _COLUMNS_MAX:
        aligned, surplus = aligned[:_COLUMNS_MAX], len(aligned) - _COLUMNS_MAX
    names = names_of(aligned)
    kinds = _kinds(names, aligned)
    shared = shared_nulls([(kind, column.profile) for kind, column in zip(kinds, aligned, strict=True)])
    columns = tuple(
        _column(found, name, column, kind, shared) for name, column, kind in zip(names, aligned, kinds, strict=True)
    )
    return Draft(
        dataset,
        tuple(found.samples),
        named,
        _common([sample.dialect for sample in read]),
        _quote(read),
        read[0].has_header,
        columns,
        shared,
        key_of(found, list(zip(names, aligned, kinds, strict=True))),
        _event_time(columns),
        surplus,
    )


def _check_headers(samples: Sequence[Sample]) -> None:
    """Raises SourceError where one config cannot read all."""
    first = samples[0]
    for other in samples:
        if other.has_header != first.has_header:
            headless, headed = sorted((first, other), key=lambda sample: sample.has_header)
            raise SourceError(
                f"{headless.path}: its first record names no columns, and that of {headed.path} does; one config "
                "cannot read both. Give samples of one kind"
            )


def _kinds(names: Sequence[str], columns: Sequence[Aligned]) -> list[Kind]:
    """The type of each column. Where one does not tell whether the day or the month comes first, the others may."""
    orders = Counter(order for column in columns if (order := order_in(column.profile.times)))
    usual: Order | None = orders.most_common(1)[0][0] if len(orders) == 1 else None
    return [decide(name, column.profile, usual) for name, column in zip(names, columns, strict=True)]


def _column(found: Survey, name: str, column: Aligned, kind: Kind, shared: tuple[str, ...]) -> DraftColumn:
    own = tuple(word for word in kind.nulls if word not in shared)
    words = {"", *own, *shared}
    profile = column.profile
    values = None if profile.values is None else tuple(sorted({*profile.values, *(set(profile.words) - words)}))
    lacking = sum(bool(sample.names) and not _has(found, sample, column) for sample in found.samples)
    nulls = sum(count for word, count in profile.words.items() if word in words)
    return DraftColumn(
        name, tuple(column.sources), tuple(column.guessed), kind, profile.count, nulls, own, values, lacking
    )


def _has(found: Survey, sample: Sample, column: Aligned) -> bool:
    return list(found.groups).index(sample.names) in column.places


def _common(dialects: Sequence[FileDialect]) -> FileDialect:
    delimiters = {dialect.delimiter for dialect in dialects}
    wide = {dialect.encoding.startswith("utf-16") for dialect in dialects}
    fallbacks = {dialect.fallback for dialect in dialects if dialect.fallback}
    return FileDialect(
        delimiters.pop() if len(delimiters) == 1 else "auto",
        "auto" if len(wide) > 1 else "utf-16" if True in wide else "utf-8",
        "latin-1" if "latin-1" in fallbacks else next(iter(fallbacks), None),
    )


def _quote(samples: Sequence[Sample]) -> str:
    """The single quote only where no sample has double ones, or none at all."""
    return "'" if all(sample.quote == "'" for sample in samples) else '"'


def _event_time(columns: Sequence[DraftColumn]) -> str | None:
    """The first timestamp that every file has, one that is never empty before others."""
    stamps = [column for column in columns if column.kind.type == "timestamp" and not column.lacking]
    return min(stamps, key=lambda column: column.nulls > 0).name if stamps else None
