"""Files of other programs, recognised by how they begin, so that the ledger can say what came instead of a CSV."""

from __future__ import annotations

import re

#: What a file is that begins so, and what to do about it. A CSV cannot begin so, whatever the names of its columns.
_FORMATS = (
    (
        re.compile(rb"PK(\x03\x04|\x05\x06|\x07\x08)"),
        "a zip archive or an Excel workbook",
        "unpack it, or save the sheet as CSV",
    ),
    (re.compile(rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "an old Excel workbook", "save the sheet as CSV"),
    (re.compile(rb"7z\xbc\xaf\x27\x1c"), "a 7z archive", "unpack it"),
    (re.compile(rb"Rar!\x1a\x07"), "a RAR archive", "unpack it"),
    (re.compile(rb"\xfd7zXZ\0"), "an xz file", "unpack it, or pack it with gzip, bzip2 or Zstandard"),
    (
        re.compile(rb"\x1f\x8b\x08|BZh[1-9]1AY&SY|\x28\xb5\x2f\xfd"),
        "a file that was compressed twice",
        "unpack it once",
    ),
    (re.compile(rb"SQLite format 3\0"), "a SQLite database", "export its table as CSV"),
    (re.compile(rb"PAR1[\0-\x1f]"), "a Parquet file", "export its table as CSV"),
    (re.compile(rb"ARROW1\0"), "an Arrow file", "export its table as CSV"),
    (re.compile(rb"\xff\xfe\0\0|\0\0\xfe\xff"), "text in UTF-32", "write it anew as UTF-8"),
    (re.compile(rb"%PDF-[0-9]"), "a PDF document", "ask for its table as CSV"),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "a PNG image", "take it away"),
    (re.compile(rb"\xff\xd8\xff"), "a JPEG image", "take it away"),
    (re.compile(rb"\x7fELF"), "a program", "take it away"),
)
FORMAT_BYTES = 16


def other_format(beginning: bytes) -> str | None:
    """What a file is, if it is no text, and what to do; `beginning`: its first FORMAT_BYTES, behind any compression.

    >>> other_format(b"PK\\x03\\x04\\x14\\x00")
    'it is a zip archive or an Excel workbook, and no CSV; unpack it, or save the sheet as CSV'
    >>> other_format(b"PK,PAR1,BZh\\n") is None
    True
    """
    for begins, what, advice in _FORMATS:
        if begins.match(beginning):
            return f"it is {what}, and no CSV; {advice}"
    return None
