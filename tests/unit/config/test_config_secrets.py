"""Secrets come by reference and are shown nowhere."""

import pickle
import traceback
from pathlib import Path

import pytest
from pydantic import SecretStr

from config.problems import ConfigError
from config.redaction import HIDDEN, SECRETS, Secrets, is_secret_name, redact_shapes, redact_url
from tests.unit.config.samples import GARDEN, Load, Problems

LITERAL = "s3cr3t-literal-value"


def test_a_secret_may_lie_in_a_file_beside_the_configuration(loaded: Load, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from-a-file\n")
    settings = loaded(GARDEN.replace("env:MAIN_TOKEN", "file:token"))
    assert settings.books["main"].token.get_secret_value() == "from-a-file"


def test_a_secret_may_lie_in_a_file_elsewhere(loaded: Load, tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("run") / "token"
    file.write_bytes(b"from a file \r\n")
    settings = loaded(GARDEN.replace("env:MAIN_TOKEN", f"file:{file}"))
    assert settings.books["main"].token.get_secret_value() == "from a file "


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (None, "cannot be read: no such file or directory"),
        (b"\n", "is empty"),
        (b"\xff\xfe", "holds no text"),
        (b"x" * 70_000, "is too long"),
    ],
)
def test_a_file_without_a_secret_names_the_key(
    problems: Problems, tmp_path: Path, content: bytes | None, what: str
) -> None:
    if content is not None:
        (tmp_path / "token").write_bytes(content)
    found = problems(GARDEN.replace("env:MAIN_TOKEN", "file:token"))["books.main.token"]
    assert what in found.what
    assert found.remedy


@pytest.mark.parametrize(
    ("reference", "what"),
    [
        ("env:NOT_SET", "The environment variable NOT_SET is not set."),
        ("env:EMPTY", "The environment variable EMPTY is empty."),
        ("env:$GARDEN_SECRET", "This names no environment variable."),
        ("env:", "This names no environment variable."),
        ("", "This must be a reference to a secret."),
    ],
)
def test_a_variable_without_a_secret_names_the_key(problems: Problems, reference: str, what: str) -> None:
    found = problems(GARDEN.replace("env:GARDEN_SECRET", reference), {"EMPTY": " "})["shops.garden.secret"]
    assert found.what == what
    assert found.value == ""
    assert found.remedy


def test_a_missing_secret_tells_how_to_refer_to_one(problems: Problems) -> None:
    found = problems(GARDEN.replace('secret = "env:GARDEN_SECRET"', ""))["shops.garden.secret"]
    assert 'Add secret = "env:NAME"' in found.remedy
    assert "[shops.garden]" in found.remedy


