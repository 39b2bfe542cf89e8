"""Words that stood in a file, taken out of sentences.

Sentences quote what they found as Python does, `'…'` or `"…"`: cells, and names that a header has. A file that lacks
its header line has values in the place of names, so names are hidden, too, unless the config has them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Container

HIDDEN = "…"
#: Nothing is quoted within a word: an apostrophe stands there.
_QUOTED = re.compile(r"""(?<!\w)('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")(?!\w)""")


def without_values(sentence: str, declared: Container[str] = ()) -> str:
    r"""A sentence in which only quoted words that are `declared`, or have no letter and no digit, are left.

    >>> without_values("its header lacks 'price'; it has 'Ada', '1815-12-10'", {"price"})
    "its header lacks 'price'; it has '…', '…'"
    >>> without_values("The budget's on_failure is hold, and its value is \"it's\".")
    "The budget's on_failure is hold, and its value is '…'."
    >>> without_values("Its fields are separated by ';'")
    "Its fields are separated by ';'"
    """
    return _QUOTED.sub(lambda found: _hidden(found.group(), declared), sentence)


def _hidden(quoted: str, declared: Container[str]) -> str:
    word = ast.literal_eval(quoted) if _is_literal(quoted) else quoted[1:-1]
    is_left = word in declared or not any(letter.isalnum() for letter in word)
    return quoted if is_left else repr(HIDDEN)


def _is_literal(quoted: str) -> bool:
    try:
        ast.literal_eval(quoted)
    except (SyntaxError, ValueError):
        return False
    return True
