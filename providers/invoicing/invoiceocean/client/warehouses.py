"""Warehouses, their documents, and what moved in them."""

from providers.invoicing.invoiceocean.client.calls import Calls, Fields, Filters, Row
from providers.operations import reads, writes


class Warehouses(Calls):
    @reads
    def warehouses(self, page: int = 1, per_page: int = 25, filters: Filters | None = None) -> list[Row]:
        """List warehouses: GET /warehouses.json."""
        return self._read_list("/warehouses.json", page, per_page, filters)

    @reads
    def warehouse(self, warehouse_id: int) -> Row:
        """Read one warehouse: GET /warehouses/{id}.json."""
        return self._read_one(f"/warehouses/{warehouse_id}.json")

    @writes
    def create_warehouse(self, warehouse: Fields) -> Row:
        """Make a warehouse: POST /warehouses.json. `name`*, `kind`, `description`."""
        return self._write_one("POST", "/warehouses.json", {"warehouse": warehouse})

    @writes
    def update_warehouse(self, warehouse_id: int, warehouse: Fields) -> Row:
        """Change members of a warehouse: PUT /warehouses/{id}.json."""
        return self._write_one("PUT", f"/warehouses/{warehouse_id}.json", {"warehouse": warehouse})

    @writes
    def delete_warehouse(self, warehouse_id: int) -> None:
        """Delete a warehouse: DELETE /warehouses/{id}.json."""
        self._delete(f"/warehouses/{warehouse_id}.json")

    @reads
    def warehouse_documents(self, page: int = 1, per_page: int = 25, filters: Filters | None = None) -> list[Row]:
        """List documents of warehouses: GET /warehouse_documents.json. It takes the parameters of `invoices`."""
        return self._read_list("/warehouse_documents.json", page, per_page, filters)

    @reads
    def warehouse_document(self, document_id: int) -> Row:
        """Read one document of a warehouse: GET /warehouse_documents/{id}.json."""
        return self._read_one(f"/warehouse_documents/{document_id}.json")

    @writes
    def create_warehouse_document(self, document: Fields) -> Row:
        """Make a document of a warehouse: POST /warehouse_documents.json.

        `kind` is pz (goods in), wz (goods out) or mm (from one to another); `warehouse_id`, `issue_date`, `number`
        (null takes the next one), `department_id` or `department_name`, `client_id` or `client_name`, and
        `warehouse_actions` of `product_id` or `product_name`, `quantity`, `tax` and `price_net` or `purchase_tax`
        and `purchase_price_net`, and for mm `warehouse2_id`.
        """
        return self._write_one("POST", "/warehouse_documents.json", {"warehouse_document": document})

    @writes
    def update_warehouse_document(self, document_id: int, document: Fields) -> Row:
        """Change a document of a warehouse: PUT /warehouse_documents/{id}.json. `invoice_ids` links documents of
        sale."""
        return self._write_one("PUT", f"/warehouse_documents/{document_id}.json", {"warehouse_document": document})

    @writes
    def delete_warehouse_document(self, document_id: int) -> None:
        """Delete a document of a warehouse: DELETE /warehouse_documents/{id}.json."""
        self._delete(f"/warehouse_documents/{document_id}.json")

    @reads
    def warehouse_actions(self, page: int = 1, per_page: int = 25, filters: Filters | None = None) -> list[Row]:
        """List what moved in warehouses: GET /warehouse_actions.json.

        Filters: `warehouse_id`, `kind`, `product_id`, `date_from`, `date_to`, `warehouse_document_id`,
        `from_warehouse_document` (goods out of it), `to_warehouse_document` (goods into it).
        """
        return self._read_list("/warehouse_actions.json", page, per_page, filters)
