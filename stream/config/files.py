"""What a dataset's YAML may say of its files: which they are, when they are finished, what becomes of them."""

from __future__ import annotations

import posixpath
import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator


class FilesConfig(BaseModel):
    """Which files of the landing folder belong to the dataset."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    folder: str | None = Field(None, description="Folder below the landing folder; the dataset's name by default.")
    pattern: str | Annotated[tuple[str, ...], Field(min_length=1)] = Field(
        ("*.csv", "*.csv.gz", "*.csv.zst", "*.csv.bz2"),
        description="Shell pattern of the file name, such as orders_*.csv, or several of them. What is compressed is "
        "recognised by its content; the pattern has to let its name pass.",
    )
    date: str | None = Field(
        None,
        description="Regular expression over the path with the groups (?P<year>…), (?P<month>…) and (?P<day>…), where "
        "the execution date is not written dt=2026-11-21, 2026-11-21 or 20261121. Without a group for the day, or for "
        "month and day, it is the first. Files without a date get the day of their arrival.",
    )
    ready: tuple[Literal["renamed", "closed", "marker", "lease", "quiet"], ...] = Field(
        ("renamed", "quiet"),
        min_length=1,
        description="What proves a file finished, so that a last line without a line end is a whole one; any of "
        "them. renamed: it was renamed into place while watch ran. closed: its writer closed it while watch ran. "
        "marker: its done-marker is there. lease: no process writes to it (Linux, own files). quiet: it has not "
        "changed for settle_seconds.",
    )
    settle_seconds: float = Field(2.0, ge=0, description="After so long without a change a file counts as quiet.")
    marker: str = Field(
        "{name}.done",
        description="The done-marker beside a file; {name} is its name, {stem} what precedes the dots.",
    )
    on_rewrite: Literal["supersede", "hold", "fail"] = Field(
        "supersede",
        description="What becomes of a loaded file whose loaded bytes have changed. supersede: once it is finished, "
        "the rows of the new content take the place of the old ones, in one transaction. hold: the old rows stay, and "
        "`ade-stream retry FILE` takes the new content. fail: the old rows stay, and the file is failed.",
    )
    on_copy: Literal["skip", "load"] = Field(
        "skip",
        description="What becomes of a new file with the same bytes, for the same date, as one that is loaded.",
    )

    after: Literal["leave", "archive", "delete"] = Field(
        "leave",
        description="What becomes of a file when all of it is loaded, that is durable, and it is finished. A file that "
        "comes later under the same name is then another file.",
    )
    archive: str = Field(
        ".archive",
        description="Where loaded files are moved: a path, or a hidden folder in the landing folder, such as .archive.",
    )
    follow_links: bool = Field(
        False,
        description="Whether links may lead out of the landing folder. Linked files within it are always followed.",
    )
    attempts_max: int = Field(
        3, ge=1, le=100, description="A file that cannot be read so many times in a row is set aside as failed."
    )

    @property
    def patterns(self) -> tuple[str, ...]:
        """The shell patterns of which a name must match one."""
        return (self.pattern,) if isinstance(self.pattern, str) else self.pattern

    @field_validator("folder")
    @classmethod
    def _inside(cls, folder: str | None) -> str | None:
        if folder is not None and (folder.startswith("/") or ".." in folder.split("/") or not folder.strip("/.")):
            raise ValueError("must name a folder below the landing folder, without '..'")
        return folder if folder is None else posixpath.normpath(folder)

    @field_validator("archive")
    @classmethod
    def _hidden(cls, archive: str) -> str:
        if not archive.startswith(("/", ".")) or ".." in archive.split("/") or not archive.strip("/."):
            raise ValueError("must be a path that begins with /, or the name of a folder that begins with a dot")
        return archive

    @field_validator("marker")
    @classmethod
    def _beside(cls, marker: str) -> str:
        try:
            name = marker.format(name="x.csv", stem="x")
        except (KeyError, IndexError, ValueError) as error:
            raise ValueError("may hold {name} and {stem}, and no other braces") from error
        if not name or "/" in name or name == "x.csv":
            raise ValueError("must name another file in the same folder")
        return marker

    @field_validator("date")
    @classmethod
    def _groups(cls, pattern: str | None) -> str | None:
        groups = set(_regex(pattern).groupindex) if pattern is not None else {"year"}
        if "year" not in groups or ("day" in groups and "month" not in groups):
            raise ValueError("must have the group (?P<year>…), or also (?P<month>…), or also (?P<day>…)")
        return pattern


def _regex(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise ValueError(f"is no regular expression: {error}") from error
