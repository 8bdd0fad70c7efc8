"""The sandbox behaves as the module was seen to, in both releases."""

import json
from base64 import b64encode
from datetime import timedelta
from typing import Any

import pytest

from providers.invoicing.drupal_invoice.sandbox import Database, DrupalInvoiceService, Module, Switches
from providers.sandbox import Reply, Request
from tests.builders import SettableClock

ROUTE = "/invoice/api/invoice.json"
OURS, OTHERS = "shop_api:s3cret", "brand_api:0ther"
LINE = {"description": "Rake", "quantity": "2", "unitcost": "10", "vat": "21"}


class Site:
    """A site with module 1.2 unless told otherwise."""

    def __init__(self, **switches: Any) -> None:
        facts = {"module": Module.V1_2, "other_account": OTHERS, **switches}
        self.clock = SettableClock()
        self.service = DrupalInvoiceService(token=OURS, switches=Switches(**facts), clock=self.clock)

    def call(self, method: str, url: str, body: object = None, *, account: str | None = OURS, **headers: str) -> Reply:
        given = {name.replace("_", "-"): value for name, value in headers.items()} | {"host": "h.example"}
        if account is not None:
            given["authorization"] = f"Basic {b64encode(account.encode()).decode()}"
        sent = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return self.service.handle(Request(method, url, given, sent))

    def get(self, url: str) -> Any:
        return json.loads(self.call("GET", url).body)

    def make(self, **fields: object) -> Any:
        body = {"template": "default", "pay_limit": 0, "items": [LINE], **fields}
        reply = self.call("POST", ROUTE, body)
        assert reply.status == 201, (reply.status, reply.body)
        return self.get(f"{ROUTE}/{len(self.service.site.invoices)}")

    def post(self, **fields: object) -> Reply:
        return self.call("POST", ROUTE, {"template": "default", "pay_limit": 0, "items": [LINE], **fields})


def told(reply: Reply) -> tuple[int, Any]:
    return reply.status, json.loads(reply.body) if reply.body else None


def error(code: int, message: str) -> tuple[int, Any]:
    return code, {"code": code, "message": message}


def test_a_create_tells_the_address_twice_and_nothing_else() -> None:
    reply = Site().post()
    href = "http://h.example/invoice/api/invoice.json/1"
    assert told(reply) == (201, {"_links": {"self": {"href": href}}})
    assert reply.headers["Location"] == href
    assert b"http:\\/\\/h.example\\/" in reply.body


def test_an_invoice_is_shown_as_documented() -> None:
    site = Site()
    customer = {"company_name": "Żółw BV", "building_number": 1, "coc_number": 123, "vat_number": "NL0"}
    shown = site.make(description="About it", customer=customer, pay_status="paid", leading_zeros="4", prefix="%Y")
    assert list(shown) == [
        *("id", "nid", "leading_zeros", "prefix", "description", "template", "pay_limit", "pay_status", "customer"),
        *("items", "number", "vat_totals", "vattotal", "extotal", "inctotal", "formatted_vattotal"),
        *("formatted_extotal", "formatted_inctotal", "formatted_created", "created", "changed"),
    ]
    assert (shown["number"], shown["pay_status"], shown["leading_zeros"]) == ("20260001", "paid", 4)
    assert (shown["extotal"], shown["vattotal"], shown["inctotal"]) == (20, 4.2, 24.2)
    assert (shown["created"], shown["formatted_created"]) == ("2026-03-04 12:00:00", "03/04/2026")
    assert shown["vat_totals"] == [{"vat": 21, "vattotal": 4.2, "formatted_vattotal": "$4.20"}]
    assert shown["customer"] == {
        "id": 1,
        "customer_number": 1,
        "company_name": "Żółw BV",
        **dict.fromkeys(("firstname", "lastname", "street")),
        "building_number": "1",
        **dict.fromkeys(("zipcode", "city", "state", "country")),
        "coc_number": "123",
        "vat_number": "NL0",
        "description": None,
    }
    assert shown["items"][0] == {
        "id": 2,
        "weight": 0,
        "description": "Rake",
        "quantity": 2,
        "unitcost": 10,
        "vat": 21,
        "formatted_exunitcost": "$10.00",
        "formatted_incunitcost": "$12.10",
        "formatted_extotal": "$20.00",
        "formatted_inctotal": "$24.20",
    }
    assert b'"20.0"' not in site.call("GET", f"{ROUTE}/1").body
    assert b"\\u017b" in site.call("GET", f"{ROUTE}/1").body


