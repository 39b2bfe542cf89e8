"""Which loaded file has these bytes? Inodes tell where a renamed file was, fingerprints of what a new one is a copy.

Both are hints: whoever finds a file here compares the bytes.
"""

from __future__ import annotations

from stream.landing.tracked import Tracked

#: What makes two files copies of each other: dataset, execution date, fingerprint.
Key = tuple[str, str, bytes]


class Contents:
    """The files that are loaded as a whole."""

    def __init__(self) -> None:
        self._by_inode: dict[int, Tracked] = {}
        self._by_key: dict[Key, list[Tracked]] = {}
        self._keys: dict[int, Key] = {}

    def add(self, known: Tracked) -> None:
        """Enter a file, or what it has become."""
        self._by_inode[known.stat.inode] = known
        key = known.file.dataset, known.file.date, known.file.fingerprint
        if self._keys.get(known.file.file_id) != key:
            self.remove(known)
            if not known.file.fingerprint:
                return
            self._keys[known.file.file_id] = key
            self._by_key.setdefault(key, []).append(known)

    def remove(self, known: Tracked) -> None:
        """The content is no longer loaded."""
        key = self._keys.pop(known.file.file_id, None)
        if key is not None:
            kept = [each for each in self._by_key[key] if each is not known]
            if kept:
                self._by_key[key] = kept
            else:
                del self._by_key[key]

    def of_inode(self, dataset: str, inode: int) -> Tracked | None:
        """The file that had the inode when it was last seen."""
        known = self._by_inode.get(inode)
        return known if known is not None and known.file.dataset == dataset else None

    def alike(self, dataset: str, date: str, fingerprint: bytes) -> list[Tracked]:
        """The files with the same first bytes, dataset and execution date."""
        return self._by_key.get((dataset, date, fingerprint), []) if fingerprint else []

    def copies(self, known: Tracked) -> list[Tracked]:
        """The other files that were recognised as copies of this one, and of which nothing is loaded."""
        key = self._keys.get(known.file.file_id)
        alike = self._by_key.get(key, []) if key else []
        return [each for each in alike if each is not known and not (each.end and each.end.records)]
