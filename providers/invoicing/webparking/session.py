"""The bridge's session: a 403 that means two things, and a body that may have to be a form."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import requests

from providers.domain.errors import ProviderError
from providers.http import Answer, ProviderSession
from providers.invoicing.webparking import answers

FORBIDDEN = 403
INVALID = 422


class BridgeSession(ProviderSession):
    """All requests of one account at the bridge.

    A 403 with errors by field refuses the data, as a 422 does elsewhere; without them it refuses the caller.
    """

    def post(
        self,
        path: str,
        fields: Mapping[str, object],
        *,
        body: Literal["json", "form"],
        wrote: bool,
        seconds: float | None = None,
    ) -> Answer:
        """One request, never repeated, never redirected; it ends after `seconds`, or after the time of one call.

        `wrote` False is for a request that has no effect: losing its answer is `Unavailable`. Raises `NotSent`,
        `Throttled`, `Refused`, `AccessDenied`, and `OutcomeUnknown` or `Unavailable`.
        """
        url = self.base_url + path
        if body == "json":
            typed = {"Content-Type": "application/json"}
            request = requests.Request("POST", url, headers=typed, data=json.dumps(fields).encode())
        else:
            request = requests.Request("POST", url, data=form(fields))
        return self._usable(self._exchange(request, seconds or self._connect + self._read, wrote=wrote))

    def _usable(self, outcome: Answer | ProviderError) -> Answer:
        if isinstance(outcome, Answer) and outcome.status == FORBIDDEN and answers.names_fields(outcome.body):
            outcome = replace(outcome, status=INVALID)
        return super()._usable(outcome)


def form(value: object, name: str = "") -> list[tuple[str, str]]:
    """The fields as pairs of a form, nested ones as PHP reads them: `lines[0][code]`."""
    if isinstance(value, Mapping):
        members = [(str(key), each) for key, each in value.items()]
    elif isinstance(value, list):
        members = [(str(place), each) for place, each in enumerate(value)]
    else:
        return [(name, str(value))]
    return [pair for key, each in members for pair in form(each, f"{name}[{key}]" if name else key)]
