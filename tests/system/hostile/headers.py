"""Names of columns."""

from __future__ import annotations

from tests.system.hostile.case import Hostile, failed, held, loaded


def _named(what: str, *names: str, repeated: int = 1) -> Hostile:
    """Further names beside those that must be there, quoted; they are kept as they are."""
    quoted = ",".join('"' + name.replace('"', '""') + '"' for name in names)
    return loaded(what, f"id,note,{quoted}\na,1{',x' * len(names)}\n".encode() * repeated, 1)


CASES: tuple[Hostile, ...] = (
    failed("a name twice", b"id,note,id\na,1,b\n", "Its header names 'id' more than once"),
    failed("a name twice but for blanks", b"id,note,note \na,1,b\n", "Its header names 'note' more than once"),
    failed("a name in two cases, neither as declared", b"ID,Note,NOTE\na,1,b\n", "Its header has 'Note', 'NOTE'"),
    _named("an undeclared name again and again", "x", "x", "", "x_2", "x", ""),
    loaded("names in quotes and blanks", b'" id ", note \na,1\n', 1),
    loaded("columns without a name", b"id,,note,\na,,1,\n", 1),
    loaded("a number that is a name already", b"id,note,,column_3\na,1,x,y\n", 1),
    loaded("names in upper case", b"ID,NOTE\na,1\n", 1),
    loaded("names with blanks, marks and signs", "\ufeff \u00efd ,-n\u00f2te-\u200b\na,1\n".encode(), 1),
    _named("names that differ only in case", "Note", "NOTE", "Id", "x", "X"),
    _named("names that attack SQL", 'x"");DROP TABLE stg_text;--', "' OR 1=1 --", "?1", ":a", "%s", "]; --"),
    _named("names that attack HTML", "<script>alert(1)</script>", "&amp;", '"><img src=x onerror=alert(1)>'),
    held("names that attack the terminal", b"\x1b[2J\x1b]0;owned\x07,note\n", r"it has '\x1b[2J\x1b]0;owned\x07'"),
    _named("names of other columns of ours", "_date", "_event_us", "_flags", "_rescued", "payload", "rowid", "v"),
    failed("the name of the row id", b"id,note,_id\na,1,2\n", "rename it in the file"),
    failed("a name with a NUL", b"id,no\0te\na,1\n", "NUL byte"),
    _named("names in emoji and right to left", "🧨", "\u202egnp.exe", "שם", "a\u200db", "\ufeff", "e\u0301", "é"),
    held("a name that only looks the same", "\u0456d,note\na,1\n".encode(), "header lacks 'id'"),
    _named("a name of ten thousand bytes", "n" * 10_000),
    _named("names with line ends", "a\nb", "c\r\nd", "\n"),
    _named("names that are paths", "../../etc/passwd", "C:\\CON", "/", "."),
    _named("names that are numbers", "1", "-1", "1e309", "NaN", "None", "null", "true"),
    loaded(
        "the header again in the middle",
        b"id,whole\na,1\nid,whole\nb,2\n",
        2,
        "repeated_header",
        rejected=1,
        dataset="values",
    ),
    loaded("the header again as plain text", b"id,note\na,1\nid,note\nb,2\n", 2, "repeated_header", rejected=1),
    loaded("the header again in blanks and capitals", b"id,note\na,1\n ID ,\tNote\n", 1, "repeated_header", rejected=1),
    Hostile(
        "another header in the middle",
        "text",
        b"id,note\na,1\nnote,id\n1,b\n",
        "held",
        "from line 3 on: the line is another header",
        records=1,
        accepted=1,
    ),
    held("no header", b"a,1\nb,2\n", "header lacks 'id', 'note'; it has 'a', '1'"),
    held("an error page", b"<!DOCTYPE html>\n<html><body>502 Bad Gateway</body></html>\n", "'<!DOCTYPE html>'"),
    held("JSON", b'[{"id": "a", "note": "1"}]\n', "header lacks 'id', 'note'"),
)
