"""Shops that send their webhooks as real ones do: what is not acknowledged is sent again."""

import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from http import HTTPStatus

import requests

from providers.shops.woocommerce.replayer import WooCommerceReplayer
from worker.demo.catalogue import SHOPS
from worker.demo.stage import Stage
from worker.demo.story import StoryDelivery

_AGAIN_SECONDS = 0.2
_PATIENCE_SECONDS = 300.0


class Shops:
    """Sends a story from a thread of its own, while the processes that take it come and go."""

    def __init__(self, stage: Stage, deliveries: Sequence[StoryDelivery], *, seconds: float) -> None:
        """The deliveries are spread over so many seconds, as far as they are answered in time."""
        self._stage = stage
        self._deliveries = deliveries
        self._seconds = seconds
        self._replayers = {
            shop.name: WooCommerceReplayer(secret=stage.secret(shop.name), source=shop.source) for shop in SHOPS
        }
        self._thread = threading.Thread(target=self._send_all, name="shops", daemon=True)
        self.failure: Exception | None = None
        self.delivered = 0
        self.resent = 0

    @property
    def busy(self) -> bool:
        return self._thread.is_alive()

    def start(self) -> None:
        self._thread.start()

    def finish(self) -> None:
        """Wait until everything is acknowledged. Raises what went wrong."""
        self._thread.join()
        if self.failure is not None:
            raise self.failure

    def _send_all(self) -> None:
        began = time.monotonic()
        try:
            with requests.Session() as session:
                session.trust_env = False
                for number, told in enumerate(self._deliveries):
                    time.sleep(max(began + self._seconds * number / len(self._deliveries) - time.monotonic(), 0))
                    self._send(session, told)
                    self.delivered += 1
        except Exception as error:  # noqa: BLE001  (told to whoever waits for the end)
            self.failure = error

    def _send(self, session: requests.Session, told: StoryDelivery) -> None:
        """Until it is acknowledged: nobody may be there to listen, or the ledger may be away."""
        until = time.monotonic() + _PATIENCE_SECONDS
        while True:
            signed = self._replayers[told.shop].delivery(told.topic, told.body, at=datetime.now(UTC))
            try:
                url = f"{self._stage.web_url}/webhooks/{told.shop}"
                answer = session.post(url, data=signed.body, headers=dict(signed.headers), timeout=30)
            except requests.ConnectionError as error:
                why = type(error).__name__
            else:
                if answer.status_code == HTTPStatus.OK:
                    return
                assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE, answer.text
                why = answer.text
            assert time.monotonic() < until, f"not acknowledged within {_PATIENCE_SECONDS:.0f} s: {why}"
            self.resent += 1
            time.sleep(_AGAIN_SECONDS)
