"""Synonyms become the one word for them, codes get back their zeros, and all else stays as it is."""

from __future__ import annotations

import re
import sys

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.casting.letter_case import Case, in_case
from processors.standards import Standard, Standardise
from tests.processors.batches import CELLS, flagged_rows, text_rows

COUNTRIES = (("USA", "US"), ("U.S.", "US"), ("Norge", "NO"))
TO_THE_LETTER, IN_ANY_CASE = Standard("a", COUNTRIES), Standard("a", COUNTRIES, ignore_case=True)
ZIP = Standard("a", digits=5)


def written(standard: Standard, *cells: str | None) -> list[str | None]:
    """A text column after the step."""
    values: list[str | None] = Standardise((standard,))(text_rows(a=cells)).accepted["a"].to_pylist()
    return values


def test_a_synonym_becomes_the_word_for_it_whatever_blanks_are_around() -> None:
    assert written(TO_THE_LETTER, "USA", " U.S.\t", "\u00a0Norge ", "US") == ["US", "US", "NO", "US"]


@pytest.mark.parametrize("cell", ["usa", "US A", "USAR", "UxSx", " US ", "", " ", None])
def test_what_is_no_synonym_to_the_letter_stays_as_it_is(cell: str | None) -> None:
    assert written(TO_THE_LETTER, cell, "USA") == [cell, "US"]


def test_without_case_synonyms_and_the_words_for_them_are_found_in_any() -> None:
    assert written(IN_ANY_CASE, "usa", "u.S.", " us ", "NORGE", "no", "Sverige") == [
        "US",
        "US",
        "US",
        "NO",
        "NO",
        "Sverige",
    ]


def test_letters_beyond_ascii_have_a_case_too() -> None:
    assert written(Standard("a", (("ØSTERREICH", "Österreich"),), ignore_case=True), "østerreich") == ["Österreich"]


@pytest.mark.parametrize(("cell", "code"), [("2043", "02043"), ("123", "00123"), ("0", "00000"), (" 2043 ", "02043")])
def test_a_code_gets_back_its_zeros(cell: str, code: str) -> None:
    assert written(ZIP, cell) == [code]


@pytest.mark.parametrize(
    "cell",
    ["02043", "02043-1234", "2043-1234", "123456", "UNKNO", "204A", "-204", "2043.0", "2 43", "٢٠٤", "", " ", None],
)
def test_a_cell_that_is_no_shorter_code_stays_as_it_is(cell: str | None) -> None:
    assert written(ZIP, cell) == [cell]


def test_a_word_that_a_synonym_became_is_padded_like_others() -> None:
    assert written(Standard("a", (("Hingham", "2043"),), digits=5), "Hingham") == ["02043"]


def test_only_changed_cells_are_counted() -> None:
    step = Standardise((IN_ANY_CASE, Standard("b", digits=3), Standard("c", COUNTRIES)))
    outcome = step(text_rows(a=["usa", "US", " US", "x"], b=["1", "01", "001", ""], c=["US", "x", "", "NO"]))
    assert outcome.counts == {"mapped.a": 1, "padded.b": 2}
    assert outcome.accepted["a"].to_pylist() == ["US", "US", " US", "x"]
    assert {name: ids.tolist() for name, ids in outcome.marked.items()} == {"mapped.a": [1], "padded.b": [1, 2]}


@given(st.lists(CELLS | st.sampled_from(["USA", "us", " u.s.", "norge"]), max_size=5), st.booleans(), st.integers(2, 6))
def test_what_is_standard_already_stays_so(cells: list[str], ignore_case: bool, digits: int) -> None:
    standard = Standard("a", COUNTRIES, ignore_case, digits)
    once = written(standard, *cells)
    assert written(standard, *once) == once


