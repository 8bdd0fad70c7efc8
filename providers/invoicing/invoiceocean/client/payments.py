"""Payments."""

from providers.invoicing.invoiceocean.client.calls import Calls, Fields, Filters, Row
from providers.operations import reads, writes


class Payments(Calls):
    """The documentation prints the path of one payment in the singular too, which is 404 (observed)."""

    @reads
    def payments(self, page: int = 1, per_page: int = 25, filters: Filters | None = None) -> list[Row]:
        """List payments: GET /banking/payments.json.

        The filter `include` "invoices" tells the documents that each of them pays. No order is documented.
        """
        return self._read_list("/banking/payments.json", page, per_page, filters)

    @reads
    def payment(self, payment_id: int, include: str = "") -> Row:
        """Read one payment: GET /banking/payments/{id}.json.

        `include` "invoices" tells the documents that it pays. `price` and `overpaid` are decimals as text;
        `paid_date` is a timestamp.
        """
        return self._read_one(f"/banking/payments/{payment_id}.json", {"include": include})

    @writes
    def create_payment(self, payment: Fields) -> Row:
        """Record a payment: POST /banking/payments.json.

        `name`*, `price`*, `invoice_id` (the document that is paid), `paid` true, `paid_date`, `currency`, `kind`
        "api", `oid`, `description`, `provider`, `provider_title`, `client_id`, `department_id`, `generate_invoice`
        true (a document that matches the payment is made) with `invoice_name`, `invoice_tax_no`, `invoice_street`,
        `invoice_post_code`, `invoice_city`, `invoice_country` and `invoice_comment`, `product_id` and `quantity`,
        and the payer's `first_name`, `last_name`, `email`, `phone`, `street`, `post_code`, `city`, `country`,
        `comment`, `promocode`.

        Each call adds a payment: a lost answer is found in `connected_payments` of the document, never repeated.
        """
        return self._write_one("POST", "/banking/payments.json", {"banking_payment": payment})

    @writes
    def pay_invoices(self, name: str, price: str, invoice_ids: list[int], payment: Fields | None = None) -> Row:
        """Record one payment over several documents: POST /banking/payments.json with invoice_ids.

        They are settled in this order, each in full before the next one. `payment` holds further fields of
        `create_payment`.
        """
        told: Fields = {"name": name, "price": price, "invoice_ids": invoice_ids, "paid": True, "kind": "api"}
        return self.create_payment({**told, **(payment or {})})

    @writes
    def update_payment(self, payment_id: int, payment: Fields) -> Row:
        """Change members of a payment: PATCH /banking/payments/{id}.json."""
        return self._write_one("PATCH", f"/banking/payments/{payment_id}.json", {"banking_payment": payment})

    @writes
    def delete_payment(self, payment_id: int) -> None:
        """Delete a payment: DELETE /banking/payments/{id}.json.

        What becomes of `paid` and `status` of its documents is documented nowhere: read them afterwards.
        """
        self._delete(f"/banking/payments/{payment_id}.json")
