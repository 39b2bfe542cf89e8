"""What a config may not say: keys, values and types. One line each, with the file's line and what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.config.sales import COLUMNS, spoilt

TOP = (
    "dataset, description, contract, files, dialect, null_tokens, timezone, columns, key, event_time, processors, "
    "limits, budget, parameters, profile, score, exports, kpis, raw"
)
RULE = "not_null, column: id}"

#: What is written, what is written instead, the line told, and the beginning of the message.
MESSAGES = {
    "unknown key": ("key: [id]", "keys: [id]", 14, f"unknown key 'keys'. Known keys: {TOP}."),
    "unknown key of files": (
        "  folder: sales",
        "  foldr: sales",
        3,
        "unknown key 'files.foldr'. Known keys: folder, pattern, date, ",
    ),
    "unknown key of a column": (
        "id: {type: string}",
        "id: {type: string, optinal: true}",
        6,
        "unknown key 'columns.id.optinal'. Known keys: type, source, optional, null_tokens, formats,",
    ),
    "unknown key of the limits": (
        "batch_rows: 100",
        "batch_row: 100",
        31,
        (
            "unknown key 'limits.batch_row'. Known keys: batch_rows, batch_bytes, record_bytes_max, "
            "field_bytes_max, columns_max, expanded_bytes_max."
        ),
    ),
    "unknown key of a rule": (
        RULE,
        "not_null, column: id, colour: red}",
        21,
        "unknown key 'processors.2.validation.rules.0.colour'. Known keys: name, severity, weight, action,",
    ),
    "unknown step": (
        "- schema: {}",
        "- shema: {}",
        17,
        "unknown key 'processors.0.shema'. Known keys: schema, quality, validation, features.",
    ),
    "key written twice": ("dataset: sales", "dataset: sales\ndataset: sales", 2, "key 'dataset' is written twice."),
    "column written twice": (
        "  day: {type: date}",
        "  day: {type: date}\n  day: {type: date}",
        9,
        "key 'day' is written twice.",
    ),
    "key of a column written twice": (
        "day: {type: date}",
        "day: {type: date, type: date}",
        8,
        "key 'type' is written twice.",
    ),
    "missing dataset": ("dataset: sales", "description: x", 1, "key 'dataset' is missing."),
    "missing type": ("day: {type: date}", "day: {}", 8, "key 'columns.day.type' is missing."),
    "missing column of a rule": (RULE, "not_null}", 21, "key 'processors.2.validation.rules.0.column' is missing."),
    "name of a dataset": ("dataset: sales", "dataset: sa-les", 1, "dataset: string should match pattern"),
    "folder outside": ("folder: sales", "folder: ../sales", 3, "files.folder: must name a folder below the landing"),
    "absolute folder": ("folder: sales", "folder: /sales", 3, "files.folder: must name a folder below the landing"),
    "date pattern without groups": (
        "  folder: sales",
        "  date: '[0-9]+'",
        3,
        "files.date: must have the group (?P<year>…)",
    ),
    "date pattern with a day of no month": (
        "  folder: sales",
        "  date: '(?P<year>[0-9]+)-(?P<day>[0-9]+)'",
        3,
        "files.date: must have the group (?P<year>…)",
    ),
    "date pattern that is none": (
        "  folder: sales",
        "  date: '('",
        3,
        "files.date: is no regular expression: missing )",
    ),
    "number that is none": (
        "batch_rows: 100",
        "batch_rows: many",
        31,
        "limits.batch_rows: input should be a valid integer",
    ),
    "number too small": (
        "batch_rows: 100",
        "batch_rows: 0",
        31,
        "limits.batch_rows: input should be greater than or equal to 1 (found 0).",
    ),
    "unknown type": (
        "day: {type: date}",
        "day: {type: day}",
        8,
        "columns.day.type: must be one of string, integer, number, boolean, date, timestamp, category or decimal(p,s)",
    ),
    "decimal beyond its precision": (
        "decimal(12,2)",
        "decimal(2,12)",
        9,
        "columns.amount.type: decimal(p,s) needs 1 ≤ p ≤ 38 and 0 ≤ s ≤ p (found 'decimal(2,12)').",
    ),
    "formats of a text": (
        "id: {type: string}",
        "id: {type: string, formats: ['%Y']}",
        6,
        "columns.id: formats and two_digit_years_from belong to the types date and timestamp.",
    ),
    "style of a text": (
        "id: {type: string}",
        "id: {type: string, currency: EUR}",
        6,
        "columns.id: decimal_mark, thousands_mark, currency and accounting belong to integer, number and decimal.",
    ),
    "zeros before a number": (
        "count: {type: integer}",
        "count: {type: integer, pad_zeros: 5}",
        10,
        "columns.count: case, synonyms, ignore_case and pad_zeros belong to the types string and category.",
    ),
    "synonyms of a number": (
        "count: {type: integer}",
        "count: {type: integer, synonyms: {1: one}}",
        10,
        "columns.count: case, synonyms, ignore_case and pad_zeros belong to the types string and category.",
    ),
    "one synonym for two": (
        "kind: {type: category}",
        "kind: {type: category, synonyms: {a: [x, y], b: [y]}}",
        11,
        "columns.kind: the synonym 'y' is to be both 'a' and 'b'.",
    ),
    "one synonym for two but for case": (
        "kind: {type: category}",
        "kind: {type: category, synonyms: {a: x, b: X}, ignore_case: true}",
        11,
        "columns.kind: the synonym 'X' is to be both 'a' and 'b'.",
    ),
    "a synonym that has one itself": (
        "kind: {type: category}",
        "kind: {type: category, synonyms: {a: b, b: c}}",
        11,
        "columns.kind: the synonym 'b' is to be both 'a' and 'b'.",
    ),
    "a synonym that YAML takes for a truth value": (
        "kind: {type: category}",
        "kind: {type: category, synonyms: {NO: Norway}}",
        11,
        "columns.kind.synonyms",
    ),
    "blank synonym": (
        "kind: {type: category}",
        "kind: {type: category, synonyms: {a: ['']}}",
        11,
        "columns.kind.synonyms: a word must not be blank; what means nothing belongs to null_tokens",
    ),
    "case of a number": (
        "count: {type: integer}",
        "count: {type: integer, case: upper}",
        10,
        "columns.count: case, synonyms, ignore_case and pad_zeros belong to the types string and category.",
    ),
    "case that is none": (
        "kind: {type: category}",
        "kind: {type: category, case: Title}",
        11,
        "columns.kind.case: input should be 'lower', 'upper' or 'title' (found 'Title').",
    ),
    "case of no synonyms": (
        "kind: {type: category}",
        "kind: {type: category, ignore_case: true}",
        11,
        "columns.kind: ignore_case says how synonyms are found, and there are none.",
    ),
    "one mark for two": (
        "count: {type: integer}",
        "count: {type: integer, thousands_mark: '.'}",
        10,
        "columns.count: decimal_mark and thousands_mark must differ.",
    ),
    "thousands mark that is none": (
        "count: {type: integer}",
        "count: {type: integer, thousands_mark: _}",
        10,
        "columns.count.thousands_mark: input should be ',', '.', \"'\", ' '",
    ),
    "currency that is a number": (
        "count: {type: integer}",
        "count: {type: integer, currency: '1'}",
        10,
        "columns.count.currency: must be text such as $ or EUR, without digits, signs, parentheses and blanks",
    ),
    "source without a name": (
        "count: {type: integer}",
        "count: {type: integer, source: [n, ' ']}",
        10,
        "columns.count.source.1: must not be blank (found ' ').",
    ),
    "fraction as Python has it": (
        "%Y-%m-%d %H:%M",
        "%Y-%m-%d %H:%M:%S.%f",
        7,
        "columns.at.formats.0: '%Y-%m-%d %H:%M:%S.%f' is no usable format: %f is not taken, a fraction",
    ),
    "format that is none": ("%Y-%m-%d %H:%M", "%Q", 7, "columns.at.formats.0: '%Q' is no usable format"),
    "format without a date": ("%Y-%m-%d %H:%M", "%H:%M", 7, "columns.at.formats.0: '%H:%M'"),
    "time zone": (
        "Europe/Oslo",
        "Europe/Olso",
        13,
        "timezone: must be a time zone of the IANA database, such as UTC or Europe/Oslo (found 'Europe/Olso').",
    ),
    "time zone that is a path": ("Europe/Oslo", "../../etc/passwd", 13, "timezone: must be a time zone of the IANA"),
    "columns that differ in case": (
        "kind: {type",
        "ID: {type",
        5,
        "columns: two columns differ only in upper and lower",
    ),
    "columns with one source": (
        "day: {type: date}",
        "day: {type: date, source: id}",
        5,
        "columns: the header name 'id' is given twice.",
    ),
    "name of a column": ("  fresh: {type", "  _id: {type", 12, "columns._id"),
    "key without a column": (
        "key: [id]",
        "key: [di]",
        14,
        f"key: there is no column 'di'; the columns are {COLUMNS}.",
    ),
    "event time without a time": (
        "event_time: at",
        "event_time: day",
        15,
        "event_time: 'day' is not a timestamp column; the timestamp columns are: at.",
    ),
    "delimiter of two": (
        "limits:",
        "dialect: {delimiter: ';;'}\nlimits:",
        30,
        "dialect: delimiter must be one ASCII character other than a line end, or auto.",
    ),
    "delimiter that ends a line": (
        "limits:",
        'dialect: {delimiter: "\\n"}\nlimits:',
        30,
        "dialect: delimiter must be one ASCII character other than a line end, or auto.",
    ),
    "escape of two": (
        "limits:",
        "dialect: {escape: ab}\nlimits:",
        30,
        "dialect: escape must be one ASCII character other than a line end.",
    ),
    "comment that is the escape": (
        "limits:",
        "dialect: {escape: '#', comment: '#'}\nlimits:",
        30,
        "dialect: escape and comment must differ.",
    ),
    "quote that auto may find as the delimiter": (
        "limits:",
        "dialect: {delimiter: auto, quote: '|'}\nlimits:",
        30,
        "dialect: with delimiter: auto, quote, escape and comment must be none of , ; tab |.",
    ),
    "fallback of an encoding that takes every byte": (
        "limits:",
        "dialect: {encoding: latin-1, encoding_fallback: cp1252}\nlimits:",
        30,
        "dialect: encoding_fallback belongs to the encodings utf-8 and auto.",
    ),
    "delimiter that is the quote": (
        "limits:",
        "dialect: {quote: ','}\nlimits:",
        30,
        "dialect: delimiter and quote must differ.",
    ),
    "cleaning before there are columns": (
        "  - schema: {}\n  - quality: {duplicates: [key]}",
        "  - quality: {duplicates: [key]}\n  - schema: {}",
        17,
        "processors.0.quality: quality stands before schema, which makes the columns that it cleans; put it behind.",
    ),
    "two steps in one": ("- schema: {}", "- {}", 17, "processors.0: needs exactly one of schema, quality, validation,"),
    "schema twice": ("- schema: {}", "- schema: {}\n  - schema: {}", 18, "processors.1: schema stands twice"),
    "no schema": ("  - schema: {}\n", "", 16, "processors: one step must be schema"),
    "key duplicates without a key": (
        "key: [id]\n",
        "",
        17,
        "processors.1.quality.duplicates: duplicates: key needs the",
    ),
    "unknown kind of duplicates": (
        "duplicates: [key]",
        "duplicates: [keys]",
        18,
        "processors.1.quality.duplicates.0: input should be 'key' or 'exact' (found 'keys').",
    ),
}
EACH = pytest.mark.parametrize(("old", "new", "line", "told"), MESSAGES.values(), ids=MESSAGES.keys())


@EACH
def test_a_mistake_is_told_with_its_line(tmp_path: Path, old: str, new: str, line: int, told: str) -> None:
    found = spoilt(tmp_path, old, new)
    assert any(problem.startswith(f"sales.yaml:{line}: {told}") for problem in found), found


@EACH
def test_every_line_of_a_message_names_the_file_and_a_line(
    tmp_path: Path, old: str, new: str, line: int, told: str
) -> None:
    found = spoilt(tmp_path, old, new)
    assert [problem for problem in found if not problem.startswith("sales.yaml:")] == []
