"""What the sandbox's site stores, wipes, rolls back and leaves half done."""

from datetime import timedelta

import pytest

from providers.invoicing.drupal_invoice.sandbox import Database
from tests.unit.providers.drupal_invoice_sandbox_site import LINE, ROUTE, Site


def test_a_put_wipes_what_it_does_not_name_but_for_the_items() -> None:
    site = Site()
    site.make(description="d", prefix="%Y", pay_status="paid", customer={"company_name": "Tuin BV"})
    site.clock.move(minutes=5)
    reply = site.call("PUT", f"{ROUTE}/1", {"template": "default", "pay_limit": 3, "leading_zeros": "5", "items": []})
    assert (reply.status, reply.body) == (204, b"")
    shown = site.get(f"{ROUTE}/1")
    assert (shown["description"], shown["prefix"], shown["pay_status"]) == (None, None, "unpaid")
    assert (shown["customer"]["company_name"], shown["customer"]["customer_number"]) == (None, 2)
    assert (shown["pay_limit"], shown["inctotal"], len(shown["items"])) == (3, 24.2, 1)
    assert (shown["created"], shown["changed"]) == ("2026-03-04 12:00:00", "2026-03-04 12:05:00")


def test_a_put_with_items_gives_them_new_ids() -> None:
    site = Site()
    before = site.make()["items"][0]["id"]
    body = {"template": "default", "pay_limit": 0, "leading_zeros": 4, "prefix": "", "items": [LINE]}
    site.call("PUT", f"{ROUTE}/1", body)
    assert site.get(f"{ROUTE}/1")["items"][0]["id"] != before
    assert site.get(f"{ROUTE}/1")["prefix"] == ""


@pytest.mark.parametrize("status", ["PAID", "overdue", None, True])
def test_only_the_one_word_means_paid(status: object) -> None:
    assert Site().make(pay_status=status)["pay_status"] == "unpaid"


def test_the_same_customer_keeps_its_number() -> None:
    site = Site()
    company = {"company_name": "Tuin BV", "country": "NL"}
    person = {"lastname": "Ö", "zipcode": "1", "building_number": 2}
    customers = [
        company,
        person,
        {**company, "city": "Ede"},
        {**person, "firstname": "A"},
        {},
        {"customer_number": 9},
        {},
    ]
    assert [site.make(customer=each)["customer"]["customer_number"] for each in customers] == [1, 2, 1, 2, 3, 9, 10]


@pytest.mark.parametrize(
    "fields",
    [
        {"pay_limit": None},
        {"pay_limit": 65_536},
        {"leading_zeros": 256},
        {"prefix": "x" * 51},
        {"description": "x" * 65_536},
        {"customer": {"company_name": "x" * 101}},
        {"customer": {"customer_number": "CUST-9"}},
        {"customer": {"company_name": "\U0001f381"}},
        {"items": [{**LINE, "description": "x" * 31}]},
    ],
)
def test_what_the_database_refuses_is_rolled_back_without_a_word(fields: dict[str, object]) -> None:
    site = Site(item_length=30)
    reply = site.post(**fields)
    assert (reply.status, reply.body, reply.headers["Content-Type"]) == (500, b"", "application/json")
    assert site.get(ROUTE) == []


def test_sqlite_takes_texts_of_any_length() -> None:
    assert Site(database=Database.SQLITE).post(customer={"company_name": "x" * 150}).status == 201


def test_a_put_that_the_database_refuses_changes_nothing() -> None:
    site = Site()
    before = site.make()
    assert site.call("PUT", f"{ROUTE}/1", {"template": "default", "pay_status": "paid"}).status == 500
    assert site.get(f"{ROUTE}/1") == before


@pytest.mark.parametrize(("php8", "status", "lines"), [(True, 500, 0), (False, 201, 1)])
def test_a_price_that_is_no_number_leaves_half_an_invoice_on_php_8(php8: bool, status: int, lines: int) -> None:
    site = Site(php8=php8)
    reply = site.post(items=[{**LINE, "unitcost": "abc"}])
    assert reply.status == status
    assert reply.body.startswith(b"<!DOCTYPE") is php8
    shown = site.get(f"{ROUTE}/1")
    assert (len(shown["items"]), shown["inctotal"]) == (lines, 0)
    assert site.make()["id"] == 2


def test_php_can_end_in_the_middle_of_a_create() -> None:
    site = Site(half_stored=True)
    assert site.post(description="x [garden/1]").status == 500
    assert [(row["description"], row["inctotal"]) for row in site.get(ROUTE)] == [("x [garden/1]", 0)]


def test_creates_at_the_same_moment_take_the_same_id_and_all_but_one_fail() -> None:
    site = Site(race_window=timedelta(seconds=1))
    assert [site.post().status for _ in range(3)] == [201, 500, 500]
    site.clock.move(seconds=2)
    shown = site.make()
    assert (shown["id"], shown["nid"]) == (2, 4)


def test_missing_numbers_are_nothing_and_an_invoice_may_be_empty() -> None:
    site = Site()
    assert site.make(items=[{"description": "x"}])["inctotal"] == 0
    assert site.make(items=None)["items"] == []


def test_columns_may_keep_fewer_decimals_as_switched() -> None:
    line = {"quantity": "0.125", "unitcost": "8", "vat": "5.25"}
    kept = Site().make(items=[line])["items"][0]
    assert (kept["quantity"], kept["vat"]) == (0.125, 5.25)
    kept = Site(quantity_decimals=1, rate_decimals=0).make(items=[line])["items"][0]
    assert (kept["quantity"], kept["vat"]) == (0.1, 5)


def test_a_customer_number_that_is_none_is_refused_or_kills_the_next_one_that_counts_on() -> None:
    numbered = {"customer": {"customer_number": "CUST-9", "company_name": "Tuin BV", "country": "NL"}}
    assert Site().post(**numbered).status == 500
    site = Site(database=Database.SQLITE)
    assert site.make(**numbered)["customer"]["customer_number"] == "CUST-9"
    assert site.make(customer={"company_name": "Tuin BV", "country": "NL"})["customer"]["customer_number"] == "CUST-9"
    reply = site.post(customer={"company_name": "Beet BV"})
    assert (reply.status, reply.body[:9]) == (500, b"<!DOCTYPE")
    assert site.post(customer={"customer_number": 7}).status == 201
