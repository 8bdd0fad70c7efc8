"""InvoiceOcean's calls, one method each. Knows paths, wrappers and shapes, and nothing of our documents."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypeAlias

from providers.http import Answer, ProviderSession
from providers.http.verdict import http_date
from providers.invoicing.invoiceocean import answers, values
from providers.ports import JsonObject

Row: TypeAlias = dict[str, object]


class InvoiceOceanClient:
    """Calls of one account. Answers are the provider's own objects, unknown members included.

    Raises the errors of `providers.domain.errors`; a 200 that says "error" is `Refused`, a 2xx that is not of
    the documented shape is `OutcomeUnknown` for a write and `Unavailable` for a read.
    """

    def __init__(self, session: ProviderSession) -> None:
        self._session = session

    @property
    def base_url(self) -> str:
        return self._session.base_url

    def close(self) -> None:
        self._session.close()

    def create_invoice(self, payload: JsonObject) -> Row:
        """POST /invoices.json"""
        return self._record(self._session.send("POST", "/invoices.json", json_body=payload))

    def invoice(self, invoice_id: str, *, additional: str = "") -> Row:
        """GET /invoices/{id}.json; `additional` names members that are told only when asked for."""
        params = {"additional_fields[invoice]": additional} if additional else None
        return self._record(self._session.get(f"/invoices/{_segment(invoice_id)}.json", params=params))

    def invoices(self, page: int, per_page: int, filters: Mapping[str, str]) -> list[Row]:
        """GET /invoices.json"""
        params = {"page": str(page), "per_page": str(per_page), **filters}
        return self._rows(self._session.get("/invoices.json", params=params))

    def create_payment(self, payload: JsonObject) -> Row:
        """POST /banking/payments.json"""
        return self._record(self._session.send("POST", "/banking/payments.json", json_body=payload))

    def payment(self, payment_id: str) -> Row:
        """GET /banking/payments/{id}.json. The documentation prints the path in the singular, which is 404."""
        return self._record(self._session.get(f"/banking/payments/{_segment(payment_id)}.json"))

    def payments(self, page: int, per_page: int) -> list[Row]:
        """GET /banking/payments.json"""
        params = {"page": str(page), "per_page": str(per_page)}
        return self._rows(self._session.get("/banking/payments.json", params=params))

    def server_time(self) -> datetime | None:
        """One row of the list is read for the Date header of its answer."""
        answer = self._session.get("/invoices.json", params={"page": "1", "per_page": "1"})
        self._rows(answer)
        return http_date(answer.headers.get("Date", ""))

    def _record(self, answer: Answer) -> Row:
        found = answer.json()
        if answers.is_soft_failure(found):
            raise self._session.refusal(answers.refusal_in(found))
        if not isinstance(found, dict) or not values.identity(found):
            raise answer.unusable("no record with an id")
        return found

    def _rows(self, answer: Answer) -> list[Row]:
        found = answer.json()
        if answers.is_soft_failure(found):
            raise self._session.refusal(answers.refusal_in(found))
        if not isinstance(found, list) or not all(isinstance(row, dict) and values.identity(row) for row in found):
            raise answer.unusable("no list of records")
        return found


def _segment(remote_id: str) -> str:
    """Ids are numbers. Anything else would ask for another path."""
    return remote_id if remote_id.isascii() and remote_id.isdigit() else "0"
