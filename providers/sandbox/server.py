"""A sandbox over HTTP/1.1 with keep-alive, for the loopback interface.

`POST /_sandbox/outage?seconds=N` takes it down as a crashed provider is down: every connection ends, new ones are
refused, and after so long it listens on the same port again, with all that it held. Who speaks TLS to it gets an
answer that is no TLS.
"""

import socket
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any, Final

from providers.sandbox.core import Sandbox
from providers.sandbox.messages import Broken, Reply, Request

OUTAGE_PATH: Final = "/_sandbox/outage"
LONGEST_OUTAGE: Final = 86_400.0
_LARGEST_BODY = 10 * 1024 * 1024
_POLL_SECONDS = 0.05
_RESET = struct.pack("ii", 1, 0)


class SandboxServer:
    """Serves one sandbox; port 0 takes a free one.

    As a context manager it serves from a thread of its own; `serve_forever` serves from this one until
    `close` is called from elsewhere.
    """

    def __init__(self, sandbox: Sandbox, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.sandbox = sandbox
        self._server = _Server((host, port), self)
        self._thread: threading.Thread | None = None
        self._swap = threading.Lock()
        self._closing = threading.Event()
        self._outage = 0.0

    @property
    def url(self) -> str:
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    def start(self) -> None:
        self._thread = threading.Thread(target=self.serve_forever, name="sandbox", daemon=True)
        self._thread.start()

    def serve_forever(self) -> None:
        """Serve until `close`; between two outages as well as after them."""
        while True:
            server = self._server
            server.serve_forever(poll_interval=_POLL_SECONDS)
            with self._swap:
                if self._closing.is_set():
                    return
                until = time.monotonic() + self._outage
                server.end()
                # Bound but not listening: the port stays ours, and connections are refused.
                self._server = _Server(server.server_address[:2], self, listens=False)  # type: ignore[arg-type]
            if not self._closing.wait(max(until - time.monotonic(), 0.0)):
                self._server.server_activate()

    def outage(self, seconds: float) -> None:
        """Refuse connections for so long from now on, then serve again on the same port. Only while it serves."""
        self._outage = seconds
        self.sandbox.injected["outage"] += 1
        self._server.shutdown()

    def close(self) -> None:
        """Stop listening, end every connection, and wait until all of it has ended."""
        self._closing.set()
        with self._swap:
            server = self._server
        server.shutdown()
        server.end()
        if self._thread is not None:
            self._thread.join()

    def __enter__(self) -> "SandboxServer":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], front: SandboxServer, *, listens: bool = True) -> None:
        self.front = front
        self.ended = threading.Event()
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        super().__init__(address, _Handler, bind_and_activate=listens)
        if not listens:
            self.server_bind()

    def server_bind(self) -> None:
        # HTTPServer would look up the host's full name here, which can take seconds.
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def end_connections(self) -> None:
        with self._guard:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # it ended by itself meanwhile

    def end(self) -> None:
        """End every connection and stop listening, once `serve_forever` has ended."""
        self.end_connections()
        self.socket.close()
        self.ended.set()
        self.server_close()

    def spare(self, connection: socket.socket) -> None:
        """Let this connection end by itself."""
        with self._guard:
            self._open.discard(connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that goes away in the middle is no news here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def _serve(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > _LARGEST_BODY or "Transfer-Encoding" in self.headers:
            self.close_connection = True
            self._write(Reply(411))
            return
        body = self.rfile.read(int(length)) if length != "0" else b""
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, self.path, headers, body)
        if request.path == OUTAGE_PATH:
            self._go_down(request)
            return
        outcome = self.server.front.sandbox.exchange(request)
        if isinstance(outcome, Broken):
            self._drop()
        else:
            self._write(outcome)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _serve  # noqa: N815 - http.server looks these up

    def _go_down(self, request: Request) -> None:
        try:
            seconds = float(request.query.get("seconds", ""))
        except ValueError:
            seconds = -1.0
        if request.method != "POST" or not 0 < seconds <= LONGEST_OUTAGE:
            self._write(Reply.json(400, {"error": f"POST {OUTAGE_PATH}?seconds=N, N up to {LONGEST_OUTAGE:.0f}"}))
            return
        self.close_connection = True
        self.server.spare(self.connection)
        self.server.front.outage(seconds)
        self.server.ended.wait()
        self._write(Reply.json(202, {"down_for": seconds}))

    def _write(self, reply: Reply) -> None:
        """Head and body in one write: two would wait for each other's acknowledgement."""
        lines = [f"HTTP/1.1 {reply.status} {self.responses.get(reply.status, ('',))[0]}"]
        lines += [f"{name}: {value}" for name, value in reply.headers.items()]
        lines.append(f"Content-Length: {len(reply.body)}")
        if self.close_connection:
            lines.append("Connection: close")
        head = "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")
        body = b"" if self.command == "HEAD" else reply.body
        if not reply.pace:
            self.wfile.write(head + body)
            return
        self.wfile.write(head)
        for start in range(0, len(body), 16):
            time.sleep(reply.pace)
            self.wfile.write(body[start : start + 16])

    def _drop(self) -> None:
        """Gone with a reset, so that no caller can mistake it for an orderly end."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the signature is http.server's own
        """Quiet: the sandbox keeps its own log."""
