"""Nothing at all, line ends, quotes, counts and lengths."""

from __future__ import annotations

from tests.system.hostile.case import EMPTY, HEADER, NOTHING, Hostile, failed, held, loaded, records, unread

_BOM = b"\xef\xbb\xbf"
_MEGABYTE = 1 << 20

NOTHINGS = (
    unread("empty", b"", EMPTY),
    unread("a byte order mark only", _BOM, NOTHING),
    unread("line ends only", b"\n\r\n\r\n", NOTHING),
    unread("comments only", b"# a\n#\n# b", NOTHING, "escaped"),
    unread("one line where two are skipped", b"Report\n", NOTHING, "skipping"),
    unread("two lines where two are skipped", b"Report\n2026\n", NOTHING, "skipping"),
    held("one byte", b"x", "header lacks 'id', 'note'; it has 'x'"),
    failed("one NUL", b"\0", "NUL byte"),
    failed("half a byte order mark", _BOM[:2], "is not UTF-8"),
    held("one blank", b" ", "header lacks 'id', 'note'; it has 'column_1'"),
    failed("one quote", b'"', "header does not end"),
    held("one comma", b",", "header lacks 'id', 'note'; it has 'column_1', 'column_2'"),
    loaded("a header only", HEADER, 0),
    loaded("a header without a line end", HEADER.rstrip() + b"\r", 0),
    loaded("a header and blank lines", HEADER + b"\n\r\n\r\n", 0),
    loaded("a byte order mark and a header", _BOM + HEADER, 0),
    Hostile("line ends where there is no header", "headless", b"\n\n", "committed", "It has no records."),
    Hostile("empty where there is no header", "headless", b"", "committed", "It has no records."),
)

LINE_ENDS = (
    loaded("no last line end", HEADER + b"a,no last line end", 1),
    loaded("CR alone", b"id,note\ra,1\rb,CR\r", 2),
    loaded("CR alone and no last one", b"id,note\ra,1\rb,CR again", 2),
    loaded("CRLF", b"id,note\r\na,1\r\nb,CRLF\r\n", 2),
    loaded("LFCR", b"id,note\n\ra,1\n\rb,LFCR\n\r", 2),
    loaded("mixed line ends", b"id,note\r\na,1\nb,2\rc,mixed\r\n", 3),
    loaded("CRLF cut in half", b"id,note\r\na,1\r\nb,cut in half\r\n", 2, cut=len(b"id,note\r\na,1\r")),
    loaded("a header cut in half", b"id,note\na,header\n", 1, cut=3),
    loaded("a CRLF header cut in half", b"id,note\r\na,CRLF header\r\n", 1, cut=8),
    loaded("lines of blanks", records(b"a,1", b"   ", b"b,2"), 2, "field_count", rejected=1),
    loaded("other separators of lines", "id,note\na,\u2028\x0b\x0c\x1c\x85\n".encode(), 1),
    loaded("Ctrl-Z at the end", HEADER + b"a,DOS\r\n\x1a", 1, "field_count", rejected=1),
)

QUOTES = (
    loaded("a quote opened first and never closed", records(b'"a,1', b"b,2"), 1, "unterminated_quote", rejected=1),
    loaded("a quote opened in the middle", records(b"a,1", b'b,"2', b"c,3"), 2, "unterminated_quote", rejected=1),
    loaded("a quote opened in the last line", records(b"a,1", b'b,"last'), 1, "unterminated_quote", rejected=1),
    loaded("a quote opened at the very end", HEADER + b'a,1\nb,"', 1, "unterminated_quote", rejected=1),
    loaded(
        "a quote in every line", records(*(b'%d,"x' % n for n in range(101))), 0, "unterminated_quote", rejected=101
    ),
    loaded("quotes inside unquoted fields", records(b'a"b"c,1"', b'd,5" disc'), 2),
    loaded("doubled quotes", records(b'"a""b",""""', b'"c""","""d"""'), 2),
    loaded("quoted line ends", records(b'a,"1\n2\r\n3\r4"', b'"b\n","\n\n"'), 2, cut=12),
    loaded("a quoted line that looks like the header", records(b'a,"', b"id,note", b'"'), 1),
    loaded("text behind a closing quote", records(b'"a"b,"1" ', b'"c" "d",2'), 2),
    loaded("blanks before a quote", records(b'a, "1"', b'b, "1,2"'), 1, "field_count", rejected=1),
    loaded("apostrophes", records(b"'a,1'", b"'b','2'"), 2),
    loaded("curly quotes", "id,note\n“a,1”\n".encode(), 1),
    loaded("ten thousand quotes", records(b"a," + b'"' * 10_000, b"b,2"), 2),
    loaded("ten thousand quotes and one", records(b"a," + b'"' * 10_001, b"b,3"), 1, "unterminated_quote", rejected=1),
    loaded("quoted nothing", records(b'"",""', b'"a",""'), 1, "id_not_null", rejected=1),
    loaded("an escape at the very end", HEADER + b"a,1\nb,2\\", 2, dataset="escaped"),
    loaded("escaped line ends", HEADER + b"a,1\\\n2\nb,\\\\\n", 2, dataset="escaped"),
    loaded("comments with quotes", HEADER + b'a,1\n# "\nb,2\n#', 2, dataset="escaped"),
)

