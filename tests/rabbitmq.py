"""A RabbitMQ for tests: the one that is named or runs, else one of our own from the installed package."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from kombu import Connection

_START_SECONDS = 60.0
_STOP_SECONDS = 20.0
_PACKAGED = Path("/usr/lib/rabbitmq/bin")


class NoRabbitMQ(Exception):
    """There is neither a running RabbitMQ nor an installed one; the text says what to do."""


@dataclass(slots=True)
class RabbitMQ:
    """A virtual host of the test session's own, or the whole of a server that only the address is known of."""

    url: str
    vhost: str = ""
    """Empty when `rabbitmqctl` does not reach the server: then queues are deleted one by one."""
    control: tuple[str, ...] = ()
    environ: dict[str, str] = field(default_factory=dict)

    def wipe(self) -> None:
        """Lose every message, every queue and, where possible, every connection."""
        if self.vhost:
            self._control("delete_vhost", self.vhost)
            self._make()
            return
        with closing(Connection(self.url)) as connection:
            for queue in ("orders", "chores", "books"):
                connection.default_channel.queue_delete(queue)

    def open(self) -> None:
        """Make the virtual host, or empty the queues of a server that cannot be controlled."""
        if not self.vhost:
            self.wipe()
            return
        self._make()

    def close(self) -> None:
        if self.vhost:
            self._control("delete_vhost", self.vhost)

    def _make(self) -> None:
        self._control("add_vhost", self.vhost)
        self._control("set_permissions", "-p", self.vhost, "guest", ".*", ".*", ".*")

    def _control(self, *arguments: str) -> None:
        command = [*self.control, "-q", *arguments]
        subprocess.run(command, check=True, capture_output=True, timeout=60, env={**os.environ, **self.environ})


@contextmanager
def running(folder: Path) -> Iterator[RabbitMQ]:
    """COUNTERFOIL_TEST_RABBITMQ, or the service on 127.0.0.1:5672, or one started in the folder."""
    named = os.environ.get("COUNTERFOIL_TEST_RABBITMQ")
    if named:
        with _opened(RabbitMQ(named)) as broker:
            yield broker
        return
    if answers("amqp://guest:guest@127.0.0.1:5672//"):
        with _opened(_of_service()) as broker:
            yield broker
        return
    with _started(folder) as broker, _opened(broker):
        yield broker


def answers(url: str) -> bool:
    try:
        with closing(Connection(url, connect_timeout=3)) as connection:
            connection.connect()
    except (OSError, ConnectionError):
        return False
    return True


@contextmanager
def _opened(broker: RabbitMQ) -> Iterator[RabbitMQ]:
    broker.open()
    yield broker
    broker.close()


def _of_service() -> RabbitMQ:
    """A virtual host of our own where `rabbitmqctl` may make one, else the service's own `/`."""
    vhost = f"counterfoil_test_{os.getpid()}"
    # The one on the PATH: it may be a wrapper that changes to the service's user, who alone may speak to it.
    control = shutil.which("rabbitmqctl")
    own = RabbitMQ(f"amqp://guest:guest@127.0.0.1:5672/{vhost}", vhost, (control or "rabbitmqctl",))
    try:
        own.open()
        reached = answers(own.url)
        own.close()
    except (OSError, subprocess.SubprocessError):
        reached = False
    return own if reached else RabbitMQ("amqp://guest:guest@127.0.0.1:5672//")


@contextmanager
def _started(folder: Path) -> Iterator[RabbitMQ]:
    """A server of our own on free ports, whose files all lie in the folder."""
    port, other = _free_port(), _free_port()
    environ = {
        "HOME": str(folder),  # the cookie lies there
        "RABBITMQ_CONF_ENV_FILE": "/dev/null",
        "RABBITMQ_NODENAME": f"counterfoil_{os.getpid()}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(other),
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
        "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "advanced"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_PID_FILE": str(folder / "pid"),
    }
    vhost = f"counterfoil_test_{os.getpid()}"
    broker = RabbitMQ(f"amqp://guest:guest@127.0.0.1:{port}/{vhost}", vhost, tuple(_command("rabbitmqctl")), environ)
    with (folder / "rabbitmq.log").open("wb") as log:
        process = subprocess.Popen(
            _command("rabbitmq-server"),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**os.environ, **environ},
        )
    try:
        until = time.monotonic() + _START_SECONDS
        while not answers(f"amqp://guest:guest@127.0.0.1:{port}//"):
            if process.poll() is not None or time.monotonic() > until:
                raise NoRabbitMQ(f"RabbitMQ did not start:\n{(folder / 'rabbitmq.log').read_text()[-2000:]}")
            time.sleep(0.2)
        yield broker
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _command(name: str) -> Sequence[str]:
    """The package's own script: the one on the PATH may be a wrapper that changes to the service's user, who
    may not read our folder."""
    packaged = _PACKAGED / name
    if packaged.exists():
        return [str(packaged)]
    found = shutil.which(name)
    if found is None:
        raise NoRabbitMQ(
            f"RabbitMQ is needed, and neither COUNTERFOIL_TEST_RABBITMQ nor 127.0.0.1:5672 nor {name} is there. "
            "Install it (Debian: apt-get install rabbitmq-server), or name one in COUNTERFOIL_TEST_RABBITMQ."
        )
    return [found]


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
