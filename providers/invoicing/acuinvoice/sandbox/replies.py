"""The sandbox's answers: the envelope as the service writes it."""

from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias
from xml.etree import ElementTree as ET

from providers.invoicing.acuinvoice.sandbox.switches import Switches
from providers.sandbox import Reply

Entries: TypeAlias = Iterable[tuple[str, object]]
"""Name and content of the elements directly under the answer; names may come again and again."""

NAMESPACE: Final = "http://www.acuinvoice.example/api/"
NUMBER_TAKEN, NO_RECORD, BAD_KEY, INVALID, NO_METHOD = "50030", "50010", "20010", "40010", "10010"
"""Made up, but for their form: no list of codes is public."""

_ENTRY = {"lines": "line", "contacts": "contact", "clients": "client"}
_HEADERS = {"Content-Type": "text/xml; charset=UTF-8"}


class Failure(Exception):
    """The service says no."""

    def __init__(self, text: str, code: str = INVALID) -> None:
        super().__init__(text)
        self.text = text
        self.code = code


def ok(entries: Entries, switches: Switches, *, attributes: Mapping[str, str] | None = None) -> Reply:
    """Attributes make a wrapper, as the service's ancestor had around lists."""
    root = _root("ok", switches)
    told = list(entries)
    parent = root
    if attributes is not None:
        parent = ET.SubElement(root, f"{attributes['of']}s", {k: v for k, v in attributes.items() if k != "of"})
    for name, content in told:
        _put(ET.SubElement(parent, name), name, content)
    return _reply(200, root)


def fail(failure: Failure, switches: Switches) -> Reply:
    root = _root("fail", switches)
    ET.SubElement(root, "error").text = failure.text
    if switches.codes:
        ET.SubElement(root, "code").text = failure.code
    return _reply(switches.failure_status, root)


def unauthorized(switches: Switches) -> Reply:
    failure = Failure("Authentication failed.", BAD_KEY)
    if switches.bad_key_fails:
        return fail(failure, switches)
    reply = fail(failure, switches)
    return Reply(401, reply.body, {**_HEADERS, "WWW-Authenticate": 'Basic realm="API"'})


def _root(status: str, switches: Switches) -> ET.Element:
    root = ET.Element("response", status=status)
    if switches.namespace:
        root.set("xmlns", NAMESPACE)
    return root


def _put(element: ET.Element, name: str, content: object) -> None:
    if isinstance(content, Mapping):
        for member, value in content.items():
            if value is not None:
                _put(ET.SubElement(element, member), member, value)
    elif isinstance(content, list):
        for each in content:
            _put(ET.SubElement(element, _ENTRY[name]), _ENTRY[name], each)
    else:
        element.text = str(content)


def _reply(status: int, root: ET.Element) -> Reply:
    return Reply(status, ET.tostring(root, encoding="utf-8", xml_declaration=True), _HEADERS)
