"""E-mails, files, public links, and cancelling."""

import io
import zipfile
from datetime import UTC, datetime, timedelta

import pytest

from providers.domain.documents import RemoteState
from providers.domain.errors import OutcomeUnknown, Refused, Unavailable
from providers.invoicing.invoiceocean import CARD, Options, answers
from providers.invoicing.invoiceocean.sandbox import Files
from providers.sandbox import Reply, Request, faults
from tests.builders import NOON
from tests.unit.providers.invoiceocean_desk import TO, Canned, Desk, cancel, email


def test_the_card_offers_what_the_provider_does() -> None:
    assert (CARD.email, CARD.pdf, CARD.cancel) == (True, True, True)


def test_a_sent_document_tells_when_and_stays_issued() -> None:
    desk = Desk()
    made = desk.make()
    assert desk.provider.read(str(made)).emailed_at is None
    desk.clock.move(hours=1)
    email(desk, made)
    read = desk.provider.read(str(made))
    assert (read.emailed_at, read.state) == (NOON + timedelta(hours=1), RemoteState.OPEN)
    assert desk.service.account.mails == [{"invoice_id": made, "to": [TO], "cc": [], "pdf": False}]


def test_a_recorded_time_of_sending_is_read() -> None:
    row = {"id": 1, "sent_time": "2018-01-04T19:59:19.000+01:00", "status": "issued"}
    read = answers.document(row, Options(), base_url="https://garden.example")
    assert read.emailed_at == datetime(2018, 1, 4, 18, 59, 19, tzinfo=UTC)
    assert "sent_time" not in read.extra


def test_the_file_is_attached_where_the_owner_says_so() -> None:
    desk = Desk(Options(email_pdf=True))
    email(desk, desk.make())
    assert desk.service.account.mails[0]["pdf"] is True


def test_a_document_is_not_sent_twice_within_three_days_unless_forced() -> None:
    desk = Desk(email_refusal="Sent lately")
    made = desk.make()
    email(desk, made)
    desk.clock.move(days=2, hours=23)
    with pytest.raises(Refused, match="Sent lately"):
        email(desk, made)
    desk.client.send_by_email(made, [TO], force=True)
    desk.clock.move(days=3)
    email(desk, made)
    assert len(desk.service.account.mails) == 3


def test_without_an_address_it_goes_to_the_buyers() -> None:
    desk = Desk()
    made = desk.make(buyer_email="ada@example.com")
    desk.client.send_by_email(made, cc=["office@example.com"])
    assert desk.service.account.mails[0]["to"] == ["ada@example.com"]
    with pytest.raises(Refused):
        desk.client.send_by_email(desk.make())


def test_an_address_can_be_written_into_the_document() -> None:
    desk = Desk()
    made = desk.make(buyer_email="old@example.com")
    desk.client.send_by_email(made, [TO], update_buyer_email=True)
    assert desk.client.invoice(made)["buyer_email"] == TO


def test_more_than_five_addresses_are_refused_before_anything_is_sent() -> None:
    service = Canned({"status": "ok"})
    for addresses in ({"to": [TO] * 6}, {"cc": [TO] * 6}):
        with pytest.raises(Refused):
            service.client.send_by_email(5, **addresses)  # type: ignore[arg-type]
    assert service.asked == []


def test_a_lost_answer_to_an_e_mail_is_seen_by_reading() -> None:
    desk = Desk()
    made = desk.make()
    desk.faults.after_acting(faults.dropped(), method="POST")
    with pytest.raises(OutcomeUnknown):
        email(desk, made)
    assert desk.provider.read(str(made)).emailed_at == NOON
    assert desk.service.state()["emails_per_document"] == {str(made): 1}


def test_a_cancelled_document_tells_why() -> None:
    desk = Desk()
    made, _newer = desk.make(), desk.make()
    cancel(desk, made)
    assert desk.provider.read(str(made)).state is RemoteState.CANCELLED
    shown = desk.client.invoice(made, "cancel_reason")
    assert (shown["kind"], shown["cancelled"], shown["cancel_reason"]) == ("canceled", True, "Ordered twice")


