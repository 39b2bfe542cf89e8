"""Files of other programs under the name of a CSV, and compressed files that are damaged, cut off or boundless."""

from __future__ import annotations

import bz2
import gzip
import io
import sqlite3
import zipfile
from random import Random

from tests.system.hostile.case import HEADER, Hostile, failed, loaded, records

_NOISE = Random(2).randbytes(2000)


def _lines(what: str) -> bytes:
    """A table that is not like any other, and expands to less than 20,000 bytes."""
    return records(*(b"%d,%s" % (number, what.encode()) for number in range(50)))


def _packed(what: str) -> bytes:
    return gzip.compress(_lines(what), mtime=0)


def _zip() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo("text.csv"), _lines("zip"))
    return packed.getvalue()


def _sqlite() -> bytes:
    with sqlite3.connect(":memory:") as database:
        database.execute("CREATE TABLE text (id, note)")
    return database.serialize()


OTHER_FORMATS = (
    failed("a PNG image", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + _NOISE, "It is a PNG image"),
    failed("a JPEG image", b"\xff\xd8\xff\xe0\0\x10JFIF" + _NOISE, "It is a JPEG image"),
    failed("a program", b"\x7fELF\x02\x01\x01" + bytes(9) + _NOISE, "It is a program"),
    failed("a PDF", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "It is a PDF document"),
    failed("a zip archive", _zip(), "It is a zip archive or an Excel workbook"),
    failed("an old workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "It is an old Excel workbook"),
    failed("a SQLite database", _sqlite(), "It is a SQLite database"),
    failed("a Parquet file", b"PAR1\x15\x04\x15" + _NOISE + b"PAR1", "It is a Parquet file"),
    failed("an Arrow file", b"ARROW1\0\0" + _NOISE, "It is an Arrow file"),
    failed("a 7z archive", b"7z\xbc\xaf\x27\x1c\0\x04" + _NOISE, "It is a 7z archive"),
    failed("an xz file", b"\xfd7zXZ\0\0\x04" + _NOISE, "It is an xz file"),
    failed("a zip archive in gzip", gzip.compress(_zip()), "It is a zip archive", "packed"),
    failed("gzip in gzip", gzip.compress(_packed("gzip in gzip")), "It is a file that was compressed twice", "packed"),
)

COMPRESSED = (
    loaded("gzip", _packed("gzip"), 50, dataset="packed"),
    loaded("two gzip members", _packed("first member") + gzip.compress(b"a,second\n"), 51, dataset="packed"),
    loaded("gzip and zeros", _packed("zeros") + bytes(600), 50, dataset="packed"),
    failed("gzip of garbage", b"\x1f\x8b\x08" + _NOISE, "gzip stream", "packed"),
    failed("a bomb before the header ends", gzip.compress(b"x" * 10_000_000), "limits.expanded_bytes_max", "packed"),
    failed("bzip2 of garbage", b"BZh91AY&SY" + _NOISE, "bzip2 stream is damaged", "packed"),
    failed("bzip2 cut off in the header", bz2.compress(_lines("bzip2"))[:30], "nothing follows", "packed"),
    failed("zstd of garbage", b"\x28\xb5\x2f\xfd" + _NOISE, "zstd stream", "packed"),
    failed("three bytes of gzip", b"\x1f\x8b\x08", "gzip stream is cut off at byte 3 of the file", "packed"),
    loaded("empty gzip members and a table", gzip.compress(b"") * 3 + _packed("members"), 50, dataset="packed"),
)


def _part(what: str, content: bytes, records_taken: int, reason: str) -> Hostile:
    """A file of which the records before the damage are taken."""
    return Hostile(what, "packed", content, "failed", reason, records_taken, records_taken)


PARTS = (
    _part("gzip cut off before its checksum", _packed("checksum")[:-8], 50, "gzip stream is cut off"),
    _part("gzip with a wrong checksum", _packed("wrong checksum")[:-8] + bytes(8), 50, "incorrect data check"),
    _part("gzip and garbage", _packed("and garbage") + b"\x01garbage", 50, "something else follows behind its end"),
    _part("a bomb", gzip.compress(records(b"a,bomb") + bytes(10_000_000)), 1, "expands to more than 20000 bytes"),
    _part("a bomb of good lines", gzip.compress(HEADER + b"a,1\n" * 1_000_000), 4998, "expands to more than 20000"),
)

CASES: tuple[Hostile, ...] = (*OTHER_FORMATS, *COMPRESSED, *PARTS)
