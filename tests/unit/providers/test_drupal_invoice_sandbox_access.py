"""Whom the sandbox's site lets in, in which order it checks, and the session of 1.3."""

import json

import pytest

from providers.invoicing.drupal_invoice.sandbox import Database, Module
from tests.unit.providers.drupal_invoice_sandbox_site import OTHERS, ROUTE, Site, error, told


@pytest.mark.parametrize("account", [None, "shop_api:wrong", "nobody:s3cret", "shop_api"])
def test_who_is_not_known_gets_a_401_without_a_word(account: str | None) -> None:
    reply = Site().call("GET", ROUTE, account=account)
    assert (reply.status, reply.body) == (401, b"")
    assert reply.headers["WWW-Authenticate"] == 'Basic Realm="Invoice API"'
    assert Site().call("GET", ROUTE, authorization="Basic !!", account=None).status == 401


def test_checks_come_in_the_modules_order() -> None:
    closed = Site(module=Module.V1_3, address_allowed=False)
    assert closed.call("DELETE", f"{ROUTE}/1", account=None).status == 401
    assert told(closed.call("DELETE", f"{ROUTE}/1")) == error(403, "IP address is not allowed")
    newer = Site(module=Module.V1_3)
    for method in ("POST", "PUT", "DELETE", "PATCH", "HEAD"):
        assert told(newer.call(method, f"{ROUTE}/1")) == error(406, "Token validation failed")
    older = Site()
    assert older.call("HEAD", f"{ROUTE}/1").status == older.call("PATCH", ROUTE).status == 405
    assert older.call("DELETE", f"{ROUTE}/1").status == 501
    assert told(older.call("PUT", ROUTE, {})) == error(400, "Invoice ID invalid or missing")
    assert told(older.call("PUT", f"{ROUTE}/9", {})) == error(404, "Not Found")
    older.make()
    assert told(older.call("PUT", f"{ROUTE}/1", {})) == error(400, "Template is required")
    assert older.call("PUT", f"{ROUTE}/1", {"template": "brandb"}).status == 403


@pytest.mark.parametrize("body", [{}, [], {"template": " "}, {"template": None}, b"{'", b""])
def test_a_body_without_a_template_is_as_good_as_none(body: object) -> None:
    assert told(Site().call("POST", ROUTE, body)) == error(400, "Template is required")


def test_a_template_belongs_to_one_account_but_the_list_to_all() -> None:
    site = Site()
    site.make()
    assert site.call("GET", f"{ROUTE}/1", account=OTHERS).status == 403
    denied = site.call("POST", ROUTE, {"template": "default", "pay_limit": 0}, account=OTHERS)
    assert told(denied) == error(403, "Permission denied for this template")
    assert len(json.loads(site.call("GET", ROUTE, account=OTHERS).body)) == 1


def test_a_put_takes_over_an_invoice_of_another_template() -> None:
    site = Site()
    site.make()
    body = {"template": "brandb", "pay_limit": 0, "leading_zeros": 4}
    assert site.call("PUT", f"{ROUTE}/1", body, account=OTHERS).status == 204
    assert site.call("GET", f"{ROUTE}/1").status == 403
    assert site.call("GET", f"{ROUTE}/1", account=OTHERS).status == 200


@pytest.mark.parametrize(("database", "status", "left"), [(Database.MARIADB, 500, 0), (Database.SQLITE, 201, 1)])
def test_a_template_that_is_not_there_is_for_the_database_to_refuse(database: Database, status: int, left: int) -> None:
    site = Site(root=True, database=database)
    assert site.post(template="Default").status == status
    assert [row["template"] for row in site.get(ROUTE)] == [None] * left
    assert site.call("GET", f"{ROUTE}/1").status == 404


def test_the_root_user_may_use_every_template() -> None:
    assert Site(root=True).post(template="brandb").status == 201
    assert Site().post(template="brandb").status == 403


def newer_with_session(site: Site) -> dict[str, str]:
    form = b"name=shop_api&pass=s3cret&form_id=user_login&op=Log+in"
    login = site.call("POST", "/user/login", form, account=None)
    assert login.status == 302
    cookie = login.headers["Set-Cookie"].partition(";")[0]
    token = site.call("GET", "/invoice/api/token", account=None, cookie=cookie).body.decode()
    return {"cookie": cookie, "x_csrf_token": token}


def test_a_write_needs_account_cookie_and_token_together() -> None:
    site = Site(module=Module.V1_3)
    session = newer_with_session(site)
    body = {"template": "default", "pay_limit": 0}
    assert site.call("POST", ROUTE, body, **session).status == 201
    assert site.call("POST", ROUTE, body, account=None, **session).status == 401
    assert site.call("POST", ROUTE, body, x_csrf_token=session["x_csrf_token"]).status == 406
    assert site.call("POST", ROUTE, body, cookie=session["cookie"]).status == 406
    assert site.call("POST", ROUTE, body, **session).status == 201


def test_a_token_is_the_same_for_the_same_session_and_worthless_without_one() -> None:
    site = Site(module=Module.V1_3)
    session = newer_with_session(site)
    again = site.call("GET", "/invoice/api/token", cookie=session["cookie"]).body.decode()
    assert again == session["x_csrf_token"]
    assert len(again) == 43
    lone = [site.call("GET", "/invoice/api/token").body.decode() for _ in range(2)]
    assert len({again, *lone}) == 3
    assert site.call("POST", ROUTE, {}, cookie=session["cookie"], x_csrf_token=lone[0]).status == 406


def test_every_answer_deletes_the_cookie_that_it_was_asked_with() -> None:
    site = Site(module=Module.V1_3)
    session = newer_with_session(site)
    assert "=deleted" in site.call("POST", ROUTE, {}, **session).headers["Set-Cookie"]
    assert "Set-Cookie" not in site.call("GET", ROUTE).headers
    assert "Set-Cookie" not in site.call("GET", ROUTE, cookie="SESS0=x").headers


def test_1_2_has_no_token_and_minds_none() -> None:
    site = Site()
    assert site.call("GET", "/invoice/api/token").status == 404
    assert site.call("POST", ROUTE, {"template": "default", "pay_limit": 0}, x_csrf_token="x").status == 201


def test_in_maintenance_invoices_go_on_and_no_token_is_given() -> None:
    site = Site(module=Module.V1_3, maintenance=True)
    assert site.call("GET", "/invoice/api/token").status == 302
    assert site.call("GET", ROUTE).status == 200


def test_the_login_form_lets_nobody_in_after_failures_or_with_other_questions() -> None:
    good, bad = (f"name=shop_api&pass={word}&form_id=user_login".encode() for word in ("s3cret", "wrong"))
    site = Site(module=Module.V1_3, login_failures=2)
    assert [site.call("POST", "/user/login", form).status for form in (good, bad, bad, good)] == [302, 200, 200, 200]
    assert Site(login_asks_more=True).call("POST", "/user/login", good).status == 200
    assert Site().call("POST", "/user/login", b"name=shop_api&pass=s3cret").status == 200
