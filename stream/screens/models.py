"""Models as people read them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from sinks.models.learners import StoredLearner
from sinks.models.registry import ModelMetric
from stream.screens.figures import count
from stream.screens.output import printing, shown, write

if TYPE_CHECKING:
    from stream.learning.comparing import Promotion
    from stream.learning.following import Relearned
    from stream.learning.overview import Story
    from stream.learning.predicting import Predicted, Refused
    from stream.learning.training import Training
    from stream.learning.verifying import Verified

#: By the beginning of a metric's part, who predicts.
_WHO = {"": "model", "mean": "mean", "no_change": "no change", "prequential": "online"}
_PARTS = ("train", "validation", "test")
_ORDER = ("mae", "rmse", "r2", "accuracy", "log_loss", "f1")


def figure(value: float | None) -> str:
    """With as many digits as tell it apart.

    >>> figure(10234.517), figure(52.1849), figure(0.93456), figure(None), figure(-1.2345e40)
    ('10,235', '52.18', '0.9346', '-', '-1.234e+40')
    """
    if value is None:
        return "-"
    size = abs(value)
    if size >= 1e9:
        return f"{value:.4g}"
    return f"{value:,.0f}" if size >= 1000 else f"{value:.2f}" if size >= 10 else f"{value:.4f}"


def trained_told(training: Training) -> None:
    """Print what a training came to: the rows, the figures of each part, and where the model is."""
    stored = training.version
    write(f"{stored.model} version {stored.version} is trained: {stored.algorithm}, {stored.alias}\n")
    rows = ", ".join(f"{part} {count(rows)}" for part, rows in training.parts.items())
    write(f"  rows      {rows} (split {stored.split_id})\n")
    if training.refused:
        write(f"  refused   {_counts(training.refused)}\n")
    write(f"  artifact  {stored.artifact}\n")
    for notice in training.notices:
        write(f"  notice    {shown(notice)}\n")
    with printing() as console:
        console.print(_figures(training.metrics))


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count(rows)} {shown(why)}" for why, rows in counts.items())


def _figures(metrics: Sequence[ModelMetric]) -> Table:
    """A row for each part and who predicts it."""
    named = [name for name in _ORDER if any(each.metric == name for each in metrics)]
    table = _table(("part", "predicted by", "rows", *named), {"rows", *named})
    for part in _PARTS:
        for place, (who, found) in enumerate(_by_who(metrics, part)):
            values = {each.metric: each.value for each in found}
            cells = (part if not place else "", who, count(found[0].rows))
            table.add_row(*map(Text, (*cells, *(figure(values.get(name)) for name in named))))
    return table


def _by_who(metrics: Sequence[ModelMetric], part: str) -> Iterator[tuple[str, list[ModelMetric]]]:
    for prefix, who in _WHO.items():
        found = [each for each in metrics if each.part == (f"{prefix}.{part}" if prefix else part)]
        if found:
            yield who, found


def models_list(stories: Sequence[Story]) -> None:
    """Print a row for each version of each model, and for each learner."""
    if not stories:
        write("There are no models; a model is a YAML in the folder `models` of the configs, and `train` trains it.\n")
        return
    table = _table(("model", "version", "is", "rows", "figure", "algorithm"), {"version", "rows"})
    for story in stories:
        for cells in _listed(story):
            table.add_row(*map(Text, cells))
    with printing() as console:
        console.print(table)


def _listed(story: Story) -> Iterator[tuple[str, ...]]:
    for each in story.versions:
        stored = each.version
        named = stored.model, str(stored.version), stored.alias or "-", count(stored.rows)
        of_test = {metric.metric: metric.value for metric in each.metrics if metric.part == "test"}
        yield *named, _first(of_test), stored.algorithm.rpartition(".")[2]
    if story.learner is not None:
        learner = story.learner
        told = count(learner.rows), _first(learner.metrics), "-"
        yield learner.model, f"online.{learner.version}", learner.status, *told


def _first(figures: Mapping[str, float | None]) -> str:
    """The figure of a model that is told first."""
    name = next((name for name in _ORDER if name in figures), None)
    return "-" if name is None else f"{name} {figure(figures[name])}"


def model_told(story: Story) -> None:
    """Print a model: each version with its figures, the learner, its alarms."""
    for each in story.versions:
        stored = each.version
        alias = f", {stored.alias}" if stored.alias else ""
        write(f"{stored.model} version {stored.version}{alias}: {stored.algorithm}, {_moment(stored.created_at)}\n")
        of_view = f", view {stored.view} version {stored.view_version}" if stored.view else ""
        write(f"  rows      {count(stored.rows)} of {stored.dataset}{of_view}, split {stored.split_id}\n")
        write(f"  artifact  {stored.artifact}, SHA-256 {stored.artifact_hash}\n")
        write(f"  made by   {', '.join(f'{name} {version}' for name, version in stored.libraries.items())}\n")
        with printing() as console:
            console.print(_figures(each.metrics))
    if story.learner is not None:
        write("".join(f"{line}\n" for line in _learner(story.learner)))
    for alarm in story.alarms:
        where = f"from {shown(alarm.path_from)} row {alarm.row_id_from} to row {alarm.row_id_to}"
        told = f"{alarm.detector}: {where}, {count(alarm.rows)} rows; {alarm.action}"
        write(f"  alarm     {_moment(alarm.told_at)} {told}\n")


def _learner(learner: StoredLearner) -> Iterator[str]:
    began = f" since {_moment(learner.started_at)}" if learner.started_at else ""
    dates = f", of rows from {learner.since} on" if learner.since else ""
    yield f"{learner.model} online.{learner.version}: {learner.status}{began}{dates}"
    stale = f", {count(learner.stale)} of them gone since" if learner.stale else ""
    yield f"  rows      {count(learner.rows)} learned{stale}, the last one {learner.row_id}"
    if told := [f"{name} {figure(learner.metrics[name])}" for name in _ORDER if name in learner.metrics]:
        yield f"  figures   {', '.join(told)}, each row predicted before it was learned"
    if learner.refused:
        yield f"  refused   {_counts(learner.refused)}"
    if learner.reason:
        yield f"  because   {learner.reason}"
    if learner.stale:
        yield f"  look      `ade-stream train {learner.model} --online` lets it learn anew, without these"


def told_relearned(found: Relearned) -> str:
    """What a learner that began anew has learned, and what it noticed."""
    lines = [*_learner(found.learner), *(shown(each.message) for each in found.findings)]
    return "".join(f"{line}\n" for line in lines)


def told_promotion(decided: Promotion) -> str:
    """Who is the champion now, and why."""
    name, before = f"{decided.model} version {decided.version}", f"version {decided.before}"
    if decided.challenger is None or decided.champion is None:
        return f"{name} is the champion now{f', {before} is not any more' if decided.before else ''}.\n"
    figures = f"{decided.metric} {figure(decided.challenger)}, and {before} has {figure(decided.champion)}"
    same = f"on the same {count(decided.rows)} rows"
    if decided.is_promoted:
        return f"{name} is the champion now: it has {figures}, {same}.\n"
    share = f"by {decided.min_improvement:.1%} " if decided.min_improvement else ""
    return f"{name} is not promoted: it has {figures}, {same}, and must be better {share}(--force promotes it).\n"


def told_verified(found: Verified) -> str:
    """Whether a version is what comes of its rows, or what is otherwise."""
    stored = found.version
    name = f"{stored.model} version {stored.version}"
    if found.is_same:
        return f"{name}: trained anew on the same {count(found.rows)} rows, it is the same, to the byte.\n"
    lines = []
    if not found.same_rows:
        lines.append(f"{name}: its rows have changed: {count(stored.rows)} then, {count(found.rows)} now.")
    elif found.artifact_hash != stored.artifact_hash:
        lines.append(f"{name}: trained anew on the same rows, it is another: {found.artifact_hash}")
    if found.file:
        lines.append(found.file)
    return "".join(f"{line}\n" for line in lines)


def told_predicted(done: Predicted, refused: Sequence[Refused]) -> str:
    """How many rows were refused and why, with the first of them; nothing where none was."""
    if not done.refused:
        return ""
    rows = done.predicted + done.refused
    lines = [f"{count(done.refused)} of {count(rows)} rows are refused: {_counts(done.reasons)}."]
    lines += [f"line {each.line}: {shown(each.message)}." for each in refused]
    return "".join(f"ade-stream: {line}\n" for line in lines)


def _moment(at: str) -> str:
    return at[:16].replace("T", " ")


def _table(titles: Sequence[str], right: set[str]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold underline")
    for title in titles:
        folds = title in {"model", "algorithm"}
        table.add_column(title, justify="right" if title in right else "left", overflow="fold", no_wrap=not folds)
    return table
