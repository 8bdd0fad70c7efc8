"""Commands that keep running: what they refuse, and that they end cleanly."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.unit.cli.desk import TOML, Desk

PATIENCE = 60.0
UNHEARD = 'url = "redis+socket:///nowhere/redis.sock"\n'
SEPARATE = TOML + f"\n[broker]\n{UNHEARD}\n[web]\nport = 0\n\n[log]\nformat = 'json'\n"
EACH = ("web", "worker", "beat")


@pytest.mark.parametrize("command", EACH)
def test_a_separate_process_needs_a_broker_that_others_reach(desk: Desk, command: str) -> None:
    said = desk.type(command)
    assert said.code == 2
    for text in ("broker.url", "memory://", "redis://", "amqp://", "counterfoil up"):
        assert text in said.err


@pytest.mark.parametrize("command", EACH)
def test_a_separate_process_needs_a_migrated_ledger(bare: Desk, command: str) -> None:
    bare.configure(SEPARATE)
    said = bare.type(command)
    assert said.code == 2
    assert "counterfoil db upgrade" in said.err


def test_the_brokers_password_is_not_told(desk: Desk) -> None:
    desk.configure(TOML + '\n[broker]\nurl = "env:BROKER"\n')
    for broker in ("redis://:hidden-word@localhost/0", "mystery://:hidden-word@localhost/0"):
        said = desk.type("worker", environ={"BROKER": broker, "COUNTERFOIL_LEDGER__URL": "sqlite:///none.db"})
        assert said.code == 2
        assert "hidden-word" not in said.out + said.err


class Running:
    """A command in a process of its own; one that takes too long is killed, so that no test waits for ever."""

    def __init__(self, desk: Desk, *command: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "worker.cli", *command],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=desk.folder,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
        )
        self.said = ""
        self._patience = threading.Timer(PATIENCE, self.process.kill)

    def __enter__(self) -> "Running":
        self._patience.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.ended()
        self._patience.cancel()

    def says(self, text: str) -> None:
        """Read on until it says so."""
        assert self.process.stdout is not None
        while text not in self.said:
            line = self.process.stdout.readline()
            assert line, self.said
            self.said += line

    def ended(self, number: signal.Signals | None = None) -> int:
        """The exit code; of a process that gets the signal first, where one is given."""
        if number is not None:
            self.process.send_signal(number)
        if self.process.stdout is not None and not self.process.stdout.closed:
            self.said += self.process.communicate()[0]
        return self.process.wait()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("command", ["web", "beat"])
def test_a_process_ends_cleanly_on_a_signal_even_while_its_broker_is_away(
    desk: Desk, command: str, number: signal.Signals
) -> None:
    desk.configure(SEPARATE)
    with Running(desk, command) as running:
        running.says("counterfoil.up" if command == "web" else "beat: Connection error")
        assert running.ended(number) == 0
        assert "counterfoil.down" in running.said
        assert "Traceback" not in running.said
    assert not list(desk.folder.glob("celerybeat*"))


def test_an_address_that_is_not_ours_is_told(desk: Desk) -> None:
    desk.configure(SEPARATE.replace("port = 0", 'host = "192.0.2.1"\nport = 8080'))  # nobody's, by RFC 5737
    with Running(desk, "web") as running:
        assert running.ended() == 1
        assert "cannot listen on 192.0.2.1:8080" in running.said
        assert "host and port in [web]" in running.said
        assert "Traceback" not in running.said


def test_a_second_embedded_process_is_refused_and_the_first_ends_cleanly(desk: Desk) -> None:
    desk.configure(SEPARATE.replace(UNHEARD, 'url = "memory://"\n'))
    with Running(desk, "up") as first:
        first.says("counterfoil.up")
        with Running(desk, "up") as second:
            assert second.ended() == 1
            assert "another counterfoil process works on" in second.said
        assert first.ended(signal.SIGINT) == 0
    assert not list(desk.folder.glob("celerybeat*"))
