"""What `trace` tells of all that was made of a row: features, learners, models, figures, replays; and by what it was
judged."""

from __future__ import annotations

from typing import Any

import pytest

from tests.system.lived import SCORED
from tests.system.looking import number, rows
from tests.system.processes import Place, entered, load
from tests.system.test_trace import as_json, traced

VIEW = "feats_customer_features"
#: What a window of so many days looks at, asked of the staged rows.
FIRST = """
SELECT o._id FROM stg_orders o JOIN stg_orders s ON s._id = ?1
WHERE o.customer_id = s.customer_id AND o._event_us < s._event_us AND o._event_us >= s._event_us - ?2 * 86400000000
ORDER BY o._event_us {0}, o._id {0} LIMIT 1
"""


def windows(found: dict[str, Any], feature: str) -> list[dict[str, Any]]:
    """The windows of a feature of the only view."""
    [vector] = found["vectors"]
    return next(each["windows"] for each in vector["features"] if each["name"] == feature)


@pytest.mark.parametrize(("feature", "days"), [("amount_7d", 7), ("orders_30d", 30)])
def test_features_are_told_with_the_rows_that_they_were_computed_from(lived: Place, feature: str, days: int) -> None:
    some = rows(lived.warehouse, f"SELECT _id FROM {VIEW} WHERE orders_30d > 2 ORDER BY _id DESC LIMIT 5")
    for (row,) in some:
        [window] = windows(as_json(lived, "orders", str(row)), feature)
        looked_at = f"SELECT count(*) FROM ({FIRST.format('ASC').replace('LIMIT 1', '')})"
        ends = [number(lived.warehouse, FIRST.format(way), row, days) for way in ("ASC", "DESC")]
        assert window["rows"] == number(lived.warehouse, looked_at, row, days)
        assert [window["first"]["row_id"], window["last"]["row_id"]] == ends


def test_a_place_that_is_told_is_one_that_trace_finds(lived: Place) -> None:
    row = number(lived.warehouse, f"SELECT max(_id) FROM {VIEW} WHERE orders_30d > 1")
    [window] = windows(as_json(lived, "orders", str(row)), "days_since_last_order")
    assert window["since"] is None
    last = window["last"]
    assert as_json(lived, "orders", f"{last['path']}:{last['line']}")["origin"]["row_id"] == last["row_id"]


def test_a_vector_is_what_is_stored(lived: Place) -> None:
    [(row, count, mean)] = rows(
        lived.warehouse, f"SELECT _id, orders_30d, amount_mean_30d FROM {VIEW} WHERE orders_30d > 1 LIMIT 1"
    )
    [vector] = as_json(lived, "orders", str(row))["vectors"]
    values = {each["name"]: each["value"] for each in vector["features"]}
    assert (values["orders_30d"], float(values["amount_mean_30d"])) == (str(count), mean)


def test_a_row_without_an_entity_says_why_it_has_no_features(lived: Place) -> None:
    row = number(lived.warehouse, "SELECT min(_id) FROM stg_orders WHERE customer_id IS NULL")
    [vector] = as_json(lived, "orders", str(row))["vectors"]
    assert (vector["why"], vector["features"]) == ("the row is part of no entity: customer_id is null", [])


def test_a_learner_is_told_with_what_it_predicted_of_the_row(lived: Place) -> None:
    [(row, prediction, error)] = rows(
        lived.warehouse, f"SELECT _id, prediction, error FROM preds_{SCORED} WHERE error IS NOT NULL LIMIT 1"
    )
    [learner] = as_json(lived, "orders", str(row))["learners"]
    assert (learner["state"], learner["predicted"]) == (
        "learned",
        {"prediction": prediction, "error": error, "version": 1},
    )


def test_the_rows_that_versions_say_are_in_a_part_are_those_that_they_count(lived: Place) -> None:
    ids = [row for (row,) in rows(lived.warehouse, f"SELECT _id FROM {VIEW} WHERE _id % 40 = 0 ORDER BY _event_us")]
    parts = [as_json(lived, "orders", str(row))["versions"][0]["part"] for row in ids]
    known = [part for part in parts if part in {"train", "validation", "test"}]
    assert known == sorted(known, key=["train", "validation", "test"].index)
    times = {
        str(part): (str(first), str(last))
        for part, first, last in rows(lived.warehouse, "SELECT part, time_min, time_max FROM meta_dataset_splits")
    }
    for row, part in zip(ids, parts, strict=True):
        if part in times:
            [(at,)] = rows(lived.warehouse, "SELECT order_ts FROM stg_orders WHERE _id = ?", row)
            assert times[part][0] <= str(at) <= times[part][1]


