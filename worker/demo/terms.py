"""Under which terms the demo's orders are judged: what the provider of their book can do, and can say."""

from collections.abc import Mapping
from typing import Any

from providers.domain.card import Finding, PaymentStyle
from providers.domain.errors import CannotExpress
from providers.domain.known import Known
from providers.domain.plan import plan
from providers.domain.reasons import Code
from providers.domain.steps import Create
from tasks.ports import Book
from worker.demo.story import Story, StoryOrder
from worker.demo.verdict import Terms, lost_answers
from worker.wiring import Wired


def terms(wired: Wired, story: Story, state: Mapping[str, Any]) -> Terms:
    """The terms of this story at the books' provider, whose sandboxes are in this state."""
    card = next(iter(wired.books.values())).card
    codes = {(order.shop, order.order_id): _cannot_express(wired, order) for order in story.orders}
    return Terms(
        records_payments=card.payments is not PaymentStyle.NOT_AVAILABLE,
        cannot_express={key: code for key, code in codes.items() if code},
        lost_answers=lost_answers(state) if card.finding is Finding.NOT_AT_ALL else 0,
    )


def _cannot_express(wired: Wired, told: StoryOrder) -> Code | None:
    """Why the provider's mapping cannot say an order that must have an invoice."""
    if not told.expectation.invoice:
        return None
    front = wired.fronts[told.shop]
    book: Book = wired.books[front.book]
    order = front.shop.read_order(told.deliveries[-1][1])
    step = plan(front.name, order, Known(), front.policy, book.card, now=wired.clock())
    if isinstance(step, Create):
        try:
            book.provider.prepare(step.draft)
        except CannotExpress as error:
            return error.reason.code
    return None
