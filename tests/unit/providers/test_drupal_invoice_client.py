"""Every call on the wire, and how a write gets in under both of the module's releases."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from providers.domain.errors import AccessDenied, NotSent, OutcomeUnknown, ProviderError, Refused, Unavailable
from providers.invoicing.drupal_invoice import CARD, DrupalInvoice, Options, build
from providers.invoicing.drupal_invoice.sandbox import Module, Switches, sandbox
from providers.sandbox import Fault, Reply, Request, SandboxAdapter, Script, faults
from providers.sandbox.core import Sandbox
from tests.builders import NOON, SettableClock, a_draft
from tests.contract.invoicing.suite import money

USER, PASSWORD = "shop_api", "pa:ss/w0rd %41"
ROUTE = "/invoice/api/invoice.json"
BODY: dict[str, object] = {"template": "default", "pay_limit": 0, "items": [{"quantity": 1, "unitcost": "5", "vat": 0}]}


class Recording:
    """A service in front of the sandbox's own that keeps what was asked."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._service = sandbox.service
        sandbox.service = self
        self.asked: list[Request] = []
        self.answered: list[Reply] = []

    def handle(self, request: Request) -> Reply:
        reply = self._service.handle(request)
        self.asked.append(request)
        self.answered.append(reply)
        return reply

    def state(self) -> dict[str, object]:
        return self._service.state()

    @property
    def calls(self) -> list[str]:
        return [f"{request.method} {request.url}" for request in self.asked]


class Site:
    def __init__(
        self, options: Options | None = None, *, url: str = "https://billing.example", **switches: Any
    ) -> None:
        self.clock, self.script = SettableClock(), Script()
        self.sandbox = sandbox(
            token=f"{USER}:{PASSWORD}",
            switches=Switches(**{"host": "billing.example", **switches}),
            faults=self.script,
            clock=self.clock,
            sleep=self.sleep,
        )
        self.service: Any = self.sandbox.service
        self.wire = Recording(self.sandbox)
        self.options, self.url = options, url
        self.provider = self.build()
        self.client = self.provider.client

    def build(self, token: str = f"{USER}:{PASSWORD}") -> DrupalInvoice:
        adapter = SandboxAdapter(self.sandbox)
        return build(base_url=self.url, token=token, options=self.options, adapter=adapter, sleep=self.sleep)

    def sleep(self, seconds: float) -> None:
        self.clock.move(timedelta(seconds=seconds))


def plain(**switches: Any) -> Site:
    """A site with 1.2, where the account is enough."""
    return Site(module=Module.V1_2, **switches)


def test_a_create_sends_json_with_the_account_and_takes_the_id_from_the_answer() -> None:
    site = plain()
    assert site.client.create_invoice(BODY) == "1"
    (asked,) = site.wire.asked
    assert (asked.method, asked.url, json.loads(asked.body)) == ("POST", ROUTE, BODY)
    assert asked.headers["content-type"] == "application/json"
    assert asked.headers["authorization"].startswith("Basic ")
    assert {"cookie", "x-csrf-token"}.isdisjoint(asked.headers)


def test_every_read_asks_for_its_own_route() -> None:
    site = plain(php8=False)
    made = site.client.create_invoice(BODY)
    assert site.client.invoice(made)["inctotal"] == 5
    assert "Invoice 20260001" in site.client.invoice_html(made)
    assert site.client.invoice_pdf(made).startswith(b"%PDF-")
    assert [row["number"] for row in site.client.find_all()] == ["20260001"]
    assert site.client.server_time() == NOON
    assert site.wire.calls[1:] == [
        f"GET {ROUTE}/1",
        "GET /invoice/api/invoice.html/1",
        "GET /invoice/api/invoice.pdf/1",
        f"GET {ROUTE}/findAll",
        f"GET {ROUTE}?max_results=1",
    ]


def test_the_list_takes_every_filter_and_no_column_that_is_none() -> None:
    site = plain()
    site.client.create_invoice(BODY)
    found = site.client.invoices(
        max_results=2,
        page=1,
        sort="ii.iid",
        order="asc",
        template="default",
        customer_number=1,
        year=2026,
        month=3,
        day=4,
    )
    assert [row["id"] for row in found] == [1]
    assert site.wire.asked[-1].query == {
        "max_results": "2",
        "page": "1",
        "sort": "ii.iid",
        "order": "asc",
        "template": "default",
        "customer_number": "1",
        "year": "2026",
        "month": "3",
        "day": "4",
    }
    with pytest.raises(Refused):
        site.client.invoices(sort="iid; DROP")
    with pytest.raises(Unavailable):
        site.client.invoices(sort="nope.col")


