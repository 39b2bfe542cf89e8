"""From the names in files' headers to names of columns, and which names in headers mean the same.

The identifier rules. A name becomes a column's name in these steps: compatibility decomposition (NFKD), so that `é` is
`e` and a mark, and a full-width letter a plain one; marks are dropped; letters are case-folded; whatever is no ASCII
letter or digit becomes `_`, a whole run of it one, and none stays at either end; a digit at the beginning gets `c_` in
front; what is beyond 63 characters is cut off. What is left may be nothing.

>>> [identifier(name) for name in ("TOTAL_ GROSS", " Last Update ", "Prénom", "2016 Gross Pay", "Straße", "Имя", "--")]
['total_gross', 'last_update', 'prenom', 'c_2016_gross_pay', 'strasse', '', '']
>>> told_apart([identifier(name) for name in ("Notes", "", "notes", "Имя")])
['notes', 'column_2', 'notes_2', 'column_4']

Two names mean the same where they fold to the same. A folded name is the identifier without what an identifier loses:
nothing is cut off, and a name with letters or digits beyond ASCII keeps these and their marks.

>>> [folded(name) for name in ("Last Update", "ИМЯ", " имя ", "Имя A", "Дата A")]
['last_update', 'имя', 'имя', 'имя_a', 'дата_a']
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence
from functools import lru_cache

#: So many characters may a column's name have.
LENGTH_MAX = 63


def identifier(name: str) -> str:
    """The name of a column that a header calls `name`; empty where nothing of it can stand in such a name."""
    return _joined("".join(char if char.isascii() else " " for char in _bare(name)))[:LENGTH_MAX].rstrip("_")


@lru_cache(maxsize=4096)
def folded(name: str) -> str:
    """What two names that mean the same have in common; empty for a name without letters and digits, which means
    nothing."""
    bare = _bare(name)
    is_lossless = not any(char.isalnum() for char in bare if not char.isascii())
    return _joined(bare if is_lossless else _composed(_composed(name)))


def told_apart(names: Sequence[str], taken: Collection[str] = (), length_max: int | None = None) -> list[str]:
    """`names`, each once: an empty one is numbered by its place, as `column_3`, and one that is repeated, or `taken`,
    by its turn, as `notes_2`, and is cut to have room for that within `length_max`. All others stay as they are.

    >>> told_apart(["a", "a", "a_2", "a"], taken=["a_3"])
    ['a', 'a_4', 'a_2', 'a_5']
    """
    left, used, turns = {*names} - {"", *taken}, {*names, *taken}, Counter[str]()
    apart: list[str] = []
    for place, given in enumerate(names, 1):
        name = given or f"column_{place}"
        if given not in left and (given or name in used):
            name = _numbered(name, used, turns, length_max)
        left.discard(given)
        used.add(name)
        apart.append(name)
    return apart


def _numbered(name: str, used: Collection[str], turns: Counter[str], length_max: int | None) -> str:
    """`name` with the next of its numbers that is free; `turns` remembers how many numbers it has had."""
    numbered = name
    while numbered in used:
        turns[name] += 1
        end = f"_{turns[name] + 1}"
        numbered = name[: None if length_max is None else length_max - len(end)] + end
    return numbered


def _bare(name: str) -> str:
    """Without case and marks, in compatibility decomposition."""
    letters = (char for char in unicodedata.normalize("NFKD", name) if not unicodedata.combining(char))
    return unicodedata.normalize("NFKD", "".join(letters).casefold())


def _composed(name: str) -> str:
    """Without case, in compatibility composition; the second time nothing changes any more."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFD", name).casefold())


def _joined(text: str) -> str:
    """The letters and digits, with the marks that are left, and `_` between."""
    kept = (char if char.isalnum() or unicodedata.category(char)[0] == "M" else " " for char in text)
    joined = "_".join("".join(kept).split())
    return f"c_{joined}" if joined[:1].isdecimal() else joined
