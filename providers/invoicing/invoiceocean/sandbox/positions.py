"""The lines of the sandbox's documents."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

from providers.domain.money import ZERO
from providers.invoicing.invoiceocean.sandbox.figures import CENT, number_in, ruby
from providers.ports import JsonObject

if TYPE_CHECKING:
    from providers.invoicing.invoiceocean.sandbox.records import Invoice

_NOT_SUBJECT: Final = frozenset({"np", "n/a", "na", "nie podlega", "not applicable"})
_SIDES: Final = ("correction_before_attributes", "correction_after_attributes")


@dataclass(slots=True)
class Position:
    """One line. The documented arithmetic: the line's gross drives, net is rounded, tax is the rest."""

    id: int
    product_id: int | None
    name: str
    quantity: Decimal
    tax: str
    gross: Decimal
    net: Decimal
    kind: str | None = None
    sides: tuple["Position", ...] = ()
    """Of a corrected line: what it was and what it should be; the line itself holds the difference."""

    @classmethod
    def read(cls, sent: JsonObject, *, position_id: int, product_id: int | None, tax: str = "") -> "Position":
        """`tax` is what the document forces upon its lines; empty leaves it to the line."""
        tax = tax or _tax(sent.get("tax"))
        rate = number_in(tax) or ZERO
        quantity = number_in(sent.get("quantity", 1))
        quantity = Decimal(1) if quantity is None else quantity
        gross, net = _line(sent, quantity, 1 + rate / 100)
        kind = sent.get("kind")
        return cls(
            position_id,
            product_id,
            str(sent.get("name", "")),
            quantity,
            tax,
            gross,
            net,
            kind=str(kind) if kind else None,
            sides=tuple(
                cls.read(side, position_id=position_id, product_id=product_id, tax=tax)
                for name in _SIDES
                if isinstance(side := sent.get(name), dict)
            ),
        )

    def as_sent(self, factor: int = 1) -> JsonObject:
        """As a request would name it; -1 takes it back."""
        return {
            "name": self.name,
            "quantity": ruby(self.quantity * factor),
            "tax": self.tax,
            "total_price_gross": ruby(self.gross * factor),
            **({"product_id": self.product_id} if self.product_id else {}),
        }

    def shown(self, invoice: "Invoice", *, full: bool = False) -> JsonObject:
        """`full` adds what was and what should be, to a corrected line."""

        def each(total: Decimal) -> str:
            return ruby((total / (self.quantity or 1)).quantize(CENT, ROUND_HALF_UP))

        sides = zip(_SIDES, self.sides, strict=False) if full else ()
        return {
            "id": self.id,
            "invoice_id": invoice.id,
            "name": self.name,
            "description": None,
            "price_net": each(self.net),
            "quantity": ruby(self.quantity),
            "total_price_gross": ruby(self.gross),
            "total_price_net": ruby(self.net),
            "quantity_unit": None,
            "tax": self.tax,
            "price_gross": each(self.gross),
            "price_tax": each(self.gross - self.net),
            "total_price_tax": ruby(self.gross - self.net),
            "kind": self.kind,
            "product_id": self.product_id,
            "deleted": False,
            "discount": None,
            "tax2": "0",
            **{name: side.shown(invoice) for name, side in sides},
        }


def _tax(value: object) -> str:
    """A percentage, zw, np in any of its spellings, oo, disabled, or a label of one's own."""
    tax = str("0" if value is None else value).strip() or "0"
    return "np" if tax.lower() in _NOT_SUBJECT else tax


def _line(sent: JsonObject, quantity: Decimal, factor: Decimal) -> tuple[Decimal, Decimal]:
    """Gross and net of a line from whichever price was sent; the line's gross is asked first."""
    for name, times in (("total_price_gross", Decimal(1)), ("price_gross", quantity)):
        if (price := number_in(sent.get(name))) is not None:
            gross = (price * times).quantize(CENT, ROUND_HALF_UP)
            return gross, (gross / factor).quantize(CENT, ROUND_HALF_UP)
    for name, times in (("total_price_net", Decimal(1)), ("price_net", quantity)):
        if (price := number_in(sent.get(name))) is not None:
            net = (price * times).quantize(CENT, ROUND_HALF_UP)
            return (net * factor).quantize(CENT, ROUND_HALF_UP), net
    return ZERO, ZERO
