"""Drafts said to ACS Invoicing."""

import json
from decimal import Decimal
from typing import Any

from providers.domain.documents import DraftLine
from providers.domain.orders import Buyer
from providers.invoicing.acs import Options, mapping
from tests.builders import a_draft

ADA = Buyer(
    first_name="Ada",
    last_name="Example",
    street="Fő utca 1",
    postcode="1011",
    city="Budapest",
    country="HU",
    email="ada@example.com",
)


VAT_CODES = {"exempt": "TAM", "reverse_charge": "FAD", "not_subject": "EUK"}


def options(**changes: Any) -> Options:
    return Options.model_validate({"vat_codes": VAT_CODES, **changes})


def prepared(chosen: Options | None = None, **changes: object) -> dict[str, Any]:
    draft = a_draft(**{"buyer": ADA, **changes})
    payload = mapping.invoice(draft, draft.key.reference(), chosen or options()).payload
    assert json.loads(json.dumps(payload)) == payload
    return payload


def fields(chosen: Options | None = None, **changes: object) -> dict[str, Any]:
    invoice = prepared(chosen, **changes)["invoice"]
    assert isinstance(invoice, dict)
    return invoice


def a_line(gross: str, **changes: object) -> DraftLine:
    amount = Decimal(gross)
    facts: dict[str, object] = {"name": "Thing", "net": amount, "tax": Decimal(0), "gross": amount}
    return DraftLine(**{**facts, **changes})  # type: ignore[arg-type]
