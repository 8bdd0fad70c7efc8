"""InvoiceOcean's answers in our words. Nothing here raises over a member that is missing or odd."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from providers.domain.documents import DocumentKind, RateTotal, RemoteDocument, RemotePayment, RemoteState
from providers.domain.errors import FieldRefusal, Refused
from providers.domain.money import ZERO
from providers.invoicing.invoiceocean import mapping, values
from providers.invoicing.invoiceocean.options import Options

STATES: Final = {
    "issued": RemoteState.OPEN,
    "sent": RemoteState.OPEN,
    "partial": RemoteState.PARTIAL,
    "paid": RemoteState.PAID,
}
_NOT_KEPT: Final = frozenset({"token", "view_url", "payment_url"})
"""Whoever has these can open the invoice without an account: they are as good as passwords."""
_NOT_EXTRA: Final = _NOT_KEPT | frozenset(
    {
        *("id", "kind", "number", "oid", "currency", "price_net", "price_tax", "price_gross", "paid", "status"),
        *("updated_at", "issue_date", "sent_time", "connected_payments", "overdue?", "gov_status", "gov_id"),
        *("buyer_name", "buyer_tax_no"),
    }
)


def document(answer: Mapping[str, object], options: Options, *, base_url: str) -> RemoteDocument:
    """A document as an answer or a row of a list tells it."""
    remote_id = values.identity(answer)
    cancelled = answer.get("kind") == "canceled" or answer.get("cancelled") is True
    connected = answer.get("connected_payments")
    return RemoteDocument(
        remote_id=remote_id,
        kind=kind(values.text(answer.get("kind")), options),
        number=values.text(answer.get("number")),
        reference=values.text(answer.get("oid")),
        currency=values.text(answer.get("currency")),
        net=values.amount(answer.get("price_net")),
        tax=values.amount(answer.get("price_tax")),
        gross=values.amount(answer.get("price_gross")),
        paid=values.amount(answer.get("paid")),
        state=RemoteState.CANCELLED if cancelled else STATES.get(values.text(answer.get("status"))),
        updated_at=values.moment(answer.get("updated_at")),
        issue_date=values.day(answer.get("issue_date")),
        buyer_name=values.text(answer.get("buyer_name")),
        buyer_tax_no=values.text(answer.get("buyer_tax_no")),
        overdue=overdue if isinstance(overdue := answer.get("overdue?"), bool) else None,
        emailed_at=values.moment(answer.get("sent_time")),
        tax_office=values.text(answer.get("gov_status")),
        tax_office_id=values.text(answer.get("gov_id")),
        rates=rates(positions) if isinstance(positions := answer.get("positions"), list) else None,
        payments=tuple(payments(connected)) if isinstance(connected, list) else None,
        url=f"{base_url}/invoices/{remote_id}",
        extra={name: value for name, value in answer.items() if value is not None and name not in _NOT_EXTRA},
    )


def rates(positions: list[object]) -> tuple[RateTotal, ...] | None:
    """What the lines come to by tax rate; None where one of them tells no sums."""
    found: dict[str, RateTotal] = {}
    for position in positions:
        line = position if isinstance(position, dict) else {}
        net, gross = values.amount(line.get("total_price_net")), values.amount(line.get("total_price_gross"))
        if net is None or gross is None:
            return None
        rate = mapping.CATEGORIES.get(values.text(line.get("tax")), values.text(line.get("tax")))
        before = found.get(rate, RateTotal(rate=rate, net=ZERO, tax=ZERO, gross=ZERO))
        found[rate] = RateTotal(
            rate=rate, net=before.net + net, tax=before.tax + gross - net, gross=before.gross + gross
        )
    return tuple(found.values())


def kind(name: str, options: Options) -> DocumentKind | None:
    """Our kind for the provider's; None for kinds that we never make, and for a cancelled document, which
    does not tell what it was."""
    ours = {theirs: ours for ours, theirs in mapping.kinds(options).items()}
    return ours.get(name) or {"vat": DocumentKind.INVOICE, "correction": DocumentKind.CREDIT_NOTE}.get(name)


def payments(connected: list[object]) -> list[RemotePayment]:
    """The payments that are really paid."""
    return [payment(each) for each in connected if isinstance(each, dict) and each.get("paid") is not False]


def payment(answer: Mapping[str, object]) -> RemotePayment:
    """A payment. Our reference stands in `oid`, and in the description for what a list may leave out."""
    price: Decimal | None = values.amount(answer.get("price"))
    return RemotePayment(
        remote_id=values.identity(answer),
        amount=ZERO if price is None else price,
        reference=values.text(answer.get("oid")) or values.text(answer.get("description")),
    )


def refusal(_status: int, body: bytes) -> Refused:
    """The provider's reasons: `message` is an object of lists by field, or one text; some answers have
    `error` instead. Whether the reference is taken is told by the field `oid`, never by a text, for the texts
    come in the account's language."""
    try:
        answer = json.loads(body.decode("utf-8-sig"), parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError):
        return Refused(FieldRefusal("", "the answer cannot be read"))
    return refusal_in(answer)


def refusal_in(answer: object) -> Refused:
    """As `refusal`, from a body that is read already."""
    if not isinstance(answer, dict):
        return Refused(FieldRefusal("", _clip(answer)))
    message = answer.get("message", answer.get("error", ""))
    if not isinstance(message, dict):
        return Refused(FieldRefusal("", _clip(message)))
    reasons = [
        FieldRefusal(str(field)[:100], _clip(said))
        for field, texts in message.items()
        for said in (texts if isinstance(texts, list) else [texts])
    ]
    return Refused(*reasons, duplicate="oid" in message)


def is_soft_failure(answer: object) -> bool:
    """Some calls answer 200 and mean no: `{"code": "error"}` or `{"status": "error"}`. A record may have such a `code`
    of its own, but then it has an id."""
    if not isinstance(answer, dict) or values.identity(answer):
        return False
    return "error" in (answer.get("code"), answer.get("status"))


def _clip(said: object) -> str:
    return (said if isinstance(said, str) else json.dumps(said, default=str, ensure_ascii=False))[:500]
