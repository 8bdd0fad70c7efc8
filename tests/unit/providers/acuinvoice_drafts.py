"""Drafts said to AcuInvoice, for tests of what becomes of them."""

from decimal import Decimal
from typing import Any

import pytest

from providers.domain.documents import DraftLine
from providers.domain.errors import CannotExpress
from providers.invoicing.acuinvoice import Options, mapping
from tests.builders import a_draft

CENT = Decimal("0.01")


def prepared(options: Options | None = None, **changes: object) -> dict[str, Any]:
    draft = a_draft(**changes)
    return mapping.invoice(draft, draft.key.reference(), options or Options()).payload


def fields(options: Options | None = None, **changes: object) -> dict[str, Any]:
    return prepared(options, **changes)["invoice"]


def a_line(net: str, rate: str = "0", **changes: object) -> DraftLine:
    """As a shop with net prices makes it."""
    amount = Decimal(net)
    tax = (amount * Decimal(rate) / 100).quantize(CENT, "ROUND_HALF_UP")
    facts: dict[str, object] = {
        "name": "Thing",
        "net": amount,
        "tax": tax,
        "gross": amount + tax,
        "tax_rate": Decimal(rate),
    }
    return DraftLine(**{**facts, **changes})  # type: ignore[arg-type]


def reason(options: Options | None = None, **changes: object) -> Any:
    with pytest.raises(CannotExpress) as raised:
        fields(options, **changes)
    assert raised.value.reason.remedy
    return raised.value.reason
