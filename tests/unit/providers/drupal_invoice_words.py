"""Drafts said to the module, and an invoice as it tells one."""

from decimal import Decimal
from typing import Any

from providers.domain.documents import DocumentKey, DocumentKind, DraftLine
from providers.invoicing.drupal_invoice import Options, answers, mapping
from tests.builders import a_draft

REFUND = DocumentKey("garden", "1001", DocumentKind.CREDIT_NOTE, "r7")


def fields(options: Options | None = None, **changes: object) -> dict[str, Any]:
    draft = a_draft(**changes)
    return mapping.invoice(draft, draft.key.reference(), options or Options()).payload


def a_line(gross: str, rate: str = "0", **changes: object) -> DraftLine:
    total = Decimal(gross)
    net = (total / (1 + Decimal(rate) / 100)).quantize(Decimal("0.01"))
    facts: dict[str, object] = {"name": "Thing", "net": net, "tax": total - net, "gross": total}
    return DraftLine(**{**facts, "tax_rate": Decimal(rate), **changes})  # type: ignore[arg-type]


STORED: dict[str, Any] = {
    "id": 12,
    "nid": 31,
    "leading_zeros": 4,
    "prefix": "INV-%Y-",
    "description": "Order #7 [garden/7]",
    "template": "default",
    "pay_limit": 14,
    "pay_status": "unpaid",
    "customer": {"id": 9, "customer_number": 3, "company_name": "Tuin BV", "firstname": None, "loyalty": "gold"},
    "items": [{"id": 4, "weight": 0, "description": "Rake", "quantity": 2, "unitcost": Decimal("12.5"), "vat": 21}],
    "number": "0",
    "vat_totals": [{"vat": 21, "vattotal": Decimal("5.25"), "formatted_vattotal": "$5.25"}],
    "vattotal": Decimal("5.25"),
    "extotal": 25,
    "inctotal": Decimal("30.25"),
    "formatted_inctotal": "$30.25",
    "created": "2026-03-04 00:30:00",
    "changed": "2026-07-04 13:00:00",
}


def document(options: Options | None = None, *, listed: bool = False, **changes: object) -> Any:
    stored = {**STORED, **changes}
    return answers.document(stored, options or Options(), base_url="https://billing.example", listed=listed)
