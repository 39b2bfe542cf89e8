"""What the commands print when they are done: tables for people, JSON for programs."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sinks.closing.history import BrokenRule
from sinks.files import FileDialect
from sinks.ledger.files import FileEntry
from sinks.ledger.summary import RunSummary
from sinks.reading import DatasetStatus
from sinks.schemas.history import Standing
from stream.screens.figures import count
from stream.screens.output import printing, write

if TYPE_CHECKING:
    from rich.table import Table

    from stream.replay import Replayed
    from stream.why import Explanation, Told

#: So many of the dates that break a rule are told of each dataset.
_BROKEN_SHOWN = 5


def status_table(
    warehouse: Path,
    datasets: Sequence[DatasetStatus],
    waiting: Sequence[FileEntry],
    broken: Sequence[BrokenRule],
    run: RunSummary | None = None,
) -> None:
    """Print the balance of each dataset, those that are held, each file that is not loaded as a whole, the last dates
    that break a rule, and what the last run came to."""
    table = _table(str(warehouse), "dataset", "files", "records", "accepted", "rejected", "drift", "last commit")
    for each in datasets:
        figures = (each.files, each.records, each.accepted, each.rejected, each.schema.drifts if each.schema else 0)
        name = f"{each.dataset}\n(held)" if each.held else each.dataset
        last = (each.last_commit or "-")[:16].replace("T", " ")
        table.add_row(name, *(count(figure) for figure in figures), last)
    with printing() as console:
        console.print(table if datasets else f"{warehouse}: no file was loaded yet.")
        sentences = [f"{each.dataset}: held. {each.held}" for each in datasets if each.held]
        sentences += [_drifted(each.dataset, each.schema) for each in datasets if each.schema and each.schema.drifts]
        sentences += [f"{entry.file.path}: {entry.state}. {entry.reason}" for entry in waiting]
        for each in datasets:
            sentences += _broken([rule for rule in broken if rule.dataset == each.dataset])
        if run is not None:
            sentences.append(last_run(run))
        for sentence in sentences:
            console.print(sentence, markup=False, highlight=False, soft_wrap=True)


def last_run(run: RunSummary) -> str:
    """What a run came to, and where its time went, in a sentence or two."""
    told = f"last run: {run.command}, {run.outcome}, from {run.started_at[:19]}Z"
    told += f" to {run.ended_at[:19]}Z" if run.ended_at else ""
    told += f": {count(run.records)} records in {count(run.total.batches)} batches"
    parts = {
        "read": run.total.read_us,
        **run.total.steps,
        "encode": run.total.prepare_us,
        "commit": run.total.commit_us,
    }
    if not sum(parts.values()):
        return f"{told}."
    work = ", ".join(f"{name} {us / 1e6:.1f} s" for name, us in parts.items())
    return f"{told}. {work}; at most {run.total.rss_bytes_max / 1e6:.0f} MB of memory."


def _broken(rules: Sequence[BrokenRule]) -> list[str]:
    told = [
        f"{rule.dataset}: {rule.date} breaks {rule.rule} ({rule.action}). {_of_file(rule)}{rule.message}."
        for rule in rules[:_BROKEN_SHOWN]
    ]
    more = len(rules) - len(told)
    return [*told, f"{rules[0].dataset}: {count(more)} more in meta_date_results."] if more else told


def _of_file(rule: BrokenRule) -> str:
    return f"{rule.path}: " if rule.path else ""


def _drifted(dataset: str, standing: Standing) -> str:
    now = f"is version {standing.version} now" if standing.version else "is that of no file now"
    times = "once" if standing.drifts == 1 else f"{count(standing.drifts)} times"
    waiting = f"; {count(standing.open)} of its versions not accepted yet" if standing.open else ""
    way_out = f"`ade-stream schema history {dataset}` says more."
    return f"{dataset}: the schema {now}, and drifted {times}{waiting}. {way_out}"


def replayed_table(results: Sequence[Replayed], first: str, last: str) -> None:
    """Print what each replayed date came to."""
    if not results:
        write(
            f"Nothing is recorded from {first} to {last}.\n" if first != last else f"Nothing is recorded for {first}.\n"
        )
        return
    table = _table("replayed", "dataset", "date", "files", "records", "accepted", "rejected", "changed")
    for each in results:
        figures = (each.files, each.records, each.accepted, each.rejected)
        table.add_row(each.dataset, each.date, *(count(figure) for figure in figures), "yes" if each.changed else "no")
    with printing() as console:
        console.print(table)
        for each in results:
            if each.parameters != each.parameters_before:
                now, before = each.parameters or "none", each.parameters_before or "none"
                console.print(f"{each.dataset} {each.date}: parameters {now}, before {before}", highlight=False)
            if each.changed and not each.rows:
                console.print(f"{each.dataset} {each.date}: no row of its own is otherwise", highlight=False)
        if not any(each.changed for each in results):
            console.print("nothing changed")


def explained(explanation: Explanation) -> str:
    """A file's story: a paragraph for each generation, the newest last; or why there is none."""
    if explanation.unknown:
        return f"{explanation.path}: unknown. {explanation.unknown}\n"
    told = "\n".join(_told(explanation.path, told) for told in explanation.generations)
    return told + "".join(
        f"  held      nothing more of dataset {dataset} is loaded until `ade-stream resume {dataset}`\n"
        for dataset in explanation.held
    )


def _told(path: str, told: Told) -> str:
    entry = told.entry
    lines = [
        f"{path}: {entry.state}. {entry.reason}",
        f"  dataset   {entry.file.dataset}, execution date {entry.file.date}",
        f"  records   {count(entry.records)} = {count(entry.accepted)} accepted + {count(entry.rejected)} rejected",
        *(f"  rejected  {count(records)} under {rule}" for rule, records in told.rejects.items()),
        f"  file      {count(entry.stat.size)} bytes, id {entry.file.file_id}, generation {entry.file.generation}",
        *_dialect(entry.file.dialect),
        *_judged_with(told.parameters),
        f"  seen      {entry.discovered_at}",
        *(f"  state     {state} since {entered}" for state, entered in told.states.items()),
    ]
    return "\n".join(lines) + "\n"


def _judged_with(versions: Sequence[int]) -> list[str]:
    """Nothing where no step wanted parameters."""
    named = "versions" if len(versions) > 1 else "version"
    return [f"  judged    with parameters {named} {', '.join(map(str, versions))}"] if versions else []


def _dialect(dialect: FileDialect | None) -> list[str]:
    """How a file is read; nothing where it is read as plain CSV files are."""
    if dialect is None or dialect == FileDialect():
        return []
    encoding = dialect.encoding + (f" or else {dialect.fallback}" if dialect.fallback else "")
    compression = f", compression {dialect.compression}" if dialect.compression else ""
    return [f"  dialect   delimiter {dialect.delimiter!r}, encoding {encoding}{compression}"]


def to_json(value: object) -> str:
    """`value` (dataclasses, sequences, mappings of them) as indented JSON with a line end."""
    return json.dumps(value, default=_plain, indent=2, ensure_ascii=False) + "\n"


def to_json_line(value: object) -> str:
    """The same in one line."""
    return json.dumps(value, default=_plain, ensure_ascii=False) + "\n"


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    return str(value)


def _table(title: str, *columns: str) -> Table:
    from rich.table import Table

    table = Table(title=title, title_justify="left")
    for position, column in enumerate(columns):
        justify: Literal["left", "right"] = "left" if position == 0 or column in {"date", "last commit"} else "right"
        table.add_column(column, justify=justify, no_wrap=True)
    return table