@pytest.mark.parametrize(
    ("lines", "sums"),
    [
        ([("3", "33.3335", "21"), ("0.5", "1.005", "21"), ("1", "38.675", "9")], (139.18, 24.59, 163.77)),
        ([("1", "1000.5", "6"), ("3", "0.1", "0"), ("-1", "10.006", "21")], (990.79, 57.93, 1048.72)),
    ],
)
def test_sums_are_those_that_were_seen(lines: list[tuple[str, str, str]], sums: tuple[float, float, float]) -> None:
    items = [{"quantity": quantity, "unitcost": unitcost, "vat": vat} for quantity, unitcost, vat in lines]
    shown = Site().make(items=items)
    assert (shown["extotal"], shown["vattotal"], shown["inctotal"]) == sums


def test_lines_are_shown_by_weight_and_a_negative_one_in_the_locales_way() -> None:
    lines = [
        {**LINE, "description": "last", "weight": 3, "quantity": -1, "unitcost": "1000.5064", "vat": 0},
        {**LINE, "description": "first", "weight": 1},
    ]
    items = Site().make(items=lines)["items"]
    assert [each["description"] for each in items] == ["first", "last"]
    assert (items[1]["unitcost"], items[1]["formatted_exunitcost"]) == (1000.506, "$1,000.506")
    assert items[1]["formatted_extotal"] == "-$1,000.51"


def test_a_number_with_letters_is_right_in_the_list_only() -> None:
    site = Site()
    assert site.make(prefix="INV-%Y-")["number"] == "0"
    assert site.make(prefix="%Y-")["number"] == "2026"
    assert [row["number"] for row in site.get(ROUTE)] == ["2026-0002", "INV-2026-0001"]


def test_the_list_tells_less_and_the_customers_number_as_text() -> None:
    site = Site()
    site.make(customer={"customer_number": 7, "company_name": "Tuin BV", "city": "Ede"})
    (row,) = site.get(ROUTE)
    assert row["customer"] == {
        "customer_number": "7",
        "company_name": "Tuin BV",
        "firstname": None,
        "lastname": None,
    }
    assert {"items", "nid", "vat_totals"}.isdisjoint(row)
    assert (row["inctotal"], row["formatted_inctotal"], row["uid"]) == (24.2, "$24.20", 3)


def test_pages_count_from_0_and_one_beyond_the_end_is_the_last_one_again() -> None:
    site = Site()
    for _ in range(17):
        site.make()

    def ids(query: str) -> list[int]:
        return [row["id"] for row in site.get(f"{ROUTE}?{query}")]

    assert ids("") == list(range(17, 2, -1))
    assert ids("page=1") == ids("page=2") == ids("page=99") == [2, 1]
    assert ids("max_results=999&order=asc") == list(range(1, 18))
    assert ids("max_results=5&page=3&sort=ii.iid&order=asc") == [16, 17]
    assert Site().get(f"{ROUTE}?page=3") == []


def test_the_list_is_filtered_by_creation_customer_and_template() -> None:
    site = Site()
    site.make(customer={"customer_number": 5})
    site.clock.move(days=40)
    site.make(customer={"customer_number": 6})

    def ids(query: str) -> list[int]:
        return [row["id"] for row in site.get(f"{ROUTE}?{query}")]

    assert ids("year=2026") == [2, 1]
    assert ids("month=3") == [1]
    assert ids("month=4&day=13") == [2]
    assert ids("day=4") == []
    assert ids("year=2025") == []
    assert ids("customer_number=5") == [1]
    assert (ids("template=default"), ids("template=brandb")) == ([2, 1], [])


def test_a_column_that_is_not_there_shows_the_databases_words() -> None:
    status, body = told(Site().call("GET", f"{ROUTE}?sort=nope.col"))
    assert (status, body["code"]) == (500, 500)
    assert "nope.col" in body["message"]


# Who gets in, and in which order it is checked.


@pytest.mark.parametrize("account", [None, "shop_api:wrong", "nobody:s3cret", "shop_api"])
def test_who_is_not_known_gets_a_401_without_a_word(account: str | None) -> None:
    reply = Site().call("GET", ROUTE, account=account)
    assert (reply.status, reply.body) == (401, b"")
    assert reply.headers["WWW-Authenticate"] == 'Basic Realm="Invoice API"'
    assert Site().call("GET", ROUTE, authorization="Basic !!", account=None).status == 401


