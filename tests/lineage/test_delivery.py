"""Events on their way to a file and to a receiver: each once in the file, none lost to a receiver that is not there."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.columns import ColumnType
from processors.errors import ConfigError
from processors.lineage.events import LineageRun
from sinks.database.connection import Connection
from sinks.lineage.outbox import Delivered, add, newest, position, prune
from sinks.table import Table
from sinks.warehouse import Warehouse
from stream.lineage.ndjson import EventFile
from stream.lineage.receiver import Receiver
from stream.lineage.telling import Telling

TABLE = Table("sales", (("code", ColumnType("string")),))
_AT = "2026-11-21T10:00:00.000Z"


class Marquez(ThreadingHTTPServer):
    """A receiver that answers with each of some statuses in turn, then with 201, and keeps what it accepts."""

    def __init__(self, *statuses: int) -> None:
        super().__init__(("127.0.0.1", 0), _Posted)
        self.statuses, self.accepted, self.keys = list(statuses), list[str](), set[str | None]()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}/api/v1/lineage"


class _Posted(BaseHTTPRequestHandler):
    server: Marquez

    def do_POST(self) -> None:
        """An event."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = self.server.statuses.pop(0) if self.server.statuses else 201
        self.server.keys.add(self.headers["Authorization"])
        if status == 201:
            self.server.accepted.append(json.loads(body)["eventType"])
        self.send_response(status)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
        """Nothing."""


@contextmanager
def marquez(*statuses: int) -> Iterator[Marquez]:
    """It listens while the block runs."""
    with Marquez(*statuses) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def tell_of(connection: Connection, run: str, *, ends: bool = True) -> None:
    """Of a run, that it began, and, unless it goes on, that it ended."""
    made = LineageRun(run, "tests", "run", "urn:tests")
    with connection.transaction():
        add(connection, made.event("START", _AT))
        if ends:
            add(connection, made.event("COMPLETE", _AT))


def warehouse(folder: Path, runs: int = 1) -> Path:
    """A warehouse whose outbox has so many runs."""
    path = folder / "w.db"
    with Warehouse(path, [TABLE]) as made:
        for number in range(runs):
            tell_of(made.connection, f"00000000-0000-5000-8000-{number:012d}")
    return path