@pytest.mark.parametrize(
    "text",
    [
        GARDEN.replace("env:GARDEN_SECRET", LITERAL),
        GARDEN.replace("env:MAIN_TOKEN", LITERAL),
        f'{GARDEN}sekret = "{LITERAL}"',
        f'{GARDEN}[books.main.options]\nclient_secret = "{LITERAL}"',
        f'{GARDEN}[books.main.options.deeper]\nkeys = [{{ api_key = "{LITERAL}" }}]',
        f'{GARDEN}[books.main.token]\nvalue = "{LITERAL}"',
        f'[ledger]\nurl = "mysql://me:{LITERAL}@host/db"',
        f'[ledger]\nurl = "postgresql://me:{LITERAL}@host:port/db"',
        f'[broker]\nurl = "redis://:{LITERAL}/x@host"',
        GARDEN.replace("https://", f"https://me:{LITERAL}@"),
        GARDEN.replace(".com/", f".com/?api_token={LITERAL}"),
        f'[web]\nsecret = "{LITERAL}',
        f"[web]\ntoken = {LITERAL}",
        f'[shops]\ngarden = {{ kind = "generic", secret = "{LITERAL}", book = ',
        f'[ledger]\nurl = "postgresql://me:{LITERAL}@host/db" x',
    ],
)
def test_no_error_prints_a_secret_that_stands_in_the_file(loaded: Load, text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        loaded(text)
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + str(caught.value.problems)
    assert LITERAL not in told
    assert caught.value.__cause__ is None
    assert LITERAL not in repr(caught.value.__context__)
    assert caught.value.problems[0].remedy


def test_a_secret_in_the_file_is_told_where_to_go_instead(problems: Problems) -> None:
    found = problems(GARDEN.replace("env:GARDEN_SECRET", LITERAL))["shops.garden.secret"]
    assert 'secret = "env:GARDEN_SECRET"' in found.remedy
    assert "also change the secret" in found.remedy


def test_a_variable_may_override_a_reference_that_leads_nowhere(loaded: Load) -> None:
    text = GARDEN.replace("env:MAIN_TOKEN", "file:/nowhere")
    settings = loaded(text, {"COUNTERFOIL_BOOKS__MAIN__TOKEN": "env:MAIN_TOKEN"})
    assert settings.books["main"].token.get_secret_value() == "an-api-token"


def test_a_variable_may_hold_the_secret_itself(loaded: Load) -> None:
    settings = loaded(environ={"COUNTERFOIL_BOOKS__MAIN__TOKEN": LITERAL})
    assert settings.books["main"].token.get_secret_value() == LITERAL


def test_a_providers_own_options_may_refer_to_secrets(loaded: Load) -> None:
    options = '[books.main.options]\nseller = "A"\nclient_secret = "env:MAIN_TOKEN"\ndeep = { a = ["env:MAIN_TOKEN"] }'
    book = loaded(GARDEN + options).books["main"]
    assert book.options["seller"] == "A"
    assert book.options["client_secret"] == SecretStr("an-api-token")
    assert book.options["deep"] == {"a": [SecretStr("an-api-token")]}
    assert "an-api-token" not in repr(book) + book.model_dump_json()


def test_addresses_may_be_references(loaded: Load) -> None:
    text = '[ledger]\nurl = "env:DATABASE_URL"\n[broker]\nurl = "env:BROKER_URL"'
    settings = loaded(text, {"DATABASE_URL": "postgres://me:hunter22@db/x", "BROKER_URL": "redis://:hunter33@r/0"})
    assert settings.ledger.url.get_secret_value() == "postgresql+psycopg://me:hunter22@db/x"
    assert settings.ledger.url.redacted() == "postgresql+psycopg://me:***@db/x"
    assert settings.broker.url.redacted() == "redis://:***@r/0"


def test_settings_show_no_secret(loaded: Load) -> None:
    settings = loaded(GARDEN + '[ledger]\nurl = "postgresql://me:hunter22@db/x"')
    shown = repr(settings) + str(settings) + settings.model_dump_json() + repr(settings.model_dump())
    for secret in ("a-webhook-secret", "an-api-token", "hunter22"):
        assert secret not in shown


def test_what_was_loaded_is_known_to_the_logs(loaded: Load) -> None:
    loaded(GARDEN + '[ledger]\nurl = "postgresql://me:hunt%40er22@db/x"')
    for secret in ("a-webhook-secret", "an-api-token", "hunt@er22"):
        assert SECRETS.redact(f"<{secret}>") == f"<{HIDDEN}>"


def test_errors_survive_a_process_boundary(problems: Problems) -> None:
    found = problems(GARDEN.replace('"main"', '"mian"'))
    assert pickle.loads(pickle.dumps(found)) == found


@pytest.mark.parametrize(
    "name",
    [
        "token",
        "api_token",
        "accessToken",
        "X-WC-Webhook-Signature",
        "Authorization",
        "API-Key",
        "client_secret",
        "password",
        "Set-Cookie",
        "consumer_key",
        "x-shopify-hmac-sha256",
    ],
)
def test_names_of_secrets(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize("name", ["order", "idempotency_key", "reference", "tokens_left", "key", "signature_ok"])
def test_names_that_are_no_secrets(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("GET /invoices.json?page=2&api_token=abc/def&x=1", f"GET /invoices.json?page=2&api_token={HIDDEN}&x=1"),
        ("Authorization: Bearer abc.def-ghi", f"Authorization: Bearer {HIDDEN}"),
        ("postgresql://me:pass@host/db failed", "postgresql://me:***@host/db failed"),
        ("https://host:8080/path?since=2026", "https://host:8080/path?since=2026"),
        ("a basic fact: 1 = 1", "a basic fact: 1 = 1"),
    ],
)
def test_what_looks_like_a_secret_is_taken_out_of_texts(text: str, redacted: str) -> None:
    assert redact_shapes(text) == redacted


def test_a_password_with_odd_characters_leaves_the_address() -> None:
    assert redact_url("redis://:p/a:s@s@host/0") == "redis://:***@host/0"


@pytest.mark.parametrize("form", ['a"b\\c/ż d', 'a\\"b\\\\c/\\u017c d', "a%22b%5Cc/%C5%BC%20d", "a%22b%5Cc%2F%C5%BC+d"])
def test_a_secret_is_found_in_every_form_in_which_it_is_printed(form: str) -> None:
    secrets = Secrets()
    secrets.add('a"b\\c/ż d')
    assert secrets.redact(f"<{form}>") == f"<{HIDDEN}>"


def test_a_secret_of_several_lines_is_found_line_by_line() -> None:
    secrets = Secrets()
    secrets.add("-----BEGIN KEY-----\nabcdefgh\n-----END KEY-----")
    assert secrets.redact("-----BEGIN KEY----- abcdefgh") == f"-----BEGIN KEY----- {HIDDEN}"


def test_a_very_short_secret_does_not_blacken_everything() -> None:
    secrets = Secrets()
    secrets.add("e")
    assert secrets.redact("everything") == "everything"
    assert "e" not in repr(secrets).partition(":")[2].replace("forms", "")
