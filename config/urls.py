"""Addresses: of the ledger, of the broker, of web services. Passwords in them are never shown."""

from ipaddress import ip_address
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from pydantic import Secret

from config.problems import Wrong
from config.redaction import redact_url

SQLITE = "sqlite:///"
POSTGRESQL = "postgresql+psycopg://"
BROKERS = ("memory", "redis", "rediss", "redis+socket", "amqp", "amqps")


class ConnectionUrl(Secret[str]):
    """An address that may hold a password: `str`, `repr` and JSON show it redacted."""

    def _display(self) -> str:
        return self.redacted()

    def redacted(self) -> str:
        """For logs and people."""
        return redact_url(self.get_secret_value())

    @property
    def scheme(self) -> str:
        """What stands before `://`."""
        return self.get_secret_value().partition("://")[0]

    @property
    def password(self) -> str:
        """Decoded; empty when there is none."""
        return unquote(_split(self.get_secret_value()).password or "")


def ledger_url(url: ConnectionUrl) -> ConnectionUrl:
    """Check the ledger's address. The usual spellings of PostgreSQL become the one with our driver.

    Raises `Wrong`.
    """
    text = url.get_secret_value()
    scheme, _, rest = text.partition("://")
    if scheme in {"postgres", "postgresql", "postgresql+psycopg"}:
        _split(text)
        return ConnectionUrl(POSTGRESQL + rest)
    if scheme != "sqlite":
        raise Wrong(
            "This is no address of a ledger",
            f'Write "{SQLITE}counterfoil.sqlite3" or "{POSTGRESQL}user:password@host/name".',
        )
    path = rest.removeprefix("/").partition("?")[0]
    if not rest.startswith("/") or path in {"", ":memory:"}:
        raise Wrong("This names no file, so that the ledger would be lost at every stop", f'Write "{SQLITE}FILE".')
    return url


def anchored(url: ConnectionUrl, folder: Path) -> ConnectionUrl:
    """The ledger's address with a relative SQLite file laid into the folder."""
    text = url.get_secret_value()
    if not text.startswith(SQLITE):
        return url
    path, mark, query = text.removeprefix(SQLITE).partition("?")
    return ConnectionUrl(f"{SQLITE}{folder.absolute() / path}{mark}{query}")


def broker_url(url: ConnectionUrl) -> ConnectionUrl:
    """Check the broker's address. Raises `Wrong`."""
    text = url.get_secret_value()
    if "://" not in text or url.scheme not in BROKERS:
        raise Wrong(
            "This is no address of a broker",
            'Write "memory://", "redis://host:6379/0" (TLS: rediss) or "amqp://user:password@host//" (TLS: amqps).',
        )
    _split(text)
    return url


def web_url(text: str) -> str:
    """Check the address of a web service and take a slash off its end.

    Plain http is for this machine and the private network only: elsewhere everybody on the way could read the
    token. Raises `Wrong`.
    """
    parts = _split(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise Wrong("This is no web address", 'Write it in full, such as "https://shop.example.com".')
    if parts.username is not None or parts.query or parts.fragment:
        raise Wrong("This holds more than host and path", "Leave out user, password, query (?…) and fragment (#…).")
    if parts.scheme == "http" and not _is_near(parts.hostname):
        raise Wrong("This would send secrets unencrypted", "Write https:// instead of http://.")
    return text.rstrip("/")


def listener_url(text: str) -> str:
    """Check the address that hears our notices; plain http is for this machine only. Raises `Wrong`."""
    web_url(text)
    parts = _split(text)
    if parts.scheme == "http" and not _is_this_machine(parts.hostname or ""):
        raise Wrong("This would tell of invoices unencrypted", "Write https:// instead of http://.")
    return text


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _split(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        # The original message may quote the address, and with it a password.
        raise Wrong(
            "This is no valid address",
            "Check the host and the port, and write special characters in a password as %XX (@ is %40, / is %2F).",
        ) from None
    return parts


def _is_near(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return "." not in host or host.endswith((".localhost", ".local", ".internal"))
    return address.is_loopback or address.is_private
