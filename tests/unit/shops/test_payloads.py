import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from providers.payloads import amount, load_object, shown, text, utc_moment, zoned_moment
from providers.ports import Unreadable


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("12.50", "12.50"),
        (" -3 ", "-3"),
        ("4.5E-3", "0.0045"),
        ("-999999999999.123456789012345", "-999999999999.123456789012345"),
        (7, "7"),
        (Decimal("17.647059"), "17.647059"),
        (Decimal("1E+3"), "1000"),
        (Decimal("59.899999999999999995"), "59.900000000000000"),
        (Decimal("1E-999999"), "0.000000000000000"),
    ],
)
def test_amounts_are_read_exactly_up_to_fifteen_decimals(given: object, expected: str) -> None:
    assert f"{amount(given):f}" == expected


@pytest.mark.parametrize(
    "given", ["", "twelve", "1_000", "1,5", "١٢", "NaN", "Infinity", "1e99999", True, None, 1.5, [], {}, Decimal("NaN")]
)
def test_what_is_no_plain_decimal_number_is_no_amount(given: object) -> None:
    with pytest.raises(ValueError, match="no decimal number"):
        amount(given)


@pytest.mark.parametrize(
    "given", ["1e12", "1000000000000", "0" * 12 + "1" * 13, 10**12, -(10**12), 10**4000, Decimal("-1E+999999999")]
)
def test_amounts_beyond_all_measure_are_refused_without_being_written_out(given: object) -> None:
    with pytest.raises(ValueError, match="too large"):
        amount(given)


def test_text_loses_what_a_database_cannot_store() -> None:
    assert text(" a\x00b\r\n c\ud800\x9f ") == "a b c"
    assert text("d\u2028e\xa0\u2003f  g") == "d e f g"


def test_null_false_and_numbers_are_text_too() -> None:
    assert [text(value) for value in (None, False, 7, Decimal("1.5"))] == ["", "", "7", "1.5"]


@pytest.mark.parametrize("given", [True, [], {}, 1.5])
def test_structures_are_no_text(given: object) -> None:
    with pytest.raises(ValueError, match="no text"):
        text(given)


def test_a_time_without_zone_is_utc_where_the_shop_means_utc() -> None:
    assert utc_moment("2026-02-03T10:00:00") == datetime(2026, 2, 3, 10, tzinfo=UTC)


def test_a_time_with_zone_is_turned_into_utc() -> None:
    assert zoned_moment("2026-02-03T10:00:00+02:00") == datetime(2026, 2, 3, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ("2026-02-03T10:00:00", "no time zone"),
        ("yesterday", "ISO 8601"),
        ("0001-01-01T00:00:00+10:00", "this world"),
        ("1969-12-31T23:59:59Z", "before 1970"),
        (1770112800, "no time"),
    ],
)
def test_what_is_no_moment_is_told_why(given: object, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        zoned_moment(given)


def test_fractions_stay_decimal() -> None:
    assert load_object(b'{"a": 0.1}', remedy="") == {"a": Decimal("0.1")}


def test_a_byte_order_mark_does_no_harm() -> None:
    assert load_object(b'\xef\xbb\xbf{"a": 1}', remedy="") == {"a": 1}


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "is not JSON"),
        (b"{", "is not JSON"),
        (b'{"a": NaN}', "NaN is no JSON number"),
        (b'{"a": 1e99999999999999999999}', "beyond all measure"),
        (b'{"a": ' + b"9" * 5000 + b"}", "is not JSON"),
        (b"\xff\xfe", "is not UTF-8"),
        (b"[" * 200_000, "is nested too deeply"),
        (b"[1, 2]", "is a list of 2"),
        (b'"text"', "is text"),
        (b"null", "is null"),
    ],
)
def test_a_body_that_is_no_object_is_unreadable_with_remedy(body: bytes, problem: str) -> None:
    with pytest.raises(Unreadable) as caught:
        load_object(body, remedy="Send JSON.")
    assert problem in caught.value.reason.text
    assert caught.value.reason.field == "body"
    assert caught.value.reason.remedy == "Send JSON."


def test_shown_values_are_short_and_plain() -> None:
    assert shown("ü\n\ud800b") == "ü b"
    assert len(shown("x" * 5000)) <= 61
    assert shown(json.loads("[" * 500 + "]" * 500)) == "a list of 1"
