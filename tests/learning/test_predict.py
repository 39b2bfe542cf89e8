"""`ade-stream predict`: the rows of a file take the steps of their dataset, and a model says what it makes of them."""

from __future__ import annotations

import csv
import io
import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.learning.market import (
    DATASET,
    SHOPS,
    SPLIT,
    Sale,
    describe,
    land,
    loaded,
    model,
    place,
    refused,
    sales,
    told,
    write,
)
from tests.system.looking import number, rows
from tests.system.processes import ROOT, Place, command, entered, environment, load

COLUMNS = ("sale", "shop", "at", "size")
NEW = [
    Sale("n1", "north", "2026-11-03 12:00:00", "5", ""),
    Sale("n2", "söuth", "2026-11-08 12:00:00", "7.5", ""),
    Sale("n3", "nowhere", "2026-11-08 12:00:00", "7.5", ""),
]


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The market with a trained model."""
    place = loaded(tmp_path_factory.mktemp("market"), model())
    told(place, "train", "price")
    return place


def new_file(folder: Path, found: Sequence[Sale] = NEW, columns: Sequence[str] = COLUMNS) -> str:
    """A file that is not landed."""
    return str(write(folder / "new.csv", found, columns))


def table(text: str) -> list[dict[str, str]]:
    """The records of a CSV."""
    return list(csv.DictReader(io.StringIO(text)))


def by_hand(place: Place, row: Sale) -> float:
    """What the coefficients say, with the rows of the shop before the instant."""
    [(path,)] = rows(place.warehouse, "SELECT artifact FROM meta_models WHERE alias = 'champion'")
    said = json.loads((place.warehouse.parent / str(path)).read_text("utf-8"))
    sold = sum(each.shop == row.shop and each.at < row.at for day in range(6) for each in sales(day))
    of = said["coefficients"]
    shop = of[f"shop={row.shop}"] if row.shop in SHOPS else 0.0
    return float(said["intercept"] + of["size"] * float(row.size) + of["sold"] * sold + shop)


def test_each_row_sees_what_was_known_before_its_instant(market: Place, tmp_path: Path) -> None:
    done = entered(market, "predict", "sales", new_file(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    found = table(done.stdout)
    assert [row["sale"] for row in found] == ["n1", "n2", "n3"]
    assert [float(row["prediction"]) for row in found] == pytest.approx([by_hand(market, row) for row in NEW])
    assert {(row["model"], row["version"]) for row in found} == {("price", "1")}


def test_rows_that_are_loaded_are_predicted_as_their_stored_vectors_are(market: Place, tmp_path: Path) -> None:
    last = sales(5)
    found = table(entered(market, "predict", "sales", new_file(tmp_path, last, Sale._fields)).stdout)
    errors = [abs(float(row["prediction"]) - float(sale.price)) for row, sale in zip(found, last, strict=True)]
    [(kept,)] = rows(
        market.warehouse, "SELECT value FROM meta_model_metrics WHERE part = 'test' AND metric = 'mae' AND version = 1"
    )
    assert sum(errors) / len(errors) == pytest.approx(float(str(kept)), rel=1e-9)


def test_nothing_is_loaded(market: Place, tmp_path: Path) -> None:
    before = number(market.warehouse, "SELECT count(*) FROM stg_sales")
    entered(market, "predict", "sales", new_file(tmp_path))
    assert number(market.warehouse, "SELECT count(*) FROM stg_sales") == before


def test_rows_that_fail_the_rules_are_refused_with_reasons(market: Place, tmp_path: Path) -> None:
    wrong = [
        Sale("n4", "north", "2026-11-08 12:00:00", "-5", ""),
        Sale("n5", "north", "2026-11-08 12:00:00", "many", ""),
        Sale("n6", "north", "2026-11-08 12:00:00", "", ""),
        Sale("n7", "", "2026-11-08 12:00:00", "1", ""),
    ]
    file, out = new_file(tmp_path, [NEW[0], *wrong, NEW[1]]), tmp_path / "refused.csv"
    done = entered(market, "predict", "sales", file, "--rejects", str(out))
    assert done.returncode == 1
    assert [row["sale"] for row in table(done.stdout)] == ["n1", "n2"]
    assert done.stderr.startswith("ade-stream: 4 of 6 rows are refused: ")
    assert [(row["line"], row["rule"], row["value"]) for row in table(out.read_text("utf-8"))] == [
        ("3", "size_not_negative", "-5.0"),
        ("4", "type", "many"),
        ("5", "null.size", ""),
        ("6", "null.shop", ""),
    ]


@pytest.mark.parametrize("condition", ["size <> 3", "price > 0 AND size <> 3", "per_size > 0 AND size <> 3"])
def test_rows_that_the_view_passes_over_are_refused(tmp_path: Path, condition: str) -> None:
    """They have no vector when they are loaded. What is asked of the target is not known before."""
    where = place(tmp_path, model())
    sql = where.configs / "sql" / "shops.sql"
    sql.write_text(sql.read_text("utf-8").replace("WINDOW", f"WHERE {condition} WINDOW"), "utf-8")
    load(where)
    told(where, "train", "price")
    file = new_file(tmp_path, [NEW[0], NEW[1]._replace(size="3"), NEW[2]._replace(size="")])
    for who in ((), ("--online",)):
        done = entered(where, "predict", "sales", file, "--rejects", str(tmp_path / "refused.csv"), *who)
        assert (done.returncode, [row["sale"] for row in table(done.stdout)]) == (1, ["n1"])
        found = table((tmp_path / "refused.csv").read_text("utf-8"))
        refusals = {row["line"]: (row["rule"], row["message"]) for row in reversed(found)}
        assert refusals["3"] == ("where", "its view passes over such rows, by its WHERE")
        assert list(refusals) == ["4", "3"]


def test_a_number_beyond_all_measure_is_refused_whoever_predicts(tmp_path: Path) -> None:
    forest = {"sklearn": "ensemble.RandomForestRegressor", "with": {"n_estimators": 3}, "split": SPLIT}
    place = loaded(tmp_path, model(batch=forest))
    told(place, "train", "price")
    file = new_file(tmp_path, [NEW[0]._replace(size="3.5e38"), NEW[1]])
    for who in ((), ("--online",)):
        done = entered(place, "predict", "sales", file, *who)
        assert (done.returncode, [row["sale"] for row in table(done.stdout)]) == (1, ["n2"])
        assert "line 2: size is no number within ±9e+15, and a model takes no other." in done.stderr


def test_the_first_reasons_are_told_where_no_file_takes_them(market: Place, tmp_path: Path) -> None:
    done = entered(market, "predict", "sales", new_file(tmp_path, [NEW[0]._replace(size="")]))
    assert done.stderr.splitlines()[1] == "ade-stream: line 2: size is null, and the model needs it."


def test_rules_about_the_target_are_asked_where_the_file_has_it(market: Place, tmp_path: Path) -> None:
    file = new_file(tmp_path, [NEW[0]], Sale._fields)
    done = entered(market, "predict", "sales", file)
    assert done.returncode == 1
    assert "price must not be null" in done.stderr


def test_records_that_cannot_be_split_are_refused(market: Place, tmp_path: Path) -> None:
    file = Path(new_file(tmp_path))
    file.write_text(file.read_text("utf-8") + "n9,north\n", "utf-8")
    done = entered(market, "predict", "sales", str(file))
    assert "ade-stream: line 5: the record has 2 fields and the header 4." in done.stderr


def test_standard_input_is_a_file_too(market: Place, tmp_path: Path) -> None:
    content = Path(new_file(tmp_path)).read_bytes()
    done = subprocess.run(
        command(market, "predict", "sales", "-"), input=content, capture_output=True, cwd=ROOT, env=environment()
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode().replace("\r\n", "\n") == entered(market, "predict", "sales", new_file(tmp_path)).stdout


def test_predictions_are_written_to_a_file(market: Place, tmp_path: Path) -> None:
    out = tmp_path / "out.parquet"
    done = entered(market, "predict", "sales", new_file(tmp_path), "--output", str(out))
    assert (done.returncode, done.stdout) == (0, "")
    assert pq.read_table(out).column_names == ["sale", "prediction", "model", "version"]


@pytest.mark.parametrize("kind", ["name", "symlink", "hard link"])
def test_predictions_and_refused_rows_are_never_one_file(market: Place, tmp_path: Path, kind: str) -> None:
    file, out, other = new_file(tmp_path), tmp_path / "out.csv", tmp_path / "other.csv"
    out.write_text("as it was", "utf-8")
    if kind == "name":
        other = tmp_path / "." / "out.csv"
    elif kind == "symlink":
        other.symlink_to(out)
    else:
        other.hardlink_to(out)
    said = refused(market, 2, "predict", "sales", file, "--output", str(out), "--rejects", str(other))
    assert "cannot be written: it is the file of the predictions (--output) too; name another file." in said
    assert out.read_text("utf-8") == "as it was"


@pytest.mark.parametrize("option", ["--output", "--rejects"])
def test_the_file_that_is_predicted_is_not_written_over(market: Place, tmp_path: Path, option: str) -> None:
    file = new_file(tmp_path)
    before = Path(file).read_bytes()
    said = refused(market, 2, "predict", "sales", file, option, file)
    assert "new.csv cannot be written: it is the file that is predicted; name another file." in said
    assert Path(file).read_bytes() == before


def test_a_learner_predicts_as_it_is_now(market: Place, tmp_path: Path) -> None:
    found = table(entered(market, "predict", "sales", new_file(tmp_path), "--online").stdout)
    assert {row["version"] for row in found} == {"online.1"}
    assert float(found[0]["prediction"]) == pytest.approx(by_hand(market, NEW[0]), rel=0.1)
    assert "--version is of trained models" in refused(
        market, 2, "predict", "sales", new_file(tmp_path), "--online", "--version", "1"
    )


def test_without_a_key_a_row_is_named_by_its_line(tmp_path: Path) -> None:
    steps = [DATASET["processors"][0], *DATASET["processors"][2:]]
    place = loaded(tmp_path, model(online=None), key=[], processors=steps)
    told(place, "train", "price")
    found = table(entered(place, "predict", "sales", new_file(tmp_path)).stdout)
    assert [row["line"] for row in found] == ["2", "3", "4"]


def test_a_file_with_a_header_alone_has_no_predictions(market: Place, tmp_path: Path) -> None:
    done = entered(market, "predict", "sales", new_file(tmp_path, []))
    assert (done.returncode, done.stdout, done.stderr) == (0, "sale,prediction,model,version\n", "")


def test_which_model_is_meant_is_asked_where_there_are_several(tmp_path: Path) -> None:
    place = loaded(tmp_path, model(), model(model="other", online=None))
    told(place, "train", "price")
    said = refused(place, 2, "predict", "sales", new_file(tmp_path))
    assert "the dataset sales has the models other, price; say which one, with --model." in said
    assert entered(place, "predict", "sales", new_file(tmp_path), "--model", "price").returncode == 0
    said = refused(place, 2, "predict", "sales", new_file(tmp_path), "--model", "other")
    assert "the model other is not trained yet; `ade-stream train other` trains it." in said


def test_a_dataset_without_models_has_nothing_to_ask(tmp_path: Path) -> None:
    said = refused(loaded(tmp_path), 2, "predict", "sales", new_file(tmp_path))
    assert "no config describes a model of sales. A model is a YAML in the folder `models` of the configs." in said


def test_what_cannot_be_read_is_told(market: Place, tmp_path: Path) -> None:
    assert "nix.csv: there is no such file." in refused(market, 2, "predict", "sales", str(tmp_path / "nix.csv"))
    said = refused(market, 2, "predict", "sales", new_file(tmp_path, NEW, ("sale", "shop")))
    assert "new.csv: its header lacks 'at', 'size'; it has 'sale', 'shop'. Add what is missing: the model needs" in said
    assert "there is no dataset 'nix'; the datasets are sales." in refused(market, 2, "predict", "nix", "new.csv")


def test_a_file_may_lack_columns_that_the_model_does_not_need(tmp_path: Path) -> None:
    """Rules about them are asked where the file has them."""
    columns = DATASET["columns"] | {"note": {"type": "string"}}
    noted = {"check": "not_null", "column": "note"}
    validation = {"validation": {"rules": [*DATASET["processors"][3]["validation"]["rules"], noted]}}
    where = place(tmp_path, model(online=None), columns=columns, processors=[*DATASET["processors"][:3], validation])
    for path in (where.landing / "sales").iterdir():
        header, *lines = path.read_text("utf-8").splitlines()
        path.write_text("\n".join((f"{header},note", *(f"{line},seen" for line in lines))) + "\n", "utf-8")
    load(where)
    told(where, "train", "price")
    done = entered(where, "predict", "sales", new_file(tmp_path))
    assert (done.returncode, len(table(done.stdout)), done.stderr) == (0, 3, "")
    file = Path(new_file(tmp_path))
    header, *lines = file.read_text("utf-8").splitlines()
    file.write_text("\n".join((f"{header},note", *(f"{line}," for line in lines))) + "\n", "utf-8")
    assert "3 of 3 rows are refused: 3 note_not_null" in entered(where, "predict", "sales", str(file)).stderr


def test_what_was_learned_of_rows_before_fills_their_nulls(tmp_path: Path) -> None:
    """Parameters are those of the warehouse, not of the file."""
    imputing = {"quality": {"trim": True, "duplicates": ["key"], "impute": {"size": "median"}}}
    place = loaded(tmp_path, model(), processors=[DATASET["processors"][0], imputing, *DATASET["processors"][2:]])
    told(place, "train", "price")
    land(place, "2026-11-07.csv", sales(6))
    load(place)
    nulls = [row._replace(size="") for row in NEW[:1]]
    [found] = table(entered(place, "predict", "sales", new_file(tmp_path, nulls)).stdout)
    sizes = sorted(float(row.size) for day in range(6) for row in sales(day))
    median = (sizes[119] + sizes[120]) / 2
    assert float(found["prediction"]) == pytest.approx(by_hand(place, NEW[0]._replace(size=str(median))))


def test_training_is_the_remedy_where_a_champion_cannot_be_used_any_more(tmp_path: Path) -> None:
    place, file = loaded(tmp_path, model(online=None)), new_file(tmp_path)
    told(place, "train", "price")
    describe(place, model(inputs={"numbers": ["size"]}, online=None))
    assert "`ade-stream train price` trains it anew." in refused(place, 3, "predict", "sales", file)
    told(place, "train", "price")
    assert {row["version"] for row in table(entered(place, "predict", "sales", file).stdout)} == {"2"}
