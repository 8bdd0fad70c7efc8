"""Runs the ASGI app under uvicorn: in the main thread of its own process, or in a thread beside the worker."""

import socket
import threading

import structlog
import uvicorn
from fastapi import FastAPI

log = structlog.get_logger()

_GRACE_SECONDS = 10


class CannotListen(Exception):
    """The address cannot be listened on; the text says why."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes any free one. Raises `CannotListen`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named, for asyncio turns off Nagle's algorithm only where it is: else each answer is 40 ms late.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise CannotListen(f"cannot listen on {host}:{port}: {error.strerror}") from error
    return listener


def make_server(app: FastAPI) -> uvicorn.Server:
    """A uvicorn server whose logs are ours."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
    )


class BackgroundServer:
    """The server in a thread: it installs no signal handlers there, so that the worker in the main thread
    decides when everything ends."""

    def __init__(self, app: FastAPI, listener: socket.socket) -> None:
        self._server = make_server(app)
        self._thread = threading.Thread(target=self._server.run, args=([listener],), name="web", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stop taking deliveries, finish those under way, and wait for that."""
        self._server.should_exit = True
        self._thread.join(_GRACE_SECONDS + 5)
