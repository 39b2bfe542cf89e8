"""What `init` tells of a config that it has written."""

from __future__ import annotations

from collections.abc import Iterator

from stream.drafting.trial import RECORDS_MAX, Trial, dirt

_FILES_SHOWN = 5


def told(trial: Trial, where: str) -> str:
    """The report: what was looked at, what became of it, and what a person should look at."""
    draft = trial.draft
    lines = [
        f"{where}: {len(draft.columns):,} columns from {_count(len(draft.samples), 'sample')}",
        f"  looked at  {_count(draft.records, 'record')}, all that there are",
        f"  tried      {_tried(trial)}",
        *(f"  rejected   {line}" for line in _rejected(trial)),
        *(f"  set aside  {line}" for line in _aside(trial)),
        *(f"  loosened   {line}" for line in trial.loosened),
    ]
    places = trial.text.count("LOOK") - 1
    lines += [f"  look       at {_count(places, 'place')}: search the config for LOOK"] if places else []
    return "\n".join(lines) + "\n"


def _tried(trial: Trial) -> str:
    loaded = sum(file.state in {"committed", "processing"} for file in trial.report.files)
    balance = f"{trial.records - trial.rejected:,} accepted + {trial.rejected:,} rejected"
    few = f"; the first {RECORDS_MAX:,} records or so of each file" if trial.records < trial.draft.records else ""
    return f"{loaded:,} of {_count(len(trial.report.files), 'file')} loaded: {balance}{few}"


def _rejected(trial: Trial) -> Iterator[str]:
    if trial.rejected:
        yield from (f"{what}: {count:,}" for what, count in dirt(trial.draft).items() if count)
    if not trial.has_passed:
        yield from (sentence for rule in trial.report.rules for sentence in rule.sentences)


def _aside(trial: Trial) -> Iterator[str]:
    """Files that are not loaded, with the reason; those that hold nothing too."""
    unlike = [file for file in trial.report.files if file.state != "committed" and file.state != "processing"]
    yield from (f"{file.path}: {file.reason}" for file in unlike[:_FILES_SHOWN])
    if len(unlike) > _FILES_SHOWN:
        yield f"{len(unlike) - _FILES_SHOWN:,} more"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
