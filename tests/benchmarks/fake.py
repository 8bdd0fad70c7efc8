"""The fast fake provider as the harness holds it: started, asked, and judged by what it holds."""

import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

import requests

from tests.benchmarks.account import Logged
from tests.benchmarks.processes import cpu_seconds, killed


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What became of the orders, counted at the provider."""

    exact: int
    """Orders with one invoice and one payment, both of the right sum."""
    extra: int
    double: int
    missing: int
    """Orders without an invoice, or without any payment."""
    odd: int
    """Requests that were answered with an error that nobody had ordered."""


class Fake:
    """A process of its own; a context manager that ends it."""

    def __init__(self, *, latency: float = 0.0, faults: bool = False, per_second: float = 0.0) -> None:
        options = ["--latency", str(latency), "--per-second", str(per_second), *(["--faults"] if faults else [])]
        command = [sys.executable, "-m", "tests.benchmarks.provider", *options]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True)
        assert self._process.stdout is not None
        port = int(self._process.stdout.readline())
        self.url = f"http://127.0.0.1:{port}"
        self._session = requests.Session()
        self._session.trust_env = False

    def __enter__(self) -> "Fake":
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()
        killed(self._process)
        if self._process.stdout is not None:
            self._process.stdout.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def cpu(self) -> float:
        return cpu_seconds([self.pid])

    @property
    def paid(self) -> int:
        """How many orders have a payment by now."""
        return int(self._ask("/_paid")["paid"])

    def log(self) -> list[Logged]:
        """Every request so far, by the moment of its answer."""
        return [Logged(*each) for each in self._ask("/_log")]

    def until_paid(self, count: int, *, patience: float) -> bool:
        """Wait until so many orders have a payment. False: they had none in time."""
        until = time.monotonic() + patience
        while self.paid < count:
            if time.monotonic() > until:
                return False
            time.sleep(0.05)
        return True

    def judge(self, gross: Mapping[str, Decimal]) -> Judged:
        """Hold what is there against what each order must come to."""
        state = self._ask("/_state")
        held: dict[str, list[Mapping[str, Any]]] = {}
        for document in state["documents"]:
            held.setdefault(document["oid"], []).append(document)
        found = {oid: held.get(oid, []) for oid in gross}
        payments = {oid: [paid for each in documents for paid in each["payments"]] for oid, documents in found.items()}
        return Judged(
            exact=sum(
                len(documents) == 1
                and Decimal(documents[0]["gross"]) == gross[oid]
                and [Decimal(paid) for paid in payments[oid]] == [gross[oid]]
                for oid, documents in found.items()
            ),
            extra=sum(max(len(documents) - 1, 0) for documents in found.values()),
            double=sum(max(len(paid) - 1, 0) for paid in payments.values()),
            missing=sum(not paid for paid in payments.values()),
            odd=state["odd"],
        )

    def _ask(self, path: str) -> Any:
        answer = self._session.get(self.url + path, timeout=60)
        answer.raise_for_status()
        return answer.json()


@dataclass(frozen=True, slots=True, kw_only=True)
class InFlight:
    """How many requests were at the provider at the same time."""

    most: int
    mean: float


def in_flight(log: list[Logged], *, begin: float, end: float) -> InFlight:
    """Between two moments; a request counts from its arrival to its answer."""
    edges = sorted(
        [(max(each.began, begin), 1) for each in log if each.ended > begin and each.began < end]
        + [(min(each.ended, end), -1) for each in log if each.ended > begin and each.began < end]
    )
    level = most = 0
    area = 0.0
    for (moment, change), (following, _) in pairwise([*edges, (end, 0)]):
        level += change
        most = max(most, level)
        area += level * (following - moment)
    return InFlight(most=most, mean=area / max(end - begin, 1e-9))


def most_within(log: list[Logged], seconds: float) -> int:
    """The most requests that began within so many seconds of each other."""
    moments = sorted(each.began for each in log)
    first = most = 0
    for place, moment in enumerate(moments):
        while moment - moments[first] >= seconds:
            first += 1
        most = max(most, place - first + 1)
    return most
