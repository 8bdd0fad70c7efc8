"""`counterfoil event`: a delivery as it came."""

from providers.domain.reasons import Code, Reason
from tasks.ledger.tables import EventState
from tests.builders import an_event
from tests.unit.cli.desk import Desk

WHY = Reason(code=Code.UNREADABLE, text="The delivery holds no JSON", remedy="Send the order again.")


def keep(desk: Desk) -> int:
    """A delivery in which nothing can be read; gives its number."""
    event = an_event(body=b"not \xff json", headers={"x-topic": "order.updated", "authorization": "Basic c2VjcmV0"})
    desk.ledger.inbox.set_aside(event, EventState.UNREADABLE, WHY)
    return int(desk.type("orders", "--json").json[-1]["event"])


def test_an_unreadable_delivery_is_shown_as_it_came(desk: Desk) -> None:
    said = desk.type("event", str(keep(desk)))
    assert said.code == 0
    for text in ("unreadable", "The delivery holds no JSON", "x-topic: order.updated", "not \\xff json"):
        assert text in said.out


def test_scripts_get_it_whole_and_without_credentials(desk: Desk) -> None:
    said = desk.type("event", str(keep(desk)), "--json").json
    assert (said["state"], said["order"], said["body"]) == ("unreadable", None, "not \\xff json")
    assert said["headers"] == {"x-topic": "order.updated"}


def test_a_delivery_that_there_is_not_is_told(desk: Desk) -> None:
    said = desk.type("event", "77")
    assert said.code == 1
    assert "There is no delivery 77" in said.err