def test_checks_come_in_the_modules_order() -> None:
    closed = Site(module=Module.V1_3, address_allowed=False)
    assert closed.call("DELETE", f"{ROUTE}/1", account=None).status == 401
    assert told(closed.call("DELETE", f"{ROUTE}/1")) == error(403, "IP address is not allowed")
    newer = Site(module=Module.V1_3)
    for method in ("POST", "PUT", "DELETE", "PATCH", "HEAD"):
        assert told(newer.call(method, f"{ROUTE}/1")) == error(406, "Token validation failed")
    older = Site()
    assert older.call("HEAD", f"{ROUTE}/1").status == older.call("PATCH", ROUTE).status == 405
    assert older.call("DELETE", f"{ROUTE}/1").status == 501
    assert told(older.call("PUT", ROUTE, {})) == error(400, "Invoice ID invalid or missing")
    assert told(older.call("PUT", f"{ROUTE}/9", {})) == error(404, "Not Found")
    older.make()
    assert told(older.call("PUT", f"{ROUTE}/1", {})) == error(400, "Template is required")
    assert older.call("PUT", f"{ROUTE}/1", {"template": "brandb"}).status == 403


@pytest.mark.parametrize("body", [{}, [], {"template": " "}, {"template": None}, b"{'", b""])
def test_a_body_without_a_template_is_as_good_as_none(body: object) -> None:
    assert told(Site().call("POST", ROUTE, body)) == error(400, "Template is required")


def test_a_template_belongs_to_one_account_but_the_list_to_all() -> None:
    site = Site()
    site.make()
    assert site.call("GET", f"{ROUTE}/1", account=OTHERS).status == 403
    denied = site.call("POST", ROUTE, {"template": "default", "pay_limit": 0}, account=OTHERS)
    assert told(denied) == error(403, "Permission denied for this template")
    assert len(json.loads(site.call("GET", ROUTE, account=OTHERS).body)) == 1


def test_a_put_takes_over_an_invoice_of_another_template() -> None:
    site = Site()
    site.make()
    body = {"template": "brandb", "pay_limit": 0, "leading_zeros": 4}
    assert site.call("PUT", f"{ROUTE}/1", body, account=OTHERS).status == 204
    assert site.call("GET", f"{ROUTE}/1").status == 403
    assert site.call("GET", f"{ROUTE}/1", account=OTHERS).status == 200


@pytest.mark.parametrize(("database", "status", "left"), [(Database.MARIADB, 500, 0), (Database.SQLITE, 201, 1)])
def test_a_template_that_is_not_there_is_for_the_database_to_refuse(database: Database, status: int, left: int) -> None:
    site = Site(root=True, database=database)
    assert site.post(template="Default").status == status
    assert [row["template"] for row in site.get(ROUTE)] == [None] * left
    assert site.call("GET", f"{ROUTE}/1").status == 404


def test_the_root_user_may_use_every_template() -> None:
    assert Site(root=True).post(template="brandb").status == 201
    assert Site().post(template="brandb").status == 403


# The session of 1.3.


def newer_with_session(site: Site) -> dict[str, str]:
    form = b"name=shop_api&pass=s3cret&form_id=user_login&op=Log+in"
    login = site.call("POST", "/user/login", form, account=None)
    assert login.status == 302
    cookie = login.headers["Set-Cookie"].partition(";")[0]
    token = site.call("GET", "/invoice/api/token", account=None, cookie=cookie).body.decode()
    return {"cookie": cookie, "x_csrf_token": token}


def test_a_write_needs_account_cookie_and_token_together() -> None:
    site = Site(module=Module.V1_3)
    session = newer_with_session(site)
    body = {"template": "default", "pay_limit": 0}
    assert site.call("POST", ROUTE, body, **session).status == 201
    assert site.call("POST", ROUTE, body, account=None, **session).status == 401
    assert site.call("POST", ROUTE, body, x_csrf_token=session["x_csrf_token"]).status == 406
    assert site.call("POST", ROUTE, body, cookie=session["cookie"]).status == 406
    assert site.call("POST", ROUTE, body, **session).status == 201


def test_a_token_is_the_same_for_the_same_session_and_worthless_without_one() -> None:
    site = Site(module=Module.V1_3)
    session = newer_with_session(site)
    again = site.call("GET", "/invoice/api/token", cookie=session["cookie"]).body.decode()
    assert again == session["x_csrf_token"]
    assert len(again) == 43
    lone = [site.call("GET", "/invoice/api/token").body.decode() for _ in range(2)]
    assert len({again, *lone}) == 3
    assert site.call("POST", ROUTE, {}, cookie=session["cookie"], x_csrf_token=lone[0]).status == 406


