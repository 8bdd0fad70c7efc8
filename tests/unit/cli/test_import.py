"""`import`: orders from a file, one a line."""

import json

import pytest

from tests.unit.cli.desk import Desk
from tests.unit.shops.samples import canonical_order, woo_order


def lines(*orders: object) -> str:
    return "".join(json.dumps(order) + "\n" for order in orders)


def test_orders_are_taken_and_wait_for_the_worker(desk: Desk) -> None:
    file = desk.write("orders.jsonl", lines(woo_order(id=1), woo_order(id=2)))
    said = desk.type("import", file, "--shop", "garden", "--json")
    assert said.code == 0
    assert said.json == {
        "shop": "garden",
        "lines": 2,
        "new": 2,
        "stale": 0,
        "duplicate": 0,
        "unreadable": 0,
        "problems": [],
    }
    assert [(line.order, line.state) for line in desk.ledger.views.orders()] == [("1", "due"), ("2", "due")]


def test_a_generic_shop_takes_canonical_orders(desk: Desk) -> None:
    file = desk.write("orders.jsonl", lines(canonical_order()))
    assert desk.type("import", file, "--shop", "kiosk", "--json").json["new"] == 1
    story = desk.ledger.views.story("kiosk", "n-7")
    assert story is not None
    assert "by import" in story.moments[0].text


def test_to_repeat_an_import_does_no_harm(desk: Desk) -> None:
    file = desk.write("orders.jsonl", lines(woo_order()))
    desk.type("import", file, "--shop", "garden")
    said = desk.type("import", file, "--shop", "garden", "--json")
    assert (said.code, said.json["new"], said.json["duplicate"]) == (0, 0, 1)


def test_an_older_version_of_an_order_changes_nothing(desk: Desk) -> None:
    older = woo_order(date_modified_gmt="2026-02-03T10:01:00", total="1.00")
    file = desk.write("orders.jsonl", lines(woo_order(), older))
    said = desk.type("import", file, "--shop", "garden", "--json")
    assert (said.code, said.json["new"], said.json["stale"]) == (0, 1, 1)


def test_bad_lines_are_told_by_number_and_passed_over(desk: Desk) -> None:
    file = desk.write("orders.jsonl", lines(woo_order(id=1)) + "{broken\n\n" + lines({"id": 3}, woo_order(id=4)))
    said = desk.type("import", file, "--shop", "garden", "--json")
    assert said.code == 1
    told = said.json
    assert (told["lines"], told["new"], told["unreadable"]) == (4, 2, 2)
    assert [(problem["line"], problem["order"]) for problem in told["problems"]] == [(2, None), (4, "3")]
    assert "line 2: The order cannot be read: body is not JSON" in said.err
    assert "line 4: " in said.err


def test_bad_lines_are_not_kept(desk: Desk) -> None:
    desk.type("import", desk.write("orders.jsonl", "{broken\n"), "--shop", "garden")
    assert list(desk.ledger.views.orders()) == []


def test_an_id_that_cannot_be_kept_is_a_bad_line(desk: Desk) -> None:
    file = desk.write("orders.jsonl", lines(canonical_order(order_id="n" * 160)))
    said = desk.type("import", file, "--shop", "kiosk", "--json")
    assert (said.code, said.json["unreadable"]) == (1, 1)


def test_a_summary_in_words(desk: Desk) -> None:
    said = desk.type("import", desk.write("orders.jsonl", lines(woo_order())), "--shop", "garden")
    assert said.out.startswith("1 lines: 1 new, 0 stale")
    assert said.err == ""


@pytest.mark.parametrize("beginning", [b"", b"\xef\xbb\xbf"])
def test_an_array_is_told_with_the_way_to_turn_it_round(desk: Desk, beginning: bytes) -> None:
    file = desk.write("orders.json", beginning + json.dumps([woo_order()]).encode())
    said = desk.type("import", file, "--shop", "garden")
    assert said.code == 2
    assert "jq -c" in said.err


def test_windows_line_ends_and_a_byte_order_mark_do_no_harm(desk: Desk) -> None:
    content = b"\xef\xbb\xbf" + lines(woo_order(id=1), woo_order(id=2)).replace("\n", "\r\n").encode()
    said = desk.type("import", desk.write("orders.jsonl", content), "--shop", "garden", "--json")
    assert (said.code, said.json["new"]) == (0, 2)


def test_standard_input_is_read_for_a_dash(desk: Desk) -> None:
    said = desk.type("import", "-", "--shop", "garden", "--json", given=lines(woo_order()).encode())
    assert (said.code, said.json["new"]) == (0, 1)
