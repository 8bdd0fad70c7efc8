"""What most people write: a Celery task that creates an invoice and pays it, and is repeated when a request fails.

It is a baseline of the comparison, and part of nothing else. Settings come from the environment, as usual. With
PLAIN_LOOKS it looks before it creates or pays, as the careful do, and tries again within a second and for as long as
it takes, as the impatient do: it is exact then, and it is its speed that suffers.
"""

import os
from decimal import Decimal
from typing import Any

import requests
from celery import Celery

app = Celery("plain", broker=os.environ["PLAIN_BROKER"])
app.conf.update(task_acks_late=True, task_ignore_result=True)

_URL = os.environ["PLAIN_URL"]
_HEADERS = {"Authorization": f"Bearer {os.environ['PLAIN_TOKEN']}"}
_LOOKS = bool(os.environ.get("PLAIN_LOOKS"))
_TIMEOUT = 2


@app.task(  # type: ignore[untyped-decorator]  # Celery carries no types
    autoretry_for=(requests.RequestException,),
    retry_backoff=True,
    retry_backoff_max=1 if _LOOKS else 30,
    max_retries=100 if _LOOKS else 10,
)
def invoice(reference: str, order: dict[str, Any]) -> None:
    """Create the invoice of an order, then record its payment."""
    invoice_id = (_found(reference) if _LOOKS else None) or _created(reference, order)
    if not (_LOOKS and _is_paid(invoice_id)):
        _post(
            "/banking/payments.json",
            banking_payment={
                "name": "Payment",
                "price": order["total"],
                "currency": order["currency"],
                "invoice_id": invoice_id,
                "paid": True,
            },
        )


def _created(reference: str, order: dict[str, Any]) -> int:
    buyer = order["billing"]
    lines = order["line_items"] + order["shipping_lines"] + order["fee_lines"]
    rates = {each["rate_id"]: each["rate_percent"] for each in order["tax_lines"]}
    created = _post(
        "/invoices.json",
        invoice={
            "kind": "vat",
            "oid": reference,
            "buyer_name": buyer["company"] or f"{buyer['first_name']} {buyer['last_name']}",
            "buyer_email": buyer["email"],
            "buyer_street": buyer["address_1"],
            "buyer_post_code": buyer["postcode"],
            "buyer_city": buyer["city"],
            "currency": order["currency"],
            "positions": [
                {
                    "name": line.get("name") or line.get("method_title"),
                    "quantity": line.get("quantity", 1),
                    "tax": rates[line["taxes"][0]["id"]],
                    "total_price_gross": str(Decimal(line["total"]) + Decimal(line["total_tax"])),
                }
                for line in lines
                if line["taxes"]
            ],
        },
    )
    return int(created["id"])


def _found(reference: str) -> int | None:
    found = _get("/invoices.json", oid=reference, period="all")
    return found[0]["id"] if found else None


def _is_paid(invoice_id: int) -> bool:
    return bool(Decimal(_get(f"/invoices/{invoice_id}.json")["paid"]))


def _post(path: str, **body: Any) -> Any:
    answer = requests.post(_URL + path, json=body, headers=_HEADERS, timeout=_TIMEOUT)
    answer.raise_for_status()
    return answer.json()


def _get(path: str, **query: str) -> Any:
    answer = requests.get(_URL + path, params=query, headers=_HEADERS, timeout=_TIMEOUT)
    answer.raise_for_status()
    return answer.json()
