"""What a hostile file is: bytes that somebody may put into a landing folder, and what is to become of them."""

from __future__ import annotations

from dataclasses import dataclass

HEADER = b"id,note\n"
EMPTY = "It is empty."
NOTHING = "It holds neither a header nor a record"
NO_RECORDS = "It has a header and no records."


@dataclass(frozen=True, slots=True)
class Hostile:
    """One file.

    `what`: in words, unlike all others. `dataset`: whose folder it is put into, of those in `configs`. `accepted`:
    records that become rows; the others are rejected under the names in `rules` and no others. `reason`: a part of the
    sentence that the ledger has. `name`: the file's name, made from `what` where it is empty. `hole`: so many NULs
    behind the content, which take no room on the disk. `cut`: where the file is cut in two when it is written in two
    halves; 0 is in the middle.
    """

    what: str
    dataset: str
    content: bytes
    state: str
    reason: str
    records: int = 0
    accepted: int = 0
    rules: tuple[str, ...] = ()
    name: bytes = b""
    hole: int = 0
    cut: int = 0

    @property
    def path(self) -> bytes:
        """Below the landing folder."""
        return self.dataset.encode() + b"/" + (self.name or self.what.replace(" ", "_").encode() + b".csv")

    @property
    def halves(self) -> tuple[bytes, bytes]:
        """The content in two parts."""
        at = self.cut or len(self.content) // 2
        return self.content[:at], self.content[at:]


def loaded(
    what: str,
    content: bytes,
    accepted: int,
    *rules: str,
    rejected: int = 0,
    dataset: str = "text",
    name: bytes = b"",
    hole: int = 0,
    cut: int = 0,
) -> Hostile:
    """A file that is read to its end: some records accepted, some `rejected` under `rules`."""
    records = accepted + rejected
    reason = f"All {records} records are read." if records else NO_RECORDS
    return Hostile(what, dataset, content, "committed", reason, records, accepted, rules, name, hole, cut)


def failed(what: str, content: bytes, reason: str, dataset: str = "text", hole: int = 0) -> Hostile:
    """A file that is set aside as a whole."""
    return Hostile(what, dataset, content, "failed", reason, hole=hole)


def held(what: str, content: bytes, reason: str, dataset: str = "text") -> Hostile:
    """A file of which nothing is taken before a person decides."""
    return Hostile(what, dataset, content, "held", reason)


def unread(what: str, content: bytes, reason: str, dataset: str = "text") -> Hostile:
    """A file in which there is nothing to read yet."""
    return Hostile(what, dataset, content, "discovered", reason)


def records(*lines: bytes) -> bytes:
    """The plain header and some lines."""
    return HEADER + b"".join(line + b"\n" for line in lines)


def column(name: str, *cells: str) -> bytes:
    """A file of the dataset `values`: ids, and a column with these cells in quotes."""
    lines = [f'{number},"{cell}"' for number, cell in enumerate(cells, 1)]
    return "\n".join([f"id,{name}", *lines, ""]).encode()
