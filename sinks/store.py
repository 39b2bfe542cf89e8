"""Where the rows of a dataset are stored, as its contract is now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from sinks.database.connection import Connection
from sinks.feature_views.views import FeatureViews
from sinks.relations.relations import Relations
from sinks.rows.staging import Staging
from sinks.schemas.recording import Schemas
from sinks.table import Table


@dataclass(frozen=True, slots=True)
class Store:
    """Where the rows of a dataset are stored: its tables and its contract, as they are now. `relations`: what they are
    to rows of other datasets too. `features`: what is made of them."""

    table: Table
    staging: Staging
    relations: Relations
    schemas: Schemas
    features: FeatureViews

    @classmethod
    def of(cls, connection: Connection, table: Table, tables: Mapping[str, Table], run_id: int | None = None) -> Self:
        """Inside the caller's transaction: versions of schemas may be accepted by the contract, and vectors computed.

        Raises ConfigError where a feature view is another, and its version is not.
        """
        schemas = Schemas(connection, table)
        schemas.run_id = run_id
        schemas.adopt()
        features = FeatureViews.of(connection, table)
        return cls(table, Staging(connection, table.dataset), Relations(connection, table, tables), schemas, features)
