"""Clients, products, payments and all other records: what the sandbox does with them, through the client."""

from typing import Any

import pytest

from providers.domain.errors import OutcomeUnknown, Refused, Unavailable
from tests.unit.providers.invoiceocean_desk import LINE, Desk


def made(record: dict[str, Any]) -> int:
    assert isinstance(record["id"], int)
    return record["id"]


def refused_field(call: Any) -> str:
    with pytest.raises(Refused) as raised:
        call()
    return raised.value.refusals[0].field


def test_a_client_is_made_found_changed_and_deleted() -> None:
    client = Desk().client
    told = client.create_client({"name": "Client1", "tax_no": "5252445767", "country": "PL", "email": "a@b.example"})
    assert (told["tax_no_check"], told["company"], told["shortcut"]) == ("PL5252445767", True, "Client1")
    assert "balance" in client.client(made(told))
    for name, value in (
        ("name", "Client1"),
        ("tax_no", "5252445767"),
        ("email", "a@b.example"),
        ("shortcut", "Client1"),
    ):
        [found] = client.clients(filters={name: value})
        assert found["id"] == told["id"]
        assert {"price_list_id", "panel_url"} <= found.keys()
    client.update_client(made(told), {"city": "Łódź"})
    assert client.client(made(told))["city"] == "Łódź"
    assert client.merge_client(made(told), {}) == {"code": "success", "message": "merged"}
    client.delete_client(made(told))
    assert client.clients() == []


def test_a_repeated_short_name_gets_a_suffix() -> None:
    client = Desk().client
    names = [client.create_client({"name": "Client1"})["shortcut"] for _ in range(3)]
    assert names == ["Client1", "Client1 (2)", "Client1 (3)"]


def test_a_person_needs_a_last_name_and_a_company_a_name() -> None:
    client = Desk().client
    assert client.create_client({"last_name": "Example", "company": False})["name"] == "Example"
    assert refused_field(lambda: client.create_client({"company": True})) == "name"


def test_an_invoice_makes_client_and_product_and_knows_them_the_next_time() -> None:
    desk = Desk()
    first, second = desk.make(buyer_city="Kraków"), desk.make()
    [client] = desk.client.clients()
    [product] = desk.client.products()
    assert (client["name"], client["city"], product["name"]) == ("Ada", "Kraków", "Rake")
    assert {desk.client.invoice(each)["client_id"] for each in (first, second)} == {client["id"]}
    desk.make(client_id="-1")
    assert len(desk.client.clients()) == 2


def test_a_setting_keeps_unknown_lines_from_becoming_products() -> None:
    desk = Desk(makes_products=False)
    desk.make()
    assert desk.client.products() == []


def test_the_data_of_an_id_override_what_is_written_out() -> None:
    desk = Desk()
    client = desk.client.create_client({"name": "Ada", "city": "Kraków", "country": "PL"})
    department = desk.client.create_department({"name": "Yard", "tax_no": "111"})
    ids = {"client_id": client["id"], "department_id": department["id"]}
    told = desk.client.create_invoice({**ids, "buyer_name": "Eve", "seller_name": "Barn", "positions": [LINE]})
    assert (told["buyer_name"], told["buyer_city"], told["seller_name"]) == ("Ada", "Kraków", "Yard")
    change = {"client_id": client["id"], "buyer_city": "Łódź", "buyer_override": True, "positions": [LINE]}
    assert desk.client.create_invoice(change)["buyer_city"] == "Łódź"
    assert desk.client.client(made(client))["city"] == "Łódź"


def test_an_unknown_seller_becomes_a_department() -> None:
    desk = Desk()
    desk.make(seller_name="Barn", seller_tax_no="222")
    [department] = desk.client.departments()
    assert (department["name"], department["tax_no"]) == ("Barn", "222")
    desk.client.update_department(made(department), {"shortcut": "B"})
    assert desk.client.department(made(department))["shortcut"] == "B"
    desk.client.delete_department(made(department))
    assert desk.client.departments() == []


def test_the_minimal_form_takes_everything_from_ids() -> None:
    desk = Desk()
    client = desk.client.create_client({"name": "Ada"})
    product = desk.client.create_product({"name": "Rake", "price_gross": "10.23", "tax": "23"})
    line = {"product_id": product["id"], "quantity": 2}
    told = desk.client.create_invoice({"payment_to_kind": 5, "client_id": client["id"], "positions": [line]})
    assert (told["price_gross"], told["price_net"], told["payment_to_kind"]) == ("20.46", "16.63", "5")


def test_the_net_price_of_a_product_follows_and_cannot_be_set() -> None:
    client = Desk().client
    told = client.create_product({"name": "ProductAA", "code": "A001", "price_net": "100", "tax": "23"})
    assert (told["price_gross"], told["price_tax"]) == ("123.0", "23.0")
    changed = client.update_product(made(told), {"price_gross": "102", "price_net": "1", "tax": "23"})
    assert (changed["price_gross"], changed["price_net"]) == ("102.0", "82.93")
    client.delete_product(made(told))
    with pytest.raises(Refused) as raised:
        client.product(made(told))
    assert raised.value.missing


def test_products_are_listed_since_a_day() -> None:
    desk = Desk()
    desk.client.create_product({"name": "Old"})
    desk.clock.move(days=2)
    desk.client.create_product({"name": "New"})
    found = desk.client.products(filters={"date_from": "2026-03-05"})
    assert [each["name"] for each in found] == ["New"]


