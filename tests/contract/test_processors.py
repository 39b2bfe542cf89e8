"""The laws that every processor keeps: each of them is run over every class of processor, and over whole chains."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.casting.numerals import NumberStyle
from processors.chain import Chain
from processors.columns import Column, ColumnType
from processors.features import Derive, Feature
from processors.outcome import REJECTED, ROW_ID, Outcome, Processor, join_marked
from processors.quality import Clean
from processors.rules.checks import Holds, Length, Listed, Matches, NotNull, OneOf, Range, Typed
from processors.rules.row_checks import AddsUp, InOrder
from processors.schema import Cast
from processors.standards import Standard, Standardise
from processors.validation import Rule, Validate
from stream.config import DatasetConfig, compile_dataset
from stream.config.loading import load_config
from tests.contract.parametrised import PARAMETRISED
from tests.processors.batches import accepted_ids, rejected_ids, text_batches, typed_batches

CONFIGS = Path(__file__).parents[2] / "configs"
BERLIN = "Europe/Berlin"
IN_BERLIN = ColumnType("timestamp", timezone=BERLIN)
MONEY = NumberStyle(thousands_mark=",", currency="$", accounting=True)
TOKENS = ("", "NA", "null", "-999")
HEADER = ("code", "n", "x", "price", "paid", "day", "at")
HEADERS = (HEADER, (*HEADER, "extra", 'odd "name"'), ("price", "extra", "at", "n", "code", "x", "day"))


@dataclass(frozen=True)
class Kind:
    """A kind of processor: `make` builds it anew; `batches` are rows that it may be given."""

    make: Callable[[], Processor]
    batches: st.SearchStrategy[pa.RecordBatch]

    @cached_property
    def process(self) -> Processor:
        """One of the kind."""
        return self.make()

    def drawn(self, data: st.DataObject) -> tuple[pa.RecordBatch, Processor]:
        """Rows, and a processor for them."""
        return data.draw(self.batches), self.process


@dataclass(frozen=True)
class AnyOf:
    """One of several kinds, each time anew."""

    kinds: tuple[Kind, ...]

    def drawn(self, data: st.DataObject) -> tuple[pa.RecordBatch, Processor]:
        """Rows, and a processor for them."""
        return data.draw(st.sampled_from(self.kinds)).drawn(data)


def cast() -> Processor:
    """Every type, one column optional."""
    return Cast(
        (
            Column("code", "code", ColumnType("string")),
            Column("count", "N", ColumnType("integer"), aliases=("n",), null_tokens=("0",)),
            Column("x", "x", ColumnType("number")),
            Column("price", "price", ColumnType("decimal", 10, 2, style=MONEY)),
            Column("paid", "paid", ColumnType("boolean"), optional=True),
            Column("day", "day", ColumnType("date", formats=("iso", "%d/%m/%Y", "%y%m%d"))),
            Column("at", "at", IN_BERLIN),
        ),
        TOKENS,
    )


def standardise() -> Processor:
    """Words in any case and to the letter, and zeros, in text of both widths."""
    words = (("NA", "none"), ("true", "yes"), ("1", "0001"), ("a\nb", "\u00fc"))
    return Standardise(
        (Standard("code", words, ignore_case=True, digits=5), Standard("name", words, digits=3, case="title"))
    )


def validate() -> Processor:
    """Every check and every action."""
    return Validate(
        (
            Rule("code_known", "must be known", "code", OneOf("code", ("NA", "1", "true")), action="warn"),
            Rule("n_there", "must be there", "n", NotNull("n"), "info", "warn"),
            Rule("n_small", "must be small", "n", Range("n", minimum=-1, maximum=9, exclusive=True)),
            Rule("price_above", "must be above 0", "price", Range("price", minimum=Decimal("0.005")), action="drop"),
            Rule("name_plain", "must be letters", "name", Matches("name", "[a-z]*|NA"), "warning"),
            Rule("name_is_time", "must be a time", "name", Typed("name", IN_BERLIN)),
            Rule("name_short", "must be short", "name", Length("name", 1, 3), "info", "warn"),
            Rule("code_listed", "must be listed", "code", Listed("code", ("NA", "b"), "codes.csv"), "info", "warn"),
            Rule("times", "must be in order", None, InOrder(("day", "at"), moments=("at",), timezone=BERLIN)),
            Rule("sum", "must add up", None, AddsUp(("n", "price"), "x", Decimal("0.5")), "info", "warn"),
            Rule("x_below_n", "must hold", None, Holds("x < n OR paid"), action="fail"),
            Rule("never_broken", "must hold", None, Holds("1 < 2")),
            Rule("n_when_paid", "must be there", "n", NotNull("n"), action="warn", when="paid"),
            Rule("x_when_cheap", "must be small", "x", Range("x", maximum=5), "warning", when="price / n < 10"),
        )
    )


def derive() -> Processor:
    """Features of every type; a later one uses an earlier one."""
    return Derive(
        (
            Feature("ratio", "x / n", ColumnType("number")),
            Feature("twice", "ratio * 2", ColumnType("number")),
            Feature("rest", "n % 7", ColumnType("integer")),
            Feature("loud", "UPPER(code)", ColumnType("string")),
            Feature("year", "EXTRACT(YEAR FROM at)", ColumnType("integer")),
            Feature("cheap", "price < 10", ColumnType("boolean")),
            Feature("constant", "'x'", ColumnType("string")),
        )
    )


STEPS = [
    {"schema": {}},
    {"quality": {"duplicates": ["key"]}},
    {
        "validation": {
            "rules": [
                {"check": "not_null", "column": "n", "severity": "warning", "action": "warn"},
                {"check": "range", "column": "x", "min": -100, "max": 100},
                {"check": "matches", "column": "code", "pattern": "[^b]*"},
                {"check": "expression", "name": "paid_or_cheap", "sql": "paid OR price < 50", "action": "drop"},
                {"check": "range", "column": "n", "max": 9, "when": "paid", "name": "n_when_paid"},
            ]
        }
    },
    {"features": {"columns": {"total": "x * n", "half": "total / 2"}}},
    {"validation": {"rules": [{"check": "range", "column": "half", "max": 40, "name": "half_small"}]}},
]
CONFIG: Mapping[str, Any] = {
    "dataset": "laws",
    "columns": {
        "code": {"type": "string"},
        "n": {"type": "integer"},
        "x": {"type": "number"},
        "price": {"type": "decimal(10,2)"},
        "paid": {"type": "boolean", "optional": True},
        "day": {"type": "date"},
        "at": {"type": "timestamp"},
    },
    "null_tokens": TOKENS,
    "timezone": BERLIN,
    "key": ["code"],
    "processors": STEPS,
}


def chain() -> Chain:
    """What `CONFIG` compiles to."""
    dataset, faults = compile_dataset(DatasetConfig.model_validate(CONFIG))
    assert not faults
    return dataset.chain


def shipped(path: Path) -> Kind:
    """The chain of a config that comes with the project, over its own columns and one that it does not know."""
    header = (*(column.source for column in load_config(path).columns), "undeclared")
    return Kind(lambda: load_config(path).chain, text_batches(header, rows_max=4))


TEXT = st.sampled_from(HEADERS).flatmap(text_batches)
KINDS = {
    "Cast": Kind(cast, TEXT),
    "Clean": Kind(lambda: Clean(null_tokens=TOKENS), typed_batches()),
    "Clean with tokens of columns": Kind(lambda: Clean(of_columns=(("code", TOKENS),)), typed_batches()),
    "Clean without trim": Kind(lambda: Clean(trim=False, null_tokens=TOKENS), typed_batches()),
    "Standardise": Kind(standardise, typed_batches()),
    "Validate": Kind(validate, typed_batches()),
    "Derive": Kind(derive, typed_batches()),
    **{name: Kind(make, typed_batches()) for name, make in PARAMETRISED.items()},
    "Chain": Kind(chain, TEXT),
}
SHIPPED = {path.stem: shipped(path) for path in sorted([*CONFIGS.glob("*.yaml"), *CONFIGS.glob("examples/*.yaml")])}

of_every_kind = pytest.mark.parametrize(
    "kind", [*KINDS.values(), AnyOf(tuple(SHIPPED.values()))], ids=[*KINDS, "shipped"]
)
law = settings(max_examples=12, deadline=None)


@of_every_kind
@law
@given(data=st.data())
def test_every_row_comes_out_once_in_the_order_of_its_id(kind: Kind | AnyOf, data: st.DataObject) -> None:
    rows, process = kind.drawn(data)
    outcome = process(rows)
    accepted, rejected = accepted_ids(outcome), rejected_ids(outcome)
    assert sorted(accepted + rejected) == rows[ROW_ID].to_pylist()
    assert accepted == sorted(accepted)
    assert rejected == sorted(rejected)


@of_every_kind
@law
@given(data=st.data())
def test_the_input_is_untouched(kind: Kind | AnyOf, data: st.DataObject) -> None:
    rows, process = kind.drawn(data)
    before = rows.to_pylist()
    process(rows)
    assert rows.to_pylist() == before


@of_every_kind
@law
@given(data=st.data())
def test_two_halves_give_what_the_whole_gives(kind: Kind | AnyOf, data: st.DataObject) -> None:
    """f(a ++ b) == f(a) ++ f(b), and the counts add up."""
    rows, process = kind.drawn(data)
    cut = data.draw(st.integers(0, rows.num_rows))
    whole, first, second = process(rows), process(rows[:cut]), process(rows[cut:])
    assert whole.accepted.to_pylist() == first.accepted.to_pylist() + second.accepted.to_pylist()
    assert whole.rejected.to_pylist() == first.rejected.to_pylist() + second.rejected.to_pylist()
    together = join_marked(first.marked, second.marked)
    assert {name: sorted(ids) for name, ids in whole.marked.items()} == {
        name: sorted(ids) for name, ids in together.items()
    }


@of_every_kind
@law
@given(data=st.data())
def test_a_row_that_breaks_a_rule_was_judged_by_it(kind: Kind | AnyOf, data: st.DataObject) -> None:
    """And is marked once: so what a rule judged is all rows without those unknown to it and those that it skipped."""
    rows, process = kind.drawn(data)
    marked = process(rows).marked
    for rule in {name.partition(".")[2] for name in marked if name.startswith("rule.")}:
        verdicts = [row for kind_ in ("rule", "unknown", "skipped") for row in marked.get(f"{kind_}.{rule}", ())]
        assert len(verdicts) == len(set(verdicts))


@of_every_kind
@law
@given(data=st.data())
def test_the_schema_does_not_depend_on_the_rows(kind: Kind | AnyOf, data: st.DataObject) -> None:
    """Neither where all rows pass, nor where none does, nor where there are none."""
    rows, process = kind.drawn(data)
    outcome = process(rows)
    refused = pc.is_in(rows[ROW_ID], outcome.rejected[ROW_ID])
    for some in (rows, rows[:0], rows.filter(refused), rows.filter(pc.invert(refused))):
        again = process(some)
        assert again.accepted.schema == outcome.accepted.schema
        assert again.rejected.schema == REJECTED


@of_every_kind
@law
@given(data=st.data())
def test_the_refused_rows_are_refused_alone_too(kind: Kind | AnyOf, data: st.DataObject) -> None:
    rows, process = kind.drawn(data)
    outcome = process(rows)
    refused = rows.filter(pc.is_in(rows[ROW_ID], outcome.rejected[ROW_ID]))
    alone = process(refused)
    assert alone.accepted.num_rows == 0
    assert alone.rejected.to_pylist() == outcome.rejected.to_pylist()


@of_every_kind
@law
@given(data=st.data())
def test_the_refused_rows_go_on_in_the_form_of_the_accepted(kind: Kind | AnyOf, data: st.DataObject) -> None:
    rows, process = kind.drawn(data)
    outcome = process(rows)
    if outcome.refused is None:
        assert outcome.rejected.num_rows == 0
    else:
        assert outcome.refused.schema == outcome.accepted.schema
        assert outcome.refused[ROW_ID].to_pylist() == rejected_ids(outcome)


@of_every_kind
@law
@given(data=st.data())
def test_a_pickled_processor_does_the_same(kind: Kind | AnyOf, data: st.DataObject) -> None:
    rows, process = kind.drawn(data)
    copied = pickle.loads(pickle.dumps(process))  # noqa: S301 - our own bytes
    assert copied == process
    assert same(copied(rows), process(rows))


@of_every_kind
@law
@given(data=st.data())
def test_the_same_rows_give_the_same_outcome(kind: Kind | AnyOf, data: st.DataObject) -> None:
    rows, process = kind.drawn(data)
    assert same(process(rows), process(rows))


@of_every_kind
@law
@given(data=st.data())
def test_counts_are_integers_above_zero(kind: Kind | AnyOf, data: st.DataObject) -> None:
    rows, process = kind.drawn(data)
    assert all(type(count) is int and count > 0 for count in process(rows).counts.values())


@pytest.mark.parametrize("kind", [*KINDS.values(), *SHIPPED.values()], ids=[*KINDS, *SHIPPED])
def test_processors_with_the_same_settings_are_equal_and_hash_alike(kind: Kind) -> None:
    assert kind.make() == kind.make()
    assert hash(kind.make()) == hash(kind.make())


def test_processors_with_other_settings_differ() -> None:
    made = [
        KINDS[name].make()
        for name in ("Cast", "Clean", "Clean without trim", "Standardise", "Validate", "Derive", *PARAMETRISED, "Chain")
    ]
    assert len(set(made)) == len(made)


def same(left: Outcome, right: Outcome) -> bool:
    """Whether two outcomes agree in rows, types, rejects and counts."""
    batches = left.accepted.equals(right.accepted) and left.rejected.equals(right.rejected)
    return bool(batches and dict(left.counts) == dict(right.counts))
