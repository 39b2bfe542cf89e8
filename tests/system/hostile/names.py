"""Names of files. A name is bytes, and means nothing but the file, and its date where it has one."""

from __future__ import annotations

from tests.system.hostile.case import Hostile, loaded, records

NAMES = (
    b"new\nline.csv",
    b"quotes'\".csv",
    b"back\\slash\\x41.csv",
    b"\xff\xfe no UTF-8.csv",
    b"-rf",
    b"--help",
    b"%s%n%(x)s{0}{name}.csv",
    b"*?[a-z]{a,b}~.csv",
    b"$(reboot)`reboot`;&|.csv",
    b"\x1b[2J\x07\x7f.csv",
    "\u202egnp.exe\u2066\u200d.csv".encode(),
    "🧨 שם é.csv".encode(),
    "e\u0301.csv".encode(),
    b" blanks .csv ",
    b"a" * 246 + b".csv",
    b"-",
    b"con",
    b"text.db",
    b"<script>alert(1)</script",
    b"'; DROP TABLE meta_files; --",
    b"dt=2023-02-30 0000-00-00 99999999.csv",
    b"file:x?mode=rw#.csv",
    b"x.CSV.gz",
    b"#comment,with,commas",
    b"surrogate\xed\xa0\x80.csv",
)

CASES: tuple[Hostile, ...] = tuple(
    loaded(f"name {number}", records(b"%d,name" % number), 1, name=name) for number, name in enumerate(NAMES, 1)
)
