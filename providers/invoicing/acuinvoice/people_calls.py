"""AcuInvoice's calls for clients and their contacts."""

from providers.invoicing.acuinvoice.wire import Row, Wire
from providers.operations import reads, writes
from providers.ports import JsonObject


class PeopleCalls(Wire):
    """The pages "acuinvoice_api:clients" and "acuinvoice_api:contacts"."""

    @writes
    def create_client(self, fields: JsonObject) -> str:
        """client.create: make a client, whom invoices go to; gives its `client_id`.

        Mandatory: `name`. Optional: `address1`, `address2`, `city`, `state`, `zip`, `country` (two letters), `url`,
        `phone`, `fax`, and `contacts`, each of `first_name`, `last_name`, `email` (mandatory in it), `phone` and
        `mobile_phone`. Nothing keeps two clients apart: the same fields twice make two.
        """
        return self._create("client", fields)

    @writes
    def update_client(self, client_id: str, fields: JsonObject) -> None:
        """client.update: change a client; what is left out stays. Fields as for `create_client`."""
        self._update("client", client_id, fields)

    @reads
    def client(self, client_id: str) -> Row:
        """client.get: one client with its contacts, which tell no `contact_id`: `contacts` does."""
        return self._get("client", client_id)

    @writes
    def delete_client(self, client_id: str, *, repeated: bool = False) -> None:
        """client.delete: delete a client.

        What becomes of its invoices is not documented. Say `repeated` where an earlier delete may have been carried
        out: then it counts as done where there is no such client any more.
        """
        self._delete("client", client_id, repeated=repeated)

    @reads
    def clients(self, page: int = 1, per_page: int = 25) -> list[Row]:
        """client.list: one page of clients, with the pages of `invoices`.

        Assumed: no public page shows this call. `Refused` where the account does not know it.
        """
        return self._list("client", {"page": page, "per_page": per_page})

    @writes
    def create_contact(self, fields: JsonObject) -> str:
        """contact.create: make a contact of a client, to whom mails can be sent; gives its `contact_id`.

        Mandatory: `client_id`, `first_name`, `last_name`, `email`. Optional: `phone`, `mobile_phone`.
        """
        return self._create("contact", fields)

    @writes
    def update_contact(self, contact_id: str, fields: JsonObject) -> None:
        """contact.update: change a contact; what is left out stays. Fields as for `create_contact`."""
        self._update("contact", contact_id, fields)

    @reads
    def contact(self, contact_id: str) -> Row:
        """contact.get: one contact. The documented example shows no `client_id`."""
        return self._get("contact", contact_id)

    @writes
    def delete_contact(self, contact_id: str, *, repeated: bool = False) -> None:
        """contact.delete: delete a contact.

        Say `repeated` where an earlier delete may have been carried out: then it counts as done where there is no
        such contact any more.
        """
        self._delete("contact", contact_id, repeated=repeated)

    @reads
    def contacts(self, *, client_id: str = "", email: str = "") -> list[Row]:
        """contact.list: contacts by client, by e-mail address, or all of them. No page numbers are documented."""
        return self._list("contact", {"client_id": client_id or None, "email": email or None})
