"""The XML envelope: requests are built here, answers are read here.

What comes from outside may not define entities: a document type is refused before the parser sees it, and by the
parser itself where it would come later. Without one, XML knows the five entities that it always has, and none that
grows or reaches out. Depth and number of elements are bounded as well. Namespaces are read over: the service
shows none, its ancestor had one.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final
from xml.etree import ElementTree as ET

COLLECTIONS: Final = {
    "lines": "line",
    "contacts": "contact",
    "clients": "client",
    "payment_gateways": "payment_gateway",
}
"""Elements that hold a list -> the name of each entry."""

DEEPEST: Final = 12
MOST_ELEMENTS: Final = 100_000
"""A page of the longest invoices has a fifth of these."""

_PROLOG = re.compile(r"(?:\s++|<\?.*?\?>|<!--.*?-->)*+", re.DOTALL)
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ROOTS: Final = frozenset({"response", "request"})
"""The documentation's text says that answers are wrapped in "request", its examples show "response"."""


class Unreadable(ValueError):
    """The body is not an envelope of this service."""


@dataclass(slots=True)
class Node:
    """One element, without its namespace."""

    name: str
    attributes: Mapping[str, str]
    parts: list[str] = field(default_factory=list)
    children: list["Node"] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.parts).strip()

    def texts(self, name: str) -> list[str]:
        """The texts of the children with this name."""
        return [child.text for child in self.children if child.name == name]

    def record(self) -> dict[str, object]:
        """The children by name: text, a record, or a list of records. What is told twice is a list."""
        found: dict[str, object] = {}
        for child in self.children:
            value = child.value()
            if child.name not in found:
                found[child.name] = value
            elif isinstance(several := found[child.name], list):
                several.append(value)
            else:
                found[child.name] = [several, value]
        return found

    def records(self, name: str) -> Iterator[dict[str, object]]:
        """Every child with this name, whether it stands here or, as in the service's ancestor, in a wrapper."""
        for child in self.children:
            if child.name == name:
                yield child.record()
            elif child.name == f"{name}s":
                yield from child.records(name)

    def value(self) -> object:
        """As a member of a record."""
        if self.name in COLLECTIONS:
            return [child.record() for child in self.children]
        return self.record() if self.children else self.text


def request(method: str, content: Mapping[str, object]) -> bytes:
    """A request's body. Texts are escaped; lists become the elements that `COLLECTIONS` names; None is left out."""
    root = ET.Element("request", method=method)
    _fill(root, content)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def clean(value: str) -> str:
    """The text without characters that XML cannot carry."""
    return _NOT_IN_XML.sub("", value)


def parse(body: bytes) -> Node:
    """The root element of a document. Raises `Unreadable`."""
    try:
        told = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("no UTF-8") from None
    prolog = _PROLOG.match(told)
    if told.startswith("<!", prolog.end() if prolog else 0):
        raise Unreadable("a document type")
    builder = _Builder()
    parser = ET.XMLParser(target=builder)  # noqa: S314 - what makes it dangerous is refused, above and in the target
    try:
        parser.feed(told)
        parser.close()
    except ET.ParseError:
        raise Unreadable("no XML") from None
    return builder.root.children[0]


def response(body: bytes) -> Node:
    """The root of an answer, whose status is "ok" or "fail". Raises `Unreadable`."""
    root = parse(body)
    if root.name not in _ROOTS or root.attributes.get("status") not in {"ok", "fail"}:
        raise Unreadable("XML that is no answer of this service")
    return root


def failed(answer: Node) -> bool:
    """Whether the service said no."""
    return answer.attributes.get("status") == "fail"


class _Builder:
    """What the parser tells its events to."""

    def __init__(self) -> None:
        self.root = Node("", {})
        """Holds the document's own root as its only child."""
        self._open = [self.root]
        self._elements = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._elements += 1
        if len(self._open) > DEEPEST or self._elements > MOST_ELEMENTS:
            raise Unreadable("more elements than any answer has")
        node = Node(_local(tag), {_local(name): value for name, value in attributes.items()})
        self._open[-1].children.append(node)
        self._open.append(node)

    def end(self, _tag: str) -> None:
        self._open.pop()

    def data(self, data: str) -> None:
        self._open[-1].parts.append(data)

    def doctype(self, _name: str, _public: str | None, _system: str | None) -> None:
        raise Unreadable("a document type")


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _fill(parent: ET.Element, content: Mapping[str, object]) -> None:
    for name, value in content.items():
        if value is None:
            continue
        child = ET.SubElement(parent, name)
        if isinstance(value, Mapping):
            _fill(child, value)
        elif isinstance(value, list | tuple):
            for each in value:
                entry = ET.SubElement(child, COLLECTIONS.get(name, name.removesuffix("s")))
                _fill_one(entry, each)
        else:
            _fill_one(child, value)


def _fill_one(element: ET.Element, value: object) -> None:
    if isinstance(value, Mapping):
        _fill(element, value)
    else:
        element.text = clean(_text(value))


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(int(value))
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
