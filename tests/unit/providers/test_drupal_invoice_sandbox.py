"""The sandbox shows, lists and routes as the module was seen to, in both releases."""

from datetime import timedelta

import pytest

from tests.unit.providers.drupal_invoice_sandbox_site import LINE, ROUTE, Site, error, told


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