@given(st.lists(CELLS, max_size=5), st.integers(2, 6))
def test_zeros_are_all_that_is_added(cells: list[str], digits: int) -> None:
    for cell, code in zip(cells, written(Standard("a", digits=digits), *cells), strict=True):
        bare = cell.strip()
        wanted = bare.zfill(digits) if re.fullmatch("[0-9]+", bare) and len(bare) < digits else cell
        assert code == wanted


def flags(step: Standardise, **columns: list[str]) -> list[str | None]:
    """`_flags` after the step."""
    rows = flagged_rows(**{name: pa.array(cells, pa.string()) for name, cells in columns.items()})
    found: list[str | None] = step(rows).accepted["_flags"].to_pylist()
    return found


def test_changed_cells_are_named_in_the_flags_in_the_order_of_the_changes() -> None:
    step = Standardise((Standard("a", (("ham", "7"),), digits=3, case="lower"), Standard("b", COUNTRIES)))
    assert flags(step, a=["HAM", "ham", "x", "7"], b=["USA", "US", "USA", "?"]) == [
        "cased.a,mapped.a,padded.a,mapped.b",
        "mapped.a,padded.a",
        "mapped.b",
        "padded.a",
    ]


@pytest.mark.parametrize(
    ("case", "cell", "cased"),
    [
        ("lower", "ØSTERREICH 3B", "østerreich 3b"),
        ("lower", "ΟΔΟΣ", "οδος"),
        ("upper", "straße", "STRASSE"),
        ("upper", " oslo ", " OSLO "),
        ("title", "new YORK", "New York"),
        ("title", "saint-denis/élise", "Saint-Denis/Élise"),
        ("title", "E\u0301LISE 3RD", "E\u0301lise 3rd"),
        ("title", "O'NEIL THEY\u2019RE 'SO'", "O'neil They\u2019re 'So'"),
        ("title", "ßa ﬁn", "Ssa Fin"),
        ("title", "東京 OSLO", "東京 Oslo"),
    ],
)
def test_a_column_has_one_case_by_the_rules_of_unicode(case: Case, cell: str, cased: str) -> None:
    assert written(Standard("a", case=case), cell) == [cased]


@pytest.mark.parametrize("case", ["lower", "upper", "title"])
def test_a_cell_that_is_in_its_case_is_not_counted(case: Case) -> None:
    cells = {"lower": "oslo 1", "upper": "OSLO 1", "title": "Oslo 1"}
    assert Standardise((Standard("a", case=case),))(text_rows(a=[cells[case], "", " ", "1", None])).counts == {}


def test_synonyms_are_found_as_they_come_and_in_the_columns_case() -> None:
    standard = Standard("a", COUNTRIES, case="title")
    assert written(standard, "USA", "norge", "NORGE", "oslo") == ["US", "NO", "NO", "Oslo"]


def test_words_of_synonyms_stay_as_they_are_written() -> None:
    assert written(Standard("a", COUNTRIES, case="lower"), "US", "NO", "SE") == ["US", "NO", "se"]


def test_without_case_synonyms_are_found_before_a_case_is_given() -> None:
    assert written(Standard("a", COUNTRIES, ignore_case=True, case="lower"), "uSa", "us", "OSLO") == [
        "US",
        "US",
        "oslo",
    ]


@given(
    st.lists(st.text(max_size=6) | CELLS | st.sampled_from(["USA", "us", " u.s.", "norge"]), max_size=5),
    st.booleans(),
    st.sampled_from(["lower", "upper", "title"]),
)
def test_what_has_its_case_keeps_it(cells: list[str], ignore_case: bool, case: Case) -> None:
    standard = Standard("a", COUNTRIES, ignore_case, 4, case)
    once = written(standard, *cells)
    assert written(standard, *once) == once


@pytest.mark.parametrize("case", ["lower", "upper", "title"])
def test_every_letter_keeps_its_case_once_it_has_it(case: Case) -> None:
    letters = [chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000]
    once = in_case(pa.array([f"{letter}a{letter} {letter}" for letter in letters]), case)
    assert in_case(once, case).equals(once)
