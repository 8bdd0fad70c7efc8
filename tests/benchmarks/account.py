"""The account of the fast fake provider: documents, payments, what goes wrong, and what was asked."""

import hashlib
import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final, NamedTuple, TypeAlias

CENT: Final = Decimal("0.01")
HEAVY: Final = (("drop_after", 0.05), ("error_after", 0.05), ("error_before", 0.05), ("throttle", 0.02))
"""The heavy mix, as shares of all requests: committed and then no answer, committed and then 500, 500 and not
committed, 429."""

Query: TypeAlias = Mapping[str, list[str]]


class Reply(NamedTuple):
    status: int
    body: bytes
    headers: str = ""


DROPPED: Final = Reply(0, b"")
"""No answer: the connection is closed."""
_THROTTLED: Final = Reply(429, b"{}", "Retry-After: 1\r\n")
_FAILED: Final = Reply(500, b"{}")


class Logged(NamedTuple):
    """One request: moments are monotonic seconds, which all processes of a machine share. Status 0: no answer."""

    what: str
    began: float
    ended: float
    status: int
    injected: bool
    """Whether the answer was told to be wrong."""


@dataclass(slots=True)
class Document:
    id: int
    oid: str
    currency: str
    net: Decimal
    gross: Decimal
    payments: list[tuple[int, Decimal, str]] = field(default_factory=list)
    """Id, amount and the caller's reference."""

    def shown(self) -> dict[str, object]:
        paid = sum((amount for _, amount, _ in self.payments), Decimal(0))
        return {
            "id": self.id,
            "kind": "vat",
            "number": f"FV/{self.id}",
            "oid": self.oid,
            "currency": self.currency,
            "price_net": str(self.net),
            "price_tax": str(self.gross - self.net),
            "price_gross": str(self.gross),
            "paid": str(paid),
            "status": "issued" if not paid else "paid" if paid >= self.gross else "partial",
            "updated_at": "2026-03-02T10:00:00.000+01:00",
            "issue_date": "2026-03-02",
        }

    def with_payments(self) -> dict[str, object]:
        payments = [
            {"id": number, "price": str(amount), "oid": oid, "paid": True} for number, amount, oid in self.payments
        ]
        return {**self.shown(), "connected_payments": payments}


class Account:
    """What goes wrong is drawn from the seed, the order, and how often that was asked of it before: the same orders
    meet the same faults, whoever sends them and in whichever sequence."""

    def __init__(self, *, seed: int = 7, faults: Sequence[tuple[str, float]] = (), per_second: float = 0) -> None:
        """More requests than `per_second` are answered 429; 0 lets any number in."""
        self._seed = seed
        self._faults = faults
        self._gap = 1 / per_second if per_second else 0.0
        self._free_at = 0.0
        self._asked: Counter[str] = Counter()
        self.documents: dict[int, Document] = {}
        self.by_oid: dict[str, list[Document]] = {}
        self.paid: set[str] = set()
        """The orders with a payment."""
        self.injected: Counter[str] = Counter()
        self.log: list[Logged] = []

    def answer(self, what: str, number: int, sent: Mapping[str, Any], query: Query) -> tuple[Reply, bool]:
        """The reply, and whether it is an injected fault. `number` is the document's, where the address names one."""
        if self._gap and self._too_soon():
            return _THROTTLED, True
        fault = self._draw(f"{what} {self._subject(what, number, sent, query)}") if self._faults else ""
        if not fault:
            return self._act(what, number, sent, query), False
        self.injected[fault] += 1
        if fault == "throttle":
            return _THROTTLED, True
        if fault != "error_before":
            self._act(what, number, sent, query)
        return (DROPPED if fault == "drop_after" else _FAILED), True

    def state(self) -> dict[str, object]:
        """All that a judge needs."""
        return {
            "documents": [
                {"oid": each.oid, "gross": str(each.gross), "payments": [str(amount) for _, amount, _ in each.payments]}
                for each in self.documents.values()
            ],
            "injected": dict(self.injected),
            "odd": sum(each.status >= 400 and not each.injected for each in self.log),
        }

    def _too_soon(self) -> bool:
        now = time.monotonic()
        if now < self._free_at:
            self.injected["throttle"] += 1
            return True
        self._free_at = max(self._free_at, now - self._gap) + self._gap
        return False

    def _subject(self, what: str, number: int, sent: Mapping[str, Any], query: Query) -> str:
        """The order that a request is about, as far as it tells."""
        if what == "create":
            return str(sent["invoice"]["oid"])
        if what == "find":
            return query["oid"][0]
        found = self.documents.get(int(sent["banking_payment"]["invoice_id"]) if what == "pay" else number)
        return found.oid if found else ""

    def _draw(self, subject: str) -> str:
        self._asked[subject] += 1
        digest = hashlib.blake2b(f"{self._seed} {subject} {self._asked[subject]}".encode(), digest_size=8).digest()
        left = int.from_bytes(digest, "big") / 2**64
        for name, share in self._faults:
            left -= share
            if left < 0:
                return name
        return ""

    def _act(self, what: str, number: int, sent: Mapping[str, Any], query: Query) -> Reply:
        if what == "create":
            return self._create(sent["invoice"])
        if what == "pay":
            return self._pay(sent["banking_payment"])
        if what == "find":
            return told(200, [document.shown() for document in self.by_oid.get(query["oid"][0], [])])
        if what == "list":
            return told(200, [document.shown() for document in self._page(query)])
        if what == "read" and number in self.documents:
            return told(200, self.documents[number].with_payments())
        return Reply(404, b'{"error": "not found"}')

    def _create(self, sent: Mapping[str, Any]) -> Reply:
        oid = str(sent["oid"])
        if sent.get("oid_unique") == "yes" and oid in self.by_oid:
            return told(422, {"code": "error", "message": {"oid": ["has already been taken"]}})
        net = gross = Decimal(0)
        for line in sent["positions"]:
            line_gross, rate = Decimal(line["total_price_gross"]), str(line["tax"])
            share = 1 + Decimal(rate if rate[:1].isdigit() else 0) / 100
            net += (line_gross / share).quantize(CENT, ROUND_HALF_UP)
            gross += line_gross
        document = Document(len(self.documents) + 1, oid, sent["currency"], net, gross)
        self.documents[document.id] = document
        self.by_oid.setdefault(oid, []).append(document)
        return told(201, document.shown())

    def _pay(self, sent: Mapping[str, Any]) -> Reply:
        document = self.documents.get(int(sent["invoice_id"]))
        if document is None:
            return told(422, {"code": "error", "message": {"invoice_id": ["is invalid"]}})
        number, price, oid = 1000 * document.id + len(document.payments), str(sent["price"]), str(sent.get("oid") or "")
        document.payments.append((number, Decimal(price), oid))
        self.paid.add(document.oid)
        return told(201, {"id": number, "price": price, "oid": oid, "invoice_id": document.id, "paid": True})

    def _page(self, query: Query) -> list[Document]:
        page, size = int(query.get("page", ["1"])[0]), min(int(query.get("per_page", ["25"])[0]), 100)
        return list(reversed(self.documents.values()))[(page - 1) * size : page * size]


def told(status: int, body: object) -> Reply:
    return Reply(status, json.dumps(body).encode())
