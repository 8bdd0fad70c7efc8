"""`counterfoil preview`: what would come of an order, before anything is sent."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from worker.cli import render
from worker.cli.opening import open_wired
from worker.cli.options import Config, Json, OnlyShop
from worker.cli.render import Column

if TYPE_CHECKING:
    from providers.domain.orders import Order
    from providers.domain.reasons import Reason
    from tasks.ports import Book, ShopFront
    from worker.preview import Rehearsal


def preview(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", show_default=False, help="One order as JSON; - reads standard input.")
    ],
    shop: OnlyShop = None,
    json: Json = False,
    config: Config = None,
) -> int:
    """Show what would come of one order: how it is read, the plan, and exactly what the provider would be sent.

    Before the first real order, or when one stopped. Nothing is sent, nothing is stored. FILE is an order as the
    shop's webhooks carry it (of WooCommerce, what its REST API gives), or a canonical order. Exit code 1 when the
    order would stop.

    Example:

        counterfoil preview order.json --shop garden
    """
    with open_wired(config, migrated=False) as wired:
        from providers.ports import Unreadable
        from worker.cli import sources
        from worker.preview import read, rehearse

        front = sources.only(wired.fronts, shop)
        book = wired.books[front.book]
        with sources.opened(file) as handle:
            body = handle.read()
        try:
            order = read(front.shop, body)
        except Unreadable as error:
            return _unreadable(front, book, error.reason, json=json)
        rehearsal = rehearse(order, front, book, now=wired.clock())
        if json:
            _write_json(front, book, rehearsal)
        else:
            _write(book, rehearsal)
        return 1 if rehearsal.stop else 0


def _unreadable(front: "ShopFront", book: "Book", reason: "Reason", *, json: bool) -> int:
    if json:
        told: dict[str, object] = {"shop": front.name, "book": book.name, "provider": book.card.name, "order": None}
        render.write_json(
            {**told, "plan": [], "reference": None, "payload": None, "reason": render.reason_json(reason)}
        )
    else:
        _write_reason(reason)
    return 1


def _write_json(front: "ShopFront", book: "Book", rehearsal: "Rehearsal") -> None:
    from worker.preview import in_words

    prepared = rehearsal.prepared
    render.write_json(
        {
            "shop": front.name,
            "book": book.name,
            "provider": book.card.name,
            "order": rehearsal.order,
            "plan": [in_words(step, book) for step in rehearsal.steps],
            "reference": prepared.reference if prepared else None,
            "payload": prepared.payload if prepared else None,
            "reason": render.reason_json(rehearsal.stop),
        }
    )


def _write(book: "Book", rehearsal: "Rehearsal") -> None:
    from worker.preview import in_words

    _write_order(rehearsal.order)
    render.say()
    render.say("Plan", style="bold")
    for number, step in enumerate(rehearsal.steps, start=1):
        render.say(f"  {number}. {in_words(step, book)}")
    if rehearsal.stop:
        render.say()
        _write_reason(rehearsal.stop)
    if rehearsal.prepared:
        render.say()
        render.say(f"What {book.card.title} would be sent", style="bold")
        render.write_json(rehearsal.prepared.payload)


def _write_order(order: "Order") -> None:
    buyer = order.buyer
    who = ", ".join(part for part in (buyer.name, buyer.tax_no, buyer.city, buyer.country) if part)
    render.say(
        f"Order {order.number or order.order_id} (id {order.order_id}): {order.total:f} {order.currency}", style="bold"
    )
    render.say(f"  buyer     {who or 'nobody is named'}")
    render.say(f"  placed    {render.when(order.placed_at)}, changed {render.when(order.modified_at)}")
    for name, at in (("paid", order.paid_at), ("fulfilled", order.fulfilled_at), ("cancelled", order.cancelled_at)):
        if at is not None:
            render.say(f"  {name:<9} {render.when(at)}")
    for payment in order.payments:
        render.say(f"  payment   {payment.payment_id}: {payment.amount:f} {payment.currency}, {payment.kind}")
    for refund in order.refunds:
        render.say(f"  refund    {refund.refund_id}: {refund.amount:f} {order.currency}")
    render.say()
    amounts = [Column(title, right=True) for title in ("quantity", "net", "tax", "gross", "rate")]
    render.table(
        [Column("line"), Column("kind"), *amounts],
        (
            (
                line.name,
                line.kind.value,
                line.quantity,
                line.net,
                line.tax,
                line.gross,
                None if line.tax_rate is None else f"{line.tax_rate:f} %",
            )
            for line in order.lines
        ),
    )


def _write_reason(reason: "Reason") -> None:
    render.say(f"It stops: {reason.text}", style="bold red")
    if reason.field:
        render.say(f"  field   {reason.field}")
        render.say(f"  value   {reason.value or '(empty)'}")
    if reason.remedy:
        render.say(f"  remedy  {reason.remedy}")
