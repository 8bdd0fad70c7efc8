"""The account's behaviour call by call. What it does not do, its card says."""

import hmac
from collections import Counter
from datetime import date
from decimal import Decimal

from providers.domain.card import Card, PaymentStyle
from providers.invoicing.memory.records import Document, Paid
from providers.ports import JsonObject
from providers.sandbox import Reply, Request, Router
from providers.sandbox.core import Clock, utc_now
from providers.sandbox.traps import NO_TRAPS, Traps


class Unwanted(Exception):
    """The account says no."""

    def __init__(self, field: str, text: str, *, status: int = 422, duplicate: bool = False) -> None:
        super().__init__(text)
        self.reply = Reply.json(status, {"field": field, "text": text, "duplicate": duplicate})


class MemoryService:
    """One account. Called by one thread at a time."""

    def __init__(self, *, token: str, card: Card, clock: Clock = utc_now) -> None:
        self._token = token
        self._card = card
        self._clock = clock
        self.documents: dict[int, Document] = {}
        self._traps = NO_TRAPS
        self._answered: dict[str, Reply] = {}
        self._router = Router(
            {
                "GET /time": lambda _request, _parts: Reply.json(200, {"now": self._clock().isoformat()}),
                "GET /documents": self._list,
                "GET /documents/{}": self._read,
                "POST /documents": self._create,
                "POST /documents/several": self._create_several,
                "POST /documents/{}/payments": self._pay,
                "POST /documents/{}/cancel": self._cancel,
                "POST /documents/{}/email": self._email,
            }
        )

    def trap(self, traps: Traps) -> None:
        """From now on this is wrong with the lists."""
        self._traps = traps

    def handle(self, request: Request) -> Reply:
        if not hmac.compare_digest(request.headers.get("authorization", "").encode(), self._token.encode()):
            return Unwanted("", "nobody known", status=401).reply
        found = self._router.find(request)
        if found is None:
            return Unwanted("", "there is no such call", status=404).reply
        handler, parts = found
        key = request.headers.get("idempotency-key", "") if self._card.honours_idempotency_key else ""
        if key in self._answered:
            return self._answered[key]
        try:
            reply = handler(request, parts)
        except Unwanted as no:
            return no.reply
        if key:
            self._answered[key] = reply
        return reply

    def state(self) -> JsonObject:
        """Every document with its payments, and counts that show a duplicate at a glance."""
        documents = list(self.documents.values())
        return {
            "documents": [each.behind() for each in documents],
            "by_reference": dict(Counter(each.reference for each in documents)),
            "payments_per_document": {str(each.id): len(each.payments) for each in documents},
            "emails_per_document": {str(each.id): len(each.emails) for each in documents},
        }

    def _create(self, request: Request, _parts: tuple[str, ...]) -> Reply:
        return Reply.json(201, self._made(request.json()))

    def _create_several(self, request: Request, _parts: tuple[str, ...]) -> Reply:
        """Each is answered by itself."""
        told = request.json()
        several = told.get("documents") if isinstance(told, dict) else None
        elements = []
        for each in several if isinstance(several, list) else []:
            try:
                elements.append(self._made(each))
            except Unwanted as no:
                elements.append({"refused": no.reply.body.decode()})
        return Reply.json(200, {"documents": elements})

    def _made(self, sent: object) -> JsonObject:
        if not isinstance(sent, dict):
            raise Unwanted("", "is no document")
        for member in ("reference", "kind", "currency", "issue_date", "buyer", "lines"):
            if not sent.get(member):
                raise Unwanted(member, "is missing")
        taken = any(each.reference == sent["reference"] for each in self.documents.values())
        if taken and self._card.refuses_repeated_reference:
            raise Unwanted("reference", "is taken", duplicate=True)
        now, number = self._clock(), len(self.documents) + 1
        document = Document(id=number, sent=dict(sent), made=now, changed=now)
        self.documents[number] = document
        return document.shown(self._card, fresh=True)

    def _list(self, request: Request, _parts: tuple[str, ...]) -> Reply:
        """The oldest first, without what was made a moment ago where the card says so."""
        query, size = request.query, self._card.page_size
        newest = self._clock() - self._card.list_lag
        first, last = (date.fromisoformat(query[name]) if name in query else None for name in ("from", "to"))
        rows = [
            each.shown(self._card)
            for each in self.documents.values()
            if each.made <= newest
            and query.get("reference", each.reference) == each.reference
            and query.get("kind", each.kind) == each.kind
            and (first or date.min) <= each.issued <= (last or date.max)
        ]
        return Reply.json(200, {"documents": self._traps.page(rows, int(query.get("page", "1")), size)})

    def _read(self, _request: Request, parts: tuple[str, ...]) -> Reply:
        return Reply.json(200, self._document(parts).shown(self._card))

    def _pay(self, request: Request, parts: tuple[str, ...]) -> Reply:
        """A payment is added, or replaces what was paid, as the card says."""
        document, told = self._document(parts), request.json()
        if not isinstance(told, dict) or "amount" not in told:
            raise Unwanted("amount", "is missing")
        if self._card.payments is not PaymentStyle.APPENDED:
            document.payments.clear()
        paid = Paid(f"{document.id}.{len(document.payments) + 1}", Decimal(told["amount"]), str(told["reference"]))
        document.payments.append(paid)
        document.changed = self._clock()
        return Reply.json(201, {"id": paid.id, "amount": str(paid.amount), "reference": paid.reference})

    def _cancel(self, _request: Request, parts: tuple[str, ...]) -> Reply:
        document = self._document(parts)
        document.cancelled, document.changed = True, self._clock()
        return Reply.json(200, document.shown(self._card))

    def _email(self, request: Request, parts: tuple[str, ...]) -> Reply:
        document, told = self._document(parts), request.json()
        if not isinstance(told, dict) or "@" not in str(told.get("to")):
            raise Unwanted("to", "is no address")
        document.emails.append((self._clock(), str(told["to"])))
        return Reply.json(200, document.shown(self._card))

    def _document(self, parts: tuple[str, ...]) -> Document:
        name = parts[0]
        found = self.documents.get(int(name)) if name.isascii() and name.isdigit() else None
        if found is None:
            raise Unwanted("", "does not exist", status=404)
        return found
