"""The type of a column, by all its cells, and the reasons.

A column has the type that all its values have. Few values that are plain words or days that do not exist, among many of
the type, are dirt: they are rejected as they come, and the report says so. What has a digit is no dirt but a code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from processors.casting.date_formats import FIRST_YEAR
from processors.casting.numerals import PLAIN, NumberStyle
from processors.profiling.number_evidence import Extent
from processors.profiling.profile import ColumnProfile
from stream.drafting.numbers import numbers
from stream.drafting.times import Order, times

#: So few of the values may be dirt.
_DIRT_SHARE_MAX = 0.02
_CATEGORIES_MAX = 50
_REPEATED_MIN = 5
_IDENTIFIES = re.compile(r"(?:^|_)(?:id|ids|key|uuid|guid|uid|no|nr|num|number|ref|reference)$")
_COMPACT_MIN = 5
#: Of such a share of a column of text it is said that it looks like something else.
_WORTH_TELLING = 0.1
#: Digits that count nothing: they are compared, never added, and may have zeros in front tomorrow.
_CODE = re.compile(
    r"(?:^|_)(?:zip|zipcode|zip_code|postal|postcode|plz|phone|telephone|mobile|fax|fips|ssn|iban|isbn|ean|upc|gtin|sku|"
    r"barcode|code|codes|account|account_no|card)(?:_|$)"
)
_PERSONAL = re.compile(
    r"(?:^|_)(?:first|last|full|sur|family|given|middle|user|customer|employee|person)?_?name$|email|mail|phone|address|"
    r"street|ssn|birth|passport|iban"
)
_BOOLEANS = ({"true", "false"}, {"yes", "no"}, {"t", "f"}, {"y", "n"})
#: Words that mean nothing wherever they stand; the others of them may be values where any text may stand.
PLAIN_NULLS = ("N/A", "n/a", "#N/A", "N.A.", "n.a.", "null", "NULL", "Null", "(null)", "<null>", r"\N")


@dataclass(frozen=True, slots=True)
class Kind:
    """A type as a config writes it, and how its values are written. `nulls`: the words that mean nothing. `dirt`:
    values that are rejected. `extent`: of numbers. `days`: the first and the last. `why`: in a few words."""

    type: str
    style: NumberStyle = PLAIN
    formats: tuple[str, ...] = ()
    first_year: int = FIRST_YEAR
    nulls: tuple[str, ...] = ()
    dirt: int = 0
    extent: Extent | None = None
    days: tuple[str, str] | None = None
    why: tuple[str, ...] = ()

    @property
    def is_text(self) -> bool:
        """Whether any text may stand in the column."""
        return self.type in {"string", "category"}


def decide(name: str, found: ColumnProfile, usual: Order | None = None) -> Kind:
    """The type of a column called `name`. `usual`: whether the day or the month comes first in other columns."""
    words = tuple(word for word in found.words if word)
    if not found.told:
        return Kind("string", why=("nothing but words for nothing" if words else "no value in any record",))
    typed = _boolean(found) or _times(found, usual) or _numbers(name, found)
    if typed is not None:
        nulls = tuple(word for word in words if not (word == "-" and typed.style.accounting))
        return replace(typed, nulls=nulls)
    text = _text(name, found)
    return replace(text, nulls=tuple(word for word in words if word in PLAIN_NULLS) if text.type == "category" else ())


def is_named_key(name: str) -> bool:
    """Whether a column's name says that it identifies something."""
    return bool(_IDENTIFIES.search(name.lower()))


def is_personal(name: str) -> bool:
    """Whether values are better not written down: a name, an address."""
    return bool(_PERSONAL.search(name.lower()))


def _boolean(found: ColumnProfile) -> Kind | None:
    values = {value.lower() for value in found.values or ()}
    pair = next((pair for pair in _BOOLEANS if values and values <= pair), None)
    if pair is None or (len(values) < 2 and "true" not in pair):
        return None
    return Kind("boolean", why=(" and ".join(sorted(found.values or ())),))


def _times(found: ColumnProfile, usual: Order | None) -> Kind | None:
    compact = found.times.compact
    if compact and compact == found.told and compact >= _COMPACT_MIN:
        others = 0
    elif found.numbers.count or not found.times.count:
        return None
    else:
        others = found.texts + found.times.readings[()]
    if not _is_dirt(others, found.coded, found.told):
        return None
    read = times(found.times, usual)
    if read is None:
        return None
    return Kind(read.type, formats=read.formats, first_year=read.first_year, dirt=others, days=read.days, why=read.why)


def _numbers(name: str, found: ColumnProfile) -> Kind | None:
    if not found.numbers.count or found.times.count or not _is_dirt(found.texts, found.coded, found.told):
        return None
    if found.numbers.zeros or _CODE.search(name.lower()):
        return None
    read = numbers(name, found.numbers, dashes=found.words["-"])
    if read is None or (read.type != "integer" and is_named_key(name)):
        return None
    return Kind(read.type, style=read.style, dirt=found.texts, extent=read.extent, why=read.why)


def _is_dirt(others: int, coded: int, told: int) -> bool:
    """Whether so many values of another kind may be left out of account."""
    return not coded and others <= _DIRT_SHARE_MAX * told


def _text(name: str, found: ColumnProfile) -> Kind:
    why = []
    if found.numbers.zeros and found.numbers.count == found.told:
        why.append(f"digits, {found.numbers.zeros:,} with zeros in front: a code")
    elif found.numbers.count == found.told:
        code = _CODE.search(name.lower()) or is_named_key(name)
        why.append("digits that count nothing: a code" if code else "numbers that no one style reads exactly")
    elif (found.numbers.count + found.times.count) > _WORTH_TELLING * found.told:
        others = ((found.numbers.count, "numbers"), (found.times.count, "dates"), (found.texts, "text"))
        why.append(" and ".join(f"{count:,} {what}" for count, what in others if count))
    values = found.values
    is_category = values is not None and not found.numbers.count and not is_personal(name)
    if (
        values is not None
        and is_category
        and len(values) <= _CATEGORIES_MAX
        and _REPEATED_MIN * len(values) <= found.told
    ):
        return Kind("category", why=(*why, f"{len(values)} different values" if len(values) > 1 else "one value"))
    return Kind("string", why=tuple(why))
