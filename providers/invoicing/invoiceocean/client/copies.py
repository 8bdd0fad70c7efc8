"""Documents made from other documents: corrections, advances, finals, invoices from pro formas and receipts."""

from providers.invoicing.invoiceocean import corrections
from providers.invoicing.invoiceocean.client.calls import Fields, Row
from providers.invoicing.invoiceocean.client.invoices import Invoices
from providers.operations import writes


class Copies(Invoices):
    """All of them are POST /invoices.json, and end as `create_invoice` does. What `invoice` names is sent beside
    the rest, such as `oid`, `oid_unique` or `issue_date`."""

    @writes
    def correct_invoice(
        self, invoice_id: int, lines: list[Fields], reason: str = "", invoice: Fields | None = None
    ) -> Row:
        """Correct a document line by line, such as for a refund in part: POST /invoices.json with kind correction.

        Each of `lines` is `{"before": {...}, "after": {...}}` with `name`, `quantity`, `total_price_gross` and `tax`
        as they were and as they should be, decimals as text; without `after` the line is taken back in whole, without
        `before` it is a new one. The differences are worked out here. `reason` is printed, at most 256 characters.
        The totals of a correction are the differences: negative for a refund. Raises `Refused` before anything is
        sent where the lines cannot be read.
        """
        fields = corrections.correction(invoice_id, lines, reason=reason)
        return self.create_invoice({**fields, **(invoice or {})})

    @writes
    def correct_whole_invoice(self, invoice_id: int, reason: str = "", invoice: Fields | None = None) -> Row:
        """Take a document back in whole: POST /invoices.json with kind correction and total_correction.

        Documented for the French brand of the service.
        """
        fields: Row = {"kind": "correction", "copy_invoice_from": invoice_id, "total_correction": "1"}
        reasoned = {"correction_reason": reason} if reason else {}
        return self.create_invoice({**fields, **reasoned, **(invoice or {})})

    @writes
    def copy_invoice(self, invoice_id: int, kind: str, invoice: Fields | None = None) -> Row:
        """Make a like document of another kind, such as the invoice of a pro forma: POST /invoices.json.

        A copy has the bank accounts of the department, not those of the document that it is made from. The lines
        cannot be named anew.
        """
        return self.create_invoice({"copy_invoice_from": invoice_id, "kind": kind, **(invoice or {})})

    @writes
    def create_advance(self, order_id: int, mode: str, value: str, position_name: str = "") -> Row:
        """Make an advance invoice of an order document (kind estimate): POST /invoices.json with kind advance.

        `mode` is percent or amount; `value` is a decimal as text: percent of the order's total, or a gross amount.
        """
        advance: Fields = {"advance_creation_mode": mode, "advance_value": value}
        return self.copy_invoice(
            order_id, "advance", advance | ({"position_name": position_name} if position_name else {})
        )

    @writes
    def create_final(self, order_id: int, advance_ids: list[int]) -> Row:
        """Make the final invoice of an order document and its advances: POST /invoices.json with kind final.

        At least one advance is needed.
        """
        return self.copy_invoice(order_id, "final", {"invoice_ids": advance_ids})

    @writes
    def create_invoice_for_receipt(self, receipt_id: int, invoice: Fields) -> Row:
        """Make the invoice that belongs to a receipt: POST /invoices.json with additional_params for_receipt.

        `invoice` names the buyer and the lines, as they stand on the receipt.
        """
        linked: Fields = {"from_invoice_id": receipt_id, "additional_params": "for_receipt"}
        return self.create_invoice({**linked, "exclude_from_stock_level": True, **invoice})
