"""The bridge's calls, one method each: both that its page documents. Knows paths, fields and shapes, and nothing of
our documents."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, Literal

from providers.domain.errors import FieldRefusal, OutcomeUnknown, Refused
from providers.http import Answer, Body, Call, ProviderSession
from providers.invoicing.webparking import answers
from providers.invoicing.webparking.answers import DryRun, Item
from providers.operations import reads, writes
from providers.ports import JsonObject

REQUIRED: Final = (
    *("account_name", "account_address", "account_postal_code", "account_city"),
    *("invoice_reference", "lines"),
)
OPTIONAL: Final = ("dry_run", "account_phone", "account_website")
LINE: Final = ("code", "quantity", "description")

_LIVE: Final = "false"
_DRY: Final = "true"


class WebParkingClient:
    """Calls of one account. Unknown members of answers are kept.

    Raises the errors of `providers.domain.errors`; a 2xx that is not of the documented shape is `OutcomeUnknown`
    for the call that makes an invoice and `Unavailable` for all others.
    """

    def __init__(self, session: ProviderSession, *, body: Literal["json", "form"] = "json") -> None:
        self._session = session
        self._body = Body.json if body == "json" else Body.form

    @property
    def base_url(self) -> str:
        return self._session.base_url

    def close(self) -> None:
        self._session.close()

    @reads
    def items(self) -> tuple[Item, ...]:
        """GET /item: everything that can be invoiced, in one list.

        Each item has a `code`, which lines of invoices name, a `description` and a `price` for one. Neither the
        price's currency is told nor whether VAT is in it. Free of effect, and repeated where there is no answer.

        Raises `NotSent`, `Throttled`, `Unavailable`, `Refused`, `AccessDenied`.
        """
        return _items(self._session.get("/item"))

    def server_time(self) -> datetime | None:
        """The Date header of GET /item, for the clock's skew. Raises as `items`."""
        answer = self._session.get("/item")
        _items(answer)
        return answer.server_time

    @writes
    def create_invoice(self, fields: JsonObject, *, seconds: float | None = None) -> JsonObject:
        """POST /invoice with `dry_run` = "false": make an invoice in Exact Online; the answer holds `data.guid`.

        Fields: `account_name`, `account_address`, `account_postal_code`, `account_city`, `invoice_reference`
        (texts, required); `account_phone`, `account_website` (optional, the latter an address); `lines`, each
        with `code` (one of the item list), `quantity` (a whole number) and `description`. There is no field for
        price, currency, VAT, dates, e-mail or country; any other field is refused before anything is sent.

        One request that ends after `seconds`, never repeated: whether it took effect cannot be asked later.
        Raises `NotSent`, `Throttled`, `Refused` (with the field errors, keys such as `lines.0.code`),
        `AccessDenied`, or `OutcomeUnknown`.
        """
        answer = self._session.write(self._invoice(_request(fields, _LIVE), seconds))
        found = answer.json()
        if isinstance(found, dict) and answers.guid(found) and "dry_run" not in found:
            return found
        if answers.says_dry_run(found) and not answers.guid(found):
            text = "the bridge took the request for a dry run and made no invoice"
            raise Refused(FieldRefusal("dry_run", text))
        raise answer.unusable("no id of an invoice")

    @reads
    def dry_run(self, fields: JsonObject) -> DryRun:
        """POST /invoice with `dry_run` = "true": have the fields of `create_invoice` checked, and nothing made.

        Gives `accepted`, the input as the bridge repeats it, and `differences`, the fields that it repeats
        otherwise than they were sent. Free of effect, but asked once: behind the bridge, errors may add up.

        Raises as `items`, and `OutcomeUnknown` should the bridge answer with the id of an invoice all the same.
        """
        sent = _request(fields, _DRY)
        answer = self._session.read(self._invoice(sent), tries=1)
        found = answer.json()
        if answers.guid(found):
            raise OutcomeUnknown(f"{answer.what}: a dry run was answered with an invoice, id {answers.guid(found)}")
        if not isinstance(found, dict) or not answers.says_dry_run(found):
            raise answer.unusable("no word of a dry run")
        return answers.dry_run(sent, found)

    def _invoice(self, sent: JsonObject, seconds: float | None = None) -> Call:
        within = None if seconds is None else timedelta(seconds=seconds)
        return Call(method="POST", path="/invoice", body=self._body(sent), within=within)


def _items(answer: Answer) -> tuple[Item, ...]:
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
