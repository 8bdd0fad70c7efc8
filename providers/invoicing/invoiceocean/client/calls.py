"""What all calls share: addresses, and what counts as an answer."""

import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias
from urllib.parse import urlencode

from providers.http import Answer, ProviderSession
from providers.invoicing.invoiceocean import answers, values

Row: TypeAlias = dict[str, object]
"""A record as the service tells it, unknown members included."""

Fields: TypeAlias = dict[str, object]
"""Members of a record as the service names them; what is left out stays as it is, or gets the service's default."""

Filters: TypeAlias = dict[str, str | int | bool | list[str] | list[int]]
"""Parameters of a list as the service names them. One that the service does not know is ignored there, silently."""

Parameters: TypeAlias = Mapping[str, str | int | bool | Sequence[str] | Sequence[int]]


class Calls:
    """One account's session, and the shapes of its answers.

    A 200 that says "error" is `Refused`. A 2xx that is not of the documented shape proves nothing: it is
    `OutcomeUnknown` for a write and `Unavailable` for a read. All other errors are the session's.
    """

    def __init__(self, session: ProviderSession) -> None:
        self._session = session

    @property
    def base_url(self) -> str:
        return self._session.base_url

    def close(self) -> None:
        self._session.close()

    def _read_one(self, path: str, parameters: Parameters | None = None) -> Row:
        return self._record(self._session.get(address(path, parameters)))

    def _read_list(
        self, path: str, page: int, per_page: int, filters: Parameters | None = None, *, key: str = "id"
    ) -> list[Row]:
        parameters = {"page": page, "per_page": per_page, **(filters or {})}
        return self._records(self._session.get(address(path, parameters)), key=key)

    def _write_one(self, method: str, path: str, body: Row) -> Row:
        """Send a body; the answer is the record."""
        return self._record(self._session.send(method, path, json_body=body))

    def _delete(self, path: str) -> None:
        """The answer to a deletion is a word, a record or nothing at all, but never a page."""
        answer = self._session.send("DELETE", path)
        if answer.body.strip():
            self._checked(answer)

    def _record(self, answer: Answer) -> Row:
        found = self._checked(answer)
        if not isinstance(found, dict) or not values.identity(found):
            raise answer.unusable("no record with an id")
        return found

    def _records(self, answer: Answer, *, key: str = "id") -> list[Row]:
        found = self._checked(answer)
        if not isinstance(found, list) or not all(isinstance(row, dict) and row.get(key) for row in found):
            raise answer.unusable("no list of records")
        return found

    def _told(self, answer: Answer) -> Row:
        """An object of any shape that is no failure."""
        found = self._checked(answer)
        if not isinstance(found, dict):
            raise answer.unusable("no object")
        return found

    def _done(self, answer: Answer) -> Row:
        """The answer to an action: `{"code": "success"}` or `{"status": "ok"}`, with a `message`."""
        found = self._told(answer)
        if found.get("code") != "success" and found.get("status") != "ok":
            raise answer.unusable("neither success nor error")
        return found

    def _file(self, answer: Answer, begins: bytes = b"") -> bytes:
        """A file, told from a page of the application in its place by its first bytes."""
        page = answer.body.lstrip()[:9].lower().startswith((b"<!doctype", b"<html"))
        if page or not answer.body.startswith(begins) or not answer.body:
            raise answer.unusable("no such file")
        return answer.body

    def _checked(self, answer: Answer) -> object:
        found = answer.json()
        if answers.is_soft_failure(found):
            raise self._session.refusal(answers.refusal_in(found))
        return found


def address(path: str, parameters: Parameters | None = None) -> str:
    """The path with its parameters; empty ones are left out. Names that end in `[]` are repeated for each value,
    other lists are joined by commas."""
    pairs: list[tuple[str, str]] = []
    for name, value in (parameters or {}).items():
        if isinstance(value, str | int):
            pairs.append((name, _text(value)))
        elif name.endswith("[]"):
            pairs += [(name, _text(each)) for each in value]
        else:
            pairs.append((name, ",".join(map(_text, value))))
    told = [(name, value) for name, value in pairs if value]
    return f"{path}?{urlencode(told)}" if told else path


def _text(value: str | int) -> str:
    return json.dumps(value) if isinstance(value, bool) else str(value)
