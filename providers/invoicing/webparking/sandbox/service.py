"""The sandbox's behaviour call by call: one list, one way in, and no way to look."""

import hmac

from providers.invoicing.webparking.sandbox import checks
from providers.invoicing.webparking.sandbox.ledger import Ledger
from providers.invoicing.webparking.sandbox.switches import Switches
from providers.ports import JsonObject
from providers.sandbox.core import Router
from providers.sandbox.messages import Reply, Request


class WebParkingService:
    """One account at the bridge, as far as its page goes."""

    def __init__(self, *, token: str, switches: Switches | None = None) -> None:
        self._token = token
        self.switches = switches or Switches()
        self._ledger = Ledger()
        self._router = Router({"GET /item": self._items, "POST /invoice": self._invoice})

    def use(self, switches: Switches) -> None:
        """Change the bridge's mood; what exists stays."""
        self.switches = switches

    def handle(self, request: Request) -> Reply:
        if self.switches.html:
            return Reply.html(200, "Log in")
        if request.path == "/" and request.method == "GET":
            return Reply.html(200, "API documentation")  # the one page that asks for neither token nor address
        if not self._knows(request):
            return _message(self.switches.token_refusal, "Unauthenticated.")
        if not self.switches.ip_allowed:
            return _message(403, "Access denied.")
        found = self._router.find(request)
        if found is None:
            return _message(404, "Not found.")
        handler, parts = found
        return handler(request, parts)

    def state(self) -> JsonObject:
        return self._ledger.state(self.switches.currency)

    def _knows(self, request: Request) -> bool:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and hmac.compare_digest(token.encode(), self._token.encode())

    def _items(self, _request: Request, _parts: tuple[str, ...]) -> Reply:
        rows = [
            {"code": item.code, "description": item.description, "price": float(item.price)}
            for item in self.switches.items
        ]
        return Reply.json(200, {"data": rows})

    def _invoice(self, request: Request, _parts: tuple[str, ...]) -> Reply:
        fields = checks.fields_in(request, self.switches)
        if errors := checks.errors_in(fields, self.switches):
            return self._refused(request, errors)
        if checks.is_dry_run(fields, self.switches):
            return Reply.json(200, {"dry_run": True, "data": self._echo(fields)})
        if self.switches.refuses_repeated_reference and self._ledger.has(str(fields["invoice_reference"])):
            return self._refused(request, {"invoice_reference": ["The invoice reference has already been taken."]})
        if self.switches.exact_fails:
            return _message(500, "Server Error")
        try:
            invoice = self._ledger.create(fields, self.switches)
        except KeyError:
            return _message(500, "Server Error")
        status = {"status": "created"} if self.switches.tells_status else {}
        return Reply.json(200, {"data": {"guid": invoice.guid, **status}})

    def _refused(self, request: Request, errors: checks.Errors) -> Reply:
        if self.switches.redirect_without_accept and "json" not in request.headers.get("accept", ""):
            return Reply(302, b"", {"Location": "/", "Content-Type": "text/html"})
        first = next(iter(errors.values()))[0]
        message = first if self.switches.message_is_first_error else "The given data was invalid."
        return Reply.json(self.switches.validation_status, {"message": message, "errors": errors})

    def _echo(self, fields: JsonObject) -> JsonObject:
        """The accepted input as the printed example repeats it."""
        lines = fields["lines"]
        assert isinstance(lines, list)  # noqa: S101 - validated before
        echoed = []
        for line in lines:
            quantity = str(line["quantity"]) if self.switches.echo_quantities_as_text else int(line["quantity"])
            described = {"description": line["description"]} if self.switches.echo_descriptions else {}
            echoed.append({"code": line["code"], "quantity": quantity, **described})
        return {**{name: value for name, value in fields.items() if name != "dry_run"}, "lines": echoed}


def _message(status: int, text: str) -> Reply:
    return Reply.json(status, {"message": text})
