"""From a draft to InvoiceOcean's words, and from its answers back."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.domain.documents import DocumentKey, DocumentKind, DraftLine
from providers.domain.errors import CannotExpress
from providers.domain.money import EXPONENTS
from providers.domain.orders import Buyer, PaymentKind, TaxCategory
from providers.domain.reasons import Code
from providers.invoicing.invoiceocean import Options, mapping
from tests.builders import a_draft
from tests.contract.invoicing.suite import money

CENT = Decimal("0.01")


def fields(options: Options | None = None, **changes: object) -> dict[str, Any]:
    draft = a_draft(**changes)
    invoice = mapping.invoice(draft, draft.key.reference(), options or Options()).payload["invoice"]
    assert isinstance(invoice, dict)
    return invoice


def a_line(gross: str, **changes: object) -> DraftLine:
    amount = Decimal(gross)
    facts: dict[str, object] = {"name": "Thing", "net": amount, "tax": Decimal(0), "gross": amount}
    return DraftLine(**{**facts, **changes})  # type: ignore[arg-type]


def amounts(currency: str) -> st.SearchStrategy[Decimal]:
    places = min(EXPONENTS[currency], 2)
    return st.decimals(min_value=0, max_value=1_000_000, places=places)


@st.composite
def drafts(draw: st.DrawFn) -> Any:
    currency = draw(st.sampled_from(["EUR", "PLN", "JPY", "KWD", "CLF"]))
    lines = draw(
        st.lists(
            st.builds(
                lambda gross, rate, quantity, category: a_line(
                    str(gross), tax_rate=rate, quantity=quantity, tax_category=category
                ),
                amounts(currency),
                st.decimals(min_value=0, max_value=30, places=2),
                st.decimals(min_value="0.001", max_value=1000, places=3),
                st.sampled_from(list(TaxCategory)),
            ),
            min_size=1,
            max_size=12,
        )
    )
    return a_draft(currency=currency, lines=tuple(lines))


@given(draft=drafts())
def test_the_providers_arithmetic_over_any_payload_comes_out_at_the_drafts_total(draft: Any) -> None:
    payload = mapping.invoice(draft, "r", Options()).payload
    net, tax, gross = mapping.totals(json.loads(json.dumps(payload)))
    assert gross == draft.gross
    assert net + tax == gross
    assert net == net.quantize(CENT)


@pytest.mark.parametrize(
    ("gross", "tax", "net"),
    [
        ("20.46", "23", "16.63"),
        ("50.00", "0", "50.00"),
        ("7.99", "5.5", "7.57"),
        ("0.01", "23", "0.01"),
        ("-0.25", "100", "-0.13"),
        ("12.00", "zw", "12.00"),
    ],
)
def test_a_lines_net_is_rounded_half_up_and_its_tax_is_the_rest(gross: str, tax: str, net: str) -> None:
    assert mapping.line_net(Decimal(gross), tax) == Decimal(net)


def test_amounts_are_plain_decimal_text() -> None:
    lines = (a_line("1E+3", quantity=Decimal("1E+1"), tax_rate=Decimal("23.00")), a_line("0.10"), a_line("0.00"))
    told = fields(lines=lines)["positions"]
    assert [each["total_price_gross"] for each in told] == ["1000", "0.1", "0"]
    assert (told[0]["quantity"], told[0]["tax"]) == ("10", "23")


def test_the_reference_goes_into_oid_and_is_guarded() -> None:
    told = fields()
    assert (told["oid"], told["oid_unique"]) == ("garden/1001", "yes")
    assert "oid_unique" not in fields(Options(oid_unique=False))


def test_dates_are_told_and_the_due_day_follows_the_issue_day() -> None:
    told = fields(issue_date=date(2026, 12, 30), sale_date=date(2026, 12, 29), due_days=5)
    assert (told["issue_date"], told["sell_date"]) == ("2026-12-30", "2026-12-29")
    assert (told["payment_to_kind"], told["payment_to"]) == ("other_date", "2027-01-04")
    assert fields(issue_date=date(2026, 12, 30))["payment_to"] == "2026-12-30"


def test_a_company_is_told_as_one() -> None:
    told = fields(buyer=Buyer(first_name="Ada", last_name="B", company="Łąka i Syn", tax_no="PL123"))
    assert (told["buyer_company"], told["buyer_name"], told["buyer_tax_no"]) == ("1", "Łąka i Syn", "PL123")
    assert "buyer_first_name" not in told


def test_a_person_has_both_names() -> None:
    told = fields(buyer=Buyer(first_name="Ada", last_name="Example"))
    assert told["buyer_company"] == "0"
    assert (told["buyer_first_name"], told["buyer_last_name"], told["buyer_name"]) == ("Ada", "Example", "Ada Example")


@pytest.mark.parametrize(
    ("phone", "told"),
    [
        ("+48 600 100 200", "+48 600 100 200"),
        ("+48 (600) 100-200 000", "+48600100200000"),
        ("1" * 17, None),
        ("", None),
    ],
)
def test_a_phone_is_told_whole_or_not_at_all(phone: str, told: str | None) -> None:
    assert fields(buyer=Buyer(company="A", phone=phone)).get("buyer_phone") == told


def test_an_address_that_no_field_holds_is_left_out() -> None:
    assert "buyer_email" not in fields(buyer=Buyer(company="A", email="x" * 250 + "@y.example"))


def test_a_long_name_of_a_line_is_cut_with_an_ellipsis() -> None:
    told = fields(lines=(a_line("1", name="Long \n name " * 60),))["positions"][0]["name"]
    assert len(told) <= 256
    assert told.startswith("Long name Long")
    assert told.endswith("…")


@pytest.mark.parametrize(
    ("language", "default", "told"),
    [
        ("de-AT", "", "de"),
        ("CS", "", "cz"),
        ("sv", "", None),
        ("sv", "en", "en"),
        ("", "pl", "pl"),
        ("pt_BR", "", None),
    ],
)
def test_only_offered_languages_are_asked_for(language: str, default: Any, told: str | None) -> None:
    assert fields(Options(language=default), language=language).get("lang") == told


@pytest.mark.parametrize(
    ("kind", "title", "told"),
    [
        (PaymentKind.CARD, "Stripe", "payu"),
        (PaymentKind.TRANSFER, "", "transfer"),
        (PaymentKind.OTHER, "Voucher desk", "Voucher desk"),
        (PaymentKind.OTHER, "", None),
    ],
)
def test_the_way_of_paying_is_the_owners_name_or_the_providers_or_the_shops(
    kind: PaymentKind, title: str, told: str | None
) -> None:
    options = Options(payment_types={PaymentKind.CARD: "payu"})
    assert fields(options, payment_kind=kind, payment_title=title).get("payment_type") == told


def test_untaxed_lines_carry_the_providers_word_and_the_books_ground() -> None:
    options = Options(exempt_tax_kind="Art. 43", np_tax_kind="export_service")
    lines = [a_line("5", tax_category=category) for category in TaxCategory]
    told = fields(options, lines=tuple(lines))
    assert [each["tax"] for each in told["positions"]] == ["0", "zw", "oo", "np"]
    assert (told["exempt_tax_kind"], told["np_tax_kind"]) == ("Art. 43", "export_service")
    assert "exempt_tax_kind" not in fields(options)


def test_a_line_at_zero_percent_shows_no_vat_where_the_owner_says_so() -> None:
    lines = (a_line("5"), a_line("5", tax_rate=Decimal(23)), a_line("5", tax_category=TaxCategory.EXEMPT))
    told = fields(Options(zero_rate="disabled"), lines=lines)["positions"]
    assert [each["tax"] for each in told] == ["disabled", "23", "zw"]


def test_flags_stand_beside_the_document_and_only_where_the_owner_wants_them() -> None:
    draft = a_draft()
    plain = mapping.invoice(draft, "r", Options()).payload
    assert plain.keys() == {"invoice"}
    flagged = mapping.invoice(draft, "r", Options(identify_oss=True, gov_save_and_send=True)).payload
    assert (flagged["identify_oss"], flagged["gov_save_and_send"]) == ("1", True)
    assert flagged["invoice"]["use_oss"] is True  # type: ignore[index]


def test_the_order_number_is_told_without_emoji() -> None:
    assert fields(order_number="#10 \U0001f381\ufe0f")["description"] == "Order #10"


def test_the_issuer_and_the_kind_are_the_books() -> None:
    told = fields(Options(department_id=7, invoice_kind="bill"))
    assert (told["department_id"], told["kind"]) == (7, "bill")


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"lines": ()}, Code.NO_LINES, "lines"),
        ({"currency": "ZZZ"}, Code.CURRENCY_UNKNOWN, "currency"),
        ({"buyer": Buyer(email="a@b.example")}, Code.BUYER_NAME_MISSING, "buyer.name"),
        ({"buyer": Buyer(company="x" * 257)}, Code.CANNOT_EXPRESS, "buyer.name"),
        ({"currency": "KWD", "lines": (a_line("1.005"),)}, Code.AMOUNT_PRECISION, "lines.1.gross"),
        ({"lines": (a_line("1"), a_line("1", quantity=Decimal(0)))}, Code.CANNOT_EXPRESS, "lines.2.quantity"),
        ({"lines": (a_line("1", name=" "),)}, Code.CANNOT_EXPRESS, "lines.1.name"),
        ({"lines": (a_line("1", tax_rate=Decimal(-1)),)}, Code.TAX_RATE_UNKNOWN, "lines.1.tax_rate"),
        ({"lines": (a_line("-1"),)}, Code.TOTAL_NEGATIVE, "gross"),
        ({"key": DocumentKey("garden", "1", DocumentKind.CREDIT_NOTE)}, Code.CANNOT_EXPRESS, "kind"),
    ],
)
def test_what_cannot_be_said_stops_with_a_reason(changes: dict[str, object], code: Code, field: str) -> None:
    with pytest.raises(CannotExpress) as raised:
        fields(**changes)
    reason = raised.value.reason
    assert (reason.code, reason.field) == (code, field)
    assert reason.remedy


def test_a_payment_names_its_document_amount_and_reference() -> None:
    told = mapping.payment("460000777", replace(money("10.50"), kind=PaymentKind.CARD), Options())
    assert (told["invoice_id"], told["price"], told["currency"], told["paid"]) == (460_000_777, "10.5", "EUR", True)
    assert (told["oid"], told["kind"], told["provider_title"]) == ("garden/1001/pay-1", "api", "ch_001")
