"""What a dataset's YAML may say of how the bytes of its files are laid out."""

from __future__ import annotations

from itertools import combinations
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from stream.reading.quoting import AUTO, DELIMITERS

_SIGN = r"[\x01-\x09\x0b\x0c\x0e-\x7f]"


class DialectConfig(BaseModel):
    """How the bytes of the files are laid out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    delimiter: str = Field(
        ",",
        json_schema_extra={"pattern": f"^({_SIGN}|{AUTO})$"},
        description="What separates fields. auto: the one of , ; tab | under which a file's header names most of the "
        "columns, or else its records have the most even number of fields.",
    )
    quote: str | None = Field(
        '"',
        json_schema_extra={"pattern": f"^{_SIGN}$"},
        description="The quote character; null where the format has none.",
    )
    escape: str | None = Field(
        None,
        json_schema_extra={"pattern": f"^{_SIGN}$"},
        description="Makes the byte behind it literal, inside quotes and outside; null where the format has none.",
    )
    comment: str | None = Field(
        None,
        json_schema_extra={"pattern": f"^{_SIGN}$"},
        description="A line outside quotes that begins with it is no record; null where the format has none.",
    )
    header: bool = Field(
        True, description="Whether the first record names the columns; else they come in config order."
    )
    skip_lines: int = Field(0, ge=0, le=1_000_000, description="Lines before the header, or the first record.")
    encoding: Literal["utf-8", "latin-1", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "auto"] = Field(
        "utf-8",
        description="A byte order mark is taken off. A record that is not of this encoding is rejected. auto: by the "
        "byte order mark, else UTF-16 by its NULs, else UTF-8 with the fallback, or cp1252 where none is named.",
    )
    encoding_fallback: Literal["latin-1", "cp1252"] | None = Field(
        None, description="With utf-8 or auto: what a record that is not UTF-8 is read with, instead of rejecting it."
    )

    @model_validator(mode="after")
    def _single_bytes(self) -> DialectConfig:
        signs = {"delimiter": self.delimiter, "quote": self.quote, "escape": self.escape, "comment": self.comment}
        for name, value in signs.items():
            is_auto = name == "delimiter" and value == AUTO
            if value is not None and not is_auto and (len(value.encode()) != 1 or value in "\r\n\0"):
                other = ", or auto" if name == "delimiter" else ""
                raise ValueError(f"{name} must be one ASCII character other than a line end{other}")
        for one, other in combinations([name for name, value in signs.items() if value is not None], 2):
            if signs[one] == signs[other]:
                raise ValueError(f"{one} and {other} must differ")
        if self.delimiter == AUTO and set(DELIMITERS) & set(signs.values()):
            raise ValueError("with delimiter: auto, quote, escape and comment must be none of , ; tab |")
        if self.encoding_fallback and self.encoding not in {"utf-8", AUTO}:
            raise ValueError("encoding_fallback belongs to the encodings utf-8 and auto")
        return self
