"""How a write gets in under both of the module's releases: with the account alone, or with a session besides."""

import hashlib
from dataclasses import replace

import pytest

from providers.domain.errors import AccessDenied, NotSent
from providers.invoicing.drupal_invoice import Options
from providers.invoicing.drupal_invoice.sandbox import Module
from providers.sandbox import Fault, faults
from tests.unit.providers.drupal_invoice_site import BODY, ROUTE, Site, answered


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