def test_a_replace_writes_to_the_invoice_and_expects_no_body() -> None:
    site = plain()
    made = site.client.create_invoice(BODY)
    site.client.replace_invoice(made, {**BODY, "leading_zeros": 4, "pay_status": "paid"})
    assert site.wire.calls[-1] == f"PUT {ROUTE}/1"
    assert site.client.invoice(made)["pay_status"] == "paid"
    with pytest.raises(Refused) as raised:
        site.client.replace_invoice("77", BODY)
    assert raised.value.missing


def test_a_delete_is_refused_without_asking() -> None:
    site = plain()
    with pytest.raises(Refused, match="credit invoice"):
        site.client.delete_invoice("1")
    assert site.wire.calls == []


def test_a_site_without_clean_addresses_is_asked_by_parameter() -> None:
    site = Site(Options(clean_urls=False))
    made = site.client.create_invoice(BODY)
    site.client.invoices(max_results=5)
    assert made == "1"
    assert site.wire.asked[0].query == {"q": "invoice/api/invoice.json"}
    assert [asked.path for asked in site.wire.asked] == ["/"] * 5
    assert site.wire.asked[-1].query == {"q": "invoice/api/invoice.json", "max_results": "5", "page": "0"}


@pytest.mark.parametrize("odd", ["", "0", "00", "-1", "abc", "1/../2", "٣", "1.5"])
def test_what_is_no_id_is_missing_and_not_asked_for(odd: str) -> None:
    site = plain()
    calls: list[Callable[[str], object]] = [
        site.client.invoice,
        site.client.invoice_html,
        site.client.invoice_pdf,
        lambda invoice_id: site.client.replace_invoice(invoice_id, BODY),
    ]
    for call in calls:
        with pytest.raises(Refused) as raised:
            call(odd)
        assert raised.value.missing
    assert site.wire.calls == []


def answered(status: int, body: bytes) -> Fault:
    return Fault(rewrite=lambda _reply: Reply(status, body, {"Content-Type": "application/json"}))


@pytest.mark.parametrize("body", [b"[]", b'{"id": 2}', b'{"id": "x"}', b"null", b"", b"<html>", b'{"id": 1'])
def test_another_thing_than_the_invoice_asked_for_is_no_answer(body: bytes) -> None:
    site = plain()
    site.script.after_acting(answered(200, body), times=9)
    with pytest.raises(Unavailable):
        site.client.invoice("1")


@pytest.mark.parametrize("body", [b"{}", b'[{"number": 1}]', b"[1]", b"null", b"", b"<html>"])
def test_a_list_of_other_things_is_no_answer(body: bytes) -> None:
    site = plain()
    site.script.after_acting(answered(200, body), times=9)
    with pytest.raises(Unavailable):
        site.client.invoices()


@pytest.mark.parametrize("body", [b"{}", b"[]", b"", b'{"_links":{"self":{"href":"/"}}}', b"<html>", b'{"id":1}'])
def test_a_create_whose_answer_names_no_invoice_is_unknown(body: bytes) -> None:
    site = plain()
    site.script.after_acting(answered(201, body), method="POST")
    with pytest.raises(OutcomeUnknown):
        site.client.create_invoice(BODY)


@pytest.mark.parametrize(("status", "body"), [(200, b""), (204, b"<html>"), (200, b"{}")])
def test_a_replace_that_is_answered_otherwise_is_unknown(status: int, body: bytes) -> None:
    site = plain()
    made = site.client.create_invoice(BODY)
    site.script.after_acting(answered(status, body), method="PUT")
    with pytest.raises(OutcomeUnknown):
        site.client.replace_invoice(made, {**BODY, "leading_zeros": 4})


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(answered(500, b""), id="rolled back, as a rule"),
        pytest.param(answered(500, b"<html>Error</html>"), id="perhaps half stored"),
        pytest.param(answered(500, b'{"code":500,"message":"SQLSTATE[42S22]"}'), id="a query's"),
    ],
)
def test_a_500_of_any_shape_leaves_a_write_unknown_and_a_read_unavailable(fault: Fault) -> None:
    site = plain()
    site.script.after_acting(fault)
    with pytest.raises(OutcomeUnknown):
        site.client.create_invoice(BODY)
    site.script.after_acting(fault, times=9)
    with pytest.raises(Unavailable):
        site.client.invoices()