def test_every_answer_deletes_the_cookie_that_it_was_asked_with() -> None:
    site = Site(module=Module.V1_3)
    session = newer_with_session(site)
    assert "=deleted" in site.call("POST", ROUTE, {}, **session).headers["Set-Cookie"]
    assert "Set-Cookie" not in site.call("GET", ROUTE).headers
    assert "Set-Cookie" not in site.call("GET", ROUTE, cookie="SESS0=x").headers


def test_1_2_has_no_token_and_minds_none() -> None:
    site = Site()
    assert site.call("GET", "/invoice/api/token").status == 404
    assert site.call("POST", ROUTE, {"template": "default", "pay_limit": 0}, x_csrf_token="x").status == 201


def test_in_maintenance_invoices_go_on_and_no_token_is_given() -> None:
    site = Site(module=Module.V1_3, maintenance=True)
    assert site.call("GET", "/invoice/api/token").status == 302
    assert site.call("GET", ROUTE).status == 200


def test_the_login_form_lets_nobody_in_after_failures_or_with_other_questions() -> None:
    good, bad = (f"name=shop_api&pass={word}&form_id=user_login".encode() for word in ("s3cret", "wrong"))
    site = Site(module=Module.V1_3, login_failures=2)
    assert [site.call("POST", "/user/login", form).status for form in (good, bad, bad, good)] == [302, 200, 200, 200]
    assert Site(login_asks_more=True).call("POST", "/user/login", good).status == 200
    assert Site().call("POST", "/user/login", b"name=shop_api&pass=s3cret").status == 200


# What is stored.


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


# Routes.


def test_odd_routes_are_answered_as_seen() -> None:
    site = Site()
    site.make()
    for same in (f"{ROUTE}/1/", f"{ROUTE}/1/more", "/?q=invoice/api/invoice.json/1"):
        assert site.get(same)["id"] == 1
    assert site.get(f"{ROUTE}/0")[0]["id"] == 1
    assert told(site.call("GET", f"{ROUTE}/20260001")) == error(404, "Not Found")
    assert told(site.call("GET", f"{ROUTE}/abc")) == error(400, "Invoice ID invalid or missing")
    assert site.call("GET", f"{ROUTE}/findAll").status == 400
    assert Site(php8=False).get(f"{ROUTE}/abc") == []
    assert site.call("GET", "/invoice/api/invoice.xml/1").body.startswith(b"<!DOCTYPE")
    assert site.call("POST", f"{ROUTE}/1", {"template": "default", "pay_limit": 0}).status == 201
    assert len(site.get(ROUTE)) == 2


def test_pages_to_print_are_html_and_pdf() -> None:
    site = Site(php8=False)
    site.make()
    assert b"Invoice 20260001" in site.call("GET", "/invoice/api/invoice.html/1").body
    pdf = site.call("GET", "/invoice/api/invoice.pdf/1")
    assert pdf.body.startswith(b"%PDF-")
    assert pdf.headers["Content-Disposition"] == "attachment; invoice-20260001.pdf"
    assert site.call("GET", "/invoice/api/invoice.pdf/9").status == 404


def test_without_a_locale_every_read_fails() -> None:
    assert Site(locale_broken=True).call("GET", ROUTE).status == 500


def test_lists_lag_as_switched() -> None:
    site = Site(list_lag=timedelta(seconds=30))
    site.make()
    assert site.get(ROUTE) == []
    site.clock.move(seconds=31)
    assert len(site.get(ROUTE)) == 1


def test_the_state_shows_duplicates_and_what_is_paid_at_a_glance() -> None:
    site = Site()
    site.make(description="Order 1 [garden/1]")
    site.make(description="Order 1 [garden/1]", pay_status="paid")
    state = site.service.state()
    assert state["by_reference"] == {"garden/1": 2}
    assert state["payments_per_document"] == {"1": 0, "2": 1}
    documents = state["documents"]
    assert isinstance(documents, list)
    assert documents[1] == {
        "reference": "garden/1",
        "kind": "invoice",
        "remote_id": "2",
        "number": "20260002",
        "currency": "EUR",
        "gross": "24.20",
        "paid": "24.20",
        "status": "paid",
        "payments": [{"remote_id": "2", "reference": "", "amount": "24.20"}],
    }
