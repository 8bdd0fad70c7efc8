"""Runs a provider's sandbox as a process of its own, over real HTTP on this machine."""

import signal
import threading
from types import FrameType

import structlog

from providers import registry
from providers.sandbox.chaos import Chaos, Odds
from providers.sandbox.server import SandboxServer

log = structlog.get_logger()


def serve(provider: str, *, host: str, port: int, token: str, odds: Odds | None = None) -> int:
    """Serve until SIGTERM or Ctrl-C; `odds` say what goes wrong meanwhile. Returns the exit code.

    Raises `registry.Misconfigured` for a provider that there is not, `OSError` when the address is taken.
    """
    if odds is None:
        sandbox = registry.build_sandbox(provider, token=token)
    else:
        sandbox = registry.build_sandbox(provider, token=token, faults=Chaos(odds), traps=odds.traps)
    with SandboxServer(sandbox, host=host, port=port) as server:
        log.info("sandbox.up", provider=provider, url=server.url, state=f"{server.url}/_sandbox/state")
        _await_signal()
    log.info("sandbox.down", provider=provider)
    return 0


def _await_signal() -> None:
    """Sleep until SIGTERM or SIGINT. Only the main thread may call this."""
    over = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        over.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    over.wait()