def test_an_imputed_cell_is_told_with_the_figure_of_its_group(lived: Place) -> None:
    [(row, country, amount)] = rows(
        lived.warehouse,
        "SELECT _id, country, amount FROM stg_orders WHERE _flags LIKE '%imputed.amount%' AND country = 'NO' LIMIT 1",
    )
    found = as_json(lived, "orders", str(row))
    [figure] = found["figures"]
    assert (figure["kind"], figure["by"], figure["group"]) == ("median", ["country"], [country])
    assert float(figure["values"][0]) == pytest.approx(float(str(amount)), abs=0.006)
    assert figure["version"] == found["judged"]["parameters"]


def test_a_record_is_told_with_the_configs_that_judged_it_and_that_would(lived: Place) -> None:
    row = number(lived.warehouse, "SELECT max(_id) FROM stg_employees")
    judged = as_json(lived, "employees", str(row))["judged"]
    hashes = [
        str(each)
        for (each,) in rows(
            lived.warehouse, "SELECT hash FROM meta_configs WHERE dataset = 'employees' ORDER BY config_id"
        )
    ]
    assert (judged["config"], judged["config_today"], judged["command"]) == (hashes[-1], hashes[-1], "replay")


def test_replays_of_its_date_are_told(lived: Place) -> None:
    row = number(lived.warehouse, "SELECT max(_id) FROM stg_employees")
    found = as_json(lived, "employees", str(row))
    [(changed,)] = rows(lived.warehouse, "SELECT changed FROM meta_replays WHERE date = ?", found["origin"]["date"])
    assert [each["replay"]["changed"] for each in found["replays"]] == [changed]


def test_who_won_and_who_lost_lead_to_each_other(lived: Place) -> None:
    [(loser, winner)] = rows(lived.warehouse, "SELECT _id, first_id FROM meta_duplicates ORDER BY _id DESC LIMIT 1")
    lost = as_json(lived, "orders", str(loser))["standing"]["lost_to"]["duplicate_key"]
    assert lost["row_id"] == winner
    won = as_json(lived, "orders", str(winner))["standing"]["won_over"]
    assert loser in [each["place"]["row_id"] for each in won]


def test_a_record_is_found_by_its_key(lived: Place) -> None:
    [(row, key)] = rows(lived.warehouse, "SELECT _id, order_id FROM stg_orders LIMIT 1")
    assert as_json(lived, "orders", str(key))["origin"]["row_id"] == row
    assert as_json(lived, "orders", f"order_id={key!s}")["origin"]["row_id"] == row


def test_a_rejected_record_is_found_by_its_key_as_it_came(lived: Place) -> None:
    [(row, key)] = rows(
        lived.warehouse,
        """SELECT _id, raw ->> 'order_id' FROM rejects r WHERE dataset = 'orders' AND json_type(raw) = 'object'
        AND NOT EXISTS (SELECT 1 FROM stg_orders s WHERE s.order_id = r.raw ->> 'order_id') LIMIT 1""",
    )
    assert as_json(lived, "orders", str(key))["origin"]["row_id"] == row


def test_columns_that_several_records_have_mean_the_first_that_is_staged(lived: Place) -> None:
    [(row, country, quantity)] = rows(
        lived.warehouse, "SELECT min(_id), country, quantity FROM stg_orders GROUP BY 2, 3 LIMIT 1"
    )
    assert as_json(lived, "orders", f"country={country!s},quantity={quantity!s}")["origin"]["row_id"] == row


def test_a_key_that_nothing_has_is_exit_2(lived: Place) -> None:
    told = traced(lived, "orders", "O-999999", code=2).stderr
    assert "No record of orders has the order_id 'O-999999' either." in told


def test_a_superseded_record_is_told_as_such(copied: Place) -> None:
    file = copied.landing / "orders" / "orders_2026-11-20.csv"
    file.write_bytes(file.read_bytes().replace(b",web", b",app", 1))
    load(copied)
    row = number(copied.warehouse, "SELECT min(file_id) << 32 FROM meta_files WHERE state = 'superseded'") + 1
    done = entered(copied, "trace", "orders", str(row))
    assert (done.returncode, ": superseded\n" in done.stdout) == (0, True)
