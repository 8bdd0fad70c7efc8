"""The seller's own data: departments, bank accounts, issuers, categories."""

from providers.invoicing.invoiceocean.client.calls import Calls, Fields, Filters, Row
from providers.operations import reads, writes


class Seller(Calls):
    """A document with an unknown `seller_name` makes a department too."""

    @reads
    def departments(self, page: int = 1, per_page: int = 25, filters: Filters | None = None) -> list[Row]:
        """List departments, which are the companies that issue documents: GET /departments.json."""
        return self._read_list("/departments.json", page, per_page, filters)

    @reads
    def department(self, department_id: int) -> Row:
        """Read one department: GET /departments/{id}.json. Its patterns rule the numbers of documents."""
        return self._read_one(f"/departments/{department_id}.json")

    @writes
    def create_department(self, department: Fields) -> Row:
        """Make a department: POST /departments.json. `name`*, `shortcut`, `tax_no`."""
        return self._write_one("POST", "/departments.json", {"department": department})

    @writes
    def update_department(self, department_id: int, department: Fields) -> Row:
        """Change members of a department: PUT /departments/{id}.json."""
        return self._write_one("PUT", f"/departments/{department_id}.json", {"department": department})

    @writes
    def delete_department(self, department_id: int) -> None:
        """Delete a department: DELETE /departments/{id}.json."""
        self._delete(f"/departments/{department_id}.json")

    @reads
    def bank_accounts(self, page: int = 1, per_page: int = 25) -> list[Row]:
        """List the seller's bank accounts: GET /bank_accounts.json."""
        return self._read_list("/bank_accounts.json", page, per_page)

    @reads
    def bank_account(self, bank_account_id: int) -> Row:
        """Read one bank account: GET /bank_accounts/{id}.json."""
        return self._read_one(f"/bank_accounts/{bank_account_id}.json")

    @writes
    def create_bank_account(self, bank_account: Fields) -> Row:
        """Make a bank account: POST /bank_accounts.json.

        `bank_account_number`*, `name` (seen by the seller only), `bank_name`, `bank_currency`, `bank_swift`,
        `account_description` (seen on documents), `own_bank_account`, `own_bank_account_type` (debt_assignment,
        debt_collection, bank_own_business), `factor_bank_account`, and `bank_account_version_departments` of
        `department_id`, `show_on_invoice`, `main_on_department`. Where changes of bank accounts are protected, the
        service ignores what it does not know, silently.
        """
        return self._write_one("POST", "/bank_accounts.json", {"bank_account": bank_account})

    @writes
    def update_bank_account(self, bank_account_id: int, bank_account: Fields) -> Row:
        """Change members of a bank account: PUT /bank_accounts/{id}.json.

        A department with `remove` true is unlinked.
        """
        return self._write_one("PUT", f"/bank_accounts/{bank_account_id}.json", {"bank_account": bank_account})

    @writes
    def delete_bank_account(self, bank_account_id: int) -> None:
        """Delete a bank account: DELETE /bank_accounts/{id}.json. The answer is empty."""
        self._delete(f"/bank_accounts/{bank_account_id}.json")

    @reads
    def issuers(self, page: int = 1, per_page: int = 25) -> list[Row]:
        """List issuers, who stand on documents beside the seller: GET /issuers.json."""
        return self._read_list("/issuers.json", page, per_page)

    @reads
    def issuer(self, issuer_id: int) -> Row:
        """Read one issuer: GET /issuers/{id}.json."""
        return self._read_one(f"/issuers/{issuer_id}.json")

    @writes
    def create_issuer(self, issuer: Fields) -> Row:
        """Make an issuer: POST /issuers.json. `name`*, `tax_no`."""
        return self._write_one("POST", "/issuers.json", {"issuer": issuer})

    @writes
    def update_issuer(self, issuer_id: int, issuer: Fields) -> Row:
        """Change members of an issuer: PUT /issuers/{id}.json."""
        return self._write_one("PUT", f"/issuers/{issuer_id}.json", {"issuer": issuer})

    @writes
    def delete_issuer(self, issuer_id: int) -> None:
        """Delete an issuer: DELETE /issuers/{id}.json."""
        self._delete(f"/issuers/{issuer_id}.json")

    @reads
    def categories(self, page: int = 1, per_page: int = 25) -> list[Row]:
        """List categories of documents and products: GET /categories.json."""
        return self._read_list("/categories.json", page, per_page)

    @reads
    def category(self, category_id: int) -> Row:
        """Read one category: GET /categories/{id}.json."""
        return self._read_one(f"/categories/{category_id}.json")

    @writes
    def create_category(self, category: Fields) -> Row:
        """Make a category: POST /categories.json. `name`*, `description`."""
        return self._write_one("POST", "/categories.json", {"category": category})

    @writes
    def update_category(self, category_id: int, category: Fields) -> Row:
        """Change members of a category: PUT /categories/{id}.json."""
        return self._write_one("PUT", f"/categories/{category_id}.json", {"category": category})

    @writes
    def delete_category(self, category_id: int) -> None:
        """Delete a category: DELETE /categories/{id}.json."""
        self._delete(f"/categories/{category_id}.json")