def test_a_pdf_on_php_8_is_unavailable() -> None:
    site = plain()
    with pytest.raises(Unavailable):
        site.client.invoice_pdf(site.client.create_invoice(BODY))
    site.script.after_acting(answered(200, b"<html>"), times=1)
    with pytest.raises(Unavailable):
        site.client.invoice_pdf("1")
    site.script.after_acting(answered(200, b"{}"), times=1)
    with pytest.raises(Unavailable):
        site.client.invoice_html("1")


# How a write gets in.


def test_the_first_write_finds_the_release_out_and_the_next_ones_know_it() -> None:
    site = Site()
    site.client.create_invoice(BODY)
    assert site.wire.calls == [f"POST {ROUTE}", "POST /user/login", "GET /invoice/api/token", f"POST {ROUTE}"]
    assert [reply.status for reply in site.wire.answered] == [406, 302, 200, 201]
    for _ in range(3):
        site.client.create_invoice(BODY)
    assert site.wire.calls[4:] == [f"POST {ROUTE}"] * 3
    assert len(site.service.site.invoices) == 4


def test_a_login_sends_the_form_and_no_basic() -> None:
    site = Site(Options(dialect="1.3"))
    site.client.create_invoice(BODY)
    login, token, write = site.wire.asked
    assert login.body == b"name=shop_api&pass=pa%3Ass%2Fw0rd+%2541&form_id=user_login&op=Log+in"
    assert login.headers["content-type"] == "application/x-www-form-urlencoded"
    assert login.headers["content-length"] == str(len(login.body))
    assert "authorization" not in login.headers
    cookie = site.wire.answered[0].headers["Set-Cookie"].partition(";")[0]
    assert token.headers["cookie"] == write.headers["cookie"] == cookie
    assert write.headers["x-csrf-token"] == site.wire.answered[1].body.decode()
    assert write.headers["authorization"].startswith("Basic ")


def test_reads_carry_no_session() -> None:
    site = Site(Options(dialect="1.3"))
    site.client.invoice(site.client.create_invoice(BODY))
    assert {"cookie", "x-csrf-token"}.isdisjoint(site.wire.asked[-1].headers)


def test_the_cookie_goes_on_though_every_answer_deletes_it() -> None:
    site = Site()
    site.client.create_invoice(BODY)
    assert "=deleted" in site.wire.answered[-1].headers["Set-Cookie"]
    site.client.create_invoice(BODY)
    assert site.wire.answered[-1].status == 201


@pytest.mark.parametrize(
    ("url", "host", "cookie_domain", "name"),
    [
        ("https://billing.example", "billing.example", "", "billing.example"),
        ("https://billing.example/", "billing.example", "", "billing.example"),
        ("https://www.billing.example", "www.billing.example", "", ".www.billing.example"),
        ("https://billing.example", "billing.example", ".example", ".example"),
    ],
)
def test_a_session_of_our_own_is_named_after_the_site(url: str, host: str, cookie_domain: str, name: str) -> None:
    options = Options(dialect="1.3", session="own", cookie_domain=cookie_domain)
    site = Site(options, url=url, host=host, cookie_domain=cookie_domain)
    site.client.create_invoice(BODY)
    assert site.wire.calls == ["GET /invoice/api/token", f"POST {ROUTE}"]
    cookie, _, value = site.wire.asked[1].headers["cookie"].partition("=")
    assert cookie == f"SSESS{hashlib.sha256(name.encode()).hexdigest()[:32]}"
    assert len(value) == 64
    assert value.isalnum()


def test_a_site_without_tls_has_a_shorter_name_for_the_cookie() -> None:
    site = Site(Options(session="own"), url="http://billing.example")
    site.client.create_invoice(BODY)
    assert site.wire.asked[-1].headers["cookie"].startswith("SESS")


def test_a_session_that_is_gone_is_made_anew_and_the_write_had_no_effect() -> None:
    site = Site()
    site.client.create_invoice(BODY)
    site.service.use(replace(site.service.switches, cookie_domain=".moved.example"))
    assert site.client.create_invoice(BODY) == "2"
    assert [reply.status for reply in site.wire.answered[-4:]] == [406, 302, 200, 201]


def test_a_token_that_is_never_taken_denies_the_book_after_one_more_try() -> None:
    site = Site(Options(session="own"), host="known.otherwise.example")
    with pytest.raises(AccessDenied, match="`session` is 'own'"):
        site.client.create_invoice(BODY)
    assert site.wire.calls == [f"POST {ROUTE}", "GET /invoice/api/token", f"POST {ROUTE}"]


