"""A delivery is verified, kept and applied before it is acknowledged; its bell is rung last."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import event

from providers.domain.orders import Order
from providers.domain.reasons import Code, Reason
from providers.ports import BadSignature, Delivery, Ignored, Removal, Snapshot, Unreadable
from tasks.intake import Intake, Letter, Receipt, Source, UnknownShop, Verdict
from tasks.ledger.store import LedgerUnavailable, Store
from tests.builders import NOON, SHOP, a_paid_order, an_order
from tests.unit.tasks.engine import Engine

GOOD = {"signature": "good", "authorization": "Bearer s3cret"}
NO_ORDER = Reason(code=Code.UNREADABLE, text="is not JSON", field="body")


@pytest.fixture
def intake(engine: Engine) -> Intake:
    return Intake(engine.ledger, fronts=engine.fronts, bell=engine.bells, clock=engine.clock)


@pytest.fixture
def deliver(engine: Engine, intake: Intake) -> Callable[..., Receipt]:
    """Delivers a body that says the given content."""

    def call(content: object, body: bytes = b"1", **headers: str) -> Receipt:
        is_content = isinstance(content, Snapshot | Removal | Ignored)
        said = Delivery(event_id="", topic="order.updated", content=content) if is_content else content  # type: ignore[arg-type]
        engine.shop.says[body] = said  # type: ignore[assignment]
        return intake.webhook(SHOP, {**GOOD, **headers}, body)

    return call


def snapshot(order: Order | None = None, **more: bool) -> Snapshot:
    return Snapshot(order=order or an_order(), **more)


class TestVerdicts:
    def test_an_order_is_applied_and_its_bell_is_rung(self, engine: Engine, deliver: Callable[..., Receipt]) -> None:
        assert deliver(snapshot()) == Receipt(verdict=Verdict.APPLIED, order_id="1001")
        assert engine.bells.rung == [(SHOP, "1001")]
        assert engine.line().state == "due"

    def test_a_repeat_is_a_duplicate_and_rings_nothing(self, engine: Engine, deliver: Callable[..., Receipt]) -> None:
        deliver(snapshot())
        assert deliver(snapshot()).verdict is Verdict.DUPLICATE
        assert len(engine.bells.rung) == 1

    def test_an_older_snapshot_is_stale_and_rings_nothing(
        self, engine: Engine, deliver: Callable[..., Receipt]
    ) -> None:
        deliver(snapshot(a_paid_order()))
        assert deliver(snapshot(), b"2") == Receipt(verdict=Verdict.STALE, order_id="1001")
        assert len(engine.bells.rung) == 1

    def test_a_removal_is_applied(self, engine: Engine, deliver: Callable[..., Receipt]) -> None:
        deliver(snapshot())
        assert deliver(Removal(order_id="1001"), b"2").verdict is Verdict.APPLIED
        assert len(engine.bells.rung) == 2
        engine.run()
        assert engine.code() == Code.DELETED_BEFORE_INVOICE

    def test_a_restored_order_comes_back(self, engine: Engine, deliver: Callable[..., Receipt]) -> None:
        deliver(snapshot(a_paid_order()))
        deliver(Removal(order_id="1001"), b"2")
        assert deliver(snapshot(restored=True), b"3").verdict is Verdict.APPLIED
        engine.run()
        assert engine.line().state == "done"

    def test_what_concerns_no_order_is_kept_and_ignored(self, engine: Engine, deliver: Callable[..., Receipt]) -> None:
        assert deliver(Ignored(why="a coupon")).verdict is Verdict.IGNORED
        assert deliver(Ignored(why="a coupon")).verdict is Verdict.DUPLICATE
        assert engine.bells.rung == []
        assert list(engine.ledger.views.orders()) == []

    def test_what_cannot_be_read_is_kept_and_shown(self, engine: Engine, deliver: Callable[..., Receipt]) -> None:
        receipt = deliver(Unreadable(NO_ORDER, order_id="1001", topic="order.updated"))
        assert receipt == Receipt(verdict=Verdict.UNREADABLE, order_id="1001", reason=NO_ORDER)
        assert deliver(Unreadable(NO_ORDER)).verdict is Verdict.DUPLICATE
        assert [line.reason for line in engine.ledger.views.orders(state="attention")] == [NO_ORDER]
        assert engine.bells.rung == []

    def test_a_greeting_is_answered_and_not_kept(self, engine: Engine, intake: Intake) -> None:
        assert intake.webhook(SHOP, {}, b"hello") == Receipt(verdict=Verdict.GREETING)
        assert list(engine.ledger.views.orders()) == []


class TestWhoIsLetIn:
    def test_a_bad_signature_stores_nothing(self, engine: Engine, intake: Intake) -> None:
        engine.shop.says[b"1"] = Delivery(event_id="", topic="", content=snapshot())
        with pytest.raises(BadSignature):
            intake.webhook(SHOP, {"signature": "bad"}, b"1")
        assert list(engine.ledger.views.orders()) == []
        assert intake.webhook(SHOP, GOOD, b"1").verdict is Verdict.APPLIED

    def test_an_unknown_shop_is_told(self, intake: Intake) -> None:
        for knock in (intake.webhook, intake.message):
            with pytest.raises(UnknownShop):
                knock("kiosk", GOOD, b"1")

    def test_a_message_needs_no_signature_and_may_bring_its_own_id(self, engine: Engine, intake: Intake) -> None:
        engine.shop.says[b"1"] = Delivery(event_id="", topic="", content=snapshot())
        verdicts = [intake.message(SHOP, {}, b"1", event_id).verdict for event_id in ("a", "a", "b", "", "")]
        assert verdicts == ["applied", "duplicate", "applied", "applied", "duplicate"]

    def test_a_ledger_that_does_not_answer_is_told_and_no_bell_is_rung(
        self, engine: Engine, intake: Intake, sqlite_store: Store
    ) -> None:
        engine.shop.says[b"1"] = Delivery(event_id="", topic="", content=snapshot())
        with sqlite_store.engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE events")
        with pytest.raises(LedgerUnavailable):
            intake.webhook(SHOP, GOOD, b"1")
        assert engine.bells.rung == []


class TestTogether:
    """Deliveries that came at the same time."""

    def letters(self, engine: Engine, *order_ids: str) -> list[Letter]:
        for order_id in order_ids:
            content = snapshot(an_order(order_id=order_id))
            engine.shop.says[order_id.encode()] = Delivery(event_id="", topic="", content=content)
        return [Letter(SHOP, GOOD, order_id.encode()) for order_id in order_ids]

    def test_each_has_its_own_answer(self, engine: Engine, intake: Intake) -> None:
        good = self.letters(engine, "1", "2")
        told = intake.webhooks([good[0], Letter("kiosk", GOOD, b"1"), Letter(SHOP, {}, b"1"), good[1], good[0]])
        assert [receipt.verdict if isinstance(receipt, Receipt) else type(receipt) for receipt in told] == [
            Verdict.APPLIED,
            UnknownShop,
            BadSignature,
            Verdict.APPLIED,
            Verdict.DUPLICATE,
        ]
        assert len(list(engine.ledger.views.orders())) == 2

    def test_they_are_one_transaction(self, engine: Engine, intake: Intake, sqlite_store: Store) -> None:
        commits: list[object] = []
        event.listen(sqlite_store.engine, "commit", commits.append)
        intake.webhooks(self.letters(engine, "1", "2", "3"))
        assert len(commits) == 1

    def test_one_that_cannot_be_kept_harms_no_other(self, engine: Engine, intake: Intake) -> None:
        letters = self.letters(engine, "1", "2", "3")
        engine.shop.says[b"2"] = Delivery(event_id="", topic=None, content=snapshot())  # type: ignore[arg-type]
        told = intake.webhooks(letters)
        assert [isinstance(receipt, Receipt) for receipt in told] == [True, False, True]
        assert [line.order for line in engine.ledger.views.orders()] == ["1", "3"]

    def test_a_ledger_that_does_not_answer_is_told_to_each_and_asked_no_more(
        self, engine: Engine, intake: Intake, sqlite_store: Store
    ) -> None:
        letters = self.letters(engine, "1", "2", "3")
        with sqlite_store.engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE events")
        begun: list[object] = []
        event.listen(sqlite_store.engine, "begin", begun.append)
        assert [type(told) for told in intake.webhooks(letters)] == [LedgerUnavailable] * 3
        assert len(begun) == 2
        assert engine.bells.rung == []

    def test_a_few_orders_have_one_bell(self, engine: Engine, intake: Intake) -> None:
        intake.webhooks(self.letters(engine, *"123456"))
        assert engine.bells.rung == [(SHOP, "1"), (SHOP, "5")]


class TestWhatIsKept:
    def test_the_door_the_topic_and_the_time_but_no_secrets(
        self, engine: Engine, deliver: Callable[..., Receipt]
    ) -> None:
        engine.clock.move(seconds=5)
        deliver(snapshot())
        story = engine.ledger.views.story(SHOP, "1001")
        assert story is not None
        (moment,) = story.moments
        assert moment.at == NOON + timedelta(seconds=5)
        assert moment.text == "order.updated by webhook: the order was brought up to it"

    @pytest.mark.parametrize("order_id", ["", "x" * 151, "a\x00b"])
    def test_an_id_that_cannot_become_a_key_is_unreadable(
        self, engine: Engine, deliver: Callable[..., Receipt], order_id: str
    ) -> None:
        for number, content in enumerate((snapshot(an_order(order_id=order_id)), Removal(order_id=order_id))):
            receipt = deliver(content, str(number).encode())
            assert receipt.verdict is Verdict.UNREADABLE
            assert receipt.reason is not None
            assert receipt.reason.field == "order id"
        assert engine.bells.rung == []

    def test_a_number_may_be_missing_but_not_endless(self, deliver: Callable[..., Receipt]) -> None:
        assert deliver(snapshot(an_order(number=""))).verdict is Verdict.APPLIED
        assert deliver(snapshot(an_order(number="9" * 151)), b"2").verdict is Verdict.UNREADABLE

    def test_an_unreadable_order_id_that_is_too_long_is_not_kept(self, deliver: Callable[..., Receipt]) -> None:
        assert deliver(Unreadable(NO_ORDER, order_id="x" * 151)).order_id == ""


class TestOrdersFromAFile:
    def test_an_order_is_applied(self, engine: Engine, intake: Intake) -> None:
        engine.shop.says[b"1"] = Delivery(event_id="", topic="", content=snapshot())
        verdicts = [intake.order(SHOP, b"1", source=Source.IMPORT).verdict for _ in range(2)]
        assert verdicts == [Verdict.APPLIED, Verdict.DUPLICATE]
        assert engine.bells.rung == [(SHOP, "1001")]

    def test_what_is_no_order_is_told_and_not_kept(self, engine: Engine, intake: Intake) -> None:
        engine.shop.says[b"1"] = Unreadable(NO_ORDER)
        with pytest.raises(Unreadable):
            intake.order(SHOP, b"1", source=Source.IMPORT)
        assert list(engine.ledger.views.orders()) == []
