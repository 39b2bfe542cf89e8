"""Headers that cannot be taken set their file aside with a reason, before any of its records is read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from processors.errors import SourceError
from stream.config import Dataset, DatasetConfig, compile_dataset
from stream.schemas.freezing import frozen
from tests.framing.landings import dataset, read_all


def test_names_are_read_without_quotes_and_blanks() -> None:
    header = read_all(b'\xef\xbb\xbf"x" , y,"the ""z"""\r\n', dataset()).header
    assert header is not None
    assert header.names == ("x", "y", 'the "z"')


def test_a_name_that_is_missing_is_numbered() -> None:
    header = read_all(b"x,,y,\n", dataset()).header
    assert header is not None
    assert header.names == ("x", "column_2", "y", "column_4")


def test_a_header_is_complete_only_with_its_line_end_or_at_the_end_of_the_file() -> None:
    assert read_all(b"x,y", dataset(), final=False).header is None
    assert read_all(b"x,y", dataset(), final=True).header is not None


@pytest.mark.parametrize(
    ("header", "why"),
    [
        (b"x,y,x\n", "names 'x' more than once, .* reads x from it; .* Another than the first is 'x_2' here"),
        (b"x,\xff\n", "not UTF-8"),
        (b'x,"y\n1,2\n', "does not end"),
        (b"x," + b"y" * 100 + b"\n", "does not end"),
    ],
)
def test_a_header_that_cannot_be_read_sets_the_file_aside(header: bytes, why: str) -> None:
    with pytest.raises(SourceError, match=why):
        read_all(header, dataset(record_bytes_max=64))


def test_a_column_that_is_named_like_the_row_id_sets_the_file_aside() -> None:
    """Exports of document databases have one; taken as it is, the row ids would be lost."""
    with pytest.raises(SourceError, match="_id"):
        read_all(b"_id,x,y\n507f1f77,1,2\n", dataset())


def test_a_header_with_a_nul_sets_the_file_aside() -> None:
    """Arrow passes names on as C strings: replay could not read the column back."""
    with pytest.raises(SourceError, match="NUL"):
        read_all(b"x,y,a\0b\n1,2,3\n", dataset())


def named(**sources: str | list[str]) -> Dataset:
    """Text columns with names in the header of their own."""
    columns = {name: {"type": "string", "source": source} for name, source in sources.items()}
    config = {"dataset": "d", "columns": columns, "processors": [{"schema": {}}]}
    compiled, faults = compile_dataset(DatasetConfig.model_validate(config))
    assert not faults
    return compiled


@pytest.mark.parametrize("header", [b"Total,Name\n", b"TOTAL EARNINGS,NAME\n", b" TOTAL EARNINGS , NAME\n"])
def test_a_header_may_have_any_of_a_column_s_names(header: bytes) -> None:
    how = named(total=["TOTAL EARNINGS ", "Total"], name=["Name", "NAME"])
    assert read_all(header, how).header is not None


def test_a_header_with_two_names_of_one_column_sets_the_file_aside() -> None:
    with pytest.raises(SourceError, match="has 'Total', 'Sum', and the config reads total from either; which one is"):
        read_all(b"Sum,Name,Total\n", named(total=["Total", "Sum"]))


@pytest.mark.parametrize(
    "header", [b"TOTAL,name\n", b"total , NAME\n", b"-Total-,N\xc3\xa0m\xc3\xa8\n", b"SUM,Name\n", b"To Tal,Name\n"]
)
def test_a_header_may_write_a_column_s_names_otherwise(header: bytes) -> None:
    how = named(total=["Total", "Sum", "to_tal"], name="Name")
    assert read_all(header, how).header is not None


@pytest.mark.parametrize("header", [b"Score,Score %\n", b"SCORE,Score\n", b'Score,"Sc\xc3\xb6re"\n'])
def test_two_names_that_are_one_column_but_for_case_and_signs_set_the_file_aside(header: bytes) -> None:
    with pytest.raises(SourceError, match=r"reads score from either; .* make the one, as it is written here"):
        read_all(header, named(score="score"))


def test_the_name_that_is_written_as_in_the_config_settles_which_one_is_meant() -> None:
    header = read_all(b"Score,Score %\n50,0.5\n", named(score="Score")).header
    assert header is not None
    assert header.names == ("Score", "Score %")


def test_names_of_two_columns_that_mean_the_same_are_told_apart_to_the_letter() -> None:
    assert read_all(b"a-b,a_b\n", named(one="a-b", two="a_b")).header is not None
    why = frozen(("a-b", "A B"), named(one="a-b", two="a_b"))
    assert why is not None
    assert "lacks 'a_b'; it has 'a-b', 'A B'" in why


def test_an_undeclared_name_that_is_repeated_is_numbered() -> None:
    header = read_all(b"x,Notes,,Notes,notes,Notes_2,\n", dataset()).header
    assert header is not None
    assert header.names == ("x", "Notes", "column_3", "Notes_3", "notes", "Notes_2", "column_7")


def test_a_repeated_name_is_declared_by_its_number() -> None:
    both = read_all(b"Notes,Notes\n", named(one="Notes", two="Notes_2")).header
    second = read_all(b"Notes,Notes\n", named(one="Notes_2")).header
    assert both == second
    assert both is not None
    assert both.names == ("Notes", "Notes_2")


def test_a_header_that_lacks_a_column_is_told_all_its_names() -> None:
    why = frozen(("Amount", "Who"), named(total=["Total", "Sum"], name="Name"))
    assert why is not None
    assert "lacks 'Total' or 'Sum', 'Name'; it has 'Amount', 'Who'" in why


def test_a_file_without_a_header_has_the_columns_under_their_first_names() -> None:
    how = named(total=["Total", "Sum"], name="Name")
    header = read_all(b"1,a\n", replace(how, dialect=replace(how.dialect, header=False))).header
    assert header is not None
    assert header.names == ("Total", "Name")
