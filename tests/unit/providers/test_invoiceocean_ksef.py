"""The Polish national system: which documents go there, when, and what it makes of them."""

import json
from datetime import timedelta

import pytest

from providers.domain.documents import RemoteState
from providers.domain.errors import Refused
from providers.invoicing.invoiceocean import Options, answers
from tests.unit.providers.invoiceocean_desk import Canned, Desk, cancel, email

COMPANY = {"buyer_name": "Łąka i Syn", "buyer_company": "1", "buyer_tax_no": "5252445767"}


def test_a_companys_invoice_gets_its_number_after_a_while_and_is_then_locked() -> None:
    desk = Desk(ksef=True, ksef_delay=timedelta(minutes=10))
    made = desk.make(**COMPANY)
    assert desk.client.gov_status(made)["gov_status"] == "processing"
    with pytest.raises(Refused, match="brak numeru KSeF"):
        email(desk, made)
    with pytest.raises(Refused):
        desk.client.gov_file(made)
    desk.client.update_invoice(made, {"buyer_city": "Łódź"})
    desk.clock.move(minutes=10)
    told = desk.provider.read(str(made))
    assert (told.tax_office, told.tax_office_id) == ("ok", f"1111111111-20260304-{made:012X}")
    email(desk, made)
    for change in (lambda: desk.client.update_invoice(made, {}), lambda: desk.client.delete_invoice(made)):
        with pytest.raises(Refused, match="przesłany do KSeF"):
            change()
    desk.client.pay_invoices("Payment", "20.46", [made])
    assert desk.provider.read(str(made)).state is RemoteState.PAID
    assert desk.client.gov_file(made).startswith(b"<?xml")
    assert b"UPO" in desk.client.gov_file(made, "gov_upo")


@pytest.mark.parametrize("lets", [True, False])
def test_a_document_with_a_number_is_cancelled_as_switched(lets: bool) -> None:
    desk = Desk(ksef=True, ksef_number_lets_cancel=lets)
    made, _newer = desk.make(**COMPANY), desk.make(**COMPANY)
    desk.clock.move(minutes=1)
    if lets:
        cancel(desk, made)
    else:
        with pytest.raises(Refused):
            cancel(desk, made)


def test_documents_of_persons_and_other_kinds_are_not_sent_there_by_themselves() -> None:
    desk = Desk(ksef=True)
    person, receipt = desk.make(buyer_company="0"), desk.make(kind="receipt")
    assert desk.client.gov_status(person)["gov_status"] is None
    assert desk.client.gov_status(receipt)["gov_status"] == "not_applicable"
    email(desk, desk.make(buyer_company="0"))
    assert desk.client.send_to_gov(person)["gov_status"] == "processing"


def test_a_document_is_sent_there_at_once_when_asked_for() -> None:
    desk = Desk(Options(gov_save_and_send=True), ksef=True, ksef_sends_companies=False, ksef_demo=True)
    made = desk.client.create_invoice({"buyer_name": "Ada", "positions": []}, {"gov_save_and_send": True})
    assert made["gov_status"] == "demo_processing"


def test_what_the_system_refuses_tells_its_errors() -> None:
    desk = Desk(ksef=True, ksef_status="send_error")
    made = desk.make(**COMPANY)
    desk.clock.move(minutes=1)
    told = desk.client.gov_status(made)
    assert told["gov_status"] == "send_error"
    assert told["gov_error_messages"]
    assert set(told) <= {"id", "gov_status", "gov_id", "gov_send_date", "gov_error_messages"}


def test_what_the_national_system_told_is_kept_with_the_document() -> None:
    told = {
        "gov_status": "ok",
        "gov_id": "1111111111-20260301-AB12CD34EF56",
        "gov_send_date": "2026-03-01T09:00:00.000+01:00",
        "gov_error_messages": None,
        "gov_verification_link": "https://ksef.example/verify/1",
    }
    read = answers.document({"id": 901, "kind": "correction", **told}, Options(), base_url="https://g.example")
    assert (read.tax_office, read.tax_office_id) == (told["gov_status"], told["gov_id"])
    assert read.extra == {name: told[name] for name in ("gov_send_date", "gov_verification_link")}


def test_the_documented_soft_error_is_a_refusal_in_its_words() -> None:
    body = {"status": "error", "message": "Faktura nie może zostać wysłana - brak numeru KSeF"}
    with pytest.raises(Refused) as raised:
        Canned(json.loads(json.dumps(body))).client.send_by_email(5)
    assert str(raised.value) == body["message"]
