"""The limit: the two requests of each order, in a loop, with one session, and nothing else.

`python -m tests.benchmarks.baselines.bare URL THREADS` reads a line for each order: its reference and its body.
"""

import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import requests

_local = threading.local()


def invoice(url: str, line: str) -> None:
    reference, body = line.split(" ", 1)
    order: dict[str, Any] = json.loads(body)
    price = {"currency": order["currency"]}
    position = {"name": "Order", "quantity": 1, "tax": 23, "total_price_gross": str(Decimal(order["total"]))}
    sent = {"kind": "vat", "oid": reference, "buyer_name": "Ada Example", "positions": [position], **price}
    created = _post(url + "/invoices.json", {"invoice": sent})
    paid = {"name": "Payment", "price": order["total"], "invoice_id": created["id"], "paid": True, **price}
    _post(url + "/banking/payments.json", {"banking_payment": paid})


def _post(url: str, body: dict[str, Any]) -> Any:
    if not hasattr(_local, "session"):
        _local.session = requests.Session()
        _local.session.trust_env = False
    answer = _local.session.post(url, json=body, timeout=10)
    answer.raise_for_status()
    return answer.json()


def main() -> None:
    url, threads = sys.argv[1], int(sys.argv[2])
    lines = sys.stdin.read().splitlines()
    if threads == 1:
        for line in lines:
            invoice(url, line)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda line: invoice(url, line), lines))


if __name__ == "__main__":
    main()
