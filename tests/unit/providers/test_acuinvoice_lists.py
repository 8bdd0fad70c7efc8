"""AcuInvoice's list as the proof of what there is, and what a book knows of its account."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest

from providers.domain.documents import DocumentKind
from providers.domain.errors import Unavailable
from providers.invoicing.acuinvoice import Options, answers
from tests.unit.providers.acuinvoice_echo import Echo, ok, provider


def entries(numbers: Sequence[int]) -> str:
    return ok("".join(f"<invoice><invoice_id>{n}</invoice_id><po_number>r</po_number></invoice>" for n in numbers))


def test_documents_with_one_reference_come_oldest_first() -> None:
    found = provider(Echo(entries([12, 9, 3]))).find("r", DocumentKind.INVOICE)
    assert [each.remote_id for each in found] == ["3", "9", "12"]


def test_a_list_that_repeats_itself_is_no_list() -> None:
    service = Echo(entries(range(25, 0, -1)))
    with pytest.raises(Unavailable):
        provider(service).find("r", DocumentKind.INVOICE)


def test_the_search_may_be_bounded() -> None:
    service = Echo(ok())
    provider(service, Options(search_days=30)).find("r", DocumentKind.INVOICE)
    sent = ET.fromstring(service.requests[0].body.decode())
    since = date.fromisoformat(sent.findtext("date_created_from", ""))
    assert timedelta(days=29) <= datetime.now(UTC).date() - since <= timedelta(days=31)
    assert (sent.findtext("orderby"), sent.findtext("sort")) == ("id", "DESC")


def test_what_a_book_knows_is_on_its_card() -> None:
    options = Options(
        per_page=40,
        reference_length=20,
        list_lag_seconds=7,
        codes={"7": "duplicate"},
        currencies=frozenset({"EUR"}),
    )
    card = provider(Echo(), options).card
    assert card.list_lag == timedelta(seconds=7)
    assert (card.page_size, card.reference_length, card.refuses_repeated_reference) == (40, 20, True)
    assert card.currencies == {"EUR"}
    assert card.email
    assert not provider(Echo()).card.refuses_repeated_reference


def test_what_is_told_of_a_new_invoice_is_what_was_sent() -> None:
    made = answers.made("7", {"po_number": "r", "invoice_number": "n", "currency": "EUR"})
    assert (made.remote_id, made.reference, made.number, made.gross, made.state) == ("7", "r", "n", None, None)
    assert Decimal not in {type(value) for value in (made.net, made.tax, made.paid)}
