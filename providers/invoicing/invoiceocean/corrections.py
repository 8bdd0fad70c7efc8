"""Corrections, the service's credit notes: lines before and after, and what lies between. Pure.

Documented: each line carries the signed difference, and nested in it the absolute figures before and after. The
service computes nothing of it, so that a difference that does not fit would stand in the books.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from providers.domain.errors import FieldRefusal, Refused
from providers.domain.money import ZERO
from providers.invoicing.invoiceocean import values
from providers.invoicing.invoiceocean.values import plain
from providers.ports import JsonObject

REASON_LENGTH: Final = 256
"""Documented, for the Polish national system."""


def correction(invoice_id: int, lines: Sequence[Mapping[str, object]], *, reason: str = "") -> JsonObject:
    """The fields of a correction of the document.

    Both links are told: `from_invoice_id` is the reference that is printed, `invoice_id` joins the documents, and the
    Polish national system needs it. Raises `Refused`, as the service would, where the lines make no correction.
    """
    if not lines:
        raise _refused("lines", "there is nothing to correct")
    if len(reason) > REASON_LENGTH:
        raise _refused("reason", f"is longer than {REASON_LENGTH} characters")
    return {
        "kind": "correction",
        **({"correction_reason": reason} if reason else {}),
        "invoice_id": invoice_id,
        "from_invoice_id": invoice_id,
        "positions": [position(line, f"lines.{number}") for number, line in enumerate(lines, start=1)],
    }


def position(line: Mapping[str, object], where: str) -> JsonObject:
    """One corrected line. A side that is left out stands for none of it: quantity and total are zero there."""
    sides = [line.get("before") or {}, line.get("after") or {}]
    if not all(isinstance(side, Mapping) for side in sides) or not any(sides):
        raise _refused(where, "names neither what was nor what should be")
    before, after = (_figures(side, where) for side in sides if isinstance(side, Mapping))
    shared = {name: _shared(name, sides, where) for name in ("name", "tax")}
    return {
        **{name: told[-1] for name, told in shared.items()},
        "quantity": plain(after[0] - before[0]),
        "total_price_gross": plain(after[1] - before[1]),
        "kind": "correction",
        "correction_before_attributes": _side("correction_before", before, shared, 0),
        "correction_after_attributes": _side("correction_after", after, shared, -1),
    }


def _side(kind: str, figures: tuple[Decimal, Decimal], shared: Mapping[str, list[str]], index: int) -> JsonObject:
    return {
        "name": shared["name"][index],
        "quantity": plain(figures[0]),
        "total_price_gross": plain(figures[1]),
        "tax": shared["tax"][index],
        "kind": kind,
    }


def _figures(side: Mapping[str, object], where: str) -> tuple[Decimal, Decimal]:
    """Quantity and gross total of one side; zero of both where there is no such side."""
    if not side:
        return ZERO, ZERO
    quantity, total = values.amount(side.get("quantity")), values.amount(side.get("total_price_gross"))
    if quantity is None or total is None:
        raise _refused(where, "quantity and total_price_gross must be decimals as text")
    return quantity, total


def _shared(name: str, sides: Sequence[object], where: str) -> list[str]:
    """What both sides name, first and last; a side that does not name it has the other's."""
    told = [values.text(side.get(name)) for side in sides if isinstance(side, Mapping)]
    known = [each for each in told if each]
    if not known:
        raise _refused(where, f"has no {name}")
    return [told[0] or known[-1], told[-1] or known[0]]


def _refused(field: str, text: str) -> Refused:
    return Refused(FieldRefusal(field, text))
