"""The bridge's item list, kept for a while, and what it has against an invoice."""

import threading
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import TypeAlias

from providers.domain.errors import FieldRefusal
from providers.domain.money import quantize
from providers.invoicing.webparking.answers import Item

Complaints: TypeAlias = tuple[FieldRefusal, ...]
Seconds: TypeAlias = Callable[[], float]


class ItemList:
    """The items by code. Safe for threads; of many that need the list at once, one fetches it."""

    def __init__(self, fetch: Callable[[], Iterable[Item]], *, max_age: float, clock: Seconds) -> None:
        self._fetch = fetch
        self._max_age = max_age
        self._clock = clock
        self._lock = threading.Lock()
        self._items: Mapping[str, Item] = {}
        self._kept_at: float | None = None
        self._edition = 0

    def complaints(self, look: Callable[[Mapping[str, Item]], Complaints]) -> Complaints:
        """What `look` finds wrong. A list that was kept is fetched anew, once, before it is believed.

        Raises what fetching raises.
        """
        with self._lock:
            kept = self._kept_at is not None and self._clock() - self._kept_at < self._max_age
            if not kept:
                self._keep(self._fetch())
            items, edition = self._items, self._edition
        said = look(items)
        if not (said and kept):
            return said
        with self._lock:
            if self._edition == edition:  # else another thread has just fetched it
                self._keep(self._fetch())
            items = self._items
        return look(items)

    def take(self, items: Iterable[Item]) -> None:
        """Keep a list that was fetched for another reason."""
        with self._lock:
            self._keep(items)

    def _keep(self, items: Iterable[Item]) -> None:
        self._items = {item.code: item for item in items}
        self._kept_at = self._clock()
        self._edition += 1


def against(
    lines: Iterable[Mapping[str, object]],
    amounts: Iterable[Decimal | None],
    items: Mapping[str, Item],
    currency: str,
) -> Complaints:
    """Codes that are not in the list, and lines whose amount is not price x quantity; fields as the bridge names
    them. `amounts` are those of the order in the meaning of the list's prices, None where nothing is compared."""
    said: list[FieldRefusal] = []
    for place, (line, amount) in enumerate(zip(lines, amounts, strict=True)):
        code = str(line["code"])
        item = items.get(code)
        if item is None:
            said.append(FieldRefusal(f"lines.{place}.code", f"{code} is not in the bridge's item list"))
        elif amount is not None and (text := _difference(item, Decimal(str(line["quantity"])), amount, currency)):
            said.append(FieldRefusal(f"lines.{place}.code", text))
    return tuple(said)


def line_amount(price: Decimal, quantity: Decimal, currency: str) -> Decimal:
    """What the bridge makes of a line: price x quantity, half up to the currency's minor unit."""
    return quantize(price * quantity, currency)


def _difference(item: Item, quantity: Decimal, amount: Decimal, currency: str) -> str:
    if item.price is None:
        return f"the bridge's item list tells no price of {item.code}"
    theirs = line_amount(item.price, quantity, currency)
    if theirs == amount:
        return ""
    return (
        f"{quantity} x {item.code} is {theirs} by the bridge's item list, but {quantize(amount, currency)} in the order"
    )
