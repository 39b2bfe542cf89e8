"""Names of columns from names in headers: they fit a config, they are stable, and different ones stay apart."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from processors.naming.identifiers import LENGTH_MAX, folded, identifier, told_apart
from stream.config.strict import NAME

NAMES = st.text(st.characters(codec="utf-8")) | st.text(
    st.sampled_from("aAéß\u0131\u0130\uff11_ -/0я한がｶﾞ\u0301\u0345\u200b")
)
SHORT = st.lists(st.sampled_from(["", "a", "a_2", "a_3", "b", "column_1", "column_2", "column_2_2"]), max_size=8)


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("TOTAL_ GROSS", "total_gross"),
        ("QUINN / EDUCATION INCENTIVE", "quinn_education_incentive"),
        ("Province/State", "province_state"),
        ("Long_", "long"),
        ("2016 Gross Pay Received", "c_2016_gross_pay_received"),
        ("Prénom", "prenom"),
        ("e\u0301tat", "etat"),
        ("Straße", "strasse"),
        ("\uff2e\uff21\uff2d\uff25", "name"),
        ("\ufeffName\u00a0", "name"),
        ("København", "k_benhavn"),
        ("Имя", ""),
        ("%", ""),
        ("a" * 62 + " b", "a" * 62),
    ],
)
def test_a_name_becomes_a_column_s_name(name: str, column: str) -> None:
    assert identifier(name) == column


@settings(max_examples=500)
@given(NAMES)
@example("a" * 62 + "_b")
@example("9" * 80)
def test_an_identifier_is_a_name_that_a_config_may_have_or_nothing(name: str) -> None:
    assert identifier(name) == "" or re.fullmatch(NAME, identifier(name))


@settings(max_examples=500)
@given(NAMES)
@example("a" * 62 + "_b")
def test_an_identifier_stays_as_it_is(name: str) -> None:
    assert identifier(identifier(name)) == identifier(name)


@settings(max_examples=500)
@given(NAMES)
def test_a_folded_name_stays_as_it_is(name: str) -> None:
    assert folded(folded(name)) == folded(name)


@settings(max_examples=500)
@given(NAMES, st.sampled_from(["", " ", "_", "\t ", "\u00a0", "-"]))
def test_blanks_around_a_name_and_its_case_do_not_matter(name: str, around: str) -> None:
    other = around + name.swapcase().swapcase() + around
    assert identifier(around + name + around) == identifier(name)
    assert folded(other.casefold()) == folded(other)


@given(st.text(st.characters(max_codepoint=0x7F), max_size=LENGTH_MAX - 2))
def test_ascii_names_mean_the_same_where_they_have_one_identifier(name: str) -> None:
    assert folded(name) == identifier(name)


@pytest.mark.parametrize(
    ("one", "other"), [("Имя A", "Дата A"), ("パパ", "ハハ"), ("ø", "o"), ("a" * 63 + "b", "a" * 63 + "c")]
)
def test_names_that_an_identifier_cannot_tell_apart_do_not_mean_the_same(one: str, other: str) -> None:
    assert folded(one) != folded(other)


@pytest.mark.parametrize(
    ("one", "other"), [("ИМЯ", " имя"), ("Été 1", "ete_1"), ("ﾊﾟﾊﾟ", "パパ"), ("NUMÉRO Ω", "numéro ω")]
)
def test_names_beyond_ascii_that_differ_in_case_and_width_mean_the_same(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@given(SHORT, st.sets(st.sampled_from(["a", "a_2", "b", "column_2"])))
def test_names_told_apart_are_all_different_and_none_is_taken(names: list[str], taken: set[str]) -> None:
    apart = told_apart(names, taken)
    assert len({*apart, *taken}) == len(names) + len(taken)
    assert "" not in apart


@given(SHORT)
def test_names_that_stand_there_once_are_left_as_they_are(names: list[str]) -> None:
    apart = told_apart(names)
    assert all(
        after == before for before, after in zip(names, apart, strict=True) if names.count(before) == 1 and before
    )
    assert told_apart(apart) == apart


@given(st.lists(st.sampled_from(["a" * 63, "a" * 62, "a" * 61 + "_2"]), max_size=14))
def test_names_told_apart_have_no_more_characters_than_they_may(names: list[str]) -> None:
    apart = told_apart(names, length_max=LENGTH_MAX)
    assert len(set(apart)) == len(names)
    assert all(re.fullmatch(NAME, name) for name in apart)
