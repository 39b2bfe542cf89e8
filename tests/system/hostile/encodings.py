"""Bytes that are no text, or text of another encoding."""

from __future__ import annotations

from random import Random

from tests.system.hostile.case import HEADER, Hostile, failed, held, loaded, records

_BOM = b"\xef\xbb\xbf"
_TABLE = "id,note\na,é\nb,ø\n"
_NOISE = Random(1).randbytes(5000)
_UTF16 = "the byte order mark of UTF-16"


def _undecodable(what: str, cell: bytes) -> Hostile:
    """A record with these bytes in it between two good ones."""
    return loaded(what, records(b"a,1", b"b," + cell, b"c,3"), 2, "encoding", rejected=1)


CASES: tuple[Hostile, ...] = (
    failed("a bad byte in the header", b"id,no\xffte\na,1\n", "Byte 6 of its header (0xff) is not UTF-8"),
    loaded("a bad byte in the first record", records(b"\xff,1", b"b,2"), 1, "encoding", rejected=1),
    _undecodable("a bad byte in the middle", b"\xff"),
    loaded("a bad byte in the last record", records(b"a,1", b"b,\xfe"), 1, "encoding", rejected=1),
    loaded("a character cut off by the end", HEADER + b"a,1\nb,\xf0\x9f\x98", 1, "encoding", rejected=1),
    loaded("a character cut in half", records("a,😀".encode(), b"b,half"), 2, cut=len(HEADER) + 4),
    _undecodable("overlong UTF-8", b"\xc0\xaf\xe0\x80\xaf"),
    _undecodable("an overlong NUL", b"\xc0\x80"),
    _undecodable("surrogates in UTF-8", b"\xed\xa0\xbd\xed\xb8\x80"),
    _undecodable("beyond the last code point", b"\xf4\x90\x80\x80"),
    _undecodable("six bytes a character", b"\xfc\x80\x80\x80\x80\xaf"),
    _undecodable("a lone continuation byte", b"\x80"),
    _undecodable("a bad byte in quotes", b'"\xff"'),
    _undecodable("Latin-1 as UTF-8", "blåbær".encode("latin-1")),
    loaded("Latin-1 with a fallback", records(b"a,\xe9", "b,é".encode()), 2, dataset="western"),
    loaded("a byte that cp1252 lacks", records(b"a,\x81", b"b,\x80"), 1, "encoding", rejected=1, dataset="western"),
    loaded(
        "every byte as Latin-1", HEADER + b'a,"' + bytes(b for b in range(256) if b != 34) + b'"\n', 1, dataset="latin"
    ),
    loaded("UTF-8 where Latin-1 is declared", _BOM + records("a,é".encode()), 1, dataset="latin"),
    failed("UTF-16 LE as UTF-8", _TABLE.encode("utf-16"), _UTF16),
    failed("UTF-16 BE as UTF-8", b"\xfe\xff" + _TABLE.encode("utf-16-be"), _UTF16),
    failed("UTF-16 without a mark as UTF-8", _TABLE.encode("utf-16-le"), "if it is UTF-16, write"),
    failed("UTF-32 as UTF-8", _TABLE.encode("utf-32"), "It is text in UTF-32"),
    failed("UTF-32 in any encoding", _TABLE.encode("utf-32"), "It is text in UTF-32", "auto"),
    loaded("UTF-16 LE", _TABLE.encode("utf-16"), 2, dataset="wide"),
    loaded("UTF-16 BE", b"\xfe\xff" + _TABLE.replace("a,", "BE,").encode("utf-16-be"), 2, dataset="wide"),
    loaded("UTF-16 in any encoding", _TABLE.encode("utf-16-be"), 2, dataset="auto", cut=9),
    loaded(
        "half a surrogate",
        "id,note\na,\ud83d\nb,2\n".encode("utf-16", "surrogatepass"),
        1,
        "encoding",
        rejected=1,
        dataset="wide",
    ),
    loaded(
        "an odd number of bytes",
        _TABLE.replace("b", "odd").encode("utf-16-le") + b"c",
        2,
        "encoding",
        rejected=1,
        dataset="wide",
    ),
    held("UTF-8 where UTF-16 is declared", HEADER + b"a,1\n", "header", "wide"),
    loaded("marks in the middle", _BOM + (HEADER + b"a,1\n") + _BOM + (HEADER + b"b,2\n"), 3),
    loaded("a byte order mark before each line", b"".join(_BOM + line for line in (HEADER, b"a,1\n", b"b,2\n")), 2),
    loaded("two byte order marks", _BOM * 2 + HEADER + b"a,1\n", 1),
    failed("noise", b"\xff\x80" + _NOISE, "is not UTF-8"),
    loaded(
        "noise behind a header",
        HEADER + _NOISE.replace(b"\n", b"").replace(b"\r", b"").replace(b'"', b""),
        0,
        "encoding",
        rejected=1,
    ),
    loaded("NULs in cells", records(b"a\0b,\0", b"\0,\0\0"), 2),
    loaded("control characters", records(b"\x07\x08,\x1b[31mred\x1b[0m", b"\x7f,\x01"), 2),
    loaded("text that runs right to left", records("שלום,\u202e‮123\u2066".encode(), "a\u200d,\ufeff".encode()), 2),
    loaded("every plane of Unicode", records(*(f"{chr(p << 16 | 0xFFFD)},{p}".encode() for p in range(17))), 17),
)