@pytest.mark.parametrize("soft", [True, False])
def test_the_newest_document_of_a_series_is_not_cancelled(soft: bool) -> None:
    desk = Desk(soft_refusal=soft)
    desk.make()
    newest = desk.make()
    with pytest.raises(Refused, match="newest"):
        cancel(desk, newest)
    assert desk.provider.read(str(newest)).state is RemoteState.OPEN
    desk.client.delete_invoice(newest)
    with pytest.raises(Refused) as raised:
        desk.provider.read(str(newest))
    assert raised.value.missing


@pytest.mark.parametrize("again", [True, False])
def test_cancelling_again_is_as_switched(again: bool) -> None:
    desk = Desk(cancelled_again=again)
    made, _newer = desk.make(), desk.make()
    cancel(desk, made)
    if again:
        cancel(desk, made)
    else:
        with pytest.raises(Refused):
            cancel(desk, made)


@pytest.mark.parametrize("how", [Files.DIRECT, Files.REDIRECTED, Files.ELSEWHERE])
def test_a_pdf_is_read_wherever_it_is(how: Files) -> None:
    desk = Desk(files=how)
    content = desk.provider.pdf(str(desk.make()))
    assert content.startswith(b"%PDF")
    assert b"1/3/2026" in content


def test_a_page_in_place_of_a_pdf_is_unavailable() -> None:
    desk = Desk(files=Files.PAGE)
    made = desk.make()
    with pytest.raises(Unavailable):
        desk.client.pdf(made)


def test_a_pdf_of_no_document_is_missing() -> None:
    with pytest.raises(Refused) as raised:
        Desk().client.pdf(4711)
    assert raised.value.missing


def test_a_pdf_elsewhere_is_left_alone_where_the_owner_says_so() -> None:
    desk = Desk(Options(follow_files=False), files=Files.ELSEWHERE)
    made = desk.make()
    with pytest.raises(Unavailable):
        desk.client.pdf(made)


def test_a_pdf_is_never_fetched_over_a_line_that_is_less_safe() -> None:
    desk = Desk(files=Files.ELSEWHERE, file_host="http://files.example")
    made = desk.make()
    with pytest.raises(Unavailable):
        desk.client.pdf(made)


class _Moved(Canned):
    """Sends everything elsewhere."""

    def handle(self, request: Request) -> Reply:
        self.asked.append(request)
        return Reply(302, headers={"Location": "https://elsewhere.example/stolen.pdf"})


def test_nothing_but_files_is_fetched_from_elsewhere() -> None:
    service = _Moved()
    with pytest.raises(Unavailable):
        service.client.invoice(5)
    with pytest.raises(OutcomeUnknown):
        service.client.cancel_invoice(5)
    assert all(asked.url.startswith("/invoices/") for asked in service.asked)


def test_only_the_accounts_own_host_gets_the_token() -> None:
    service = _Moved()
    with pytest.raises(Unavailable):
        service.client.pdf(5)
    at_home, elsewhere = service.asked[:2]
    assert "authorization" in at_home.headers
    assert elsewhere.url == "/stolen.pdf"
    assert "authorization" not in elsewhere.headers


def test_public_links_need_no_login() -> None:
    desk = Desk()
    links = desk.client.public_links(desk.make())
    token = str(links["view"]).rpartition("/")[2]
    assert links["pdf"] == f"{links['view']}.pdf"
    assert str(links["inline"]).endswith(".pdf?inline=yes")
    assert desk.client.public_pdf(token).startswith(b"%PDF")
    assert desk.service.handle(Request("GET", f"/invoice/{token}")).status == 200
    assert desk.service.handle(Request("GET", f"/invoice/{token}.pdf?inline=yes")).status == 200
    assert desk.service.handle(Request("GET", "/invoice/nobody")).status == 404


def test_a_document_without_a_token_has_no_public_links() -> None:
    with pytest.raises(Refused):
        Canned({"id": 5, "token": None}).client.public_links(5)


def test_attachments_are_added_and_read_as_one_file() -> None:
    desk = Desk()
    made = desk.make()
    assert "url" in desk.client.attachment_credentials(made)
    desk.client.add_attachment(made, "terms.txt")
    with zipfile.ZipFile(io.BytesIO(desk.client.attachments(made))) as archive:
        assert archive.namelist() == ["terms.txt"]
    assert desk.client.invoice(made)["attachments_count"] == 1


def test_receipts_are_printed() -> None:
    desk = Desk()
    desk.client.fiscal_print([1, 2])
    assert desk.service.account.printed == [1, 2]
