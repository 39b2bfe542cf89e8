"""Lists beside the configs: what is read of them, and what is wrong with them, told at the rule that names them."""

from __future__ import annotations

from pathlib import Path

import pytest

from stream.config import load_configs
from stream.config.value_lists import VALUES_MAX, read_list
from tests.config.sales import SALES, refusal

PLACE = "sales.yaml:24: processors.2.validation.rules.3"
ONE_OF = "{check: one_of, column: kind, values: [a, b]}"


def write(folder: Path, text: str, column: str = "kind", field: str = "") -> None:
    """A config with a rule on a list, and the list beside it."""
    rule = f"{{check: referential, column: {column}, list: lists/kinds.csv{field}}}"
    (folder / "sales.yaml").write_text(SALES.replace(ONE_OF, rule), "utf-8")
    (folder / "lists").mkdir()
    (folder / "lists" / "kinds.csv").write_bytes(text.encode("latin-1"))


def test_the_first_field_is_the_list(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('\ufeffcode,name\n NO ,Norway\n"SE",Sweden\n\n,None\nNO,Noreg\n', "utf-8")
    assert read_list(tmp_path / "a.csv", None) == ("NO", "SE")
    assert read_list(tmp_path / "a.csv", "name") == ("Norway", "Sweden", "None", "Noreg")


def test_a_list_may_have_a_hundred_thousand_values_and_no_more(tmp_path: Path) -> None:
    lines = ["n", *map(str, range(VALUES_MAX))]
    (tmp_path / "a.csv").write_text("\n".join([*lines, "0"]), "utf-8")
    assert len(read_list(tmp_path / "a.csv", None)) == VALUES_MAX
    (tmp_path / "a.csv").write_text("\n".join([*lines, "one more"]), "utf-8")
    with pytest.raises(ValueError, match="more than 100,000 different values; load it as a dataset"):
        read_list(tmp_path / "a.csv", None)


def test_a_list_lies_beside_the_config(tmp_path: Path) -> None:
    write(tmp_path, "kind\na\n")
    assert load_configs(tmp_path)["sales"].name == "sales"


@pytest.mark.parametrize(
    ("text", "field", "told"),
    [
        ("", "", "has no value, so that no row could pass."),
        ("", ", field: kind", "has no field 'kind'; its fields are none."),
        ("kind\n", "", "has no value, so that no row could pass."),
        ("kind\n\n \n", "", "has no value, so that no row could pass."),
        ("kind,name\na,b\n", ", field: nmae", "has no field 'nmae'; its fields are kind, name."),
        ("kind\n\xff\n", "", "is no CSV in UTF-8: 'utf-8' codec can't decode byte 0xff"),
        ('kind\n"a"b\n', "", "is no CSV in UTF-8: ',' expected after '\"'."),
    ],
)
def test_what_is_wrong_with_a_list_is_told_at_its_rule(tmp_path: Path, text: str, field: str, told: str) -> None:
    write(tmp_path, text, field=field)
    [problem] = refusal(tmp_path)
    assert problem.startswith(f"{PLACE}: lists/kinds.csv {told}")


def test_a_list_with_a_value_that_the_column_cannot_have_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "n\n1\ntwo\n", column="count")
    assert refusal(tmp_path) == [f"{PLACE}: 'two' is no integer, as which the column is cast."]
