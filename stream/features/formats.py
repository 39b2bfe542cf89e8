"""The formats of files that spines are read from and joins are written to."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, TypeAlias

from processors.errors import ConfigError

Format: TypeAlias = Literal["csv", "parquet"]


def file_format(path: Path) -> Format:
    """By the ending of its name. Raises ConfigError.

    >>> file_format(Path("training.PARQUET"))
    'parquet'
    """
    match path.suffix.lower():
        case ".csv":
            return "csv"
        case ".parquet":
            return "parquet"
        case _:
            raise ConfigError(f"{path}: is neither .csv nor .parquet by its name; rename it to say which.")
