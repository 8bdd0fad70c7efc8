"""urllib3 logs the address of every request, and ours holds the token: it is taken out before any handler sees it."""

import logging
import threading

from providers.http.redaction import redact


class WithoutTokens(logging.Filter):
    """Takes tokens out of a logger's records. `repr` shows none."""

    def __init__(self) -> None:
        super().__init__()
        self._tokens: tuple[str, ...] = ()
        self._lock = threading.Lock()

    def add(self, token: str) -> None:
        with self._lock:
            self._tokens = tuple({*self._tokens, token})

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(redact(arg, self._tokens) if isinstance(arg, str) else arg for arg in record.args)
        if isinstance(record.msg, str):
            record.msg = redact(record.msg, self._tokens)
        return True


_WITHOUT_TOKENS = WithoutTokens()


def hide(token: str) -> None:
    """From now on the token is in no line of urllib3's log."""
    _WITHOUT_TOKENS.add(token)
    logging.getLogger("urllib3.connectionpool").addFilter(_WITHOUT_TOKENS)
