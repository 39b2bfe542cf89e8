"""A draft tried out: its samples are loaded by the machine that will load their like; what is too strict gives way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

from processors.reasons import TYPE
from stream.config.loading import load_config
from stream.drafting.draft import Draft
from stream.drafting.writing import written
from stream.judging import judge_files
from stream.report import Report, RuleReport

#: So many records of each sample are loaded; all of them are looked at.
RECORDS_MAX = 1_000_000
_NOT_NULL = "_not_null"
HEADERS, BLANK = "header lines among the records", "blank records"
#: More of the records are no dirt but another kind of file.
_DIRT_SHARE_MAX = 0.1


@dataclass(frozen=True, slots=True)
class Trial:
    """A draft, its text, what became of the samples, and what was loosened for them."""

    draft: Draft
    text: str
    report: Report
    loosened: tuple[str, ...]

    @property
    def records(self) -> int:
        """How many records were tried."""
        return sum(file.records for file in self.report.files)

    @property
    def rejected(self) -> int:
        """How many of them are rejected."""
        return sum(file.rejected for file in self.report.files)

    @property
    def has_passed(self) -> bool:
        """Whether every sample is loaded, and only those records are rejected that were seen to be dirt."""
        aside = any(file.state in {"held", "failed"} for file in self.report.files)
        known = dirt(self.draft)
        worse = sum(count for what, count in known.items() if what not in (HEADERS, BLANK))
        return not aside and self.rejected <= sum(known.values()) and worse <= _DIRT_SHARE_MAX * self.draft.records


def dirt(draft: Draft) -> dict[str, int]:
    """The records that may be rejected, by what is wrong with them."""
    samples = draft.samples
    return {
        HEADERS: sum(sample.header_lines for sample in samples),
        BLANK: sum(sample.blank for sample in samples),
        "records with another number of fields, or that cannot be read": sum(s.malformed.total() for s in samples),
        "records with a value of another type": sum(column.kind.dirt for column in draft.columns),
    }


def tried(draft: Draft, landing: Path, stop: Event) -> Trial:
    """The draft as its samples need it. Raises KeyboardInterrupt when `stop` is set on the way."""
    loosened: list[str] = []
    with TemporaryDirectory(prefix="ade-stream-init-") as folder:
        path = Path(folder) / f"{draft.dataset}.yaml"
        while True:
            text = written(draft)
            path.write_text(text, "utf-8")
            report = _judged(draft, path, landing, stop)
            looser, why = _looser(draft, report)
            if looser is draft:
                return Trial(draft, text, report, tuple(loosened))
            draft, loosened = looser, [*loosened, *why]


def _judged(draft: Draft, path: Path, landing: Path, stop: Event) -> Report:
    dataset = load_config(path)
    dataset = replace(dataset, table=replace(dataset.table, raw=False))
    files = [sample.path for sample in draft.samples]
    return judge_files({dataset.name: dataset}, landing, files, dataset.name, stop, RECORDS_MAX)


def _looser(draft: Draft, report: Report) -> tuple[Draft, list[str]]:
    """The draft without what refuses more records than are known to be dirt; each time there is less to give way."""
    columns = {column.name: column for column in draft.columns}
    why: list[str] = []
    for broken in report.rules:
        column = columns.get(broken.column or "")
        if broken.rule == TYPE and column is not None and not column.kind.is_text and _is_too_many(draft, broken):
            draft = draft.as_text(column.name)
            why.append(f"{column.name} takes any text: {broken.count:,} values are not of type {column.kind.type}")
        elif broken.rule == "duplicate_key":
            draft = draft.without_key()
            why.append(f"no key: {broken.count:,} records have the key of another")
        elif column is not None and broken.rule.endswith(_NOT_NULL) and _is_too_many(draft, broken):
            draft = draft.nullable(column.name)
            why.append(f"{column.name} may be empty: it is in {broken.count:,} records")
    return draft, why


def _is_too_many(draft: Draft, broken: RuleReport) -> bool:
    samples = draft.samples
    known = sum(column.kind.dirt for column in draft.columns if column.name == broken.column)
    return broken.count > known + sum(sample.header_lines + sample.blank for sample in samples)
