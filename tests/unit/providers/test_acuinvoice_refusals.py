"""What AcuInvoice's failures mean, and what is refused here before it is asked."""

from decimal import Decimal

import pytest

from providers.domain.errors import AccessDenied, ProviderError, Refused, Unavailable
from providers.http import Credentials
from providers.invoicing.acuinvoice import Options
from tests.unit.providers.acuinvoice_echo import KEY, LINES, Echo, client, fail, ok


def test_nobody_is_sent_an_invoice_by_accident() -> None:
    service = Echo(ok())
    with pytest.raises(Refused, match="at least one contact"):
        client(service).send_invoice("31", [])
    assert not service.requests


def test_an_id_that_can_be_none_is_not_asked_for() -> None:
    service = Echo(ok())
    for odd in ("", "1</invoice_id>", "-1", "٣"):
        with pytest.raises(Refused) as raised:
            client(service).delete_invoice(odd)
        assert raised.value.missing
    assert not service.requests


def test_the_key_is_the_user_and_any_password_does() -> None:
    service = Echo(ok("<invoice_id>1</invoice_id>"))
    client(service).create_invoice({})
    assert service.requests[0].headers["authorization"] == Credentials.basic(KEY, "X").header


def refusal(body: str, options: Options, *, get: bool = False, status: int = 200) -> ProviderError:
    service = client(Echo(body, status=status), options)
    with pytest.raises(ProviderError) as raised:
        service.invoice("1") if get else service.create_invoice({})
    return raised.value


@pytest.mark.parametrize("status", [200, 400])
def test_a_code_means_what_the_owner_says(status: int) -> None:
    options = Options(codes={"7": "duplicate", "8": "denied", "9": "missing"}, failed_get_is_missing=False)
    taken, gone = refusal(fail("a", "7"), options, status=status), refusal(fail("a", "9"), options, status=status)
    assert isinstance(taken, Refused)
    assert (taken.duplicate, taken.missing, str(taken)) == (True, False, "a (code 7)")
    assert isinstance(gone, Refused)
    assert gone.missing
    denied = refusal(fail(f"no {KEY}", "8"), options, status=status)
    assert isinstance(denied, AccessDenied)
    assert KEY not in str(denied)


def test_a_text_decides_nothing() -> None:
    for text in ("This invoice number is already in use.", "Not found", "Authentication failed"):
        told = refusal(fail(text), Options())
        assert isinstance(told, Refused)
        assert (told.duplicate, told.missing) == (False, False)


@pytest.mark.parametrize("missing", [True, False])
def test_whether_a_failed_get_means_missing_is_the_owners_word(missing: bool) -> None:
    told = refusal(fail("?"), Options(failed_get_is_missing=missing), get=True)
    assert isinstance(told, Refused)
    assert told.missing is missing


def test_a_failure_without_words_is_still_one() -> None:
    assert str(refusal('<response status="fail"/>', Options())) == "refused without a reason"


@pytest.mark.parametrize(
    ("body", "told"), [(fail("Key is old."), "Key is old."), ("<html>", "refused with status 401")]
)
def test_a_401_is_told_in_the_services_words(body: str, told: str) -> None:
    denied = refusal(body, Options(), status=401)
    assert isinstance(denied, AccessDenied)
    assert told in str(denied)


def test_a_400_that_is_no_envelope_is_a_refusal() -> None:
    assert isinstance(refusal("<html>", Options(), status=400), Refused)


def test_a_read_is_tried_three_times() -> None:
    service = Echo("", status=503)
    with pytest.raises(Unavailable):
        client(service).invoice("1")
    assert len(service.requests) == 3


def test_the_path_is_the_owners_to_change() -> None:
    service = Echo(ok("<invoice_id>1</invoice_id>"))
    client(service, Options(endpoint="/api/2/xml-in")).create_invoice({})
    assert service.requests[0].path == "/api/2/xml-in"


@pytest.mark.parametrize("status", [400, 409, 422])
def test_an_envelope_without_a_failure_does_not_turn_a_refusal_into_a_success(status: int) -> None:
    assert isinstance(refusal(ok("<invoice_id>1</invoice_id>"), Options(), status=status), Refused)


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"price": "1.00"}, "lines.1.quantity"),
        ({"quantity": "1"}, "lines.1.price"),
        ({"quantity": "1", "price": "one"}, "lines.1.price"),
        ({"quantity": 0.1, "price": "1.00"}, "lines.1.quantity"),
        ({"quantity": True, "price": "1.00"}, "lines.1.quantity"),
    ],
)
def test_a_line_without_exact_numbers_is_not_sent(line: dict[str, object], field: str) -> None:
    """The pages name no defaults; a binary fraction has lost cents already."""
    service = Echo(ok("<invoice_id>1</invoice_id>"))
    calls = client(service)
    fields: dict[str, object] = {"lines": [{"kind": "Product", **line}]}
    for call in (
        lambda: calls.create_invoice(fields),
        lambda: calls.update_invoice("1", fields),
        lambda: calls.create_estimate(fields),
        lambda: calls.create_recurring(fields),
    ):
        with pytest.raises(Refused) as raised:
            call()
        assert [each.field for each in raised.value.refusals] == [field]
    assert not service.requests


def test_numbers_are_written_in_full() -> None:
    service = Echo(ok("<invoice_id>1</invoice_id>"))
    line = {**LINES[0], "quantity": 2, "price": Decimal("1E+2")}
    client(service).create_invoice({"lines": [line]})
    assert b"<quantity>2</quantity>" in service.requests[0].body
    assert b"<price>100</price>" in service.requests[0].body


def test_only_a_delete_that_is_said_to_be_repeated_takes_absence_for_done() -> None:
    gone = Echo(fail("There is no such invoice."))
    with pytest.raises(Refused):
        client(gone).delete_invoice("31")
    client(gone).delete_invoice("31", repeated=True)
    with pytest.raises(Refused) as raised:
        client(gone).delete_invoice("none", repeated=True)
    assert raised.value.missing
    there = Echo(fail("Only a draft can be deleted."), ok("<invoice><invoice_id>31</invoice_id></invoice>"))
    with pytest.raises(Refused, match="Only a draft"):
        client(there).delete_invoice("31", repeated=True)
