"""Clients: the account's buyers and sellers."""

from providers.invoicing.invoiceocean.client.calls import Calls, Fields, Filters, Row
from providers.operations import reads, writes


class Clients(Calls):
    """A document made without `client_id` makes a client too, unless name, tax number and e-mail match one."""

    @reads
    def clients(self, page: int = 1, per_page: int = 25, filters: Filters | None = None) -> list[Row]:
        """List or find clients: GET /clients.json.

        Filters: `name`, `email`, `shortcut`, `tax_no` (reported to be unreliable), `external_id`.
        """
        return self._read_list("/clients.json", page, per_page, filters)

    @reads
    def client(self, client_id: int) -> Row:
        """Read one client, with its `balance`: GET /clients/{id}.json."""
        return self._read_one(f"/clients/{client_id}.json")

    @writes
    def create_client(self, client: Fields) -> Row:
        """Make a client: POST /clients.json.

        `name`*, or `company` false with `last_name`* for a person; `first_name`, `tax_no`, `tax_no_kind`, `street`,
        `street_no`, `post_code`, `city`, `country` (ISO 3166), `email`, `phone`, `bank`, `bank_account`, `person`,
        `shortcut`, `external_id`, `note`, `price_list_id`, `payment_to_kind`, `default_payment_type`, `discount`
        (percent), `delivery_address`, `kind` (buyer, seller, both).

        Nothing refuses a second client with the same data: a repeated `shortcut` only gets a suffix (observed).
        """
        return self._write_one("POST", "/clients.json", {"client": client})

    @writes
    def update_client(self, client_id: int, client: Fields) -> Row:
        """Change members of a client: PUT /clients/{id}.json. Documents made before keep what they say."""
        return self._write_one("PUT", f"/clients/{client_id}.json", {"client": client})

    @writes
    def delete_client(self, client_id: int) -> None:
        """Delete a client: DELETE /clients/{id}.json."""
        self._delete(f"/clients/{client_id}.json")

    @writes
    def merge_client(self, client_id: int, fields: Fields) -> Row:
        """Merge clients: POST /clients/{id}/merge.json.

        Only the path is documented: neither the fields, which are sent as they are given, nor the answer.
        """
        return self._told(self._session.send("POST", f"/clients/{client_id}/merge.json", json_body=fields))
