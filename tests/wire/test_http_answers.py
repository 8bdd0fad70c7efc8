"""Answers in every form that HTTP knows, over a real socket: what is read of them, and which connections are kept."""

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

import pytest

from providers.domain.errors import NotSent, OutcomeUnknown, Unavailable
from providers.http import Call, Credentials, ProviderSession
from providers.http.session import MAX_BODY
from tests.unit.providers.http_wire import chunked

BODY = b'{"id": 1}'
ZIPPED = gzip.compress(BODY)
LONG = b'"' + b"x" * (3 * 1024 * 1024) + b'"'

Play = Callable[[socket.socket], None]
"""What a server does once it has read a request."""


class Server:
    """Plays the same to every request. Keeps the connections that were made, and the requests."""

    def __init__(self, play: Play) -> None:
        self._play = play
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        self.connections: list[socket.socket] = []
        self.requests: list[bytes] = []

    def serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._door.accept()
                self.connections.append(connection)
                threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def close(self) -> None:
        self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        for each in self.connections:
            each.close()

    def _talk(self, connection: socket.socket) -> None:
        with suppress(OSError):
            while request := connection.recv(65536):
                self.requests.append(request)
                self._play(connection)


@contextmanager
def serving(play: bytes | Play) -> Iterator[Server]:
    server = Server(play if callable(play) else lambda connection: connection.sendall(play))
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    yield server
    server.close()
    thread.join()


@contextmanager
def asking(server: Server, seconds: float = 10) -> Iterator[ProviderSession]:
    session = ProviderSession(
        base_url=server.url,
        credentials=Credentials.bearer("a-token"),
        connect_timeout=timedelta(seconds=seconds),
        read_timeout=timedelta(seconds=seconds),
        sleep=lambda _seconds: None,
    )
    yield session
    session.close()


def sized(body: bytes, *more: str, status: str = "HTTP/1.1 200 OK") -> bytes:
    return "\r\n".join([status, *more, f"Content-Length: {len(body)}", "", ""]).encode() + body


KEPT = {
    "plain": (sized(BODY), BODY),
    "empty": (sized(b""), b""),
    "long": (sized(LONG), LONG),
    "compressed": (sized(ZIPPED, "Content-Encoding: gzip"), BODY),
    "in chunks": (chunked(BODY[:4], BODY[4:]), BODY),
    "compressed, in chunks": (chunked(ZIPPED[:9], ZIPPED[9:], more="Content-Encoding: gzip\r\n"), BODY),
    "with a folded line": (sized(BODY, "X-More: a,", " b"), BODY),
    "after a hint": (b"HTTP/1.1 100 Continue\r\n\r\n" + sized(BODY), BODY),
    "without a reason": (sized(BODY, status="HTTP/1.1 200"), BODY),
    "with more than ASCII": (sized(BODY, "X-More: é"), BODY),
    "no content": (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
    "of HTTP/1.0, kept": (sized(BODY, "Connection: keep-alive", status="HTTP/1.0 200 OK"), BODY),
}


@pytest.mark.parametrize(("sent", "body"), KEPT.values(), ids=KEPT.keys())
def test_an_answer_that_ends_leaves_its_connection_to_the_next_call(sent: bytes, body: bytes) -> None:
    with serving(sent) as server, asking(server) as session:
        assert [session.send("POST", "/things", json_body={}).body for _ in range(3)] == [body] * 3
    assert len(server.connections) == 1


CLOSED = {
    "said so": sized(BODY, "Connection: close"),
    "of HTTP/1.0": sized(BODY, status="HTTP/1.0 200 OK"),
    "without a length": b"HTTP/1.1 200 OK\r\n\r\n" + BODY,
}


@pytest.mark.parametrize("sent", CLOSED.values(), ids=CLOSED.keys())
def test_an_answer_that_ends_with_its_connection_is_the_last_on_it(sent: bytes) -> None:
    def play(connection: socket.socket) -> None:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_RDWR)

    with serving(play) as server, asking(server) as session:
        assert [session.send("POST", "/things", json_body={}).body for _ in range(3)] == [BODY] * 3
    assert len(server.connections) == 3


