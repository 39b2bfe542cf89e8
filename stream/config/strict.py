"""What every part of a config has in common: no other key than those it knows, and names that SQL takes."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

NAME = r"^[A-Za-z][A-Za-z0-9_]{0,62}$"

Name: TypeAlias = Annotated[str, Field(pattern=NAME)]


class Strict(BaseModel):
    """A part of a config."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)
