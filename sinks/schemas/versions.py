"""The schema versions of a dataset: which one a file's schema fits, and how they grow with what is seen.

A version grows with the rows that are loaded under it: with what they show of nulls and categories, and of types and
formats of which nothing was seen before.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from processors.schemas.comparing import Comparison, compare
from processors.schemas.contract import Contract, types_of
from processors.schemas.fitting import alike, fits, grown, needing, unformatted
from processors.schemas.model import Schema
from processors.schemas.remembering import Seen, inherited, observed, unobserved
from sinks.schemas.rows import SchemaRows, Version


class Versions:
    """Every method that writes runs inside the caller's transaction; where that is rolled back, this is of no use."""

    def __init__(self, rows: SchemaRows, contract: Contract) -> None:
        self._rows, self._contract, self._text = rows, contract, contract.text()
        self._formatted = contract.formatted
        self._numbered = {version.number: version for version in rows.versions()}
        self._fitted: tuple[int, Schema | None] = 0, None

    def adopt(self) -> None:
        """Look at all versions again, where one was last compared with another contract than this one."""
        if all(version.contract == self._text for version in self._numbered.values()):
            return
        known, self._numbered, self._fitted = self._numbered, {}, (0, None)
        for version in known.values():
            self._store(version.number, self._contract.recast(version.schema, types_of(version.contract)))

    def is_as_written(self, number: int) -> bool:
        """Whether nothing in the version is unknown to the contract's YAML."""
        return self._contract.as_written.accepts(self._numbered[number].schema)

    def comparison(self, before: int | None, number: int) -> Comparison:
        """What changed from one version, or else from the contract, to another, apart from nulls and categories."""
        return self._against(before, self._numbered[number].schema)

    def _against(self, before: int | None, schema: Schema) -> Comparison:
        known = self._contract.as_written.schema if before is None else self._numbered[before].schema
        found = alike(unformatted(schema) if before is None else schema, known)
        return compare(needing(known, self._contract.required), needing(found, self._contract.required))

    def takes(self, number: int, found: Schema) -> bool:
        """Whether a file's schema fits the version, which then has what was seen for the first time."""
        if self._fitted[0] == number and self._fitted[1] is found:  # most files share one object
            return True
        version = self._numbered[number]
        if not fits(version.schema, found, self._formatted):
            return False
        self._update(version, grown(version.schema, found))
        self._fitted = number, found
        return True

    def choose(self, found: Schema, had: int | None, before: int | None) -> int:
        """The version of a file: that of the file before, if it fits, else the newest that does, else a new one.

        `had`: the version of the file so far; it is to fit that part of the file, too.
        """
        wanted = found if had is None else grown(self._numbered[had].schema, found)
        candidates = [*(number for number in (had, before) if number), *sorted(self._numbered, reverse=True)]
        fitting = next((number for number in candidates if self.takes(number, wanted)), None)
        number = self._add(wanted) if fitting is None else fitting
        if had is not None:  # whose rows before this one were remembered there
            self._update(self._numbered[number], inherited(self._numbered[number].schema, self._numbered[had].schema))
        return number

    def observe(self, number: int, rows: Seen) -> None:
        """Rows of a file that has the version were loaded."""
        self._update(self._numbered[number], observed(self._numbered[number].schema, rows))

    def _add(self, found: Schema) -> int:
        number = max(self._numbered, default=0) + 1
        names = {column.column: column.name for column in found.columns if column.column}
        self._store(number, replace(unobserved(found), key=self._contract.key_in(names)))
        return number

    def _store(self, number: int, schema: Schema) -> None:
        """A new version, or a known one as today's contract sees it."""
        compared_with = self._last_accepted()
        version = Version(number, self._contract.accepts(schema), schema, self._text)
        self._rows.store(version, self._against(compared_with, schema), compared_with)
        self._numbered[number] = version

    def _last_accepted(self) -> int | None:
        return max(_accepted(self._numbered.values()), default=None)

    def _update(self, version: Version, schema: Schema) -> None:
        if schema is not version.schema:
            self._numbered[version.number] = replace(version, schema=schema)
            self._rows.observe(self._numbered[version.number])


def _accepted(versions: Iterable[Version]) -> Iterable[int]:
    return (version.number for version in versions if version.is_accepted)
