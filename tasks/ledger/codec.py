"""Values to text and back, for columns that hold a whole value. Decimals travel as text, never as floats."""

from pydantic import TypeAdapter

from providers.domain.documents import Draft, RemoteDocument
from providers.domain.facts import Facts
from providers.domain.orders import Order
from providers.domain.reasons import Reason

_ORDER = TypeAdapter(Order)
_DRAFT = TypeAdapter(Draft)
_REASON = TypeAdapter(Reason)
_REMOTE = TypeAdapter(RemoteDocument)
_FACTS = TypeAdapter(Facts)
_ANY = TypeAdapter(object)


def order_text(order: Order) -> str:
    return _ORDER.dump_json(order).decode()


def order_from(text: str) -> Order:
    return _ORDER.validate_json(text)


def draft_text(draft: Draft) -> str:
    return _DRAFT.dump_json(draft).decode()


def draft_from(text: str) -> Draft:
    return _DRAFT.validate_json(text)


def reason_text(reason: Reason | None) -> str | None:
    return None if reason is None else _REASON.dump_json(reason).decode()


def reason_from(text: str | None) -> Reason | None:
    return None if text is None else _REASON.validate_json(text)


def remote_text(remote: RemoteDocument) -> str:
    """What the provider said, for people: its own extra members are left out, for they can be many."""
    return _REMOTE.dump_json(remote, exclude={"extra"}, exclude_none=True).decode()


def facts_text(facts: Facts) -> str:
    return _FACTS.dump_json(facts, exclude_defaults=True).decode()


def facts_from(text: str | None) -> Facts | None:
    return None if text is None else _FACTS.validate_json(text)


def json_text(value: object) -> str:
    return _ANY.dump_json(value).decode()
