"""The law of accepting: a column that is accepted later is as one that was in the contract from the start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sinks.test_accept import Bench

CELLS = st.sampled_from(["", " ", " NA ", "1", "2.50", " 7 ", "x", "NA", 'a"b', "å\\", "2026-11-21", "1e3", "0007"])
NAMES = ("Unit Price", "other", "code", "n")


@dataclass(frozen=True, slots=True)
class Feed:
    """Files, each a header and its records."""

    files: Sequence[tuple[Sequence[str], Sequence[Sequence[str]]]]


@st.composite
def feeds(draw: st.DrawFn) -> Feed:
    """Files with some of the columns in any order; `code` they all have, and it repeats."""
    files = []
    for _ in range(draw(st.integers(1, 4))):
        more = draw(st.lists(st.sampled_from([name for name in NAMES if name != "code"]), unique=True, min_size=1))
        header = draw(st.permutations(["code", *more]))
        keys = st.sampled_from("abcdef")
        record = st.tuples(*(keys if name == "code" else CELLS for name in header))
        files.append((header, draw(st.lists(record, min_size=1, max_size=5))))
    return Feed(files)


def quoted(cells: Sequence[str]) -> str:
    return ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)


def landed(bench: Bench, feed: Feed) -> None:
    for place, (header, records) in enumerate(feed.files):
        bench.land(f"{place}", quoted(header), *map(quoted, records))


def kept(feed: Feed, new: str, *, raw: bool) -> Feed:
    """Without a raw layer the blanks that were taken from a column which `evolve` added are gone for good."""
    if raw or new != "evolve":
        return feed
    return Feed([(header, [[cell.strip() for cell in record] for record in records]) for header, records in feed.files])


def steps(new: str, misfits: str, duplicates: str | None) -> Sequence[Mapping[str, Any]]:
    schema = {"new_columns": new, "missing_columns": "rescue", "misfits": misfits}
    return [{"schema": schema}, {"quality": {"duplicates": [duplicates] if duplicates else []}}]


RAW = st.sampled_from([(True, "quarantine"), (True, "rescue"), (True, "evolve"), (False, "rescue")])
SETTINGS = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
COLUMNS = {"code": {"type": "string"}, "n": {"type": "integer", "optional": True}}


@SETTINGS
@given(
    feed=feeds(),
    kind=st.sampled_from(["string", "integer", "number", "decimal(6,2)", "date", "category", None]),
    new=st.sampled_from(["rescue", "evolve", "quarantine"]),
    raw=RAW,
    duplicates=st.sampled_from([None, "key", "exact"]),
)
def test_an_accepted_column_is_as_if_it_had_been_there_from_the_start(
    tmp_path_factory: Any, feed: Feed, kind: str | None, new: str, raw: tuple[bool, str], duplicates: str | None
) -> None:
    bench = Bench(Path(tmp_path_factory.mktemp("accept")))
    bench.say(
        processors=steps(new, raw[1], duplicates), raw=raw[0], key=["code"], columns=COLUMNS, null_tokens=["", "NA"]
    )
    landed(bench, kept(Feed([*feed.files, (("code", "Unit Price"), [("z", "3")])]), new, raw=raw[0]))
    bench.load()
    bench.accept("Unit Price", type=kind)
    assert bench.hash() == bench.hash_from_the_start()


@SETTINGS
@given(
    feed=feeds(),
    new=st.sampled_from(["rescue", "evolve"]),
    raw=RAW,
    duplicates=st.sampled_from([None, "key", "exact"]),
)
def test_an_accepted_name_is_as_if_it_had_been_there_from_the_start(
    tmp_path_factory: Any, feed: Feed, new: str, raw: tuple[bool, str], duplicates: str | None
) -> None:
    renamed = [
        ([{"n": "Number"}.get(name, name) for name in header] if place % 2 else header, records)
        for place, (header, records) in enumerate(feed.files)
    ]
    bench = Bench(Path(tmp_path_factory.mktemp("accept")))
    bench.say(
        processors=steps(new, raw[1], duplicates), raw=raw[0], key=["code"], columns=COLUMNS, null_tokens=["", "NA"]
    )
    landed(bench, kept(Feed([*renamed, (("code", "Number"), [("z", "3"), ("y", "4")])]), new, raw=raw[0]))
    bench.load()
    bench.accept("Number", existing="n")
    assert bench.hash() == bench.hash_from_the_start()
