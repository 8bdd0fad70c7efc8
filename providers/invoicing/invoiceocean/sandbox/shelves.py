"""The calls of the catalogue: one set of paths for each kind of record."""

from functools import partial

from providers.domain.money import ZERO
from providers.invoicing.invoiceocean.sandbox import checks, lists
from providers.invoicing.invoiceocean.sandbox.account import Account
from providers.invoicing.invoiceocean.sandbox.catalogue import Shelf
from providers.invoicing.invoiceocean.sandbox.figures import id_in, number_in, ruby
from providers.invoicing.invoiceocean.sandbox.replies import error, not_found, wrapped
from providers.ports import JsonObject
from providers.sandbox.core import Handler
from providers.sandbox.messages import Reply, Request

_SIGNS = {"pz": 1, "wz": -1, "mm": -1}


class CatalogueDesk:
    def __init__(self, account: Account) -> None:
        self._account = account

    def routes(self) -> dict[str, Handler]:
        found: dict[str, Handler] = {
            "GET /warehouse_actions.json": self._moves,
            "POST /clients/{}/merge.json": self._merge,
        }
        for plural, shelf in self._account.shelves.items():
            found[f"GET /{plural}.json"] = partial(self._list, shelf)
            found[f"POST /{plural}.json"] = partial(self._create, shelf)
            found[f"PUT /{plural}/{{}}.json"] = partial(self._update, shelf)
            if shelf.kind.can_be_read:
                found[f"GET /{plural}/{{}}.json"] = partial(self._read, shelf)
            if shelf.kind.can_be_deleted:
                found[f"DELETE /{plural}/{{}}.json"] = partial(self._delete, shelf)
        return found

    def _list(self, shelf: Shelf, request: Request, _parts: tuple[str, ...]) -> Reply:
        if page := self._outside_the_plan(shelf):
            return page
        rows = lists.page_of(shelf.find(request.query), request.query, self._account)
        return Reply.json(200, [self._shown(shelf, row, request, alone=False) for row in rows])

    def _read(self, shelf: Shelf, request: Request, parts: tuple[str, ...]) -> Reply:
        record = shelf.records.get(id_in(parts[0]))
        return self._missing(shelf) if record is None else Reply.json(200, self._shown(shelf, record, request))

    def _create(self, shelf: Shelf, request: Request, _parts: tuple[str, ...]) -> Reply:
        if page := self._outside_the_plan(shelf):
            return page
        sent = wrapped(request, shelf.kind.wrapper)
        if sent is None:
            return error(400, f"{shelf.kind.wrapper} is missing")
        if errors := self._errors(shelf, sent):
            return error(422, errors)
        return Reply.json(201, self._shown(shelf, self._account.add(shelf.kind.plural, sent), request))

    def _update(self, shelf: Shelf, request: Request, parts: tuple[str, ...]) -> Reply:
        record, sent = shelf.records.get(id_in(parts[0])), wrapped(request, shelf.kind.wrapper)
        if record is None:
            return self._missing(shelf)
        if sent is None:
            return error(400, f"{shelf.kind.wrapper} is missing")
        if errors := self._errors(shelf, {**record, **sent}):
            return error(422, errors)
        shelf.change(record, sent, self._account.now())
        self._account.hooks.record(shelf.kind.plural, "update", record)
        return Reply.json(200, self._shown(shelf, record, request))

    def _delete(self, shelf: Shelf, _request: Request, parts: tuple[str, ...]) -> Reply:
        """Documented: nothing is answered for a bank account. Observed: "ok" for a product."""
        record = shelf.records.pop(id_in(parts[0]), None)
        if record is None:
            return self._missing(shelf)
        self._account.hooks.record(shelf.kind.plural, "destroy", record)
        return Reply(200) if shelf.kind.plural == "bank_accounts" else Reply.json(200, "ok")

    def _merge(self, _request: Request, parts: tuple[str, ...]) -> Reply:
        """Nothing but the path is documented: the call is taken, and changes nothing here."""
        known = id_in(parts[0]) in self._account.shelves["clients"].records
        return Reply.json(200, {"code": "success", "message": "merged"}) if known else not_found()

    def _shown(self, shelf: Shelf, record: JsonObject, request: Request, *, alone: bool = True) -> JsonObject:
        if shelf.kind.plural == "clients":
            extra: JsonObject = {"balance": "0.0"} if alone else {"price_list_id": None, "panel_url": None}
            hidden = set() if alone else {"deleted"}
            return extra | {name: value for name, value in record.items() if name not in hidden}
        warehouse = request.query.get("warehouse_id", "")
        if shelf.kind.plural == "products" and warehouse:
            return {**record, "warehouse_quantity": self._stock(id_in(record["id"]), id_in(warehouse))}
        return record

    def _moves(self, request: Request, _parts: tuple[str, ...]) -> Reply:
        wanted = {"warehouse_id", "product_id", "kind", "warehouse_document_id"} & request.query.keys()
        found = [move for move in self._all_moves() if all(str(move[name]) == request.query[name] for name in wanted)]
        return Reply.json(200, lists.page_of(found, request.query, self._account))

    def _all_moves(self) -> list[JsonObject]:
        """Each line of each document of a warehouse; the id tells them apart."""
        found: list[JsonObject] = []
        for document in self._account.shelves["warehouse_documents"].records.values():
            lines = document.get("warehouse_actions")
            for number, line in enumerate(lines if isinstance(lines, list) else []):
                place = {"warehouse_id": document.get("warehouse_id"), "warehouse_document_id": document["id"]}
                named = {"id": id_in(document["id"]) * 1000 + number, "product_id": None, "kind": document["kind"]}
                found.append({**named, **place, **line})
        return found

    def _stock(self, product_id: int, warehouse_id: int) -> str:
        def counts(move: JsonObject) -> bool:
            return (id_in(move["product_id"]), id_in(move["warehouse_id"])) == (product_id, warehouse_id)

        moves = [move for move in self._all_moves() if counts(move)]
        amounts = [(number_in(move.get("quantity")) or ZERO) * _SIGNS.get(str(move["kind"]), 0) for move in moves]
        return ruby(sum(amounts, ZERO))

    def _errors(self, shelf: Shelf, sent: JsonObject) -> dict[str, list[str]]:
        say, kind = checks.phrases(self._account.switches), shelf.kind
        needs = kind.needs
        if kind.plural == "clients" and sent.get("last_name") and not sent.get("company", True):
            needs = ()
        errors = {name: [say["blank"]] for name in needs if not str(sent.get(name) or "").strip()}
        wrong = {name for name, known in kind.one_of.items() if name not in errors and sent.get(name) not in known}
        return errors | {name: [say["list"]] for name in wrong}

    def _outside_the_plan(self, shelf: Shelf) -> Reply | None:
        """Observed: a page of the application, with the status of success."""
        without = shelf.kind.plural == "recurrings" and not self._account.switches.recurrings
        return Reply.html(200, "Log in") if without else None

    def _missing(self, shelf: Shelf) -> Reply:
        """Documented for bank accounts, and seen to differ from the others."""
        return error(404, "Not found") if shelf.kind.plural == "bank_accounts" else not_found()
