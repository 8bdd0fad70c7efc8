"""Drafts said to the bridge, for tests of what becomes of them."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from providers.domain.documents import Draft, DraftLine
from providers.domain.errors import CannotExpress
from providers.domain.orders import Buyer
from providers.invoicing.webparking import CARD, Options, mapping
from tests.builders import a_draft

BUYER = Buyer(
    first_name="Noor",
    last_name="Voorbeeld",
    street="Tuinpad 3",
    postcode="9999 ZZ",
    city="Teststad",
    country="NL",
)


def a_line(net: str = "26.50", rate: str = "21", **changes: object) -> DraftLine:
    amount, percent = Decimal(net), Decimal(rate)
    tax = (amount * percent / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
    facts: dict[str, object] = {"name": "Leaf rake", "sku": "RAKE-16", "tax_rate": percent}
    facts |= {"net": amount, "tax": tax, "gross": amount + tax}
    return DraftLine(**{**facts, **changes})  # type: ignore[arg-type]


def a_dutch_draft(**changes: object) -> Draft:
    return a_draft(**{"buyer": BUYER, "lines": (a_line(),), **changes})


def prepared(options: Options | None = None, **changes: object) -> Any:
    draft = a_dutch_draft(**changes)
    return mapping.invoice(draft, draft.key.reference(CARD.reference_length), options or Options())


def fields(options: Options | None = None, **changes: object) -> Any:
    return mapping.request(prepared(options, **changes))


def reason(options: Options | None = None, **changes: object) -> Any:
    with pytest.raises(CannotExpress) as raised:
        prepared(options, **changes)
    assert raised.value.reason.remedy
    return raised.value.reason
