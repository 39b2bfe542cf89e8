"""The laws of steps with parameters, whatever the rows were that these were fitted on."""

from __future__ import annotations

import pickle

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.chain import Chain
from processors.columns import Column
from processors.outcome import ROW_ID, join_marked
from processors.parameters.fitting import fit
from processors.parameters.model import Parameters
from processors.parameters.observing import observations
from tests.contract.parametrised import PARAMETRISED, Step
from tests.contract.test_processors import same
from tests.processors.batches import accepted_ids, rejected_ids, typed_batches
from tests.processors.test_fitting import TYPES

BEFORE = typed_batches(rows_max=8)
COLUMNS = tuple(Column(name, "N" if name == "n" else name, kind) for name, kind in TYPES.items())
of_each = pytest.mark.parametrize("name", PARAMETRISED)
law = settings(max_examples=25, deadline=None)


def step(name: str, before: pa.RecordBatch | None) -> Step:
    """A step with the parameters that it wants of the rows `before`; None: with none."""
    process = PARAMETRISED[name]()
    fitted = () if before is None else fit(process.wanted, before, TYPES)
    return process.given(Parameters("laws", 2, "2026-11-20", fitted))


@of_each
@law
@given(st.none() | BEFORE, typed_batches(), st.integers(0, 6))
def test_two_halves_give_what_the_whole_gives(
    name: str, before: pa.RecordBatch | None, rows: pa.RecordBatch, cut: int
) -> None:
    process = step(name, before)
    whole, first, second = process(rows), process(rows[:cut]), process(rows[cut:])
    assert whole.accepted.to_pylist() == first.accepted.to_pylist() + second.accepted.to_pylist()
    assert whole.rejected.to_pylist() == first.rejected.to_pylist() + second.rejected.to_pylist()
    together = join_marked(first.marked, second.marked)
    assert {each: sorted(ids) for each, ids in whole.marked.items()} == {
        each: sorted(ids) for each, ids in together.items()
    }


@of_each
@law
@given(BEFORE, typed_batches())
def test_every_row_comes_out_once_in_the_same_schema(name: str, before: pa.RecordBatch, rows: pa.RecordBatch) -> None:
    outcome = step(name, before)(rows)
    assert sorted(accepted_ids(outcome) + rejected_ids(outcome)) == rows[ROW_ID].to_pylist()
    assert outcome.accepted.schema == rows.schema


@of_each
@law
@given(BEFORE, typed_batches())
def test_a_pickled_step_is_equal_and_does_the_same(name: str, before: pa.RecordBatch, rows: pa.RecordBatch) -> None:
    process = step(name, before)
    copied = pickle.loads(pickle.dumps(process))  # noqa: S301 - our own bytes
    assert copied == process
    assert hash(copied) == hash(process)
    assert same(copied(rows), process(rows))


@of_each
@law
@given(BEFORE, typed_batches())
def test_no_row_is_counted_twice_under_one_name(name: str, before: pa.RecordBatch, rows: pa.RecordBatch) -> None:
    for ids in step(name, before)(rows).marked.values():
        assert len(set(ids.tolist())) == len(ids)


@of_each
def test_a_step_that_is_given_parameters_is_another(name: str) -> None:
    bare = PARAMETRISED[name]()
    assert bare.given(Parameters("laws", 2, None, ())) != bare
    assert bare == PARAMETRISED[name]()


@law
@given(BEFORE, typed_batches())
def test_what_steps_put_into_cells_never_moves_a_figure(before: pa.RecordBatch, rows: pa.RecordBatch) -> None:
    """The figures of staged rows are those of the rows as they came."""
    came = rows.set_column(rows.schema.get_field_index("_flags"), "_flags", pa.nulls(rows.num_rows, pa.string()))
    chain = Chain(tuple(step(name, before) for name in ("Outliers", "Impute")))
    staged = chain(came).accepted
    accepted = came.filter(
        pa.array([each in set(accepted_ids(chain(came))) for each in came[ROW_ID].to_pylist()], pa.bool_())
    )
    seen, kept = observations(staged, COLUMNS), ["n", "x", "price", "code", "name", "paid", "day", "at"]
    assert seen.select(kept).to_pylist() == accepted.select(kept).to_pylist()
