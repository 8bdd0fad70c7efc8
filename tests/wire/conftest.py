import pytest
import pytest_socket


@pytest.fixture(autouse=True)
def _only_loopback(socket_enabled: None) -> None:
    """Real sockets, on this machine only."""
    pytest_socket.socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)
