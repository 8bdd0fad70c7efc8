"""What most people write: a Celery task that creates an invoice and pays it, and is repeated when a request fails.

It is the baseline of the comparison, and part of nothing else. Settings come from the environment, as usual.
"""

import os
from typing import Any

import redis
import requests
from celery import Celery, Task

app = Celery("plain", broker=os.environ["PLAIN_BROKER"])
app.conf.update(task_acks_late=True, task_ignore_result=True, worker_hijack_root_logger=False)

_URL = os.environ["PLAIN_URL"]
_HEADERS = {"Authorization": f"Bearer {os.environ['PLAIN_TOKEN']}"}
_TIMEOUT = 2


class Counted(Task):  # type: ignore[misc]  # Celery carries no types
    """Tells the benchmark when a task has ended for good."""

    abstract = True

    def on_success(self, *_: Any) -> None:
        _count("done")

    def on_failure(self, *_: Any) -> None:
        _count("failed")


@app.task(  # type: ignore[untyped-decorator]
    base=Counted,
    autoretry_for=(requests.RequestException,),
    retry_backoff=True,
    retry_backoff_max=30,
    max_retries=10,
)
def invoice(reference: str, gross: str, currency: str) -> None:
    """Create the invoice of an order, then record its payment."""
    line = {"name": f"Order {reference}", "quantity": 1, "tax": 23, "total_price_gross": gross}
    created = _post(
        "/invoices.json",
        invoice={
            "kind": "vat",
            "oid": reference,
            "buyer_name": "Ada Example",
            "currency": currency,
            "positions": [line],
        },
    )
    _post(
        "/banking/payments.json",
        banking_payment={
            "name": "Payment",
            "price": gross,
            "currency": currency,
            "invoice_id": created["id"],
            "paid": True,
        },
    )


def _post(path: str, **body: Any) -> Any:
    answer = requests.post(_URL + path, json=body, headers=_HEADERS, timeout=_TIMEOUT)
    answer.raise_for_status()
    return answer.json()


def _count(what: str) -> None:
    with redis.Redis.from_url(os.environ["PLAIN_BROKER"]) as client:
        client.incr(f"plain:{what}")
