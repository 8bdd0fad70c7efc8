"""Sandboxes: providers that run here, with the real ones' shapes, traps and failures.

::

    core.py      Request, Reply, Router; Sandbox: one service behind one lock, with a log and faults
    faults.py    what goes wrong, and when: before or after the service has acted
    chaos.py     the same by chance, with fixed odds
    traps.py     lists that shift, repeat or lag
    adapter.py   a requests adapter that reaches a sandbox without sockets
    server.py    the same sandbox over HTTP/1.1 on the loopback interface

A provider's sandbox is a *service*: an object with `handle(request) -> Reply` and `state()`. It knows nothing
of locks, sockets and faults.
"""

from providers.sandbox.adapter import SandboxAdapter
from providers.sandbox.core import Broken, Reply, Request, Router, Sandbox, Service
from providers.sandbox.faults import Fault, Faults, NoFaults, Script
from providers.sandbox.server import SandboxServer
from providers.sandbox.traps import Traps

__all__ = [
    "Broken",
    "Fault",
    "Faults",
    "NoFaults",
    "Reply",
    "Request",
    "Router",
    "Sandbox",
    "SandboxAdapter",
    "SandboxServer",
    "Script",
    "Service",
    "Traps",
]
