"""Where a row stands that a learner met as its so-manieth; one beside it where that cannot be told."""

from __future__ import annotations

from pathlib import Path

import pytest

from sinks.database.connection import Connection
from sinks.models.learners import Taken, take
from sinks.models.places import Met, met_as
from sinks.models.rows import ModelRows
from tests.sinks.models import MODEL
from tests.sinks.test_model_rows import written
from tests.sinks.views import row

FIRST = (1 << 32) + 1


def standing(path: Path, place: int, *taken: Taken) -> Met:
    """The row that the learner met as the one behind `place` others, when it took this."""
    with Connection(path) as connection, connection.transaction():
        for each in taken:
            take(connection, MODEL.name, each)
        return met_as(ModelRows(connection, MODEL, is_timed=False), place)


@pytest.mark.parametrize(("place", "expected"), [(100, 0), (101, 1), (0, 0), (99, 0), (200, 1)])
def test_a_row_that_was_forgotten_is_the_first_one_that_is_known(tmp_path: Path, place: int, expected: int) -> None:
    path = written(tmp_path, row("a", "ann", 7), row("b", "bob", 8))
    found = standing(path, place, Taken(1, FIRST, FIRST + 1, 1, 100, 2))
    assert (found.seq, found.row_id) == (1, FIRST + expected)
    assert found.line is not None


def test_where_nothing_is_known_nothing_is_told(tmp_path: Path) -> None:
    assert standing(written(tmp_path, row("a", "ann", 7)), 5) == Met(0, 0)


def test_a_row_of_a_file_that_is_not_there_has_no_line(tmp_path: Path) -> None:
    found = standing(written(tmp_path, row("a", "ann", 7)), 0, Taken(1, 9 << 32, 9 << 32, 1, 0, 1))
    assert found == Met(1, 9 << 32)
