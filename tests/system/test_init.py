"""`init` writes a config that loads its samples, says why it is so, and says what it cannot know."""

from __future__ import annotations

import gzip
import random
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.samples import write_samples
from tests.system.drops import write
from tests.system.looking import files, rows
from tests.system.processes import Outcome, Place, command, entered, execute, load

COLUMNS = b"id,day,amount,note\n"
RECORDS = b"".join(b"%d,2026-11-%02d,%d.50,text %d\n" % (at, at % 28 + 1, at, at * 7) for at in range(1, 41))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Nothing yet, neither configs nor files."""
    return Place(tmp_path / "configs", tmp_path / "landing", tmp_path / "ade.db")


def sample(place: Place, content: bytes, name: str = "sample.csv") -> Path:
    """A sample file, outside the landing folder."""
    return write(place.configs.parent / "samples" / name, content)


def init(place: Place, *samples: Path, words: tuple[str, ...] = ()) -> Outcome:
    """`ade-stream init things SAMPLES…`."""
    return entered(place, "init", "things", *map(str, samples), *words)


def drafted(place: Place, *samples: Path) -> dict[str, Any]:
    """The config that samples give, which `check` finds right."""
    done = init(place, *samples)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    assert entered(place, "check").returncode == 0
    return dict(yaml.safe_load((place.configs / "things.yaml").read_text("utf-8")))


def types(place: Place, *samples: Path) -> dict[str, str]:
    """The types of the columns that samples give."""
    return {name: column["type"] for name, column in drafted(place, *samples)["columns"].items()}


def test_the_config_has_types_a_key_rules_and_the_reasons(place: Place) -> None:
    config = drafted(place, sample(place, COLUMNS + RECORDS))
    assert config["columns"] == {
        "id": {"type": "integer"},
        "day": {"type": "date"},
        "amount": {"type": "decimal(12,2)"},
        "note": {"type": "string"},
    }
    assert (config["key"], config["processors"][1]) == (["id"], {"quality": {"trim": True, "duplicates": ["key"]}})
    rules = config["processors"][2]["validation"]["rules"]
    assert rules[:2] == [
        {"check": "not_null", "column": "id"},
        {"check": "not_null", "column": "day", "severity": "warning", "action": "warn"},
    ]
    assert {"check": "range", "column": "amount", "min": 0, "max": 50, "severity": "warning", "action": "warn"} in rules
    text = (place.configs / "things.yaml").read_text("utf-8")
    assert "  # 40 as an ISO date; 2026-11-01 to 2026-11-28; never empty\n  day: {type: date}\n" in text


def test_the_config_loads_files_like_its_samples(place: Place) -> None:
    drafted(place, sample(place, COLUMNS + RECORDS))
    write(place.landing / "things" / "next.csv", COLUMNS + b"41,2026-11-29,99999.50,a new value\n")
    load(place)
    assert rows(place.warehouse, "SELECT id, amount, _flags FROM stg_things") == [(41, "99999.50", "amount_range")]


def test_the_same_samples_give_the_same_bytes(place: Place) -> None:
    one = sample(place, COLUMNS + RECORDS)
    first = init(place, one, words=("--output", "-")).stdout
    assert first == init(place, one, words=("--output", "-")).stdout
    assert yaml.safe_load(first)["dataset"] == "things"
    assert not place.configs.exists()


def test_a_config_that_is_there_is_overwritten_by_force_only(place: Place) -> None:
    one = sample(place, COLUMNS + RECORDS)
    write(place.configs / "things.yaml", b"# mine\n")
    refused = init(place, one)
    assert refused.returncode == 2
    assert refused.stderr == (
        f"ade-stream: {place.configs}/things.yaml is there already. Overwrite it with --force, or write elsewhere with "
        "--output.\n"
    )
    assert (place.configs / "things.yaml").read_bytes() == b"# mine\n"
    assert init(place, one, words=("--force",)).returncode == 0
    assert (place.configs / "things.yaml").read_text("utf-8").startswith("# Drafted by `ade-stream init things`")


def test_a_config_may_be_written_elsewhere(place: Place) -> None:
    target = place.configs.parent / "drafts" / "mine.yaml"
    target.parent.mkdir()
    assert init(place, sample(place, COLUMNS + RECORDS), words=("--output", str(target))).returncode == 0
    assert target.exists()
    assert not place.configs.exists()


@pytest.mark.parametrize(
    ("name", "content", "dialect"),
    [
        ("a.csv", COLUMNS.replace(b",", b";") + RECORDS.replace(b",", b";"), {"delimiter": ";"}),
        ("a.csv", (COLUMNS + RECORDS).replace(b",", b"\t"), {"delimiter": "\t"}),
        ("a.csv", (COLUMNS + RECORDS).decode().encode("utf-16"), {"encoding": "utf-16"}),
        ("a.csv", COLUMNS + RECORDS + "41,2026-11-29,1.50,café\n".encode("cp1252"), {"encoding_fallback": "cp1252"}),
        ("a.csv", COLUMNS + RECORDS + b"41,2026-11-29,1.50,\x81\n", {"encoding_fallback": "latin-1"}),
        ("a.csv", COLUMNS + b"1,2026-11-29,1.50,'a, b'\n2,2026-11-29,1.50,'c'\n", {"quote": "'"}),
        ("a.csv", RECORDS, {"header": False}),
        ("a.csv.gz", gzip.compress(COLUMNS + RECORDS), None),
    ],
    ids=["semicolon", "tab", "utf-16", "cp1252", "latin-1", "single quotes", "no header", "gzip"],
)
def test_the_layout_of_a_sample_is_found(
    place: Place, name: str, content: bytes, dialect: dict[str, object] | None
) -> None:
    config = drafted(place, sample(place, content, name))
    assert config.get("dialect") == dialect
    assert [column["type"] for column in config["columns"].values()] == ["integer", "date", "decimal(12,2)", "string"]


def test_samples_with_several_delimiters_are_read_by_each_ones_own(place: Place) -> None:
    one = sample(place, COLUMNS + RECORDS, "one.csv")
    other = sample(place, b"id;day;amount;note\n41;2026-11-29;1.50;x\n", "other.csv")
    assert drafted(place, one, other)["dialect"] == {"delimiter": "auto"}


def test_one_column_has_all_its_names_and_a_guess_is_pointed_out(place: Place) -> None:
    one = sample(place, b"Full Name,Zip\nAnn,02118\n", "2020.csv")
    other = sample(place, b"FULL_NAME,Zip Code\nBen,02136\n", "2021.csv")
    columns = drafted(place, one, other)["columns"]
    assert columns == {
        "full_name": {"type": "string", "source": ["Full Name", "FULL_NAME"]},
        "zip": {"type": "string", "source": ["Zip", "Zip Code"]},
    }
    text = (place.configs / "things.yaml").read_text("utf-8").replace("\n  # ", " ")
    assert "LOOK: that Zip Code is the same column under another name is a guess" in text
    assert text.count("another name is a guess") == 1


def test_a_column_that_a_sample_lacks_is_optional(place: Place) -> None:
    one = sample(place, b"id,name\n1,Ann\n", "2020.csv")
    other = sample(place, b"id,name,fee\n2,Ben,3\n", "2021.csv")
    assert drafted(place, one, other)["columns"]["fee"]["optional"]


def test_a_name_that_would_be_written_twice_is_two_columns(place: Place) -> None:
    config = drafted(place, sample(place, b"id,Name,name,name\n1,a,b,c\n"))
    assert list(config["columns"]) == ["id", "name", "name_3", "name_2"]


def test_a_word_for_nothing_in_typed_columns_means_nothing_in_all(place: Place) -> None:
    config = drafted(place, sample(place, b"a,b,c\n1,2,x y\nNA,NA,NA\n3,4,z\n"))
    assert config["null_tokens"] == ["", "NA"]


def test_a_word_for_nothing_that_may_be_a_code_means_nothing_in_its_column_only(place: Place) -> None:
    config = drafted(place, sample(place, b"a,country\n1,NO\nNA,NA\n3,SE\n"))
    assert "null_tokens" not in config
    assert config["columns"]["a"]["null_tokens"] == ["NA"]


def test_few_distinct_values_are_a_category_that_a_new_one_does_not_break(place: Place) -> None:
    config = drafted(place, sample(place, b"id,channel\n" + b"1,web\n2,store\n" * 20))
    [rule] = [rule for rule in config["processors"][2]["validation"]["rules"] if rule["check"] == "one_of"]
    assert rule == {
        "check": "one_of",
        "column": "channel",
        "values": ["store", "web"],
        "severity": "warning",
        "action": "warn",
    }


def test_values_of_people_are_not_written_down(place: Place) -> None:
    drafted(place, sample(place, b"id,email,last_name\n" + b"1,ann@example.org,Dahl\n" * 20))
    text = (place.configs / "things.yaml").read_text("utf-8")
    assert "example.org" not in text
    assert "Dahl" not in text


def test_dirt_is_rejected_and_told(place: Place) -> None:
    dirty = COLUMNS + RECORDS * 3 + COLUMNS + b",,,\n" + b"1,2\n" + b"1,yesterday,2.50,x\n"
    done = init(place, sample(place, dirty))
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[1:] == [
        "  looked at  124 records, all that there are",
        "  tried      1 of 1 file loaded: 120 accepted + 4 rejected",
        "  rejected   header lines among the records: 1",
        "  rejected   blank records: 1",
        "  rejected   records with another number of fields, or that cannot be read: 1",
        "  rejected   records with a value of another type: 1",
        "  look       at 1 place: search the config for LOOK",
    ]


def test_a_sample_that_is_mostly_dirt_does_not_pass(place: Place) -> None:
    done = init(place, sample(place, b"a,b\n1,2\n1\n1,2,3\n4,5\n"))
    assert done.returncode == 1
    assert "2 record(s) with a wrong number of fields" in done.stdout
    assert (place.configs / "things.yaml").exists()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it holds nothing. Give a sample with a header and some records."),
        (b"\n\n", "it holds nothing. Give a sample with a header and some records."),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "it is a PNG image, and no CSV; take it away."),
        (random.Random(1).randbytes(20_000), "so it is no text; give a sample that is a CSV."),
        (b"_id,a\n1,2\n", "its header names a column _id, which is what we name row ids; rename it in the file."),
        (gzip.compress(COLUMNS + RECORDS)[:-9], "its gzip stream is cut off"),
    ],
    ids=["empty", "blank", "an image", "bytes", "our own column", "cut off"],
)
def test_what_is_no_sample_is_an_error_that_says_why(place: Place, content: bytes, why: str) -> None:
    done = init(place, one := sample(place, content))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"ade-stream: {one}: ")
    assert why in done.stderr
    assert not place.configs.exists()


def test_a_sample_that_is_not_there_is_wrong_usage(place: Place) -> None:
    done = init(place, Path("nowhere.csv"))
    assert (done.returncode, done.stdout) == (2, "")
    assert "nowhere.csv: there is no such file. Name the sample files, such as samples/*.csv." in done.stderr


def test_a_dataset_that_cannot_be_named_so_is_wrong_usage(place: Place) -> None:
    done = entered(place, "init", "no-name", str(sample(place, COLUMNS)))
    assert done.returncode == 2
    assert "'no-name' cannot be a dataset's name" in done.stderr


@pytest.mark.parametrize("content", [b"a,b\n", b"a,b\n,\n,\n", b"a,b\nNA,-\nNA,-\n"])
def test_columns_without_a_value_are_text(place: Place, content: bytes) -> None:
    assert types(place, sample(place, content)) == {"a": "string", "b": "string"}


def test_one_column_is_enough(place: Place) -> None:
    assert types(place, sample(place, b"value\n1\n2\n")) == {"value": "integer"}


def test_any_name_in_a_header_is_written_so_that_it_is_read_again(place: Place) -> None:
    names = ["yes", "null", "a: b", "# c", "new\nline", "- x", "日本", "{}", '"', "it's", "%", "&a", "*a", "!t", "@"]
    header = ",".join('"' + name.replace('"', '""') + '"' for name in names)
    config = drafted(place, sample(place, f"{header}\n{','.join('7' * len(names))}\n".encode()))
    assert [column.get("source", name) for name, column in config["columns"].items()] == names


@pytest.mark.slow
def test_two_thousand_columns_are_as_many_as_a_table_holds_and_the_rest_is_kept(place: Place) -> None:
    header = ",".join(f"c{number}" for number in range(2000))
    record = ",".join(map(str, range(2000)))
    done = execute(command(place, "init", "things", str(sample(place, f"{header}\n{record}\n".encode()))), 200)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1,950 columns from 1 sample" in done.stdout


def test_the_sample_drops_give_configs_that_load_them(place: Place) -> None:
    write_samples(place.landing)
    for dataset in ("orders", "employees"):
        done = entered(place, "init", dataset, *map(str, sorted((place.landing / dataset).rglob("*.csv"))))
        assert done.returncode == 0, done.stdout + done.stderr
    load(place)
    assert {entry.state for entry in files(place.warehouse).values()} == {"committed"}
