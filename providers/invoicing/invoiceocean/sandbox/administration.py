"""The account itself, and accounts made for others."""

from typing import Final

from providers.invoicing.invoiceocean.sandbox.account import Account
from providers.invoicing.invoiceocean.sandbox.replies import body, error, host, success
from providers.ports import JsonObject
from providers.sandbox.core import Handler
from providers.sandbox.messages import Reply, Request

_NONE_LINKED: Final = "Brak kont do odłączenia"


class AdministrationDesk:
    def __init__(self, account: Account) -> None:
        self._account = account
        self._prefixes: set[str] = set()
        self._unlinked: set[str] = set()

    def routes(self) -> dict[str, Handler]:
        return {
            "GET /account.json": self._read,
            "POST /account.json": self._create,
            "POST /account/delete.json": self._delete,
            "PATCH /account/unlink.json": self._unlink,
            "POST /account/add_user.json": self._add_user,
        }

    def _read(self, request: Request, _parts: tuple[str, ...]) -> Reply:
        name = host(request)
        return Reply.json(200, {"prefix": name.partition(".")[0], "url": f"https://{name}", "login": "owner"})

    def _create(self, request: Request, _parts: tuple[str, ...]) -> Reply:
        """Documented: a prefix that is taken is answered with another one."""
        account, user = (_part(request, name) for name in ("account", "user"))
        wished = str(account.get("prefix") or "")
        if not wished:
            return error(422, {"prefix": ["can't be blank"]})
        prefix = wished if wished not in self._prefixes else f"{wished}{len(self._prefixes)}"
        self._prefixes.add(prefix)
        told = {"prefix": prefix, "api_token": f"sandbox/{prefix}", "url": f"https://{prefix}.invoiceocean.example"}
        return Reply.json(201, {**told, "login": user.get("login"), "email": user.get("email")})

    def _delete(self, _request: Request, _parts: tuple[str, ...]) -> Reply:
        return success("Link do usunięcia konta wysłany!")

    def _unlink(self, request: Request, _parts: tuple[str, ...]) -> Reply:
        """Documented: an error only where none of those that were named is linked."""
        named = body(request).get("prefix")
        prefixes = [str(each) for each in named] if isinstance(named, list) else [str(named)]
        linked = set(self._account.switches.linked_accounts) - self._unlinked
        gone = [each for each in prefixes if each in linked]
        self._unlinked |= set(gone)
        left = [each for each in prefixes if each not in gone]
        if not gone:
            told = {"code": "error", "message": _NONE_LINKED, "result": {"not_unlinked": left}}
            return Reply.json(422, told)
        result = {"unlinked": gone, "not_unlinked": left}
        return Reply.json(200, {"code": "success", "message": "Konta odłączone", "result": result})

    def _add_user(self, request: Request, _parts: tuple[str, ...]) -> Reply:
        email = _part(request, "user").get("email")
        return success(f"{email} added") if email else error(422, {"email": ["can't be blank"]})


def _part(request: Request, name: str) -> JsonObject:
    found = body(request).get(name)
    return found if isinstance(found, dict) else {}
