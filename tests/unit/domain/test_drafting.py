"""The equality gate before sending: what becomes a draft, and what stops with which reason."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.domain.documents import Draft
from providers.domain.drafting import Sale, draft, sale_of
from providers.domain.money import is_whole
from providers.domain.orders import LineKind, Order, TaxCategory
from providers.domain.policy import Policy, Untaxed
from providers.domain.reasons import Code, Reason
from tests.builders import INVOICE, NOON, a_buyer, a_line, a_paid_order, an_order


def drafted(order: Order, **policy: object) -> Draft:
    result = attempted(order, **policy)
    assert isinstance(result, Draft), result
    return result


def stopped(order: Order, **policy: object) -> Reason:
    result = attempted(order, **policy)
    assert isinstance(result, Reason), result
    return result


def attempted(order: Order, **policy: object) -> Draft | Reason:
    return draft(order, INVOICE, Policy(**policy), issue_date=NOON.date())  # type: ignore[arg-type]


def free_line(**changes: object) -> object:
    return a_line(**{"net": Decimal(0), "tax": Decimal(0), "gross": Decimal(0), **changes})


UNTAXED = {"net": Decimal("123.00"), "tax": Decimal(0), "tax_rate": None}


@pytest.mark.parametrize(
    ("order", "code", "field", "value"),
    [
        (an_order(currency="EURO"), Code.CURRENCY_UNKNOWN, "currency", "EURO"),
        (an_order(total=Decimal("-1.00")), Code.TOTAL_NEGATIVE, "total", "-1.00"),
        (an_order(total=Decimal("123.005")), Code.AMOUNT_PRECISION, "total", "123.005"),
        (an_order(buyer=a_buyer(first_name="", last_name="")), Code.BUYER_NAME_MISSING, "buyer.name", "empty"),
        (an_order(buyer=a_buyer(country="POL")), Code.COUNTRY_UNKNOWN, "buyer.country", "POL"),
        (an_order(buyer=a_buyer(country="pl")), Code.COUNTRY_UNKNOWN, "buyer.country", "pl"),
        (an_order(total=Decimal(0), lines=()), Code.NO_LINES, "lines", "0"),
        (an_order(total=Decimal("124.00")), Code.TOTAL_MISMATCH, "total", "124.00"),
        (an_order(lines=(a_line(net=Decimal("99.995")),)), Code.AMOUNT_PRECISION, "lines[0].net", "99.995"),
        (an_order(lines=(a_line(tax=Decimal("22.00")),)), Code.LINE_MISMATCH, "lines[0].gross", "123.00"),
        (an_order(lines=(a_line(tax_rate=Decimal(8)),)), Code.TAX_MISMATCH, "lines[0].tax", "23.00"),
        (an_order(lines=(a_line(tax_rate=None),)), Code.TAX_RATE_UNKNOWN, "lines[0].tax_rate", "missing"),
        (an_order(lines=(a_line(**UNTAXED),)), Code.TAX_RATE_UNKNOWN, "lines[0].tax_rate", "missing"),
        (an_order(lines=(a_line(tax_rate=Decimal(101)),)), Code.TAX_RATE_UNKNOWN, "lines[0].tax_rate", "101"),
        (an_order(lines=(a_line(tax_rate=Decimal(-1)),)), Code.TAX_RATE_UNKNOWN, "lines[0].tax_rate", "-1"),
        (
            an_order(lines=(a_line(tax_category=TaxCategory.EXEMPT),)),
            Code.TAX_MISMATCH,
            "lines[0].tax",
            "23.00",
        ),
    ],
    ids=lambda value: value.value if isinstance(value, Code) else "",
)
def test_an_order_that_is_not_right_stops_with_field_value_and_remedy(
    order: Order, code: Code, field: str, value: str
) -> None:
    reason = stopped(order)
    assert (reason.code, reason.field, reason.value) == (code, field, value)
    assert reason.remedy


def test_a_rate_that_the_book_does_not_know_stops() -> None:
    reason = stopped(an_order(), tax_rates=(Decimal("8.0"), Decimal(5)))
    assert (reason.code, reason.value) == (Code.TAX_RATE_UNKNOWN, "23")
    assert "8, 5" in reason.text


def test_the_second_line_is_named_by_its_place() -> None:
    lines = (a_line(), a_line(line_id="2", tax=Decimal("22.00")))
    assert stopped(an_order(total=Decimal("246.00"), lines=lines)).field == "lines[1].gross"


def test_a_right_order_is_drafted_as_it_stands() -> None:
    document = drafted(a_paid_order())
    assert (document.key, document.currency, document.gross) == (INVOICE, "EUR", Decimal("123.00"))
    assert [(line.name, line.tax_rate) for line in document.lines] == [("Watering can", Decimal(23))]


@pytest.mark.parametrize(
    ("untaxed", "category"),
    [
        (Untaxed.ZERO_RATE, TaxCategory.RATED),
        (Untaxed.EXEMPT, TaxCategory.EXEMPT),
        (Untaxed.REVERSE_CHARGE, TaxCategory.REVERSE_CHARGE),
        (Untaxed.NOT_SUBJECT, TaxCategory.NOT_SUBJECT),
    ],
)
def test_the_policy_says_what_an_untaxed_line_is(untaxed: Untaxed, category: TaxCategory) -> None:
    line = drafted(an_order(lines=(a_line(**UNTAXED),)), untaxed=untaxed).lines[0]
    assert (line.tax_rate, line.tax_category) == (Decimal(0), category)


def test_a_free_item_stays_on_the_invoice_and_needs_no_rate() -> None:
    lines = (a_line(), free_line(line_id="2", name="Sample", tax_rate=None))
    assert [line.name for line in drafted(an_order(lines=lines)).lines] == ["Watering can", "Sample"]


@pytest.mark.parametrize("kind", [LineKind.SHIPPING, LineKind.FEE])
def test_free_shipping_and_free_fees_are_left_out(kind: LineKind) -> None:
    lines = (a_line(), free_line(line_id="2", name="Free", kind=kind, tax_rate=None))
    assert len(drafted(an_order(lines=lines)).lines) == 1


@pytest.mark.parametrize(("name", "sku", "shown"), [("", "WC-1", "WC-1"), ("", "", "item")])
def test_a_line_without_a_name_shows_what_there_is(name: str, sku: str, shown: str) -> None:
    assert drafted(an_order(lines=(a_line(name=name, sku=sku),))).lines[0].name == shown


@pytest.mark.parametrize("total", ["123.01", "122.99"])
def test_a_cent_per_line_becomes_a_line_where_the_policy_allows_it(total: str) -> None:
    document = drafted(an_order(total=Decimal(total)), rounding_line=True, rounding_name="Cents")
    rounding = document.lines[-1]
    assert document.gross == Decimal(total)
    assert (rounding.kind, rounding.name, rounding.tax) == (LineKind.ROUNDING, "Cents", Decimal(0))
    assert rounding.gross == Decimal(total) - Decimal("123.00")


def test_a_draft_names_the_line_that_a_provider_may_add_only_where_the_policy_allows_it() -> None:
    assert drafted(an_order(), rounding_line=True, rounding_name="Cents").rounding_name == "Cents"
    assert drafted(an_order(), rounding_name="Cents").rounding_name == ""


def test_more_than_a_cent_per_line_stops_even_where_rounding_is_allowed() -> None:
    assert stopped(an_order(total=Decimal("123.02")), rounding_line=True).code is Code.TOTAL_MISMATCH


@pytest.mark.parametrize(
    ("quantity", "tax", "plausible"), [(1, "23.01", True), (1, "23.02", False), (10, "23.06", True)]
)
def test_tax_may_differ_by_what_rounding_explains(quantity: int, tax: str, plausible: bool) -> None:
    gross = Decimal(100) + Decimal(tax)
    line = a_line(quantity=Decimal(quantity), tax=Decimal(tax), gross=gross)
    result = attempted(an_order(total=gross, lines=(line,)))
    assert isinstance(result, Draft) is plausible


AMOUNTS = st.decimals(-(10**6), 10**6, places=2)


@given(st.lists(st.tuples(AMOUNTS, st.sampled_from([0, 5, 8, 23])), min_size=1, max_size=8), st.integers(-3, 3))
def test_a_draft_is_never_a_cent_off_the_order(amounts: list[tuple[Decimal, int]], cents: int) -> None:
    lines = []
    for net, rate in amounts:
        tax = (net * rate / 100).quantize(Decimal("0.01"))
        lines.append(a_line(net=net, tax=tax, gross=net + tax, tax_rate=Decimal(rate)))
    total = sum((line.gross for line in lines), Decimal(0)) + cents * Decimal("0.01")
    result = attempted(an_order(total=total, lines=tuple(lines)), rounding_line=True)
    if isinstance(result, Draft):
        assert result.gross == total
        assert result.net + result.tax == total
        assert is_whole(result.gross, "EUR")
    else:
        assert total < 0 or abs(cents) > len(lines)


def test_the_sale_is_dated_by_the_calendar_of_the_shop() -> None:
    just_before_midnight = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)
    order = a_paid_order(paid_at=just_before_midnight)
    policy = Policy(timezone="Europe/Warsaw")
    document = draft(order, INVOICE, policy, issue_date=date(2026, 2, 1))
    assert isinstance(document, Draft)
    assert document.sale_date == date(2026, 2, 1)


def test_the_sale_is_never_dated_after_the_invoice() -> None:
    tomorrow = datetime(2026, 3, 5, 12, tzinfo=UTC)
    assert drafted(an_order(fulfilled_at=tomorrow)).sale_date == NOON.date()


@pytest.mark.parametrize(("order", "days"), [(an_order(), 14), (a_paid_order(), 0)], ids=["unpaid", "paid"])
def test_only_an_unpaid_order_has_days_to_pay(order: Order, days: int) -> None:
    assert drafted(order, due_days=14).due_days == days


class TestWhatIsRememberedOfAnOrder:
    def test_its_sale_is_the_same_before_and_after_the_invoice(self) -> None:
        order, policy = a_paid_order(), Policy()
        document, sale = draft(order, INVOICE, policy, issue_date=NOON.date()), sale_of(order, policy, rates=())
        assert isinstance(document, Draft)
        assert isinstance(sale, Sale)
        assert (sale.gross, sale.fingerprint) == (document.gross, document.fingerprint)

    def test_an_equal_order_keeps_its_own_writing_of_amounts(self) -> None:
        policy = Policy()
        first, equal = an_order(), an_order(lines=(a_line(gross=Decimal("123.0")),))
        assert first == equal
        drafts = [draft(each, INVOICE, policy, issue_date=NOON.date()) for each in (first, equal)]
        assert [str(each.lines[0].gross) for each in drafts if isinstance(each, Draft)] == ["123.00", "123.0"]

    def test_the_same_order_is_judged_by_each_policy_and_each_list_of_rates(self) -> None:
        order = an_order(lines=(a_line(**UNTAXED),))
        assert drafted(order, untaxed=Untaxed.EXEMPT).lines[0].tax_category is TaxCategory.EXEMPT
        assert stopped(order).code is Code.TAX_RATE_UNKNOWN
        rated, policy = an_order(), Policy()
        assert isinstance(sale_of(rated, policy, rates=()), Sale)
        assert isinstance(sale_of(rated, policy, rates=(Decimal(8),)), Reason)
