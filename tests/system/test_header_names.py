"""Headers as people and programs write them, taken by the real commands: what is a column, and what is kept beside."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
import yaml

from tests.system.drops import append, write
from tests.system.looking import files, rows, unsound
from tests.system.processes import Place, ade, entered, load

COLUMNS: dict[str, dict[str, object]] = {
    "person_id": {"type": "integer"},
    "full_name": {"type": "string", "source": ["Full Name", "NAME"]},
    "score": {"type": "number", "optional": True},
    "country": {"type": "category", "optional": True, "synonyms": {"US": ["USA", "U.S."]}, "ignore_case": True},
    "zip": {"type": "string", "source": "POSTAL", "optional": True, "pad_zeros": 5},
}
PLAIN = b"person_id,Full Name,score,country,POSTAL\n"
ROW = "1,Ann,2.5,US,02043\n"
WRITTEN_OTHERWISE = {
    "in upper case": b"PERSON_ID,FULL NAME,SCORE,COUNTRY,POSTAL\n",
    "with blanks": b" Person Id , full name,score , country\t,\xc2\xa0postal\n",
    "with signs": b'"Person-ID","Full_Name:","*Score*","(Country)","Postal."\n',
    "with marks": "Pérson ID,Full Näme,Scøre,Countrý,Postal\n".replace("ø", "o").encode(),
    "behind byte order marks": b"\xef\xbb\xbf\xef\xbb\xbf" + PLAIN,
    "in full width": "\uff30erson id,full name,\uff33\uff23\uff2f\uff32\uff25,country,postal\n".encode(),
    "by the column's own name": b"Person Id,Full-Name,Score,Country,Zip\n",
    "under another of its names": b"person_id,name,score,country,postal\n",
}


@pytest.fixture
def people(tmp_path: Path) -> Place:
    """A dataset with names of several words, and no file yet."""
    place = Place(tmp_path / "configs", tmp_path / "landing", tmp_path / "ade.db")
    for folder in (place.configs, place.landing / "people"):
        folder.mkdir(parents=True)
    configure(place)
    return place


def configure(place: Place, dataset: str = "people", **score: object) -> None:
    """A dataset, with other settings of the column score."""
    config = {
        "dataset": dataset,
        "columns": COLUMNS | {"score": COLUMNS["score"] | score},
        "key": ["person_id"],
        "processors": [{"schema": {}}, {"quality": {"duplicates": ["key"]}}],
    }
    (place.configs / f"{dataset}.yaml").write_text(yaml.safe_dump(config, sort_keys=False), "utf-8")


def drop(
    place: Place, header: bytes, *records: str, name: str = "people_2026-11-21.csv", dataset: str = "people"
) -> Path:
    """A finished file."""
    return write(place.landing / dataset / name, header + "".join(records).encode())


def staged(
    place: Place, columns: str = "person_id, full_name, score, country, zip", dataset: str = "people"
) -> list[tuple[object, ...]]:
    """The staged rows; a column at a time, as JSON, since ADBC takes types from the first rows."""
    found = rows(place.warehouse, f"SELECT json_array({columns}) FROM stg_{dataset} ORDER BY _id")
    return [tuple(json.loads(str(row))) for (row,) in found]


def dataset_of(case: str) -> str:
    """A dataset of its own for each way of writing."""
    return re.sub("[^a-z]", "_", case)


@pytest.fixture(scope="module")
def written_otherwise(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A file for each way of writing, all loaded. Only to be looked at, or to be replayed."""
    folder = tmp_path_factory.mktemp("otherwise")
    place = Place(folder / "configs", folder / "landing", folder / "ade.db")
    place.configs.mkdir()
    for case, header in WRITTEN_OTHERWISE.items():
        configure(place, dataset_of(case))
        drop(place, header, ROW, dataset=dataset_of(case))
    load(place)
    return place


@pytest.mark.parametrize("case", WRITTEN_OTHERWISE)
def test_a_header_is_right_however_its_names_are_written(written_otherwise: Place, case: str) -> None:
    assert staged(written_otherwise, dataset=dataset_of(case)) == [(1, "Ann", 2.5, "US", "02043")]
    assert staged(written_otherwise, "_rescued", dataset_of(case)) == [(None,)]


def test_a_header_is_right_in_a_replay_however_its_names_are_written(written_otherwise: Place) -> None:
    replayed = ade(written_otherwise, "replay", "--date", "2026-11-21").stdout.splitlines()
    assert replayed[-1] == "nothing changed"


def test_the_raw_layer_and_the_ledger_have_the_names_as_they_are_in_the_file(people: Place) -> None:
    drop(people, b"PERSON_ID, Name ,Notes,Notes,\n", "1,Ann,a,b,c\n")
    load(people)
    names = ["PERSON_ID", "Name", "Notes", "Notes_2", "column_5"]
    assert json.loads(str(rows(people.warehouse, "SELECT header FROM meta_files")[0][0])) == names
    [(payload,)] = rows(people.warehouse, "SELECT payload FROM raw_events")
    assert json.loads(str(payload)) == dict(zip(names, ["1", "Ann", "a", "b", "c"], strict=True))