COUNTS = (
    loaded("too few fields", records(b"a", b"b,2", b""), 1, "field_count", rejected=1),
    loaded("too many fields", records(b"a,1,", b"b,2,3,4", b"c,"), 1, "field_count", rejected=2),
    loaded("commas only", records(b",", b",,"), 0, "field_count", "id_not_null", rejected=2),
    loaded("100000 fields", records(b"a,1", b"," * 99_999, b"b,2"), 2, "field_count", rejected=1),
    loaded("1999 columns", b"id,note,%s\na,1%s\n" % (b",".join(b"c%d" % n for n in range(1997)), b"," * 1997), 1),
    failed("2001 columns", b"id,note,%s\n" % b",".join(b"c%d" % n for n in range(1999)), "2001 columns, more than"),
    failed("a million columns", b"id,note" + b"," * 999_998 + b"\n", "1000000 columns, more than the 2000"),
    held("semicolons", b"id;note\na;1\n", "Its fields are separated by ';'"),
    held("tabs", b"id\tnote\na\t1\n", r"Its fields are separated by '\t'"),
    loaded(
        "a wrong number of fields in half the lines", records(*[b"a,1", b"b"] * 500), 500, "field_count", rejected=500
    ),
)

LENGTHS = (
    loaded(
        "a record that is too long",
        records(b"a,1", b"b," + b"2" * 1000, b"c,3"),
        2,
        "record_too_long",
        rejected=1,
        dataset="short",
    ),
    loaded(
        "a record of the longest length", records(b",".join([b"a" * 99, b'"%s"' % (b"\n" * 95)])), 1, dataset="short"
    ),
    loaded(
        "a field that is too long",
        records(b"a," + b"x" * 100, b"b," + b"x" * 101),
        1,
        "field_too_long",
        rejected=1,
        dataset="short",
    ),
    loaded(
        "a quote that costs a bounded number",
        records(b'"', *[b"a,1"] * 400),
        400,
        "unterminated_quote",
        rejected=1,
        dataset="short",
    ),
    failed("a header that is too long", b"id,note," + b"c" * 1000 + b"\na,1,2\n", "does not end within 1000", "short"),
    loaded("5 MB without a line end", HEADER + b"x" * (5 * _MEGABYTE), 0, "record_too_long", rejected=1),
    loaded("5 MB behind a quote", HEADER + b'"' + b"y" * (5 * _MEGABYTE) + b"\n", 0, "record_too_long", rejected=1),
    failed("5 MB and no header", b"x" * (5 * _MEGABYTE), "header does not end within 1048576 bytes"),
    loaded("a cell of 1 MB", records(b"a," + b"x" * (_MEGABYTE - 3), b"b,2"), 2),
    loaded("a line of 1 MB and one byte", records(b"a," + b"z" * _MEGABYTE, b"b,2"), 1, "record_too_long", rejected=1),
    loaded("a gigabyte of NULs behind a header", HEADER, 0, "record_too_long", rejected=1, hole=1 << 30),
    failed("a gigabyte of NULs", b"", "header does not end within 1048576 bytes", hole=1 << 30),
)

CASES: tuple[Hostile, ...] = (*NOTHINGS, *LINE_ENDS, *QUOTES, *COUNTS, *LENGTHS)