@given(
    lots=st.lists(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n\r")), min_size=1)),
    data=st.data(),
)
@settings(deadline=None, max_examples=50)
def test_wherever_an_append_was_cut_each_event_is_in_the_file_once(
    tmp_path_factory: pytest.TempPathFactory, lots: list[list[str]], data: st.DataObject
) -> None:
    path, known = tmp_path_factory.mktemp("file") / "e.ndjson", None
    target = EventFile(path)
    for number, events in enumerate(lots):
        lot, size = [(number, event) for event in events], known.bytes if known else 0
        target.take(lot, known)  # killed in it: some of it is there, and nothing is noted
        with path.open("r+b") as file:
            file.truncate(data.draw(st.integers(size, path.stat().st_size)))
        known = target.take(lot, known)
    expected = "".join(f"{event}\n" for events in lots for event in events)
    assert (path.read_bytes().decode() if path.exists() else "") == expected


def test_what_others_wrote_into_the_file_stays(tmp_path: Path) -> None:
    target = EventFile(tmp_path / "e.ndjson")
    known = target.take([(1, "one")], None)
    with target.path.open("a") as file:
        file.write("theirs\n")
    target.take([(2, "two")], known)
    assert target.path.read_text() == "one\ntheirs\ntwo\n"


def test_a_file_that_was_taken_away_begins_anew_with_what_comes(tmp_path: Path) -> None:
    target = EventFile(tmp_path / "e.ndjson")
    known = target.take([(1, "one")], None)
    target.path.rename(tmp_path / "e.ndjson.1")
    target.take([(2, "two")], known)
    assert target.path.read_text() == "two\n"


def test_a_receiver_that_is_busy_gets_each_event_later_in_order(tmp_path: Path) -> None:
    path = warehouse(tmp_path, runs=3)
    with marquez(503, 201, 429) as server:
        with Telling(url=server.url, key="secret").delivering(path):
            wait_for(lambda: len(server.accepted) == 6)
        assert server.accepted == ["START", "COMPLETE"] * 3
        assert server.keys == {"Bearer secret"}


def test_an_event_that_a_receiver_refuses_for_good_holds_up_none(tmp_path: Path) -> None:
    path = warehouse(tmp_path)
    with marquez(422) as server:
        with Telling(url=server.url).delivering(path):
            wait_for(lambda: bool(server.accepted))
        assert server.accepted == ["COMPLETE"]


def test_nobody_waits_long_for_a_receiver_that_is_not_there_and_the_next_run_delivers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = warehouse(tmp_path)
    with marquez() as server:
        url = server.url
    began = time.monotonic()
    with Telling(url=url).delivering(path):
        pass
    assert time.monotonic() - began < 10
    assert "lineage waits in the warehouse" in capsys.readouterr().err
    with Connection(path, read_only=True) as connection:
        assert position(connection, url) is None
        assert newest(connection) == 2


def test_a_password_in_a_url_is_not_kept() -> None:
    assert Receiver("http://me:secret@host:5000/api/v1/lineage").name == "http://host:5000/api/v1/lineage"


@pytest.mark.parametrize("url", ["marquez", "ftp://host/x", "http://", "http://host:port/"])
def test_what_is_no_url_is_refused_before_anything_starts(url: str) -> None:
    with pytest.raises(ConfigError, match="--lineage-url"):
        Telling(url=url)


def test_a_file_in_no_folder_is_refused_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no folder"):
        Telling(file=tmp_path / "nowhere" / "e.ndjson")


def test_a_run_has_one_end_whoever_tells_another(tmp_path: Path) -> None:
    run = LineageRun("00000000-0000-5000-8000-000000000000", "tests", "run", "urn:tests")
    with Connection(warehouse(tmp_path)) as connection:
        with connection.transaction():
            add(connection, run.event("FAIL", _AT))
        kinds = connection.rows("SELECT event_type FROM meta_lineage ORDER BY event_id")
    assert kinds == [("START",), ("COMPLETE",)]


def test_the_oldest_events_go_where_there_are_too_many_but_not_the_start_of_an_open_run(tmp_path: Path) -> None:
    path = warehouse(tmp_path, runs=0)
    with Connection(path) as connection:
        tell_of(connection, "open", ends=False)
        for number in range(10):
            tell_of(connection, f"run {number}")
        prune(connection, ["nobody"], events_max=4)
        left = connection.rows("SELECT run_uuid, event_type FROM meta_lineage ORDER BY event_id")
    assert left == [
        ("open", "START"),
        *((f"run {number}", kind) for number in (8, 9) for kind in ("START", "COMPLETE")),
    ]


def test_what_all_targets_have_goes_after_a_while_and_what_one_lacks_stays(tmp_path: Path) -> None:
    path = warehouse(tmp_path, runs=2)
    with Connection(path) as connection:
        connection.run("UPDATE meta_lineage SET created_at = '2000-01-01T00:00:00.000Z'")
        connection.run("INSERT INTO meta_lineage_targets VALUES ('a', 4, 0, ''), ('b', 2, 0, '')")
        prune(connection, ["a", "b"])
        assert connection.rows("SELECT event_id FROM meta_lineage ORDER BY 1") == [(3,), (4,)]
        assert position(connection, "b") == Delivered(2)


def test_the_newest_event_stays_so_that_no_id_comes_twice(tmp_path: Path) -> None:
    with Connection(warehouse(tmp_path, runs=2)) as connection:
        connection.run("UPDATE meta_lineage SET created_at = '2000-01-01T00:00:00.000Z'")
        connection.run("INSERT INTO meta_lineage_targets VALUES ('a', 4, 0, '')")
        prune(connection, ["a"])
        assert connection.rows("SELECT event_id FROM meta_lineage") == [(4,)]


def wait_for(holds: Callable[[], bool]) -> None:
    """Until it is so."""
    until = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.02)