def test_what_is_not_declared_is_kept_however_often_its_name_is_repeated(people: Place) -> None:
    path = drop(people, b"person_id,Notes,name,Notes,,notes,Notes_2,\n", "1,a,Ann,b,c,d,e,f\n")
    load(people)
    kept = {"Notes": "a", "Notes_3": "b", "column_5": "c", "notes": "d", "Notes_2": "e", "column_8": "f"}
    assert [json.loads(str(text)) for (text,) in staged(people, "_rescued")] == [kept]
    append(path, b"2,g,Bob,h,i,j,k,l\n")
    load(people)
    assert staged(people, "person_id, full_name, _rescued ->> 'Notes_3'") == [(1, "Ann", "b"), (2, "Bob", "h")]
    assert unsound(people.warehouse, ("people",)) == []


@pytest.mark.parametrize(
    ("header", "why"),
    [
        (
            b"person_id,name,Score,Score %\n",
            "Its header has 'Score', 'Score %', and the config reads score from either",
        ),
        (b"Person ID,PERSON_ID,name\n", "Its header has 'Person ID', 'PERSON_ID', and the config reads person_id from"),
        (
            b"person_id,NAME,Full Name\n",
            "Its header has 'Full Name', 'NAME', and the config reads full_name from either",
        ),
        (b"person_id,name,name\n", "Its header names 'name' more than once, and the config reads full_name from it"),
    ],
)
def test_two_names_of_one_column_set_their_file_aside_and_no_other(people: Place, header: bytes, why: str) -> None:
    drop(people, header, "1,2,3,4\n")
    drop(people, PLAIN, ROW, name="right_2026-11-21.csv")
    load(people, code=1)
    wrong, right = (files(people.warehouse)[f"people/{name}_2026-11-21.csv"] for name in ("people", "right"))
    assert wrong.state == "failed"
    assert wrong.reason.startswith(why)
    assert right.state == "committed"
    assert why in entered(people, "check", str(people.landing / "people" / "people_2026-11-21.csv")).stdout


def test_the_name_that_the_config_has_settles_a_collision(people: Place) -> None:
    drop(people, b"person_id,name,Score,Score %\n", "1,Ann,2.5,50\n")
    load(people, code=1)
    configure(people, source="Score")
    ade(people, "retry", "people/people_2026-11-21.csv")
    load(people)
    assert staged(people, "score, _rescued") == [(2.5, '{"Score %":"50"}')]


def test_a_file_that_was_loaded_before_its_names_were_understood_is_replayed_with_them(people: Place) -> None:
    """As those are that an older version has loaded: the ledger has the names that are in the file."""
    configure(people, source="Grade")
    drop(people, b"person_id,name,POINTS %\n", "1,Ann,2.5\n")
    load(people)
    assert staged(people, "score, _rescued") == [(None, '{"POINTS %":"2.5"}')]
    configure(people, source=["Grade", "points"])
    assert ade(people, "replay", "--date", "2026-11-21").returncode == 0
    assert staged(people, "score, _rescued") == [(2.5, None)]


def test_text_is_standardised_and_the_raw_layer_keeps_what_came(people: Place) -> None:
    drop(people, PLAIN, "1,Ann,1, usa ,2043\n", "2,Bob,2,U.S.,2043-1234\n", "3,Cem,x,us,43\n")
    load(people)
    assert staged(people, "country, zip") == [("US", "02043"), ("US", "2043-1234")]
    counts = rows(people.warehouse, "SELECT name, count FROM meta_counts WHERE name GLOB '*[pd]ed.*' ORDER BY 1")
    assert counts == [("mapped.country", 2), ("padded.zip", 1)]
    assert rows(people.warehouse, "SELECT payload ->> 'POSTAL' FROM raw_events ORDER BY _id LIMIT 1") == [("2043",)]


def test_rejects_of_a_header_that_is_written_otherwise_are_corrected(people: Place, tmp_path: Path) -> None:
    drop(people, b"PERSON ID,NAME,Score,Notes,Notes\n", "1,Ann,2.5,a,b\n", "one,Bob,1,c,d\n", "1,Cem,3,e,f\n")
    load(people)
    entered(people, "rejects", "export", "--dataset", "people", "--output", str(tmp_path / "rejects.csv"))
    with (tmp_path / "rejects.csv").open(encoding="utf-8", newline="") as text:
        table = list(csv.reader(text))
    place = table[0].index("PERSON ID")
    assert table[0][place : place + 5] == ["PERSON ID", "NAME", "Score", "Notes", "Notes_2"]
    for number, row in enumerate(table[1:], 2):
        row[place] = str(number)
    with (tmp_path / "corrected.csv").open("w", encoding="utf-8", newline="") as text:
        csv.writer(text).writerows(table)
    assert ade(people, "rejects", "retry", "--from", str(tmp_path / "corrected.csv")).returncode == 0
    assert staged(people, "person_id, full_name, score") == [(1, "Ann", 2.5), (2, "Bob", 1.0), (3, "Cem", 3.0)]
