"""Files are first committed in the order of their ids: whoever is killed in between, the next gives the same ids."""

from __future__ import annotations

from pathlib import Path

import pytest

from sinks.base import Part
from tests.sinks.landings import dataset, land, load

COLUMNS = {"id": "string", "n": "integer"}
ODD = {
    "large": "id,n\n" + "".join(f"2-{each},{'9' * 15}\n" for each in range(300)),
    "torn": "id,n\n2-0,1",
    "of no records": "id,n\n",
    "with another header": "n,id\n1,2-0\n",
    "a copy": "id,n\n1-0,1\n",
    "broken": "id,n\n2-0,broken\n",
}


def taken(folder: Path, odd: str) -> list[Part]:
    """What the warehouse heard of five files, of which the third is `odd`, in that order."""
    for count in range(5):
        land(folder / "landing", f"d/{count}.csv", "id,n", f"{count}-0,1")
    (folder / "landing" / "d" / "2.csv").write_text(odd)
    freezing = dataset("d", COLUMNS, modes={"misfits": "freeze"})
    receipts = load(folder / "ade.db", folder / "landing", {"d": freezing})
    return [part for receipt in receipts for part in receipt.batch.parts]


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_of_small_files_one_is_taken_alone(odd: str, tmp_path: Path) -> None:
    first_heard_of = list(dict.fromkeys(part.file.path for part in taken(tmp_path, odd)))
    assert first_heard_of == [f"d/{count}.csv" for count in range(5)]


def test_files_before_and_behind_one_that_is_taken_alone_are_taken_together(tmp_path: Path) -> None:
    for count in range(9):
        land(tmp_path / "landing", f"d/{count}.csv", "id,n", *[f"{count}-0,1"][: count != 4])
    receipts = load(tmp_path / "ade.db", tmp_path / "landing", {"d": dataset("d", COLUMNS)})
    assert [len(receipt.batch.parts) for receipt in receipts] == [4, 1, 4]
