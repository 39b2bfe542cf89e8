"""A column that is accepted later: the warehouse is as if the contract had always had it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from processors.errors import ConfigError
from processors.schemas.amendments import Amendment
from sinks.database.connection import Connection
from sinks.database.lock import Turn
from sinks.reading import WarehouseReader
from sinks.schemas.amendments import record, recorded
from stream.accepting.accept import Accepted, accept
from stream.accepting.request import Request
from stream.schemas.contracts import load_contracts
from tests.sinks import contents
from tests.sinks.landings import land, load

CONFIG: Mapping[str, Any] = {
    "dataset": "sales",
    "files": {"settle_seconds": 0},
    "columns": {"code": {"type": "string"}, "n": {"type": "integer", "optional": True}},
    "processors": [{"schema": {}}, {"quality": {"trim": True}}],
}


@dataclass(frozen=True, slots=True)
class Bench:
    """A config, a landing folder and a warehouse."""

    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "configs" / "sales.yaml"

    @property
    def warehouse(self) -> Path:
        return self.folder / "w.db"

    @property
    def landing(self) -> Path:
        return self.folder / "landing"

    def say(self, *steps: Mapping[str, Any], **changes: Any) -> None:
        """Write the config."""
        config = {**CONFIG, **changes}
        config["processors"] = [*config["processors"], *steps]
        self.config.parent.mkdir(parents=True, exist_ok=True)
        self.config.write_text(yaml.safe_dump(config, sort_keys=False), "utf-8")

    def land(self, name: str, *lines: str) -> None:
        land(self.landing, f"sales/{name}.csv", *lines)

    def load(self, warehouse: Path | None = None) -> None:
        """What `run` does."""
        path = warehouse or self.warehouse
        load(path, self.landing, load_contracts(self.config.parent, path))

    def accept(self, source: str, *, dry_run: bool = False, **how: Any) -> Accepted:
        """What `schema accept` does."""
        request = Request("sales", source, **how)
        return accept(self.config.parent, self.warehouse, request, Turn("schema accept"), dry_run=dry_run)

    def hash(self) -> str:
        return contents.content_hash(self.warehouse, "sales")

    def hash_from_the_start(self) -> str:
        """Of a warehouse into which everything is loaded with the config as it is now."""
        other = self.folder / "other.db"
        self.load(other)
        return contents.content_hash(other, "sales")

    def staged(self, *columns: str) -> list[tuple[Any, ...]]:
        return list(contents.staged(self.warehouse, "sales", *columns).values())


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def modes(new: str = "rescue", missing: str = "freeze", misfits: str = "quarantine") -> Sequence[Mapping[str, Any]]:
    """The first steps with these modes."""
    schema = {"new_columns": new, "missing_columns": missing, "misfits": misfits}
    return [{"schema": schema}, {"quality": {"trim": True}}]


def three_files(bench: Bench) -> None:
    """The second and the third have a column that the config does not know."""
    bench.land("1", "code,n", "a,1", "b,2")
    bench.land("2", "code,n,Unit Price", "c,3,9.50", "d,4, ", "e,5,7")
    bench.land("3", "Unit Price,code,n,Other", "x,f,6,?", "1.25,g,7,!")


@pytest.mark.parametrize("new", ["rescue", "evolve", "quarantine"])
@pytest.mark.parametrize("misfits", ["quarantine", "rescue"])
@pytest.mark.parametrize("kind", ["number", "string", "decimal(6,2)"])
def test_history_is_as_if_the_column_had_always_been_there(bench: Bench, new: str, misfits: str, kind: str) -> None:
    bench.say(processors=modes(new, misfits=misfits))
    three_files(bench)
    bench.load()
    bench.accept("Unit Price", type=kind)
    assert bench.hash() == bench.hash_from_the_start()


@pytest.mark.parametrize("new", ["rescue", "evolve", "quarantine"])
@pytest.mark.parametrize("kind", ["number", "string", "decimal(6,2)", "category"])
@pytest.mark.parametrize("duplicates", [[], ["exact"], ["key"]])
def test_history_without_a_raw_layer_is_so_too(bench: Bench, new: str, kind: str, duplicates: list[str]) -> None:
    steps = [modes(new, misfits="rescue")[0], {"quality": {"duplicates": duplicates}}]
    bench.say(processors=steps, raw=False, key=["code"])
    three_files(bench)
    bench.land("4", "code,n,Unit Price,Other", "c,3,9.5,?", "c,3,9.5,?", "h,many,1,!")
    bench.load()
    bench.accept("Unit Price", type=kind)
    assert bench.hash() == bench.hash_from_the_start()


@pytest.mark.parametrize("raw", [True, False])
@pytest.mark.parametrize("new", ["rescue", "evolve"])
@pytest.mark.parametrize("name", [None, "price"])
@pytest.mark.parametrize("kind", ["string", "number"])
def test_changed_cells_of_the_column_are_named_in_the_flags_as_from_the_start(
    bench: Bench, raw: bool, new: str, name: str | None, kind: str
) -> None:
    settings = {"raw": raw, "null_tokens": ["", "NA"], "columns": {**CONFIG["columns"], "z": {"type": "string"}}}
    bench.say(processors=modes(new, misfits="rescue"), **settings)
    bench.land(
        "1", "code,Unit Price,n,z", "a , 9.50,NA,z", "b,NA,2, z", "c, NA ,x,NA", "d,  ,4,z", "e,,5,z", " f,7,6,z"
    )
    bench.load()
    bench.accept("Unit Price", type=kind, name=name)
    assert bench.hash() == bench.hash_from_the_start()


def test_the_column_is_written_into_the_config(bench: Bench) -> None:
    bench.say()
    three_files(bench)
    bench.load()
    done = bench.accept("Unit Price", type="string")
    assert done.lines == ("+  unit_price: {type: string, source: Unit Price, optional: true}",)
    assert yaml.safe_load(bench.config.read_text("utf-8"))["columns"]["unit_price"]["source"] == "Unit Price"


def test_the_type_is_that_of_the_values_where_none_is_given(bench: Bench) -> None:
    bench.say()
    bench.land("1", "code,n,price,count,since,zip", "a,1,9.50,3,2026-11-21,02108", "b,2,7,,2026-11-22,10001")
    bench.load()
    types = {name: bench.accept(name).type for name in ("price", "count", "since", "zip")}
    assert types == {"price": "number", "count": "integer", "since": "date", "zip": "string"}


def test_the_type_is_found_in_rescued_cells_where_there_is_no_raw_layer(bench: Bench) -> None:
    bench.say(raw=False)
    bench.land("1", "code,n,price", "a,1,9.50", "b,2,7")
    bench.load()
    assert bench.accept("price").type == "number"


def test_what_was_done_is_told(bench: Bench) -> None:
    bench.say()
    three_files(bench)
    bench.load()
    done = bench.accept("Unit Price", type="number")
    assert (done.files, done.filled, done.misfits, done.accepted, done.rejected) == (2, 3, 1, 0, 1)
    [example] = done.examples
    assert (example.path, example.line, example.value) == ("sales/3.csv", 2, "x")


def test_records_that_were_rejected_for_the_column_come_in(bench: Bench) -> None:
    bench.say(processors=modes("quarantine"))
    bench.land("1", "code,n,note", "a,1,x", "b,2,")
    bench.load()
    done = bench.accept("note", type="string")
    assert (done.accepted, bench.staged("code", "note")) == (1, [("a", "x"), ("b", None)])


def test_a_dry_run_changes_nothing_and_tells_the_same(bench: Bench) -> None:
    bench.say()
    three_files(bench)
    bench.load()
    before, text = contents.everything(bench.warehouse), bench.config.read_text("utf-8")
    told = bench.accept("Unit Price", type="number", dry_run=True)
    assert (contents.everything(bench.warehouse), bench.config.read_text("utf-8")) == (before, text)
    done = bench.accept("Unit Price", type="number")
    assert (told.dry_run, done.dry_run) == (True, False)
    assert [told.filled, told.misfits, told.rejected, told.lines] == [
        done.filled,
        done.misfits,
        done.rejected,
        done.lines,
    ]


@pytest.mark.parametrize("missing", ["rescue", "freeze"])
@pytest.mark.parametrize("new", ["rescue", "evolve"])
def test_a_renamed_column_is_read_under_both_names(bench: Bench, missing: str, new: str) -> None:
    bench.say(processors=modes(new, missing), columns={"code": {"type": "string"}, "n": {"type": "integer"}})
    bench.land("1", "code,n", "a,1", "b,2")
    bench.land("2", "code,Number", "c,3", "d,x")
    bench.load()
    bench.accept("Number", existing="n")
    bench.load()
    assert bench.hash() == bench.hash_from_the_start()
    assert bench.staged("n") == [(1,), (2,), (3,)]


def test_a_renamed_key_lets_history_compete_for_it(bench: Bench) -> None:
    steps = [modes(missing="rescue")[0], {"quality": {"duplicates": ["key"]}}]
    bench.say(processors=steps, key=["code"])
    bench.land("1", "code,n", "a,1")
    bench.land("2", "Code No,n", "a,2", "b,3")
    bench.load()
    bench.accept("Code No", existing="code")
    assert bench.hash() == bench.hash_from_the_start()
    assert bench.staged("code", "n") == [("a", 1), ("b", 3)]


def test_a_file_that_was_held_for_the_column_is_read_by_the_next_run(bench: Bench) -> None:
    bench.say(processors=modes("freeze"))
    bench.land("1", "code,n", "a,1")
    bench.land("2", "code,n,note", "b,2,x")
    bench.load()
    done = bench.accept("note", type="string")
    bench.load()
    assert (done.ready, bench.staged("code", "note")) == (1, [("a", None), ("b", "x")])


def test_an_accepted_column_leaves_no_amendment_behind(bench: Bench) -> None:
    bench.say(processors=modes("evolve"))
    three_files(bench)
    bench.load()
    bench.accept("Unit Price", type="string")
    assert [each.source for each in recorded(bench.warehouse)] == ["Other"]


def test_an_evolved_column_gets_the_name_and_the_type_that_a_person_gives(bench: Bench) -> None:
    bench.say(processors=modes("evolve"))
    three_files(bench)
    bench.load()
    bench.accept("Unit Price", type="number", name="price")
    columns = contents.rows(bench.warehouse, "SELECT name FROM pragma_table_info('stg_sales')")
    assert ("price",) in columns
    assert ("unit_price",) not in columns
    assert bench.hash() == bench.hash_from_the_start()


def test_accepting_twice_is_accepting_once(bench: Bench) -> None:
    bench.say()
    three_files(bench)
    bench.load()
    bench.accept("Unit Price", type="number")
    before, text = bench.hash(), bench.config.read_text("utf-8")
    done = bench.accept("Unit Price")
    assert (done.lines, bench.hash(), bench.config.read_text("utf-8")) == ((), before, text)


def test_a_column_that_a_person_wrote_into_the_config_gets_its_history(bench: Bench) -> None:
    bench.say(raw=False)
    three_files(bench)
    bench.load()
    columns = {**CONFIG["columns"], "price": {"type": "string", "source": "Unit Price", "optional": True}}
    bench.say(raw=False, columns=columns)
    bench.load()
    bench.accept("Unit Price")
    assert [price for (price,) in bench.staged("price")] == [None, None, "9.50", None, "7", "x", "1.25"]


def test_versions_of_schemas_that_are_covered_now_are_accepted(bench: Bench) -> None:
    bench.say()
    bench.land("1", "code,n", "a,1")
    bench.land("2", "code,n,note", "b,2,x")
    bench.load()
    bench.accept("note", type="string")
    with WarehouseReader(bench.warehouse) as reader:
        assert [version.status for version in reader.schemas.versions("sales")] == ["accepted", "accepted"]


@pytest.mark.parametrize(
    ("source", "how", "told"),
    [
        ("Prise", {}, r"no column|no file of sales has a column 'Prise'.*'Unit Price' \(2 files\), 'Other' \(1 file\)"),
        ("n", {"type": "string"}, "'n' is the column n already, of the type integer"),
        ("n", {"type": "bogus"}, "--type 'bogus': must be one of string, integer, .* or decimal"),
        ("n", {"type": "decimal(2,9)"}, r"--type 'decimal\(2,9\)': decimal\(p,s\) needs 1 ≤ p ≤ 38"),
        ("n", {"existing": "code"}, "'n' is the column n already, not code"),
        ("Unit Price", {"existing": "prize"}, "sales has no column 'prize'; its columns are code, n"),
        ("Unit Price", {"type": "money"}, r"sales\.yaml:\d+: columns\.unit_price\.type: must be one of"),
        ("Unit Price", {"type": "string", "name": "N"}, "differ only in upper and lower case"),
        ("Unit Price", {"existing": "n", "type": "string"}, "leave --type and --name out"),
    ],
)
def test_a_wrong_name_or_type_is_told_with_what_there_is(
    bench: Bench, source: str, how: Mapping[str, Any], told: str
) -> None:
    bench.say()
    three_files(bench)
    bench.load()
    before, text = contents.everything(bench.warehouse), bench.config.read_text("utf-8")
    with pytest.raises(ConfigError, match=told):
        bench.accept(source, **how)
    after = {name: rows for name, rows in contents.everything(bench.warehouse).items() if name != "meta_runs"}
    assert (after, bench.config.read_text("utf-8")) == ({k: v for k, v in before.items() if k != "meta_runs"}, text)


@pytest.mark.parametrize("raw", [True, False])
@pytest.mark.parametrize("new", ["rescue", "evolve"])
def test_a_kill_between_the_rows_and_the_config_leaves_both_in_order(bench: Bench, raw: bool, new: str) -> None:
    bench.say(processors=modes(new, misfits="rescue"), raw=raw)
    three_files(bench)
    bench.load()
    text = bench.config.read_text("utf-8")
    bench.accept("Unit Price", type="number")
    wanted, expected = bench.config.read_text("utf-8"), bench.hash_from_the_start()
    bench.config.write_text(text, "utf-8")
    with Connection(bench.warehouse) as connection, connection.transaction():
        record(connection, [Amendment("sales", "add", "unit_price", "Unit Price", "number")], 0)
    bench.load()
    assert bench.hash() == expected
    bench.accept("Unit Price")
    assert (bench.hash(), bench.config.read_text("utf-8")) == (expected, wanted)
