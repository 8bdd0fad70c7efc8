"""The bridge's calls, one method each. Knows paths, fields and shapes, and nothing of our documents."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal

from providers.domain.errors import FieldRefusal, OutcomeUnknown, Refused
from providers.http import Answer
from providers.http.verdict import http_date
from providers.invoicing.webparking import answers
from providers.invoicing.webparking.answers import DryRun, Item
from providers.invoicing.webparking.session import BridgeSession
from providers.ports import JsonObject

REQUIRED: Final = (
    *("account_name", "account_address", "account_postal_code", "account_city"),
    *("invoice_reference", "lines"),
)
OPTIONAL: Final = ("dry_run", "account_phone", "account_website")
LINE: Final = ("code", "quantity", "description")

_LIVE, _DRY = "false", "true"


class WebParkingClient:
    """Calls of one account. Unknown members of answers are kept.

    Raises the errors of `providers.domain.errors`; a 2xx that is not of the documented shape is `OutcomeUnknown`
    for the call that makes an invoice and `Unavailable` for all others.
    """

    def __init__(self, session: BridgeSession, *, body: Literal["json", "form"] = "json") -> None:
        self._session = session
        self._body: Literal["json", "form"] = body

    @property
    def base_url(self) -> str:
        return self._session.base_url

    def close(self) -> None:
        self._session.close()

    def items(self) -> tuple[Item, ...]:
        """GET /item: everything that can be invoiced, with `code`, `description` and `price`, in one list.

        Free of effect. Raises `NotSent`, `Throttled`, `Unavailable`, `Refused`, `AccessDenied`.
        """
        return self._items(self._session.get("/item"))

    def server_time(self) -> datetime | None:
        """The Date header of GET /item, for the clock's skew. Raises as `items`."""
        answer = self._session.get("/item")
        self._items(answer)
        return http_date(answer.headers.get("Date", ""))

    def create_invoice(self, fields: Mapping[str, object], *, seconds: float | None = None) -> JsonObject:
        """POST /invoice with `dry_run` = "false": makes an invoice in Exact Online. The answer holds `data.guid`.

        Fields: `account_name`, `account_address`, `account_postal_code`, `account_city`, `invoice_reference`
        (texts, required); `account_phone`, `account_website` (optional, the latter an address); `lines`, each
        with `code` (one of the item list), `quantity` (a whole number) and `description`. There is no field for
        price, currency, VAT, dates, e-mail or country; any other field is refused before anything is sent.

        One request that ends after `seconds`, never repeated: whether it took effect cannot be asked later.
        Raises `NotSent`, `Throttled`, `Refused` (with the field errors, keys such as `lines.0.code`),
        `AccessDenied`, or `OutcomeUnknown`.
        """
        sent = _request(fields, _LIVE)
        answer = self._session.post("/invoice", sent, body=self._body, wrote=True, seconds=seconds)
        found = answer.json()
        if isinstance(found, dict) and answers.guid(found) and "dry_run" not in found:
            return found
        if answers.says_dry_run(found) and not answers.guid(found):
            text = "the bridge took the request for a dry run and made no invoice"
            raise Refused(FieldRefusal("dry_run", text))
        raise answer.unusable("no id of an invoice")

    def dry_run(self, fields: Mapping[str, object]) -> DryRun:
        """POST /invoice with `dry_run` = "true": checks the same fields and makes nothing.

        Free of effect, so that it may be repeated; a lost answer is `Unavailable`. Raises as `items`, and
        `OutcomeUnknown` should the bridge answer with the id of an invoice all the same.
        """
        sent = _request(fields, _DRY)
        answer = self._session.post("/invoice", sent, body=self._body, wrote=False)
        found = answer.json()
        if answers.guid(found):
            raise OutcomeUnknown(f"{answer.what}: a dry run was answered with an invoice, id {answers.guid(found)}")
        if not isinstance(found, dict) or not answers.says_dry_run(found):
            raise answer.unusable("no word of a dry run")
        return answers.dry_run(sent, found)

    def _items(self, answer: Answer) -> tuple[Item, ...]:
        found = answer.json()
        rows = found.get("data") if isinstance(found, dict) else None
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise answer.unusable("no list of items")
        return tuple(item for row in rows if (item := answers.item(row)))


def _request(fields: Mapping[str, object], mode: str) -> JsonObject:
    """The fields with the mode of the call, always as a text: the bridge's default is a dry run, and a JSON boolean
    is no text. Raises `Refused` for what the bridge has no field for, which it would drop without a word."""
    if fields.get("dry_run", mode) != mode:
        raise Refused(FieldRefusal("dry_run", f"this call says {mode!r}"))
    lines = fields.get("lines")
    strange = [name for name in fields if name not in {*REQUIRED, *OPTIONAL}]
    strange += [
        f"lines.{place}.{name}"
        for place, line in enumerate(lines if isinstance(lines, list) else [])
        for name in (line if isinstance(line, Mapping) else ())
        if name not in LINE
    ]
    if strange:
        raise Refused(*(FieldRefusal(name, "the bridge has no such field") for name in strange))
    return {"dry_run": mode, **fields}
