"""From the settings of the quality step to the processors that clean, and to what is a duplicate."""

from __future__ import annotations

from processors.quality import Clean
from sinks.table import Unique
from stream.config.compiling.draft import Draft, Location, add_unique, standardise
from stream.config.compiling.imputation import add_imputing, add_outliers
from stream.config.steps import QualityConfig


def add_cleaning(draft: Draft, where: Location, config: QualityConfig) -> None:
    if not draft.types:
        draft.fault(where, "quality stands before schema, which makes the columns that it cleans; put it behind")
    of_columns = {name: column.null_tokens for name, column in draft.config.columns.items() if column.null_tokens}
    draft.steps.append(Clean(config.trim, draft.config.null_tokens, tuple(of_columns.items())))
    standardise(draft)
    add_outliers(draft, (*where, "outliers"), config.outliers)
    add_imputing(draft, (*where, "impute"), config.impute)
    if "key" in config.duplicates:
        if not draft.config.key:
            draft.fault((*where, "duplicates"), "duplicates: key needs the dataset's key")
        add_unique(draft, where, Unique("duplicate_key", draft.config.key, keep=config.keep))
    if "exact" in config.duplicates:
        add_unique(draft, where, Unique("duplicate_exact", (), exact=True, keep=config.keep))
