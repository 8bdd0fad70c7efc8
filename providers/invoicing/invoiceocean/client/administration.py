"""The account itself: its users, its webhooks, and accounts made for others."""

from providers.invoicing.invoiceocean.client.calls import Calls, Fields, Row, address
from providers.operations import reads, writes


class Administration(Calls):
    """Answers may hold tokens of accounts. The login by user and password (POST /login.json) is at a host of its own,
    and no call of this client."""

    @reads
    def webhooks(self, page: int = 1, per_page: int = 25) -> list[Row]:
        """List webhooks: GET /webhooks.json."""
        return self._read_list("/webhooks.json", page, per_page)

    @reads
    def webhook(self, webhook_id: int) -> Row:
        """Read one webhook: GET /webhooks/{id}.json."""
        return self._read_one(f"/webhooks/{webhook_id}.json")

    @writes
    def create_webhook(self, webhook: Fields) -> Row:
        """Let the service tell of changes: POST /webhooks.json.

        `kind` is client, invoice or product, a colon, and create, update or destroy; `url`, `active`, and
        `api_token`, any text that comes back in each delivery: deliveries are not signed, so that this is all by
        which they prove themselves. They are not repeated when they fail, and not sent for documents of costs.
        """
        return self._write_one("POST", "/webhooks.json", {"webhook": webhook})

    @writes
    def update_webhook(self, webhook_id: int, webhook: Fields) -> Row:
        """Change members of a webhook: PUT /webhooks/{id}.json."""
        return self._write_one("PUT", f"/webhooks/{webhook_id}.json", {"webhook": webhook})

    @writes
    def delete_webhook(self, webhook_id: int) -> None:
        """Delete a webhook: DELETE /webhooks/{id}.json."""
        self._delete(f"/webhooks/{webhook_id}.json")

    @reads
    def account(self, integration_token: str = "") -> Row:
        """Read the account: GET /account.json. `integration_token` is a partner's, and lets the answer tell the
        token."""
        return self._told(self._session.get(address("/account.json", {"integration_token": integration_token})))

    @writes
    def create_account(self, account: Fields, user: Fields, company: Fields, integration_token: str = "") -> Row:
        """Make an account for somebody else, as a partner: POST /account.json.

        `account` has `prefix` and `lang`, `user` has `login`, `email`, `password` and `from_partner`, `company` has
        `name`, `tax_no`, `post_code`, `city`, `street`, `person`, `bank` and `bank_account`. Gives `prefix`,
        `api_token`, `url`, `login` and `email`; prefix and login differ from those that were asked for where they
        were taken.
        """
        told: Fields = {"account": account, "user": user, "company": company}
        token: Fields = {"integration_token": integration_token} if integration_token else {}
        return self._told(self._session.send("POST", "/account.json", json_body={**told, **token}))

    @writes
    def request_account_deletion(self) -> Row:
        """Ask for the deletion of the whole account: POST /account/delete.json.

        Its owner gets an e-mail with a link that carries it out.
        """
        return self._done(self._session.send("POST", "/account/delete.json", json_body={}))

    @writes
    def unlink_accounts(self, prefixes: list[str]) -> Row:
        """Unlink accounts from an accountant's: PATCH /account/unlink.json.

        Gives `result` with those that were `unlinked` and those that were `not_unlinked`. Refused where none was
        linked.
        """
        return self._done(self._session.send("PATCH", "/account/unlink.json", json_body={"prefix": prefixes}))

    @writes
    def add_user(self, user: Fields, integration_token: str) -> Row:
        """Add a user to the account, as a partner: POST /account/add_user.json.

        `invite` true for somebody who has a login there already, else with a `password`; `email`, `role` (member,
        admin, accountant, or the id of one's own), `department_ids`. The answer is not documented.
        """
        body: Row = {"integration_token": integration_token, "user": user}
        return self._told(self._session.send("POST", "/account/add_user.json", json_body=body))
