"""What a sentence quotes from a file is not told."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from stream.logging.privacy import HIDDEN, without_values

WORDS = st.text(min_size=1).filter(lambda word: any(letter.isalnum() for letter in word) and len(word) > 3)


@settings(deadline=None)
@given(st.lists(WORDS, min_size=1))
def test_whatever_is_quoted_is_hidden(words: list[str]) -> None:
    sentence = f"The file's header has {', '.join(map(repr, words))}, and is the budget's. Value: {words[0]!r}."
    hidden = ", ".join([repr(HIDDEN)] * len(words))
    expected = f"The file's header has {hidden}, and is the budget's. Value: {HIDDEN!r}."
    assert without_values(sentence) == expected


@settings(deadline=None)
@given(WORDS, WORDS)
def test_what_the_config_declares_is_told(declared: str, other: str) -> None:
    told = without_values(f"it lacks {declared!r} and has {other!r}", {declared})
    assert told == f"it lacks {declared!r} and has " + (repr(other) if other == declared else f"'{HIDDEN}'")


def test_prose_is_left_as_it_is() -> None:
    prose = "The budget's on_failure is hold; don't retry. Its files' dates are 5, and 5 of 8 records fail."
    assert without_values(prose) == prose
