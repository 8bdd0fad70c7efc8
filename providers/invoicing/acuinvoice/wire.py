"""What all calls of AcuInvoice have in common: one address, the method in the body, five kinds of records."""

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Final, Self, TypeAlias

from providers.domain.errors import AccessDenied, FieldRefusal, Refused
from providers.http import Answer, Body, Call, ProviderSession
from providers.invoicing.acuinvoice import answers, envelope, values
from providers.invoicing.acuinvoice.options import Options
from providers.ports import JsonObject

Row: TypeAlias = dict[str, object]

_TELLING: Final = ("name", "lines")
"""Members by which a record is known that tells no id of its own."""


class Wire:
    """One account. The calls themselves stand in the classes that inherit from this one."""

    def __init__(self, session: ProviderSession, options: Options, *, ends: float | None = None) -> None:
        self._session = session
        self._options = options
        self._ends = ends

    @property
    def base_url(self) -> str:
        return self._session.base_url

    def close(self) -> None:
        self._session.close()

    def within(self, span: timedelta) -> Self:
        """The same account, for calls that together take no longer than this from now on; then `NotSent`."""
        return type(self)(self._session, self._options, ends=time.monotonic() + span.total_seconds())

    def _create(self, kind: str, fields: JsonObject) -> str:
        _check_lines(fields)
        told, answer = self._call(f"{kind}.create", {kind: fields}, wrote=True)
        found = told.texts(f"{kind}_id")
        if len(found) != 1 or not values.is_id(found[0]):
            raise answer.unusable(f"no {kind}_id")
        return found[0]

    def _update(self, kind: str, remote_id: str, fields: JsonObject) -> None:
        _check_lines(fields)
        content = {kind: {f"{kind}_id": _checked(kind, remote_id), **fields}}
        self._call(f"{kind}.update", content, wrote=True)

    def _delete(self, kind: str, remote_id: str, *, repeated: bool) -> None:
        """A failure names no cause. Where an earlier delete may have been carried out, the record is looked for:
        only if it is there was this one really refused."""
        try:
            self._call(f"{kind}.delete", {f"{kind}_id": _checked(kind, remote_id)}, wrote=True)
        except Refused as refused:
            if not (repeated and values.is_id(remote_id) and self._is_gone(kind, remote_id)):
                raise refused from None

    def _is_gone(self, kind: str, remote_id: str) -> bool:
        try:
            self._get(kind, remote_id)
        except Refused as refused:
            return refused.missing
        return False

    def _get(self, kind: str, remote_id: str) -> Row:
        """One record, in a wrapper of its kind or directly in the answer."""
        content = {f"{kind}_id": _checked(kind, remote_id)}
        told, answer = self._call(f"{kind}.get", content, wrote=False)
        found = next(told.records(kind), None) or told.record()
        if not found.keys() & {f"{kind}_id", f"{kind}_date", *_TELLING}:
            raise answer.unusable(f"no {kind}")
        if values.text(found.setdefault(f"{kind}_id", remote_id)) != remote_id:
            raise answer.unusable(f"another {kind} than the one asked for")
        return found

    def _list(self, kind: str, content: Mapping[str, object]) -> list[Row]:
        return self._listed(kind, content)[0]

    def _listed(self, kind: str, content: Mapping[str, object]) -> tuple[list[Row], Answer]:
        told, answer = self._call(f"{kind}.list", content, wrote=False)
        found = list(told.records(kind))
        others = any(child.children for child in told.children if child.name not in {kind, f"{kind}s"})
        if others or not all(values.is_id(row.get(f"{kind}_id")) for row in found):
            raise answer.unusable("no list of records")
        return found, answer

    def _send(
        self,
        kind: str,
        remote_id: str,
        contact_ids: Sequence[str],
        message: str,
        gateways: Iterable[str] = (),
        *,
        copy_to_me: bool | None = None,
    ) -> None:
        if not contact_ids:
            raise Refused(FieldRefusal("contacts", "nobody to send it to: name at least one contact"))
        content = {
            f"{kind}_id": _checked(kind, remote_id),
            "contacts": [{"contact_id": _checked("contact", each)} for each in contact_ids],
            "payment_gateways": [{"code": code} for code in gateways] or None,
            "message": message or None,
            "send_me_a_copy": copy_to_me,
        }
        self._call(f"{kind}.send", content, wrote=True)

    def _call(self, method: str, content: Mapping[str, object], *, wrote: bool) -> tuple[envelope.Node, Answer]:
        """HTTP knows POST alone here: what reads, and so may be repeated, is told by the method's name."""
        call = Call(
            method="POST",
            path=self._options.endpoint,
            body=Body(envelope.request(method, content), "application/xml"),
            within=self._left(),
        )
        answer = self._session.write(call) if wrote else self._session.read(call)
        try:
            told = envelope.response(answer.body)
        except envelope.Unreadable as error:
            raise answer.unusable(str(error)) from None
        if not envelope.failed(told):
            return told, answer
        failure = answers.failure(told, self._options, get=method.endswith(".get"))
        if isinstance(failure, Refused):
            raise self._session.refusal(failure)
        raise AccessDenied(self._session.redact(str(failure)))

    def _left(self) -> timedelta | None:
        return None if self._ends is None else timedelta(seconds=self._ends - time.monotonic())


def _checked(kind: str, remote_id: str) -> str:
    """Ids are numbers. Anything else is the id of nothing, and is not asked for."""
    if not values.is_id(remote_id):
        raise Refused(FieldRefusal(f"{kind}_id", "this is not an id of AcuInvoice"), missing=True)
    return remote_id


def _check_lines(fields: Mapping[str, object]) -> None:
    """The pages name no default for a line's quantity and price, so that one without them, or with something that
    is no exact number, is not sent: `Refused`."""
    lines = fields.get("lines")
    refusals = [
        FieldRefusal(f"lines.{number}.{name}", "this must be a number, as text or whole")
        for number, line in enumerate(lines if isinstance(lines, list) else [], start=1)
        for name in ("quantity", "price")
        if values.amount(line.get(name) if isinstance(line, Mapping) else None) is None
    ]
    if refusals:
        raise Refused(*refusals)