def test_the_stock_of_a_warehouse_follows_its_documents() -> None:
    client = Desk().client
    product = made(client.create_product({"name": "Rake"}))
    warehouse = made(client.create_warehouse({"name": "North"}))
    for kind, quantity in (("pz", 5), ("wz", 7)):
        lines = [{"product_id": product, "quantity": quantity}]
        fields = {"kind": kind, "warehouse_id": warehouse, "warehouse_actions": lines}
        client.create_warehouse_document(fields)
    assert client.product(product, warehouse)["warehouse_quantity"] == "-2.0"
    [row] = client.products(filters={"warehouse_id": warehouse})
    assert row["warehouse_quantity"] == "-2.0"
    assert [each["kind"] for each in client.warehouse_actions(filters={"product_id": product, "kind": "wz"})] == ["wz"]
    assert refused_field(lambda: client.create_warehouse_document({"kind": "poem"})) == "kind"


def test_records_of_every_kind_are_kept_changed_and_deleted() -> None:
    client = Desk().client
    category = made(client.create_category({"name": "Tools"}))
    client.update_category(category, {"description": "Of iron"})
    assert client.category(category)["description"] == "Of iron"
    issuer = made(client.create_issuer({"name": "Ada"}))
    client.update_issuer(issuer, {"tax_no": "1"})
    assert client.issuer(issuer)["tax_no"] == "1"
    price_list = made(client.create_price_list({"name": "Wholesale", "currency": "EUR"}))
    client.update_price_list(price_list, {"currency": "PLN"})
    assert [each["currency"] for each in client.price_lists()] == ["PLN"]
    hook = made(client.create_webhook({"kind": "invoice:create", "url": "https://shop.example"}))
    assert client.webhook(hook)["kind"] == "invoice:create"
    client.delete_category(category)
    client.delete_issuer(issuer)
    client.delete_price_list(price_list)
    client.delete_webhook(hook)
    assert client.categories() == client.issuers() == client.price_lists() == client.webhooks() == []
    assert refused_field(lambda: client.create_webhook({"kind": "order:create", "url": "https://x"})) == "kind"


def test_lists_have_pages() -> None:
    client = Desk().client
    for number in range(30):
        client.create_category({"name": f"C{number}"})
    assert [len(client.categories(page)) for page in (1, 2, 3)] == [25, 5, 0]
    assert len(client.categories(1, 100)) == 30


def test_bank_accounts_show_on_the_documents_of_their_department() -> None:
    desk = Desk()
    department = made(desk.client.create_department({"name": "Yard"}))
    link = {"department_id": department, "show_on_invoice": True, "main_on_department": True}
    fields = {"bank_account_number": "PL61 1090 1014", "bank_name": "Bank", "bank_account_version_departments": [link]}
    account = desk.client.create_bank_account(fields)
    assert account["bank_account_id"] == account["id"]
    invoice = desk.client.create_invoice({"buyer_name": "Ada", "department_id": department, "positions": [LINE]})
    assert [each["id"] for each in invoice["bank_accounts"]] == [account["id"]]  # type: ignore[attr-defined]
    desk.client.update_bank_account(made(account), {"bank_account_version_departments": [{**link, "remove": True}]})
    assert desk.client.bank_account(made(account))["bank_account_version_departments"] == []
    desk.client.delete_bank_account(made(account))
    assert desk.client.bank_accounts() == []


def test_a_bank_account_that_is_known_by_its_number_is_not_made_twice() -> None:
    desk = Desk()
    for number in ("PL61 1090 1014", "61-1090-1014"):
        desk.make(bank_accounts=[{"bank_account_number": number, "bank_name": "Bank"}])
    assert len(desk.client.bank_accounts()) == 1


def test_recurring_invoices_are_defined_and_moved() -> None:
    desk = Desk()
    fields = {"name": "Monthly", "invoice_id": desk.make(), "start_date": "2026-04-01", "every": "1m"}
    told = desk.client.create_recurring(fields)
    assert told["next_invoice_date"] == "2026-04-01"
    assert (
        desk.client.update_recurring(made(told), {"next_invoice_date": "2026-05-01"})["next_invoice_date"]
        == "2026-05-01"
    )
    assert [each["name"] for each in desk.client.recurrings()] == ["Monthly"]


def test_a_plan_without_recurring_invoices_answers_with_a_page() -> None:
    desk = Desk(recurrings=False)
    with pytest.raises(OutcomeUnknown):
        desk.client.create_recurring({"invoice_id": 1})
    with pytest.raises(Unavailable):
        desk.client.recurrings()


def test_the_account_and_those_of_others() -> None:
    client = Desk(linked_accounts=("sub1",)).client
    assert client.account()["url"] == "https://example.invoiceocean.com"
    told = client.create_account({"prefix": "shop"}, {"login": "ada"}, {})
    assert (told["prefix"], told["login"]) == ("shop", "ada")
    assert client.create_account({"prefix": "shop"}, {}, {})["prefix"] != "shop"
    assert client.unlink_accounts(["sub1", "sub2"])["result"] == {"unlinked": ["sub1"], "not_unlinked": ["sub2"]}
    with pytest.raises(Refused, match="Brak kont"):
        client.unlink_accounts(["sub1"])
    assert client.request_account_deletion()["code"] == "success"
    assert client.add_user({"email": "a@b.example"}, "t")["code"] == "success"
    assert refused_field(lambda: client.add_user({}, "t")) == "email"
