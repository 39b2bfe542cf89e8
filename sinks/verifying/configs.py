"""By which configs the records of a date were judged, held against today's."""

from __future__ import annotations

from dataclasses import dataclass

from sinks.configs.model import ConfigVersion
from sinks.database.connection import Connection
from sinks.table import Table

#: What a config says of which rows come of the records.
_OF_ROWS = frozenset({"reading", "columns", "schema", "steps", "relations"})
#: What it says of whole dates, and of what a profile is made of.
_OF_DATES = frozenset({"dates", "columns"})
_JUDGED_BY = """
SELECT c.hash, c.definition FROM meta_configs c WHERE c.dataset = ?1 AND c.hash <> ?3 AND EXISTS (
    SELECT 1 FROM meta_files m JOIN meta_spans s
    ON s.span_id BETWEEN m.file_id << 32 AND (m.file_id << 32) + 4294967295
    WHERE m.dataset = ?1 AND m.date = ?2 AND m.state <> 'superseded' AND s.config_id = c.config_id)
ORDER BY c.config_id DESC
"""


@dataclass(frozen=True, slots=True)
class OtherConfig:
    """The hash of the config that judged records of a date, of several the newest; today's; and in which parts they
    differ."""

    recorded: str
    today: str
    parts: frozenset[str]

    @property
    def is_of_rows(self) -> bool:
        """Whether other rows may come of the same records."""
        return bool(self.parts & _OF_ROWS)

    @property
    def telling(self) -> frozenset[str]:
        """The parts because of which something cannot be compared."""
        return self.parts & (_OF_ROWS | _OF_DATES)

    @property
    def is_of_dates(self) -> bool:
        """Whether something else may be said of the whole date."""
        return bool(self.parts & _OF_DATES)


def other_config(connection: Connection, table: Table, date: str) -> OtherConfig | None:
    """The config by which records of a date were judged; None where that is today's, or nobody says which it was."""
    today = table.config
    if today is None:
        return None
    found = connection.rows(_JUDGED_BY, table.dataset, date, today.hash)
    if not found:
        return None
    parts = [_differing(ConfigVersion.of(str(definition)), today) for _, definition in found]
    return OtherConfig(str(found[0][0]), today.hash, frozenset[str]().union(*parts))


def _differing(one: ConfigVersion, other: ConfigVersion) -> set[str]:
    return {name for name in {*one.parts, *other.parts} if one.parts.get(name) != other.parts.get(name)}
