"""Amounts, currencies and the split of a total."""

from decimal import Decimal

import iso4217
import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.domain.money import (
    EXPONENTS,
    Money,
    NotAnAmount,
    UnknownCurrency,
    allocate,
    decimal_from,
    is_whole,
    minor_unit,
    plain,
    quantize,
)

CURRENCIES = st.sampled_from(sorted(EXPONENTS))


def in_units(count: int, currency: str) -> Decimal:
    return count * minor_unit(currency)


def test_exponents_are_those_of_iso_4217() -> None:
    assert {c.code: c.exponent for c in iso4217.Currency if c.exponent is not None} == EXPONENTS


@pytest.mark.parametrize(("currency", "unit"), [("EUR", "0.01"), ("JPY", "1"), ("KWD", "0.001"), ("CLF", "0.0001")])
def test_a_minor_unit_follows_from_the_currency(currency: str, unit: str) -> None:
    assert minor_unit(currency) == Decimal(unit)


def test_an_unknown_currency_has_no_minor_unit() -> None:
    with pytest.raises(UnknownCurrency) as caught:
        minor_unit("EURO")
    assert caught.value.code == "EURO"


@pytest.mark.parametrize(("value", "amount"), [("1.10", "1.10"), (" 7 ", "7"), (3, "3"), (Decimal("0.5"), "0.5")])
def test_text_integers_and_decimals_are_amounts(value: object, amount: str) -> None:
    assert decimal_from(value) == Decimal(amount)


@pytest.mark.parametrize("value", [1.1, True, None, "", "1,10", "ten", "NaN", "Infinity", [], Decimal("-Infinity")])
def test_everything_else_is_no_amount(value: object) -> None:
    with pytest.raises(NotAnAmount):
        decimal_from(value)


@pytest.mark.parametrize(("amount", "rounded"), [("0.005", "0.01"), ("0.0049", "0.00"), ("-0.005", "-0.01")])
def test_halves_are_rounded_away_from_zero(amount: str, rounded: str) -> None:
    assert quantize(Decimal(amount), "EUR") == Decimal(rounded)


@pytest.mark.parametrize(
    ("amount", "currency", "whole"),
    [
        ("1.20", "EUR", True),
        ("1.2", "EUR", True),
        ("1.200", "EUR", True),
        ("1E+2", "EUR", True),
        ("1.205", "EUR", False),
        ("-0.5", "JPY", False),
    ],
)
def test_an_amount_is_whole_when_it_has_no_part_of_a_minor_unit(amount: str, currency: str, whole: bool) -> None:
    assert is_whole(Decimal(amount), currency) is whole


@pytest.mark.parametrize(
    ("amount", "text"),
    [("1.50", "1.5"), ("100", "100"), ("1E+2", "100"), ("0.00", "0"), ("1.5E-9", "0.0000000015"), ("-3.0", "-3")],
)
def test_a_plain_decimal_has_neither_exponent_nor_trailing_zeros(amount: str, text: str) -> None:
    assert plain(Decimal(amount)) == text


@given(st.integers(-(10**27), 10**27), st.integers(-15, 12))
def test_equal_amounts_read_the_same_however_they_are_written(count: int, exponent: int) -> None:
    amount = Decimal(count).scaleb(exponent)
    assert plain(amount) == plain(amount.normalize()) == f"{amount.normalize():f}"


@given(CURRENCIES, st.integers(-(10**12), 10**12), st.lists(st.decimals(0, 10**9, places=4), min_size=1, max_size=30))
def test_allocated_parts_are_whole_and_add_up(currency: str, units: int, weights: list[Decimal]) -> None:
    total = in_units(units, currency)
    parts = allocate(total, weights, currency)
    assert sum(parts) == total
    assert len(parts) == len(weights)
    assert all(is_whole(part, currency) for part in parts)


@given(st.integers(-(10**9), 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=30))
def test_no_part_is_a_minor_unit_away_from_its_share(units: int, weights: list[int]) -> None:
    total, whole = in_units(units, "EUR"), sum(weights)
    parts = allocate(total, [Decimal(weight) for weight in weights], "EUR")
    for part, weight in zip(parts, weights, strict=True):
        share = total * weight / whole if whole else total / len(weights)
        assert abs(part - share) < Decimal("0.01")
        assert part == 0 or (part > 0) == (total > 0)


def test_what_is_left_goes_to_those_that_lost_most_the_earlier_first() -> None:
    thirds = allocate(Decimal("1.00"), [Decimal(1)] * 3, "EUR")
    assert thirds == (Decimal("0.34"), Decimal("0.33"), Decimal("0.33"))
    assert allocate(Decimal("0.10"), [Decimal(1), Decimal(2)], "EUR") == (Decimal("0.03"), Decimal("0.07"))


def test_weights_of_zero_get_nothing_while_another_has_weight() -> None:
    assert allocate(Decimal("0.01"), [Decimal(0), Decimal(3)], "EUR") == (Decimal(0), Decimal("0.01"))


@pytest.mark.parametrize(
    ("total", "weights", "complaint"),
    [
        ("1.00", [], "no weights"),
        ("1.00", [Decimal(-1), Decimal(2)], "negative"),
        ("1.005", [Decimal(1)], "not a whole number"),
    ],
)
def test_what_cannot_be_split_is_told(total: str, weights: list[Decimal], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        allocate(Decimal(total), weights, "EUR")


def test_money_of_one_currency_adds_subtracts_and_compares() -> None:
    five, seven = Money(Decimal(5), "EUR"), Money(Decimal(7), "EUR")
    assert five + seven == Money(Decimal(12), "EUR")
    assert seven - five == Money(Decimal(2), "EUR")
    assert five < seven
    assert five <= seven
    assert max(five, seven) == seven


def test_money_of_two_currencies_neither_adds_nor_compares() -> None:
    euros, yen = Money(Decimal(5), "EUR"), Money(Decimal(7), "JPY")
    for operation in (lambda: euros + yen, lambda: euros - yen, lambda: euros < yen, lambda: euros >= yen):
        with pytest.raises(ValueError, match="cannot be added or compared"):
            operation()
    assert euros != yen


def test_money_needs_a_currency_that_exists() -> None:
    with pytest.raises(UnknownCurrency):
        Money(Decimal(1), "XXL")


def test_money_reads_with_the_decimals_of_its_currency() -> None:
    assert str(Money(Decimal("1234.5"), "EUR")) == "1,234.50 EUR"
    assert str(Money(Decimal(1234), "JPY")) == "1,234 JPY"
