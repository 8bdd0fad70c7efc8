"""Answers of the sandbox that many calls share, and what requests hold."""

from urllib.parse import parse_qsl, urlsplit

from providers.ports import JsonObject
from providers.sandbox.messages import Reply, Request


def error(status: int, message: object) -> Reply:
    return Reply.json(status, {"code": "error", "message": message})


def not_found() -> Reply:
    return Reply.json(404, {"status": 404, "error": "Not Found"})


def success(message: str) -> Reply:
    return Reply.json(200, {"code": "success", "message": message})


def host(request: Request) -> str:
    return request.headers.get("host", "example.invoiceocean.com")


def body(request: Request) -> JsonObject:
    try:
        told = request.json() if request.body else None
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def wrapped(request: Request, name: str) -> JsonObject | None:
    told = body(request).get(name)
    return told if isinstance(told, dict) else None


def several(request: Request, name: str) -> list[str]:
    """The values of a parameter that may be given more than once."""
    return [value for each, value in parse_qsl(urlsplit(request.url).query) if each == name]
