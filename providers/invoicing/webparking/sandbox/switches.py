"""How the sandbox decides what nobody public knows about the bridge, and which of its moods it shows."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final


class Bodies(StrEnum):
    """Which bodies the bridge reads; of any other it sees no field. Not documented."""

    JSON = "json"
    FORM = "form"
    EITHER = "either"


class VatRounding(StrEnum):
    """How Exact Online behind the bridge rounds VAT. Not documented by the bridge."""

    LINE = "line"
    RATE = "rate"


@dataclass(frozen=True, slots=True)
class StockItem:
    """An item as Exact Online has it. The VAT in percent is told by no call."""

    code: str
    description: str
    price: Decimal
    vat: Decimal


def _item(code: str, description: str, price: str, vat: str) -> StockItem:
    return StockItem(code, description, Decimal(price), Decimal(vat))


GARDEN_ITEMS: Final = (
    _item("CAN-9", "Watering can, 9 l", "41.59", "19"),
    _item("LABEL", "Wooden plant label", "0.50", "19"),
    _item("CRESS", "Cress & rocket seeds", "0.50", "7"),
    _item("HERBS", "Herb pots, set of three", "11.17", "7"),
    _item("SPADE", "Spade, ash handle", "64.00", "19"),
    _item("PARCEL", "Parcel", "4.96", "19"),
    _item("WRAP", "Gift wrapping", "2.50", "19"),
)
"""Invented: what the demo's garden shop sells by the piece, with its shipping and its fee."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """Every default is what is documented; where nothing is, what most would expect."""

    items: tuple[StockItem, ...] = GARDEN_ITEMS
    currency: str = "EUR"
    prices_are_gross: bool = False
    """Whether an item's price includes VAT. Not documented."""
    vat_rounding: VatRounding = VatRounding.LINE

    ip_allowed: bool = True
    """False: the caller's address is not known there, and every call is refused with a bare 403."""
    token_refusal: int = 401
    """Status for a wrong token: 401 or 403. Not documented."""

    validation_status: int = 403
    """403 is documented; 422 is what the framework answers by itself."""
    message_is_first_error: bool = False
    """Newer versions of the framework say the first error where older ones say a constant."""
    redirect_without_accept: bool = True
    """Failed validation is answered with a redirect where the caller does not accept JSON. Inferred."""
    bodies: Bodies = Bodies.EITHER
    strict_dry_run: bool = True
    """`dry_run` must be a text; a JSON boolean is refused. Inferred."""
    checks_codes: bool = True
    """An unknown item code is refused by field; else Exact Online fails over it with a 500. Not documented."""
    refuses_repeated_reference: bool = False
    longest_text: int = 255
    """Longer texts are refused by field. Not documented."""

    dry_run_only: bool = False
    """An instance that takes every request for a dry run."""
    echo_descriptions: bool = False
    """A dry run repeats the lines' descriptions; the printed example does not."""
    echo_quantities_as_text: bool = True
    """A dry run repeats quantities as texts, as in the printed example."""
    tells_status: bool = False
    """The answer to a create holds a `status` beside the id, as the page's text says and its example does not."""

    exact_fails: bool = False
    """Exact Online behind the bridge is broken: 500 for every invoice, and none is made."""
    html: bool = False
    """An HTML page with status 200 for every call, as a guard before the bridge would show it."""
