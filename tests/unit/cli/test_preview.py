"""`preview`: how an order is read, what is planned, and exactly what would be sent."""

import json

import pytest

from tests.unit.cli.desk import TOML, Desk
from tests.unit.shops.samples import canonical_order, event, woo_order

PAID = {"paid_at": "2026-02-03T10:04:00Z"}
ONE_SHOP = TOML.replace(TOML[TOML.index("[shops.kiosk]") : TOML.index("[books.main]")], "")


def test_a_woocommerce_order_becomes_plan_and_payload(bare: Desk) -> None:
    file = bare.write("order.json", json.dumps(woo_order()))
    said = bare.type("preview", file, "--shop", "garden", "--json")
    assert said.code == 0
    told = said.json
    assert (told["shop"], told["book"], told["provider"]) == ("garden", "main", "invoiceocean")
    assert told["order"]["total"] == "24.60"
    assert told["plan"][0].startswith("create invoice garden/815 of 24.60 PLN in book main (InvoiceOcean)")
    assert told["plan"][1].startswith("record a payment of 24.60 PLN")
    assert told["plan"][-1] == "done: there is nothing more to do"
    assert told["payload"]["invoice"]["oid"] == told["reference"] == "garden/815"
    assert told["reason"] is None


def test_nothing_is_stored(bare: Desk) -> None:
    bare.type("preview", bare.write("order.json", json.dumps(woo_order())), "--shop", "garden")
    assert not (bare.folder / "ledger.sqlite3").exists()


@pytest.mark.parametrize("shop", ["garden", "kiosk"])
@pytest.mark.parametrize("envelope", [True, False])
def test_a_canonical_order_is_read_with_or_without_its_envelope(bare: Desk, shop: str, envelope: bool) -> None:
    order = canonical_order(**PAID)
    file = bare.write("order.json", json.dumps(event(data=order) if envelope else order))
    said = bare.type("preview", file, "--shop", shop, "--json")
    assert said.code == 0
    assert said.json["reference"] == f"{shop}/n-7"


def test_an_unpaid_order_waits(bare: Desk) -> None:
    file = bare.write("order.json", json.dumps(canonical_order()))
    said = bare.type("preview", file, "--shop", "kiosk", "--json")
    assert said.code == 0
    assert said.json["plan"] == ["waiting: The invoice is due once the order is paid"]
    assert said.json["payload"] is None


def test_an_order_that_does_not_add_up_stops_with_field_value_and_remedy(bare: Desk) -> None:
    file = bare.write("order.json", json.dumps(woo_order(total="99.00")))
    said = bare.type("preview", file, "--shop", "garden")
    assert said.code == 1
    for text in ("It stops", "field   total", "value   99.00", "remedy  Correct"):
        assert text in said.out
    told = bare.type("preview", file, "--shop", "garden", "--json")
    assert told.code == 1
    assert told.json["reason"]["code"] == "total_mismatch"


def test_an_unreadable_order_names_the_member(bare: Desk) -> None:
    file = bare.write("order.json", json.dumps(woo_order(total="a lot")))
    said = bare.type("preview", file, "--shop", "garden")
    assert said.code == 1
    assert "field   total" in said.out
    assert "value   a lot" in said.out
    told = bare.type("preview", file, "--shop", "garden", "--json")
    assert told.code == 1
    assert told.json["order"] is None
    assert told.json["reason"]["field"] == "total"


def test_an_event_that_removes_an_order_holds_none(bare: Desk) -> None:
    file = bare.write("order.json", json.dumps(event("order.deleted", data={"order_id": "n-7"})))
    said = bare.type("preview", file, "--shop", "kiosk")
    assert said.code == 1
    assert "holds no order" in said.out


def test_what_is_no_json_is_told_as_such(bare: Desk) -> None:
    said = bare.type("preview", bare.write("order.json", b"\xff\xfe{"), "--shop", "garden")
    assert said.code == 1
    assert "not UTF-8" in said.out


def test_standard_input_is_read_for_a_dash(bare: Desk) -> None:
    said = bare.type("preview", "-", "--shop", "garden", given=json.dumps(woo_order()).encode())
    assert said.code == 0
    for text in ("Order T-815 (id 815): 24.60 PLN", "Tea pot", "1. create invoice", "What InvoiceOcean would be sent"):
        assert text in said.out


def test_the_only_shop_need_not_be_named(bare: Desk) -> None:
    bare.configure(ONE_SHOP)
    assert bare.type("preview", bare.write("order.json", json.dumps(woo_order()))).code == 0


@pytest.mark.parametrize("command", ["preview", "import"])
def test_one_of_several_shops_must_be_named(desk: Desk, command: str) -> None:
    said = desk.type(command, desk.write("order.json", "{}"))
    assert said.code == 2
    assert "--shop, one of garden, kiosk" in said.err


@pytest.mark.parametrize("command", ["preview", "import"])
def test_an_unknown_shop_names_those_that_there_are(desk: Desk, command: str) -> None:
    said = desk.type(command, desk.write("order.json", "{}"), "--shop", "gardn")
    assert said.code == 2
    assert "gardn" in said.err
    assert "garden, kiosk" in said.err


@pytest.mark.parametrize("command", ["preview", "import"])
def test_a_file_that_cannot_be_read_is_named(desk: Desk, command: str) -> None:
    said = desk.type(command, "nowhere.json", "--shop", "garden")
    assert said.code == 2
    assert "nowhere.json" in said.err
