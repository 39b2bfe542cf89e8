"""What a dataset's YAML may say of a column: its type, its names in the files, and how its values are written."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from processors.casting.date_formats import FIRST_YEAR
from processors.casting.letter_case import Case
from processors.casting.numerals import PLAIN, DecimalMark, NumberStyle, ThousandsMark
from processors.columns import Column, ColumnType
from processors.standards import Standard

_DECIMAL = re.compile(r"^decimal\(\s*(\d+)\s*,\s*(\d+)\s*\)$")
#: Nothing that could be a part of a number.
_CURRENCY = re.compile(r"(?![eE.,']+$)[^-+()\d\s]+")
_PLAIN_TYPES = ("string", "integer", "number", "boolean", "date", "timestamp", "category")


def _listed(value: object) -> object:
    """One name for a list of one."""
    return (value,) if isinstance(value, str) else value


def _several(value: object) -> object:
    """One word, or number, for a list of one."""
    return value if isinstance(value, list | tuple) else (value,)


def _named(name: str) -> str:
    if not name.strip():
        raise ValueError("must not be blank")
    return name.strip()


def _as_written(value: object) -> object:
    """A value of a list as a cell would have it; YAML reads NO as false, which must be put in quotes."""
    if value is True or value is False:
        raise ValueError("true, false, yes and no must stand in quotes, since YAML takes them for truth values")
    return str(value) if isinstance(value, int | float | Decimal | date) else value


def _worded(words: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    if not all(word.strip() for wanted, others in words.items() for word in (wanted, *others)):
        raise ValueError("a word must not be blank; what means nothing belongs to null_tokens")
    return {wanted.strip(): tuple(word.strip() for word in others) for wanted, others in words.items()}


def type_name(name: str) -> str:
    """The name, if a type has it. Raises ValueError."""
    match = _DECIMAL.match(name)
    if match and not (0 <= int(match[2]) <= int(match[1]) <= 38 and int(match[1]) > 0):
        raise ValueError("decimal(p,s) needs 1 ≤ p ≤ 38 and 0 ≤ s ≤ p")
    if not match and name not in _PLAIN_TYPES:
        raise ValueError(f"must be one of {', '.join(_PLAIN_TYPES)} or decimal(p,s)")
    return name


Bare: TypeAlias = Annotated[str, AfterValidator(str.strip)]
AsWritten: TypeAlias = Annotated[str, BeforeValidator(_as_written, json_schema_input_type=str | int | float)]
Words: TypeAlias = Annotated[
    dict[
        Annotated[str, BeforeValidator(_as_written)],
        Annotated[
            tuple[AsWritten, ...],
            BeforeValidator(_several, json_schema_input_type=str | int | float | list[str | int | float]),
        ],
    ],
    AfterValidator(_worded),
]
HeaderName: TypeAlias = Annotated[str, AfterValidator(_named)]
HeaderNames: TypeAlias = Annotated[
    tuple[HeaderName, ...], BeforeValidator(_listed, json_schema_input_type=str | list[str])
]


class ColumnConfig(BaseModel):
    """A column of the contract."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: Annotated[str, AfterValidator(type_name)] = Field(
        description="string, integer, number, decimal(p,s), boolean, date, timestamp or category",
        json_schema_extra={"anyOf": [{"enum": list(_PLAIN_TYPES)}, {"pattern": _DECIMAL.pattern}]},
    )
    source: HeaderNames = Field(
        (),
        description="The column's name in the header, or a list of the names that it has in different files, of which "
        "a header may hold one; its own name by default. Where no name in the header is one of them to the letter, "
        "case, blanks, marks and signs do not count: Last_Update is LAST UPDATE, and the column's own name will do.",
    )
    optional: bool = Field(False, description="Whether a file may lack the column; its cells are then null.")
    null_tokens: tuple[Bare, ...] = Field(
        (), description="Cells that mean nothing in this column, beside the dataset's null_tokens."
    )
    formats: tuple[str, ...] = Field(
        (),
        description="Formats of a date or timestamp, such as %d/%m/%Y, and iso for ISO 8601, which is the default. The "
        "first that a cell fits to the letter is taken: %Y is four digits, %y two, %m %d %H %I one or two.",
    )
    two_digit_years_from: int = Field(
        FIRST_YEAR,
        ge=1000,
        le=9900,
        description="The first of the hundred years that %y may mean: from 1930 on, 30 is 1930 and 29 is 2029.",
    )
    decimal_mark: DecimalMark = Field(
        ".", description="What stands before the fraction of a number: a point or a comma."
    )
    thousands_mark: ThousandsMark | None = Field(
        None,
        description="What may stand before each three digits of a number: a comma, a point, ', a blank or a no-break "
        "blank. 1,234 and 1234 are numbers then; 1,2 and 12,34 are not.",
    )
    currency: str | None = Field(
        None,
        description="What may stand before or behind a number, with or without a blank: a currency such as $ or EUR, "
        "or a unit such as kg or %. The number stays as it is written: 12 % is 12.",
    )
    accounting: bool = Field(False, description="A number in parentheses is negative, and a lone dash is zero.")
    case: Case | None = Field(
        None,
        description="lower, upper or title: how the letters of a string or category column are to be written, by the "
        "rules of Unicode. title writes each word with a capital: O'NEIL is O'neil. It comes before synonyms, whose "
        "words stay as they are written. Counted, and in _flags, as cased.<column>.",
    )
    synonyms: Words = Field(
        {},
        description="Words of a string or category column that mean the same, by the one that is to stand for them: "
        "{US: [USA, U.S.]}. Compared without blanks around. Counted, and in _flags, as mapped.<column>.",
    )
    ignore_case: bool = Field(
        False, description="Whether synonyms, and the words that are to stand for them, are found in any case."
    )
    pad_zeros: int | None = Field(
        None,
        ge=2,
        le=100,
        description="So many digits has a code in a string or category column, such as 5 for ZIP codes: one of fewer "
        "digits, and nothing else, gets zeros in front, when case and synonyms are done. Counted, and in _flags, as "
        "padded.<column>.",
    )
    description: str = Field("", description="What the column means, for people and for exported contracts.")

    @model_validator(mode="after")
    def _formats_fit(self) -> ColumnConfig:
        dated = self.formats or self.two_digit_years_from != FIRST_YEAR
        if dated and self.type not in {"date", "timestamp"}:
            raise ValueError("formats and two_digit_years_from belong to the types date and timestamp")
        return self

    @field_validator("currency")
    @classmethod
    def _unlike_a_number(cls, currency: str | None) -> str | None:
        if currency is not None and not _CURRENCY.fullmatch(currency):
            raise ValueError("must be text such as $ or EUR, without digits, signs, parentheses and blanks")
        return currency

    @model_validator(mode="after")
    def _style_fits(self) -> ColumnConfig:
        if self.style() != PLAIN and self.type not in {"integer", "number"} and not _DECIMAL.match(self.type):
            raise ValueError(
                "decimal_mark, thousands_mark, currency and accounting belong to integer, number and decimal"
            )
        if self.decimal_mark == self.thousands_mark:
            raise ValueError("decimal_mark and thousands_mark must differ")
        return self

    @model_validator(mode="after")
    def _standard_fits(self) -> ColumnConfig:
        if self.standard("") != Standard("") and self.type not in {"string", "category"}:
            raise ValueError("case, synonyms, ignore_case and pad_zeros belong to the types string and category")
        if self.ignore_case and not self.synonyms:
            raise ValueError("ignore_case says how synonyms are found, and there are none")
        meant: dict[str, str] = {}
        for wanted, words in self.synonyms.items():
            for word in (wanted, *words):
                other = meant.setdefault(word.lower() if self.ignore_case else word, wanted)
                if other != wanted:
                    raise ValueError(f"the synonym {word!r} is to be both {other!r} and {wanted!r}")
        return self

    def style(self) -> NumberStyle:
        """How the column's numbers are written."""
        return NumberStyle(self.decimal_mark, self.thousands_mark, self.currency, self.accounting)

    def column_type(self, timezone: str) -> ColumnType:
        """The logical type, with naive timestamps read in `timezone`."""
        match = _DECIMAL.match(self.type)
        if match:
            return ColumnType("decimal", int(match[1]), int(match[2]), style=self.style())
        if self.type in {"integer", "number"}:
            return ColumnType(self.type, style=self.style())  # type: ignore[arg-type]
        first_year = self.two_digit_years_from
        return ColumnType(self.type, formats=self.formats, timezone=timezone, first_year=first_year)  # type: ignore[arg-type]

    def standard(self, name: str) -> Standard:
        """How the column's text is to be written."""
        pairs = tuple((word, wanted) for wanted, words in self.synonyms.items() for word in words)
        return Standard(name, pairs, self.ignore_case, self.pad_zeros or 0, self.case)

    def column(self, name: str, timezone: str) -> Column:
        """The column under the name that it has in the table."""
        source, *aliases = self.source or (name,)
        kind = self.column_type(timezone)
        return Column(name, source, kind, self.optional, tuple(aliases), self.null_tokens)
