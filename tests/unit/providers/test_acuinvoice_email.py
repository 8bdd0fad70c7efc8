"""AcuInvoice sends an invoice to the contact of its client that has the buyer's address, once; and cancels nothing."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from providers.domain.documents import RemoteState
from providers.domain.errors import CannotExpress, NotSent, OutcomeUnknown, ProviderError, Refused, Throttled
from providers.domain.orders import Buyer
from providers.invoicing.acuinvoice import CARD, Options
from providers.invoicing.acuinvoice.sandbox import Switches
from providers.sandbox import Fault, faults
from tests.unit.providers.test_acuinvoice_provider import ADA, Bench

CONTACT = {"first_name": "Bo", "last_name": "Example"}


def email(bench: Bench, invoice_id: str, to: str = "ada@example.com") -> None:
    bench.provider.email(invoice_id, to=to, idempotency_key="k")


def addresses(bench: Bench) -> list[tuple[str, ...]]:
    account: Any = bench.sandbox.service
    return [mail.to for mail in account.account.mails]


@pytest.mark.parametrize("tells", [True, False])
def test_the_buyer_gets_one_mail_and_the_draft_is_open(tells: bool) -> None:
    bench = Bench(Switches(contact_tells_client=tells))
    made = bench.issue()
    bench.calls.asked.clear()
    email(bench, made, to="ADA@example.com")
    assert addresses(bench) == [("Ada@example.com",)]
    assert bench.sandbox.state()["mails_per_document"] == {made: 1}
    assert bench.calls.asked == ["invoice.get", "contact.list", "invoice.send"]
    assert bench.provider.read(made).state is RemoteState.OPEN


def test_of_several_contacts_only_the_one_with_the_address_gets_it() -> None:
    bench = Bench()
    made = bench.issue()
    account: Any = bench.sandbox.service
    for client_id, address in (("1", "bo@example.com"), ("1", "bo@example.com"), ("2", "bo@example.com")):
        account.account.add("contact", {**CONTACT, "client_id": client_id, "email": address})
    email(bench, made, to="bo@example.com")
    assert addresses(bench) == [("bo@example.com",)]


@pytest.mark.parametrize("buyer", [replace(ADA, email=""), Buyer(company="Son", email="ada@example.com")])
def test_without_a_contact_of_that_address_nothing_is_sent_and_a_person_is_told(buyer: Buyer) -> None:
    bench = Bench()
    made = bench.issue(buyer=buyer)
    with pytest.raises(Refused, match="no contact with this address") as raised:
        email(bench, made)
    assert not raised.value.missing
    assert addresses(bench) == []


def test_an_invoice_that_is_not_there_is_missing() -> None:
    bench = Bench()
    for odd in ("999", "", "x"):
        with pytest.raises(Refused) as raised:
            email(bench, odd)
        assert raised.value.missing


def test_a_book_with_one_client_for_all_cannot_send_and_its_card_says_so() -> None:
    bench = Bench(options=Options(client_id=1))
    assert not bench.provider.card.email
    assert CARD.email
    with pytest.raises(CannotExpress, match="client_id"):
        email(bench, "1")
    assert bench.calls.asked == []


@pytest.mark.parametrize("fault", [faults.dropped(), faults.status(502), faults.login_page(), faults.truncated()])
def test_a_lost_answer_leaves_the_mail_unknown_and_it_is_not_sent_again(fault: Fault) -> None:
    bench = Bench()
    made = bench.issue()
    bench.calls.after_acting(fault, path="/invoice.send")
    with pytest.raises(OutcomeUnknown):
        email(bench, made)
    assert bench.calls.asked.count("invoice.send") == 1
    assert len(addresses(bench)) == 1


@pytest.mark.parametrize("method", ["invoice.get", "contact.list"])
@pytest.mark.parametrize(
    ("fault", "error"),
    [(faults.dropped(), NotSent), (faults.login_page(), NotSent), (faults.throttled("9"), Throttled)],
)
def test_what_fails_before_the_sending_sent_nothing(method: str, fault: Fault, error: type[ProviderError]) -> None:
    bench = Bench()
    made = bench.issue()
    bench.calls.after_acting(fault, path=f"/{method}", times=3)
    with pytest.raises(error):
        email(bench, made)
    assert "invoice.send" not in bench.calls.asked
    assert addresses(bench) == []


def test_reading_and_sending_together_take_no_longer_than_one_call() -> None:
    bench = Bench()
    made = bench.issue()
    half = CARD.call_timeout / 2
    bench.calls.after_acting(faults.slow(half + timedelta(seconds=1)), path="/invoice.send")
    begun = bench.clock()
    with pytest.raises(OutcomeUnknown):
        email(bench, made)
    assert bench.clock() - begun <= half


def test_nothing_is_cancelled_and_what_to_do_is_said() -> None:
    bench = Bench()
    made = bench.issue()
    bench.calls.asked.clear()
    with pytest.raises(CannotExpress) as raised:
        bench.provider.cancel(made, reason="gone", idempotency_key="k")
    assert raised.value.reason.value == made
    assert "by hand" in raised.value.reason.remedy
    assert bench.calls.asked == []
    assert (CARD.cancel, CARD.pdf) == (False, False)
