"""The text of a view as one plain SELECT over a staged table. What else SQL may ask for is refused, with a reason."""

from __future__ import annotations

import re
from collections.abc import Iterator

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError

from processors.feature_views.sql.faults import SqlError

#: Comments, and what is quoted and may look like one.
_COMMENTS = re.compile(r"""('[^']*'|"[^"]*")|--[^\n]*|/\*.*?\*/""", re.DOTALL)
_PLAIN = {"expressions", "from_", "where", "windows"}
#: Clauses, and why a view has none of them.
_CLAUSES = {
    "with_": "WITH is not known here; a view is one SELECT over the staged table",
    "joins": "a view looks at one table; join vectors to other rows with `ade-stream features join`",
    "distinct": "DISTINCT would drop rows; each row has a vector",
    "group": "GROUP BY has one row a group; a feature is an aggregate OVER a window",
    "having": "HAVING belongs to GROUP BY; conditions on single rows stand in WHERE",
    "order": "ORDER BY says nothing here; vectors are kept by entity and time",
    "limit": "LIMIT would drop rows; each row has a vector",
    "offset": "OFFSET would drop rows; each row has a vector",
}
_ONE = "write one SELECT ... FROM stg_<dataset>, with windows"


def statement(sql: str) -> exp.Select:
    """The SELECT that `sql` is. Raises SqlError where it is something else."""
    plain = _COMMENTS.sub(_blank, sql)
    _begins_well(plain)
    try:
        found = [each for each in sqlglot.parse(plain, dialect="sqlite") if each is not None]
    except ParseError as error:
        first = error.errors[0]
        raise SqlError(int(first["line"] or 1), f"is no SQL near {_near(first['highlight'])}; {_ONE}") from error
    except (SqlglotError, RecursionError) as error:
        raise SqlError(1, f"is no SQL that can be read; {_ONE}") from error
    if len(found) > 1:
        raise SqlError(found[1], f"is a second statement; {_ONE}")
    if not isinstance(found[0], exp.Select):
        raise SqlError(found[0], f"is no plain SELECT; {_ONE}")
    return found[0]


def _blank(comment: re.Match[str]) -> str:
    """The lines of a comment; sqlglot reads no comment between the words of a clause."""
    return comment[1] or " " + "\n" * comment[0].count("\n")


def _begins_well(sql: str) -> None:
    """Where it does not, sqlglot would look for a command of some database, and log that it found none."""
    try:
        tokens = sqlglot.tokenize(sql, dialect="sqlite")
    except (SqlglotError, RecursionError) as error:
        lines = sql.count("\n", 0, len(sql.rstrip())) + 1
        raise SqlError(lines, "ends within a text, a name or a comment; close it") from error
    if not tokens:
        raise SqlError(1, f"is empty; {_ONE}")
    if tokens[0].text.upper() not in {"SELECT", "WITH"}:
        raise SqlError(tokens[0].line, f"begins with {tokens[0].text!r}; {_ONE}")


def _near(text: object) -> str:
    return repr(str(text)) if text else "its end"


def surplus(select: exp.Select) -> Iterator[SqlError]:
    """What stands in it beside features, FROM, WHERE and WINDOW."""
    for name, part in select.args.items():
        if part and name not in _PLAIN:
            where = part[0] if isinstance(part, list) else part
            why = _CLAUSES.get(name, f"{name.strip('_').upper()} is not known here; {_ONE}")
            yield SqlError(where if isinstance(where, exp.Expr) else select, why)


def source(select: exp.Select, table: str) -> set[str]:
    """By which names, in lower case, its columns may be called: of `table`, and its alias. Raises SqlError where
    something else is read."""
    origin = select.args.get("from_")
    found = origin.this if origin is not None else None
    if not isinstance(found, exp.Table) or found.name.lower() != table.lower() or not _is_plain(found):
        raise SqlError(origin or select, f"must read FROM {table}, the staged table of its dataset, and nothing else")
    return {found.alias_or_name.lower()}


def _is_plain(table: exp.Table) -> bool:
    """Whether nothing but a name, and perhaps another name for it, is said of a table."""
    alias = table.args.get("alias")
    return all(name in {"this", "alias"} for name, part in table.args.items() if part) and not (alias and alias.columns)
