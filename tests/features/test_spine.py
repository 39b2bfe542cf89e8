"""Spines: what is read of a file of entities and instants, strictly, and what is written of it again."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.columns import ColumnType
from processors.errors import ConfigError
from stream.features.probes import Probes, Question, asked, time_kind
from stream.features.spine import Page, opened
from stream.features.writing import writing

TEXT, INTEGER = ColumnType("string"), ColumnType("integer")
UTC_TIME, VIENNA = ColumnType("timestamp"), ColumnType("timestamp", timezone="Europe/Vienna")

CELLS = st.text(st.characters(exclude_categories=["Cs"]), max_size=4) | st.sampled_from(
    ['"', "\r\n", "a,b", "\n", "\r"]
)
TABLES = st.integers(2, 3).flatmap(
    lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=30)
)


def instants(cells: list[object], kind: ColumnType, name: str = "at", column: pa.Array | None = None) -> Probes:
    """What is asked of one entity at these instants."""
    values = pa.array(cells) if column is None else column
    page = Page(pa.record_batch({"who": ["x"] * len(values), name: values}), range(2, 2 + len(values)))
    return asked(page, Question((("who", "who", TEXT),), (name, time_kind(name, kind)), ("", "NA")))


def moments(probes: Probes) -> list[datetime]:
    """The instants that were read."""
    return [datetime.fromtimestamp(us / 1e6, UTC) for us in probes.rows["_event_us"].to_pylist()]


@settings(deadline=None)
@given(TABLES, st.integers(1, 7))
def test_a_csv_comes_out_as_it_went_in(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], n: int) -> None:
    path = tmp_path_factory.mktemp("spine") / "spine.csv"
    header = [f"c{place}" for place in range(len(rows[0]))]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([header, *rows])
    with opened(path, n) as spine, writing(path.with_name("out.csv"), spine.schema) as write:
        for page in spine.pages:
            write(page.rows)
    written = path.with_name("out.csv").read_bytes().decode()
    assert list(csv.reader(io.StringIO(written, newline=""), strict=True)) == [header, *rows]


def test_the_line_at_which_a_record_begins_is_known(tmp_path: Path) -> None:
    path = tmp_path / "spine.csv"
    path.write_text('who,at\n"two\nlines",1\n\nx,2\n', "utf-8")
    with opened(path) as spine:
        [page] = spine.pages
    assert list(page.numbers) == [2, 5]


def test_rows_of_a_parquet_file_are_numbered_over_its_pages(tmp_path: Path) -> None:
    pq.write_table(pa.table({"who": list("abcde")}), tmp_path / "spine.parquet")
    with opened(tmp_path / "spine.parquet", 2) as spine:
        assert [list(page.numbers) for page in spine.pages] == [[1, 2], [3, 4], [5]]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("spine.csv", b"who,at\nx\n", "spine.csv:2: has 1 cells and the header 2"),
        ("spine.csv", b"who,at\nx,1,2\n", "spine.csv:2: has 3 cells and the header 2"),
        ("spine.csv", b'who,at\n"x,1\n', "spine.csv: is no sound CSV in UTF-8"),
        ("spine.csv", b"who,at\n\xff,1\n", "spine.csv: is no sound CSV in UTF-8"),
        ("spine.csv", b"who,who\n", "spine.csv: names who more than once"),
        ("spine.csv", b"", "spine.csv:1: has no header"),
        ("spine.parquet", b"who,at\n", "spine.parquet: is no sound Parquet file"),
        ("spine.txt", b"who,at\n", "spine.txt: is neither .csv nor .parquet by its name"),
    ],
)
def test_what_is_no_spine_is_refused(tmp_path: Path, name: str, content: bytes, told: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ConfigError) as error, opened(tmp_path / name) as spine:
        list(spine.pages)
    assert told in str(error.value)


def test_a_spine_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"spine\.csv: there is no such file"), opened(tmp_path / "spine.csv"):
        pass


def copied(source: Path, target: Path) -> None:
    """Write a spine as it is read, row by row."""
    with opened(source, 1) as spine, writing(target, spine.schema) as write:
        for page in spine.pages:
            write(page.rows)


def test_a_spine_that_breaks_off_leaves_no_output(tmp_path: Path) -> None:
    (tmp_path / "spine.csv").write_text("who,at\nx,1\ny\n", "utf-8")
    with pytest.raises(ConfigError):
        copied(tmp_path / "spine.csv", tmp_path / "out.csv")
    assert [each.name for each in tmp_path.iterdir()] == ["spine.csv"]


@pytest.mark.parametrize(
    ("kind", "cell", "told"),
    [
        (UTC_TIME, "2026-11-20T09:30:00Z", datetime(2026, 11, 20, 9, 30, tzinfo=UTC)),
        (UTC_TIME, "2026-11-20 09:30:00.25", datetime(2026, 11, 20, 9, 30, 0, 250_000, tzinfo=UTC)),
        (UTC_TIME, "2026-11-20", datetime(2026, 11, 20, tzinfo=UTC)),
        (VIENNA, "2026-11-20T09:30:00", datetime(2026, 11, 20, 8, 30, tzinfo=UTC)),
        (VIENNA, "2026-11-20T09:30:00Z", datetime(2026, 11, 20, 9, 30, tzinfo=UTC)),
        (VIENNA, "2026-11-20", datetime(2026, 11, 19, 23, tzinfo=UTC)),
        (VIENNA, "2026-10-25T02:30:00", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        (
            ColumnType("timestamp", formats=("%d.%m.%Y %H:%M",)),
            "20.11.2026 09:30",
            datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
        ),
    ],
)
def test_text_is_an_instant_as_the_dataset_writes_it(kind: ColumnType, cell: str, told: datetime) -> None:
    assert moments(instants([cell], kind)) == [told]


@pytest.mark.parametrize(
    "cell",
    ["yesterday", "2026-02-30", "20.11.2026", "1e9", "2026-11-20T25:00:00", "", "NA", None, "2026-03-29T02:30:00"],
)
def test_what_is_no_instant_is_told_with_its_line(cell: str | None) -> None:
    probes = instants(["2026-11-20", cell], VIENNA)
    assert probes.places.to_pylist() == [0, None]
    [fault] = probes.faults
    assert (fault.number, fault.message.split(" must be ")[1][:19]) == (3, "a timestamp written")


@pytest.mark.parametrize(
    ("column", "told"),
    [
        (pa.array([datetime(2026, 11, 20, 9, tzinfo=UTC)], pa.timestamp("us", "UTC")), "2026-11-20T09:00:00+00:00"),
        (
            pa.array([datetime(2026, 11, 20, 9, tzinfo=UTC)], pa.timestamp("ms", "Asia/Tokyo")),
            "2026-11-20T09:00:00+00:00",
        ),
        (pa.array([datetime(2026, 11, 20, 9)], pa.timestamp("ns")), "2026-11-20T08:00:00+00:00"),  # noqa: DTZ001
        (pa.array([date(2026, 11, 20)], pa.date32()), "2026-11-19T23:00:00+00:00"),
        (pa.array(["2026-11-20"], pa.large_string()), "2026-11-19T23:00:00+00:00"),
        (pa.array(["2026-11-20"]).dictionary_encode(), "2026-11-19T23:00:00+00:00"),
    ],
)
def test_times_without_an_offset_are_those_of_the_datasets_timezone(column: pa.Array, told: str) -> None:
    assert [moment.isoformat() for moment in moments(instants([], VIENNA, column=column))] == [told]


def test_what_is_finer_than_a_microsecond_is_cut_off() -> None:
    column = pa.array([1_999, -1], pa.timestamp("ns", "UTC"))
    assert instants([], UTC_TIME, column=column).rows["_event_us"].to_pylist() == [1, -1]


def test_a_bare_number_is_an_instant_under_the_warehouses_own_name_alone() -> None:
    assert instants([7], UTC_TIME, "_event_us").rows["_event_us"].to_pylist() == [7]
    with pytest.raises(ConfigError, match="the column of instants is int64, which may mean several things"):
        instants([7], UTC_TIME)


@pytest.mark.parametrize(
    ("cells", "kind", "places", "nameless", "unread"),
    [
        (["7", "", None, "NA"], INTEGER, [0, None, None, None], 3, 0),
        (["7", "seven", "08"], INTEGER, [0, None, 1], 0, 1),
        ([7, None, 9], INTEGER, [0, None, 1], 1, 0),
        ([7.0, 7.5], INTEGER, [0, None], 0, 1),
        (["x", "", " ", "NA"], TEXT, [0, None, None, None], 3, 0),
        ([Decimal("1.50"), None], ColumnType("decimal", 9, 2), [0, None], 1, 0),
    ],
)
def test_a_row_without_an_entity_asks_nothing(
    cells: list[object], kind: ColumnType, places: list[int | None], nameless: int, unread: int
) -> None:
    page = Page(pa.record_batch({"who": pa.array(cells), "at": ["2026-11-20"] * len(cells)}), range(len(cells)))
    probes = asked(page, Question((("id", "who", kind),), ("at", time_kind("at", UTC_TIME)), ("", "NA")))
    assert (probes.places.to_pylist(), probes.nameless, len(probes.faults)) == (places, nameless, unread)


def test_a_column_without_any_value_is_read_as_empty() -> None:
    assert instants([None, None], UTC_TIME).places.to_pylist() == [None, None]


def test_a_csv_cannot_hold_lists(tmp_path: Path) -> None:
    schema = pa.schema([("who", pa.string()), ("tags", pa.list_(pa.string()))])
    with pytest.raises(ConfigError, match=r"out\.csv: a CSV cannot hold tags"), writing(tmp_path / "out.csv", schema):
        pass