def test_a_login_form_that_asks_more_denies_the_book() -> None:
    site = Site(login_asks_more=True)
    with pytest.raises(AccessDenied, match="`session`"):
        site.client.create_invoice(BODY)
    assert site.service.site.invoices == {}


def test_a_book_that_says_1_2_is_told_that_the_site_asks_for_more() -> None:
    site = Site(Options(dialect="1.2"))
    with pytest.raises(AccessDenied, match="`dialect`"):
        site.client.create_invoice(BODY)
    assert site.wire.calls == [f"POST {ROUTE}"]


def test_a_book_that_says_1_3_on_a_site_with_1_2_is_denied() -> None:
    site = Site(Options(dialect="1.3"), module=Module.V1_2)
    with pytest.raises(AccessDenied, match="no session"):
        site.client.create_invoice(BODY)


@pytest.mark.parametrize(
    ("fault", "path"),
    [
        pytest.param(faults.dropped(), "/user/login", id="no answer to the login"),
        pytest.param(faults.status(503), "/user/login", id="a login that fails"),
        pytest.param(faults.status(503), "/invoice/api/token", id="a token that fails"),
        pytest.param(faults.dropped(), "/invoice/api/token", id="no answer to the token"),
        pytest.param(answered(200, b"<html>Log in</html>"), "/invoice/api/token", id="a page in place of the token"),
        pytest.param(answered(200, b"short"), "/invoice/api/token", id="no token's form"),
    ],
)
def test_without_a_session_nothing_was_written(fault: Fault, path: str) -> None:
    site = Site()
    site.script.after_acting(fault, path=path, times=9)
    with pytest.raises(NotSent):
        site.client.create_invoice(BODY)
    assert site.service.site.invoices == {}


def test_a_site_in_maintenance_gives_no_token_and_nothing_was_written() -> None:
    site = Site(maintenance=True)
    with pytest.raises(NotSent):
        site.client.create_invoice(BODY)
    assert site.client.invoices() == []


def test_an_invoice_that_cannot_be_read_is_not_marked_as_paid() -> None:
    site = plain()
    made = site.client.create_invoice(BODY)
    site.script.before_acting(faults.status(503), method="GET", times=9)
    with pytest.raises(NotSent):
        site.provider.pay(made, money("5.00"), idempotency_key="p")
    assert not any(call.startswith("PUT") for call in site.wire.calls)


def test_every_request_gets_its_part_of_the_time_of_one_call() -> None:
    slow = CARD.call_timeout / 5 + timedelta(seconds=1)
    site = plain()
    site.script.after_acting(faults.slow(slow), method="POST")
    with pytest.raises(OutcomeUnknown):
        site.client.create_invoice(BODY)


def test_neither_account_nor_cookie_nor_token_shows() -> None:
    site = Site()
    shown = [repr(site.provider), repr(site.provider.__dict__)]
    site.client.create_invoice(BODY)
    secrets = [PASSWORD, site.wire.answered[2].body.decode(), site.wire.asked[-1].headers["cookie"]]
    echo = Fault(rewrite=lambda _reply: Reply(400, json.dumps({"code": 400, "message": PASSWORD}).encode(), {}))
    for fault in (echo, faults.dropped(), faults.status(500), faults.login_page()):
        for call in (
            lambda: site.client.create_invoice(BODY),
            lambda: site.client.invoice("1"),
            lambda: site.build().client.create_invoice(BODY),
        ):
            site.script.after_acting(fault)
            try:
                call()
            except ProviderError as error:
                shown += [str(error), repr(error), repr(error.__context__)]
    shown += [repr(site.provider.client.__dict__), str(site.sandbox.state()), *(each.url for each in site.sandbox.log)]
    for text in shown:
        for secret in secrets:
            assert secret not in text


def test_the_cards_currency_is_the_books() -> None:
    assert build(base_url="https://billing.example", token="a:b", options=Options(currency="SEK")).card.currencies == {
        "SEK"
    }


def test_whatever_belongs_to_a_write_is_done_while_no_other_write_is() -> None:
    site, alone = Site(), []

    def look(reply: Reply) -> Reply:
        alone.append(site.provider._writing.locked())
        return reply

    site.script.after_acting(Fault(rewrite=look), times=99)
    made = site.provider.create(site.provider.prepare(a_draft()), idempotency_key="k").remote_id
    site.provider.pay(made, money("123.00"), idempotency_key="p")
    assert alone == [True] * 6
    site.provider.read(made)
    assert not alone[-1]
