"""The way to the account: requests and answers as values, without a network. It breaks as a network does."""

import json
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Final
from urllib.parse import urlencode

from providers.domain.errors import FieldRefusal, NotSent, ProviderError, Refused, Unavailable
from providers.http import verdict
from providers.ports import JsonObject
from providers.sandbox import Broken, Reply, Request, Sandbox

_TRIES: Final = 3


class Wire:
    """One account's requests. Reads are repeated a few times, writes never."""

    def __init__(self, account: Sandbox, *, token: str, patience: timedelta) -> None:
        self.account = account
        self._token = token
        self._patience = patience

    def read(self, path: str, parameters: Mapping[str, str] | None = None) -> JsonObject:
        """Raises `NotSent`, `Throttled`, `Unavailable`, `Refused`, `AccessDenied`."""
        url = f"{path}?{urlencode(parameters)}" if parameters else path
        for _ in range(_TRIES - 1):
            try:
                return self._told("GET", url)
            except (NotSent, Unavailable):
                continue
        return self._told("GET", url)

    def write(self, path: str, body: JsonObject, *, key: str) -> JsonObject:
        """Raises `NotSent`, `Throttled`, `Refused`, `AccessDenied` or `OutcomeUnknown`."""
        return self._told("POST", path, body, key=key)

    def _told(self, method: str, url: str, body: JsonObject | None = None, *, key: str = "") -> JsonObject:
        answer = self._answer(method, url, body, key=key)
        try:
            told = json.loads(answer.body)
        except ValueError:
            told = None
        if not isinstance(told, dict):
            raise verdict.lost(f"{method} {_path(url)}: answered with no object", wrote=method != "GET")
        return told

    def _answer(self, method: str, url: str, body: JsonObject | None = None, *, key: str = "") -> Reply:
        headers = {"authorization": self._token, "idempotency-key": key}
        content = b"" if body is None else json.dumps(body).encode()
        outcome = self.account.exchange(Request(method, url, headers, content), patience=self._patience)
        what, wrote = f"{method} {_path(url)}", method != "GET"
        if outcome is Broken.REFUSED:
            raise NotSent(f"{what}: no connection")
        if isinstance(outcome, Broken):
            raise verdict.lost(f"{what}: no answer ({outcome})", wrote=wrote)
        error = _verdict(outcome, what, wrote=wrote)
        if error is not None:
            raise error
        return outcome


def _verdict(reply: Reply, what: str, *, wrote: bool) -> ProviderError | None:
    return verdict.of_status(
        reply.status, reply.headers, reply.body, what=what, wrote=wrote, explain=_refusal, secrets=()
    )


def _refusal(status: int, body: bytes) -> Refused:
    try:
        told = json.loads(body)
        return Refused(FieldRefusal(str(told["field"]), str(told["text"])), duplicate=bool(told.get("duplicate")))
    except (ValueError, KeyError, TypeError):
        return Refused(FieldRefusal("", f"refused with status {status}"))


def _path(url: str) -> str:
    return url.partition("?")[0]


def amount(told: object) -> Decimal | None:
    """An amount as the account tells it."""
    return None if told is None else Decimal(str(told))
