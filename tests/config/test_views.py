"""Views of a folder of configs: found, compiled over the columns of their datasets, refused where they are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from processors.columns import ColumnType
from processors.errors import ConfigError
from processors.schemas.amendments import Amendment
from stream.config import Dataset, load_configs
from stream.config.amending import with_amendments
from stream.config.loading import load_config
from tests.config.sales import SALES, refusal
from tests.system.processes import ROOT

VIEW = """\
view: buyers
version: 3
dataset: sales
entity: id
event_time: at
horizon: 1 week
"""
SQL = """\
SELECT
  count(*) OVER week AS n,
  sum(amount) OVER week AS spent
FROM stg_sales
WINDOW week AS (PARTITION BY id ORDER BY _event_us RANGE BETWEEN 604800000000 PRECEDING AND 1 PRECEDING)
"""


def folder_of(folder: Path, view: str = VIEW, sql: str = SQL) -> Path:
    """A folder of configs with a view."""
    (folder / "sql").mkdir()
    (folder / "sales.yaml").write_text(SALES, "utf-8")
    (folder / "sql" / "buyers.yaml").write_text(view, "utf-8")
    (folder / "sql" / "buyers.sql").write_text(sql, "utf-8")
    return folder


def loaded(folder: Path) -> Dataset:
    """The dataset of a folder with a view."""
    return load_configs(folder_of(folder))["sales"]


def test_a_view_belongs_to_the_table_of_its_dataset(tmp_path: Path) -> None:
    [view] = loaded(tmp_path).table.views
    assert (view.name, view.version, view.keys, [each.name for each in view.features]) == (
        "buyers",
        3,
        ("id",),
        ["n", "spent"],
    )


def test_a_config_that_is_read_alone_has_its_views(tmp_path: Path) -> None:
    folder_of(tmp_path)
    assert [view.name for view in load_config(tmp_path / "sales.yaml").table.views] == ["buyers"]


def test_views_come_by_name_whatever_their_files_are_called(tmp_path: Path) -> None:
    folder_of(tmp_path)
    other = VIEW.replace("buyers", "again").replace("horizon: 1 week", "sql: buyers.sql")
    (tmp_path / "sql" / "z.yaml").write_text(other, "utf-8")
    assert [view.name for view in load_configs(tmp_path)["sales"].table.views] == ["again", "buyers"]


def test_a_view_follows_a_column_that_is_widened(tmp_path: Path) -> None:
    sales = (tmp_path / "sales.yaml", SALES.replace("- schema: {}", "- schema: {misfits: evolve}"))
    folder_of(tmp_path)
    sales[0].write_text(sales[1], "utf-8")
    dataset = load_configs(tmp_path)["sales"]
    wider, _ = with_amendments(dataset, [Amendment("sales", "widen", "amount", "amount", "decimal(15,4)")])
    [before], [after] = dataset.table.views, wider.table.views
    assert after.features[1].type == ColumnType("decimal", 38, 4)
    assert after.sql_hash == before.sql_hash


def test_a_folder_without_views_has_none(tmp_path: Path) -> None:
    (tmp_path / "sales.yaml").write_text(SALES, "utf-8")
    assert load_configs(tmp_path)["sales"].table.views == ()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "view: buyers",
            "view: 1st",
            "1: view: string should match pattern '^[A-Za-z][A-Za-z0-9_]{0,62}$' (found '1st').",
        ),
        (
            "view: buyers",
            "view: buyers_latest",
            "1: view: must not end in _latest; so the table with the latest vectors of another view is called",
        ),
        ("version: 3", "version: 0", "2: version: input should be greater than or equal to 1 (found 0)."),
        ("version: 3\n", "", "1: key 'version' is missing."),
        ("dataset: sales", "dataset: sale", "3: no config describes a dataset 'sale'; there are sales."),
        (
            "entity: id",
            "entity: [id, who]",
            "4: entity.1: there is no column 'who' in sales; the columns are id, at, day, amount, count,",
        ),
        (
            "entity: id",
            "entity: amount",
            "4: entity.0: 'amount' is a decimal(12,2); an entity is known by string, category, integer, date columns.",
        ),
        ("entity: id", "entity: [id, id]", "4: entity: names a column twice."),
        (
            "event_time: at",
            "event_time: day",
            "5: event_time: must be the event_time of the dataset sales, which has 'at'.",
        ),
        (
            "1 week",
            "a week",
            "6: horizon: must be a number and a unit, such as 90 minutes, 36 hours, 2 days or 1 week (found 'a week').",
        ),
        (
            "horizon: 1 week",
            "horizons: 1 week",
            "6: unknown key 'horizons'. Known keys: view, version, dataset, entity, event_time, horizon,",
        ),
        (
            "horizon: 1 week",
            "sql: ../buyers.sql",
            "6: sql: string should match pattern '^[A-Za-z0-9_][A-Za-z0-9_.-]*$' (found '../buyers.sql').",
        ),
        ("version: 3", "version: 3\nversion: 4", "3: key 'version' is written twice."),
    ],
)
def test_a_mistake_beside_the_sql_is_told_with_its_line(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert refusal(folder_of(tmp_path, VIEW.replace(old, new)))[0].startswith(f"sql/buyers.yaml:{told}")


def test_a_mistake_in_the_sql_is_told_with_its_line(tmp_path: Path) -> None:
    sql = SQL.replace("count(*) OVER week", "kind").replace("sum", "lag")
    lines = refusal(folder_of(tmp_path, sql=sql))
    assert [line.split(": ")[0] for line in lines] == ["sql/buyers.sql:2", "sql/buyers.sql:3"]
    assert lines[1].startswith(
        "sql/buyers.sql:3: LAG(amount) is none of count, sum, avg, min and max; others depend on"
    )


def test_a_window_beyond_the_horizon_is_told_with_its_line(tmp_path: Path) -> None:
    told = refusal(folder_of(tmp_path, VIEW.replace("1 week", "36 hours")))
    assert told == ["sql/buyers.sql:5: a window reaches 7 days back, further than the horizon of 1.5 days."]


def test_sql_that_is_not_there_is_told(tmp_path: Path) -> None:
    folder_of(tmp_path)
    (tmp_path / "sql" / "buyers.sql").unlink()
    assert refusal(tmp_path) == [
        "sql/buyers.yaml:1: there is no file sql/buyers.sql with the view's SQL. Write it, or name another under sql."
    ]


def test_two_views_of_one_name_are_refused(tmp_path: Path) -> None:
    folder_of(tmp_path)
    (tmp_path / "sql" / "other.yaml").write_text(VIEW.replace("buyers", "Buyers") + "sql: buyers.sql\n", "utf-8")
    assert refusal(tmp_path) == [
        "sql/other.yaml:1: view 'Buyers' is described twice; SQL does not tell upper from lower case."
    ]


def test_a_dataset_without_event_time_can_have_no_view(tmp_path: Path) -> None:
    folder_of(tmp_path)
    (tmp_path / "sales.yaml").write_text(SALES.replace("event_time: at\n", ""), "utf-8")
    [told] = refusal(tmp_path)
    assert told.endswith("must be the event_time of the dataset sales, which has none; give it one in its config.")


def test_what_is_wrong_with_a_dataset_is_told_beside_what_is_wrong_with_views(tmp_path: Path) -> None:
    folder_of(tmp_path, VIEW.replace("version: 3", "version: 0"))
    (tmp_path / "sales.yaml").write_text(SALES.replace("key: [id]", "key: [ident]"), "utf-8")
    assert [line.split(":")[0] for line in refusal(tmp_path)] == ["sql/buyers.yaml", "sales.yaml"]


def test_a_view_that_is_wrong_is_told_where_a_config_is_read_alone(tmp_path: Path) -> None:
    folder_of(tmp_path, sql=SQL.replace("sum(amount)", "sum(kind)"))
    with pytest.raises(ConfigError, match=r"buyers\.sql:3: kind is a string, which sum cannot add up"):
        load_config(tmp_path / "sales.yaml")


def test_the_view_of_the_readme_is_one(tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text("utf-8").split("## Feature views")[1]
    view, sql = (readme.split(f"```{kind}\n")[1].split("```")[0] for kind in ("yaml", "sql"))
    for name in ("orders.yaml", "expectations/orders.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text((ROOT / "configs" / name).read_text("utf-8"), "utf-8")
    (tmp_path / "sql").mkdir()
    (tmp_path / "sql" / "customer_features.yaml").write_text(view, "utf-8")
    (tmp_path / "sql" / "customer_features.sql").write_text(sql, "utf-8")
    [read] = load_configs(tmp_path)["orders"].table.views
    assert [each.name for each in read.features] == ["orders_7d", "amount_web_7d", "days_since_last_order"]


def test_a_column_by_which_an_entity_is_known_is_not_widened(tmp_path: Path) -> None:
    folder_of(tmp_path, VIEW.replace("entity: id", "entity: count"), SQL.replace("BY id", "BY count"))
    (tmp_path / "sales.yaml").write_text(SALES.replace("- schema: {}", "- schema: {misfits: evolve}"), "utf-8")
    columns = {column.name: column for column in load_configs(tmp_path)["sales"].columns}
    assert (columns["count"].misfits, columns["amount"].misfits) == ("rescue", None)