def test_an_answer_to_head_has_no_body() -> None:
    with serving(sized(BODY).removesuffix(BODY)) as server, asking(server) as session:
        answers = [session.read(Call(method="HEAD", path="/things")) for _ in range(2)]
    assert [(each.body, each.headers["content-length"]) for each in answers] == [(b"", "9")] * 2
    assert len(server.connections) == 1


def test_headers_are_told_whatever_their_case_and_those_of_several_lines_together() -> None:
    sent = sized(BODY, "Set-Cookie: a=1; path=/", "x-runtime:  0.5", "set-cookie: b=2", status="HTTP/1.1 422 Not so")
    with serving(sent) as server, asking(server) as session:
        answer = session.read(Call(path="/things", accepts=frozenset({422})))
    told = {name: answer.headers[name] for name in ("Set-Cookie", "X-Runtime", "Content-Length")}
    assert told == {"Set-Cookie": "a=1; path=/, b=2", "X-Runtime": "0.5", "Content-Length": "9"}
    assert "X-More" not in answer.headers


def test_an_answer_may_come_byte_by_byte() -> None:
    def play(connection: socket.socket) -> None:
        for byte in sized(BODY):
            connection.sendall(bytes([byte]))

    with serving(play) as server, asking(server) as session:
        assert [session.get("/things").body for _ in range(2)] == [BODY] * 2
    assert len(server.connections) == 1


BROKEN = {
    "nothing": b"",
    "half a status": b"HTTP/1.1 2",
    "half a body": sized(BODY)[:-3],
    "half a long body": sized(LONG)[:-3],
    "half a compressed body": sized(ZIPPED, "Content-Encoding: gzip")[:-3],
    "half of the chunks": chunked(BODY)[:-9],
    "no HTTP": b"SSH-2.0-OpenSSH_9.6\r\n",
    "a compressed body that is none": sized(BODY, "Content-Encoding: gzip"),
    "two lengths that differ": sized(BODY, "Content-Length: 7"),
    "too much": sized(b" " * (MAX_BODY + 1)),
}


@pytest.mark.parametrize("sent", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_answer_leaves_a_write_in_doubt_and_is_never_asked_for_again(sent: bytes) -> None:
    def play(connection: socket.socket) -> None:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_RDWR)

    with serving(play) as server, asking(server) as session:
        with pytest.raises(OutcomeUnknown):
            session.send("POST", "/things", json_body={})
        assert len(server.requests) == 1
        with pytest.raises(Unavailable):
            session.get("/things")


@pytest.mark.parametrize("ready", [0, 20, len(sized(BODY)) - len(BODY)], ids=["nothing", "half a head", "a head"])
def test_an_answer_that_dribbles_is_given_up_in_time(ready: int) -> None:
    def play(connection: socket.socket) -> None:
        connection.sendall(sized(b"x" * 100)[:ready])
        for _ in range(100):
            connection.sendall(b"x")
            time.sleep(0.05)

    with serving(play) as server, asking(server, seconds=0.4) as session:
        began = time.monotonic()
        with pytest.raises(OutcomeUnknown, match="Timeout"):
            session.send("POST", "/things", json_body={})
        assert time.monotonic() - began < 3


def test_a_connection_that_was_closed_meanwhile_is_made_anew() -> None:
    with serving(sized(BODY)) as server, asking(server) as session:
        session.send("POST", "/things", json_body={})
        server.connections[0].shutdown(socket.SHUT_RDWR)
        session.send("POST", "/things", json_body={})
    assert len(server.connections) == len(server.requests) == 2


def test_nothing_is_sent_where_nobody_listens() -> None:
    with serving(b"") as server:
        pass
    with asking(server) as session, pytest.raises(NotSent, match="NewConnectionError"):
        session.send("POST", "/things", json_body={})
