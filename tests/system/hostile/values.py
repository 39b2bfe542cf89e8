"""Cells that are nearly values, and keys that are nearly alike."""

from __future__ import annotations

from random import Random

from tests.system.hostile.case import Hostile, column, loaded, records


def _cells(what: str, name: str, good: list[str], bad: list[str]) -> Hostile:
    """A column of which some cells are values (or nulls) and the others misfits."""
    rules = ("type",) if bad else ()
    return loaded(what, column(name, *good, *bad), len(good), *rules, rejected=len(bad), dataset="values")


def _keys(what: str, keys: list[str], distinct: int) -> Hostile:
    """Records with these keys, in a key space of their own."""
    lines = [f"{what} {key},{number}".encode() for number, key in enumerate(keys)]
    rules = ("duplicate_key",) if distinct < len(keys) else ()
    return loaded(what, records(*lines), distinct, *rules, rejected=len(keys) - distinct, dataset="keyed")


VALUES = (
    _cells("no numbers", "real", ["", "0"], ["inf", "-inf", "nan", "NaN", "Infinity", "1e309", "0x10", "1_000", "1,5"]),
    _cells("numbers that look odd", "real", ["-0", "+5", "1e308", "5e-324", ".5", "5.", " 7 ", "00", "1E5"], ["+-5"]),
    _cells("whole numbers", "whole", ["-0", "+5", "007", "9223372036854775807", "-9223372036854775808"], []),
    _cells(
        "no whole numbers", "whole", ["1"], ["99999999999999999999", "1.0", "1e3", "--1", "0b1", "½", "一", "1 000"]
    ),
    _cells("digits of other scripts", "whole", ["3"], ["٣", "\uff13", "३", "²"]),
    _cells("decimals", "exact", ["1.23", "-0.00", "9999999999.99", "+1"], ["1.234", "1e2", "99999999999"]),
    _cells("decimals with 40 digits", "huge", ["9" * 38], ["9" * 40, "1" + "0" * 38, "0." + "1" * 40]),
    _cells("dates", "day", ["2024-02-29", "9999-12-31", "0001-01-01"], []),
    _cells("no dates", "day", [], ["2023-02-30", "0000-00-00", "10000-01-01", "2023-13-01", "20230101", "-2023-01-01"]),
    _cells("timestamps", "at", ["2023-01-01T00:00:00Z", "2023-01-01 23:59:59.999999"], ["2023-01-01T24:00:00Z"]),
    _cells(
        "no timestamps", "at", [], ["now", "0", "1e18", "2023-01-01T00:00:60Z", "2023-02-29 00:00", "99999-01-01T00:00"]
    ),
    _cells("truth", "truth", ["TRUE", "no", "1"], ["2", "ja", "tru"]),
    _cells("formulas as numbers", "real", ["-1"], ["=1+1", "@SUM(A1)", "+1+1", "=cmd|' /C calc'!A0"]),
    _cells("ten thousand categories", "kind", [f"kind {number}" for number in range(10_000)], []),
    loaded("formulas", records(b"=cmd|' /C calc'!A0,@SUM(1)", b"+1,-1", b"\t=1,x", b'"=HYPERLINK(""x"")",%0A'), 4),
    loaded("SQL in cells", records(b'\'; DROP TABLE stg_text;--,"""); --"', b"NULL,null"), 2),
    loaded("JSON in cells", records(b'"{""a"": [1,2}",\\', b'\\u0000,"\\"'), 2),
)

KEYS = (
    _keys("50000 times one key", ["k"] * 50_000, 1),
    _keys("keys in random order twice", [str(n) for n in Random(3).choices(range(1000), k=5000)], 993),
    _keys("keys that differ in case", ["k", "K", "ß", "SS", "İ", "i"], 6),
    _keys("keys that differ in blanks alone", ["k", "k ", "k  ", "k\t", "k\u00a0"], 1),
    _keys("keys that differ in normal form", ["\u00e9", "e\u0301", "\u212b", "\u00c5"], 4),
    _keys("keys that differ behind a NUL", ["k\0a", "k\0b", "k"], 3),
    _keys("keys that look like numbers", ["1", "1.0", "01", "1e0", "+1"], 5),
)

CASES: tuple[Hostile, ...] = (*VALUES, *KEYS)
