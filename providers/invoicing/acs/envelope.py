"""What an answer of ACS Invoicing means: the envelope of `status` and `result` that is documented, and what stands
in it, which is not. Knows no path."""

import re
from collections.abc import Mapping
from typing import Final

from providers.domain.errors import AccessDenied, ProviderError, Refused, Throttled
from providers.http import Answer, Body, Call, ProviderSession
from providers.invoicing.acs import answers, values
from providers.invoicing.acs.names import Names
from providers.invoicing.acs.pages import Page, Row
from providers.ports import JsonObject

_ID: Final = re.compile(r"[0-9]{1,18}|[0-9a-fA-F-]{32,36}")
"""What an answer may hold in place of a record; another text is no id."""
_NO_ACCESS: Final = frozenset({401, 402, 403})
_MISSING: Final = frozenset({404, 410})
_REFUSED: Final = frozenset({400, 409, 422})
_TIME: Final = "/time"


class Envelopes:
    """One account's session, and the shapes of its answers.

    An answer whose `status` is "error" is `Refused` whatever its HTTP status; a 2xx without the documented `status`
    and `result` is `OutcomeUnknown` for a write and `Unavailable` for a read. All other errors are the session's.
    """

    def __init__(self, session: ProviderSession, names: Names) -> None:
        self._session = session
        self._names = names

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Answer:
        return self._session.get(path, params=params)

    def send(self, method: str, path: str, body: JsonObject, *, by_element: bool = False) -> Answer:
        """`by_element` is for a write whose refusal may be told element by element: some may have been made then,
        whatever the status says of the whole."""
        told, accepts = Body.json(values.sendable(body)), _REFUSED if by_element else frozenset()
        return self._session.write(Call(method=method, path=path, body=told, accepts=accepts))

    def result(self, answer: Answer, *, by_id: bool = False) -> object:
        """The envelope's `result`. Raises what its error means; `by_id` is for what was asked for by its id alone."""
        found = self.envelope(answer)
        if not answers.is_failure(found):
            return found[answers.RESULT]
        raise self._failure(answer, found[answers.RESULT], by_id=by_id)

    def envelope(self, answer: Answer) -> JsonObject:
        found = answer.json()
        if not isinstance(found, dict) or not answers.is_envelope(found):
            raise answer.unusable("neither status nor result")
        return found

    def record(self, answer: Answer, found: object, id_name: str, *, may_be_id: bool = False) -> Row:
        if may_be_id and _ID.fullmatch(values.text(found)):
            return {id_name: found}
        if not isinstance(found, dict) or not values.identity(found, id_name):
            raise answer.unusable(f"no record with a member {id_name!r}")
        return found

    def rows(self, answer: Answer, found: object, id_name: str) -> list[Row]:
        if not isinstance(found, list) or not all(isinstance(row, dict) and row.get(id_name) for row in found):
            raise answer.unusable(f"no list of records with a member {id_name!r}")
        return found

    def page(self, answer: Answer, id_name: str) -> Page:
        """A page of a list: its rows alone, or an object that tells how many there are as well."""
        names, result = self._names.list, self.result(answer)
        told = result if isinstance(result, dict) else {names.items: result}
        rows = self.rows(answer, told.get(names.items), id_name)
        return Page(rows=rows, pages=_count(told, names.pages), total=_count(told, names.total))

    def elements(self, answer: Answer, count: int) -> list[object] | None:
        """An element for each of so many invoices, each a record or an envelope of its own; None where the answer
        holds no such list. It is looked for in an answer that says "error" as well."""
        found = self.envelope(answer)[answers.RESULT]
        if not isinstance(found, list) or len(found) != count:
            return None
        return found if any(self._is_element(told) for told in found) else None

    def _is_element(self, told: object) -> bool:
        return answers.is_envelope(told) or (isinstance(told, dict) and self._names.invoice.id in told)

    def _failure(self, answer: Answer, result: object, *, by_id: bool) -> ProviderError:
        """An error with a status of success. A number in it decides; where there is none, an account that may not
        even ask the time has no access, and what was asked for by its id alone does not exist."""
        refused = self._session.refusal(answers.reasons(result, self._names.error))
        code = answers.code_in(result, self._names.error)
        if code in _NO_ACCESS or (code is None and (answer.what.endswith(_TIME) or self._is_denied())):
            return AccessDenied(f"{answer.what}: {refused}")
        if code == 429:
            return Throttled(f"{answer.what}: {refused}")
        missing = by_id if code is None else code in _MISSING
        return Refused(*refused.refusals, missing=missing)

    def _is_denied(self) -> bool:
        try:
            self.result(self.get(_TIME))
        except AccessDenied:
            return True
        except ProviderError:
            return False
        return False


def _count(told: Mapping[str, object], name: str) -> int | None:
    text = values.text(told.get(name)) if name else ""
    return int(text[:9]) if text.isascii() and text.isdigit() else None
