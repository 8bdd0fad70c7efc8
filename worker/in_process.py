"""The broker in the memory of the embedded process: kombu's, but that its reader is woken instead of looking again and
again."""

from queue import Empty
from threading import Event
from time import monotonic
from typing import Any

from kombu.transport import memory

_LONGEST = 0.25
"""Seconds. A worker hears of a signal to stop between two waits, and Celery itself would wait for two seconds."""
_news = Event()
"""Something was sent, or the reader may take one more. It is one for all connections, as kombu's queues are."""


class _Channel(memory.Channel):
    def _put(self, queue: str, message: Any, **options: Any) -> None:
        super()._put(queue, message, **options)  # type: ignore[no-untyped-call]  # kombu has no types
        _news.set()

    def basic_ack(self, delivery_tag: Any, multiple: bool = False) -> None:  # noqa: FBT001, FBT002  (as kombu says it)
        super().basic_ack(delivery_tag, multiple=multiple)  # type: ignore[no-untyped-call]  # likewise
        _news.set()


class InProcess(memory.Transport):
    """For one reader; any number may send."""

    Channel = _Channel

    def drain_events(self, connection: Any, timeout: float | None = None, **_: Any) -> None:  # noqa: ARG002
        """Deliver one message. Raises `TimeoutError` where none came in so many seconds, a quarter of one at most."""
        until = monotonic() + min(_LONGEST if timeout is None else timeout, _LONGEST)
        while True:
            _news.clear()  # before the look: what is sent after it is news
            try:
                self.cycle.get(self._deliver, timeout=0)  # type: ignore[union-attr]  # there is one once it is made
            except Empty:
                if (left := until - monotonic()) <= 0:
                    raise TimeoutError from None
                _news.wait(left)
            else:
                return
