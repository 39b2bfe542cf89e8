"""What strangers put into a landing folder: each file is loaded or set aside with a reason; none stops the others."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from random import Random

import pytest

from tests.system.drops import HEADER, order, orders, write
from tests.system.looking import files, hashes, rows, staged, unsound
from tests.system.processes import SHIPPED_CONFIGS, Outcome, Place, ade, command, execute, load

ATTACK = 'x"");DROP TABLE stg_orders;--'
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Strange:
    """Content, and what becomes of it: state, records, and a part of the reason."""

    content: bytes
    state: str
    records: int
    reason: str


STRANGE = {
    "a good one": Strange(orders([1]).encode(), "committed", 1, "1 records"),
    "empty": Strange(b"", "discovered", 0, "It is empty."),
    "one byte": Strange(b"x", "failed", 0, "header lacks"),
    "header only": Strange(HEADER.encode(), "committed", 0, "a header and no records"),
    "header without line end": Strange(HEADER.rstrip().encode(), "committed", 0, "a header and no records"),
    "blank lines": Strange(f"\n{HEADER}\n\n{order(2)}\n\n".encode(), "committed", 1, "1 records"),
    "noise": Strange(b"\xff" + Random(1).randbytes(5000), "failed", 0, "is not UTF-8"),
    "zeros": Strange(bytes(3_000_000), "failed", 0, "header does not end within 1048576 bytes"),
    "noise behind a header": Strange(HEADER.encode() + b"\xff\xfe,\x00\n" * 3, "committed", 3, "3 records"),
    "byte order mark and CRLF": Strange(BOM + orders([3]).replace("\n", "\r\n").encode(), "committed", 1, "1 records"),
    "no last line end": Strange(orders([4]).rstrip().encode(), "committed", 1, "1 records"),
    "no header": Strange(order(5).encode(), "failed", 0, "header lacks"),
    "columns missing": Strange(b"order_id,amount\nO-000006,1\n", "failed", 0, "header lacks"),
    "a column twice": Strange(HEADER.replace("\n", ",amount\n").encode(), "failed", 0, "'amount' more than once"),
    "a quote never closed in the header": Strange(b'"' + HEADER.encode(), "failed", 0, "header does not end within"),
    "a quote never closed": Strange(
        (HEADER + '"O-000007,' + order(7) + order(8)).encode(), "committed", 2, "2 records"
    ),
    "names that attack SQL": Strange(
        (HEADER.replace("\n", f',"{ATTACK}","a""b",it\'s\n') + order(9).replace("\n", ",1,2,3\n")).encode(),
        "committed",
        1,
        "1 records",
    ),
}
#: The files get names in this order, so that all the others stand between the first and the last.
NAMES = {what: f"orders_{place:02d}.csv" for place, what in enumerate(STRANGE)}
LAST = "orders_99.csv"
FAILED = [what for what, strange in STRANGE.items() if strange.state == "failed"]


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, Outcome]:
    """All strange files, long settled, and what is no file at all, taken by one `run`."""
    folder = tmp_path_factory.mktemp("landed")
    place = Place(SHIPPED_CONFIGS, folder / "landing", folder / "ade.db")
    inside = place.landing / "orders"
    for what, strange in STRANGE.items():
        write(inside / NAMES[what], strange.content)
    os.mkfifo(inside / "orders_80_fifo.csv")
    (inside / "orders_81_folder.csv").mkdir()
    (inside / "orders_82_link.csv").symlink_to(write(folder / "elsewhere.csv", orders([98])))
    (inside / "orders_83_dangling.csv").symlink_to(inside / "nowhere.csv")
    (inside / "orders_84_loop").symlink_to(inside)
    write(inside / LAST, orders([99]))
    for path in inside.iterdir():
        os.utime(path, ns=(1_700_000_000 * 10**9,) * 2, follow_symlinks=False)
    return place, ade(place, "run")


@pytest.fixture(scope="module")
def landed(taken: tuple[Place, Outcome]) -> Place:
    """Where the strange files were taken. Only to be looked at."""
    return taken[0]


def test_strange_files_make_run_exit_1_without_a_word_on_stderr(taken: tuple[Place, Outcome]) -> None:
    assert (taken[1].returncode, taken[1].stderr) == (1, "")


@pytest.mark.parametrize("what", STRANGE)
def test_a_strange_file_has_its_state_and_a_reason(landed: Place, what: str) -> None:
    entry, strange = files(landed.warehouse)[f"orders/{NAMES[what]}"], STRANGE[what]
    assert (entry.state, entry.records) == (strange.state, strange.records)
    assert strange.reason in entry.reason


@pytest.mark.parametrize("what", FAILED)
def test_the_reason_of_a_failed_file_is_a_sentence(landed: Place, what: str) -> None:
    assert "The file its" not in files(landed.warehouse)[f"orders/{NAMES[what]}"].reason


def test_the_file_behind_all_strange_ones_is_loaded(landed: Place) -> None:
    assert staged(landed.warehouse, "order_id = 'O-000099'") == 1


def test_a_pipe_a_folder_and_links_that_lead_elsewhere_are_passed_over(landed: Place) -> None:
    known = {path.removeprefix("orders/") for path in files(landed.warehouse)}
    assert known == {*NAMES.values(), LAST}


def test_the_books_agree_in_spite_of_strange_files(landed: Place) -> None:
    assert unsound(landed.warehouse, ("orders",)) == []


def test_names_that_attack_sql_are_kept_as_text(landed: Place) -> None:
    found = rows(landed.warehouse, "SELECT value FROM stg_orders, json_each(_rescued) WHERE order_id = 'O-000009'")
    assert found == [("1",), ("2",), ("3",)]
    keys = rows(landed.warehouse, "SELECT key FROM stg_orders, json_each(_rescued) WHERE order_id = 'O-000009'")
    assert keys == [('x");DROP TABLE stg_orders;--',), ('a"b',), ("it's",)]


def test_noise_behind_a_header_is_refused_record_by_record(landed: Place) -> None:
    found = rows(
        landed.warehouse,
        "SELECT line, reasons ->> '$[0].rule' FROM rejects WHERE path LIKE ? ORDER BY line",
        f"%{NAMES['noise behind a header']}",
    )
    assert found == [(2, "encoding"), (3, "encoding"), (4, "encoding")]


def test_status_tells_each_file_that_is_not_loaded(landed: Place) -> None:
    told = ade(landed, "status").stdout
    assert all(f"orders/{NAMES[what]}: failed." in told for what in FAILED)


COLUMN_NAMES = ["_flags", "_rescued", "_date", "payload", "value", "reasons", "v"]


def test_a_column_may_have_any_name(place: Place) -> None:
    for number, name in enumerate(COLUMN_NAMES, 1):
        lines = [
            HEADER.replace("\n", f",{name}\n"),
            order(number).replace("\n", ",x\n"),
            order(1).replace("\n", ",y\n"),
        ]
        write(place.landing / "orders" / f"orders_2026-11-21_{number}.csv", "".join(lines))
    load(place)
    before = hashes(place.warehouse)
    kept = rows(place.warehouse, "SELECT key, value FROM stg_orders, json_each(_rescued) ORDER BY stg_orders._id")
    assert kept == [(name, "x") for name in COLUMN_NAMES]
    assert ade(place, "replay", "--date", "2026-11-21").returncode == 0
    assert hashes(place.warehouse) == before


def test_a_column_with_the_name_of_the_row_id_keeps_no_other_file_back(place: Place) -> None:
    text = HEADER.replace("\n", ",_id\n") + order(1).replace("\n", ",x\n")
    write(place.landing / "orders" / "orders_1.csv", text)
    write(place.landing / "orders" / "orders_2.csv", orders([2]))
    assert "Traceback" not in ade(place, "run").stderr
    assert staged(place.warehouse, "order_id = 'O-000002'") == 1
    assert files(place.warehouse)["orders/orders_1.csv"].state in {"committed", "failed"}


def test_a_byte_that_is_no_text_costs_its_own_row_and_no_other(place: Place) -> None:
    text = orders([1, 2, 3]).encode().replace(b"C-0002", b"C-\xe6\xf8")
    write(place.landing / "orders" / "orders_1.csv", text)
    load(place)
    assert rows(place.warehouse, "SELECT order_id FROM stg_orders") == [("O-000001",), ("O-000003",)]


def test_a_file_of_blank_lines_does_not_keep_run_busy_for_ever(place: Place) -> None:
    path = write(place.landing / "orders" / "orders_1.csv", "\n\n")
    os.utime(path, ns=(1, 1))
    assert ade(place, "run", seconds=10).returncode == 0


FILE_NAMES = [b"orders_\xff.csv", b"orders_\n\x1b[31m.csv", b"orders_'\".csv", b"orders_\\x41.csv", b"orders_%s?#.csv"]


def test_a_file_may_have_any_name(place: Place) -> None:
    for number, name in enumerate(FILE_NAMES):
        with open(os.path.join(os.fsencode(place.landing / "orders"), name), "wb") as file:  # noqa: PTH118, PTH123
            file.write(orders([number, number]).encode())
    printed = load(place).stdout
    assert staged(place.warehouse) == len(files(place.warehouse)) == len(FILE_NAMES)
    assert all(line.isprintable() for line in printed.splitlines())
    assert "dataset=orders files=0 records=0" in load(place).stdout


def test_a_file_that_may_not_be_read_is_set_aside_until_it_may(place: Place) -> None:
    path = write(place.landing / "orders" / "orders_1.csv", orders([1]))
    path.chmod(0)
    write(place.landing / "orders" / "orders_2.csv", orders([2]))
    done = execute(as_a_stranger(command(place, "run")))
    assert done.returncode == 1, done.stderr
    entry = files(place.warehouse)["orders/orders_1.csv"]
    assert entry.state == "failed"
    assert "cannot be opened: Permission denied" in entry.reason
    assert staged(place.warehouse) == 1
    path.chmod(0o644)
    load(place)
    assert staged(place.warehouse) == 2


def test_a_folder_that_may_not_be_read_is_not_passed_over_in_silence(place: Place) -> None:
    write(place.landing / "orders" / "closed" / "orders_1.csv", orders([1]))
    (place.landing / "orders" / "closed").chmod(0)
    done = execute(as_a_stranger(command(place, "run")))
    (place.landing / "orders" / "closed").chmod(0o755)
    assert done.returncode == 1
    assert "The folder cannot be listed: Permission denied" in files(place.warehouse)["orders/closed/"].reason
    assert "orders/closed/" in done.stdout


def test_a_folder_that_may_be_read_again_is_no_longer_set_aside(place: Place) -> None:
    write(place.landing / "orders" / "closed" / "orders_1.csv", orders([1]))
    (place.landing / "orders" / "closed").chmod(0)
    execute(as_a_stranger(command(place, "run")))
    (place.landing / "orders" / "closed").chmod(0o755)
    load(place)
    assert staged(place.warehouse) == 1
    assert {entry.state for entry in files(place.warehouse).values()} == {"committed"}


def test_a_file_that_failed_is_taken_up_again_when_the_config_was_put_right(place: Place) -> None:
    write(place.landing / "orders" / "orders_1.csv", HEADER.replace(",channel", "") + order(1).replace(",web", ""))
    load(place, code=1)
    path = place.configs / "orders.yaml"
    optional = "  channel:\n    optional: true\n"
    path.write_text(path.read_text("utf-8").replace("  channel:\n", optional), "utf-8")
    load(place)
    assert staged(place.warehouse, "channel IS NULL") == 1


def test_run_exits_1_as_long_as_a_file_is_set_aside(place: Place) -> None:
    write(place.landing / "orders" / "orders_1.csv", "x\n")
    load(place, code=1)
    load(place, code=1)


def as_a_stranger(arguments: list[str]) -> list[str]:
    """The command without root's right to read everything."""
    if os.geteuid() != 0:
        return arguments
    if shutil.which("setpriv") is None:
        pytest.skip("this is root, who may read everything, and there is no setpriv to give that up")
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search", *arguments]
