"""Which view there is to be seen, and how keys change that."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias, get_args

Name: TypeAlias = Literal["overview", "dataset", "files", "rules", "model"]
Names: TypeAlias = tuple[Name, ...]

NAMES: Names = get_args(Name)
KEYS = "↑↓ choose  p pause  q quit"
_TAB = "\t"


@dataclass(frozen=True, slots=True)
class View:
    """`chosen`: the number of the dataset, over all of them again and again. `is_paused`: the screen stands still; what
    it shows goes on."""

    name: Name = "overview"
    chosen: int = 0
    is_paused: bool = False

    def after(self, key: str) -> View:
        """The view behind a key; the same where the key means nothing.

        >>> View().after("3").name, View().after("p").is_paused, View().after("down").chosen
        ('files', True, 1)
        """
        if key in {"1", "2", "3", "4", "5"}:
            return replace(self, name=NAMES[int(key) - 1])
        if key == _TAB:
            return replace(self, name=NAMES[(NAMES.index(self.name) + 1) % len(NAMES)])
        if key in {"p", " "}:
            return replace(self, is_paused=not self.is_paused)
        if key in {"down", "right", "j", "n"}:
            return replace(self, chosen=self.chosen + 1)
        if key in {"up", "left", "k"}:
            return replace(self, chosen=self.chosen - 1)
        return self


QUIT = frozenset({"q", "Q"})
