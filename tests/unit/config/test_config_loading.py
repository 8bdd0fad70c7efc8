"""What a good configuration becomes."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import get_args

import pytest
from pydantic import ValidationError

from config import sections
from config.problems import ConfigError
from config.sections import PolicySettings, RetriesSettings
from config.settings import Settings, load
from config.values import duration, duration_text, size
from providers.domain.orders import PaymentKind
from providers.domain.policy import IssueOn, Policy, Retries, Untaxed, ZeroTotal
from tests.unit.config.samples import GARDEN, SECRETS_GIVEN, Load


def test_a_shop_and_a_book_are_enough(loaded: Load, tmp_path: Path) -> None:
    settings = loaded()
    assert settings.shops["garden"].kind == "woocommerce"
    assert settings.shops["garden"].secret.get_secret_value() == "a-webhook-secret"
    assert settings.books["main"].token.get_secret_value() == "an-api-token"
    assert settings.books["main"].base_url == "https://garden.invoiceocean.com"
    assert settings.broker.in_process
    assert settings.ledger.url.get_secret_value() == f"sqlite:///{tmp_path}/counterfoil.sqlite3"


def test_without_a_file_the_environment_alone_speaks() -> None:
    settings = load(None, {"COUNTERFOIL_WEB__PORT": "9090"})
    assert settings.web.port == 9090
    assert settings.shops == {}


def test_settings_made_by_hand_read_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERFOIL_WEB__PORT", "9090")
    assert Settings().web.port == 8080


def test_nothing_changes_after_loading(loaded: Load) -> None:
    settings = loaded()
    with pytest.raises(ValidationError):
        settings.web.port = 1
    with pytest.raises(ValidationError):
        settings.web = settings.web


def test_two_shops_may_share_a_book(loaded: Load) -> None:
    second = '\n[shops.kiosk]\nkind = "generic"\nsecret = "env:GARDEN_SECRET"\nbook = "main"\n'
    assert {shop.book for shop in loaded(GARDEN + second).shops.values()} == {"main"}


def test_tax_rates_are_exact_decimals(loaded: Load) -> None:
    rates = loaded(GARDEN + 'tax_rates = ["23", 5.5, 0]').books["main"].tax_rates
    assert rates == (Decimal(23), Decimal("5.5"), Decimal(0))


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "counterfoil.toml"
    file.write_bytes(b"\xef\xbb\xbf[web]\r\nport = 81\r\n")
    assert load(file, {}).web.port == 81


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("30s", timedelta(seconds=30)),
        ("5m", timedelta(minutes=5)),
        ("24h", timedelta(days=1)),
        ("2d", timedelta(days=2)),
        ("1h 30m", timedelta(minutes=90)),
        ("250ms", timedelta(milliseconds=250)),
        ("1.5s", timedelta(milliseconds=1500)),
        ("90", timedelta(seconds=90)),
        (90, timedelta(seconds=90)),
        (Decimal("0.5"), timedelta(milliseconds=500)),
    ],
)
def test_durations_are_read_as_people_write_them(written: object, read: timedelta) -> None:
    assert duration(written) == read


@pytest.mark.parametrize("written", ["", "soon", "5 parsecs", "-1s", "0s", 0, True, "1e400", "nan", "9999999d", []])
def test_what_is_no_duration_is_refused(written: object) -> None:
    with pytest.raises(ValueError, match="This is"):
        duration(written)


@pytest.mark.parametrize("text", ["1d", "36h", "15m", "90s", "250ms"])
def test_a_duration_is_shown_as_it_would_be_written(text: str) -> None:
    assert duration_text(duration(text)) == text


@pytest.mark.parametrize(
    ("written", "read"), [("1 MiB", 2**20), ("512KiB", 2**19), ("2 MB", 2_000_000), (4096, 4096), ("4096", 4096)]
)
def test_sizes_are_read_as_people_write_them(written: object, read: int) -> None:
    assert size(written) == read


@pytest.mark.parametrize("written", ["1 parsec", "", -1, 1.5, True, "1.5 MiB"])
def test_what_is_no_size_is_refused(written: object) -> None:
    with pytest.raises(ValueError, match="This is no size"):
        size(written)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_means_our_driver(loaded: Load, scheme: str) -> None:
    ledger = loaded(f'[ledger]\nurl = "{scheme}://me:p%40ss@db/counterfoil"').ledger
    assert ledger.url.get_secret_value() == "postgresql+psycopg://me:p%40ss@db/counterfoil"
    assert ledger.url.password == "p@ss"


def test_an_absolute_ledger_file_stays_where_it_is(loaded: Load) -> None:
    ledger = loaded('[ledger]\nurl = "sqlite:////var/lib/ledger.sqlite3"').ledger
    assert ledger.url.get_secret_value() == "sqlite:////var/lib/ledger.sqlite3"


@pytest.mark.parametrize("url", ["redis://h:6379/0", "rediss://h", "amqp://u:p@h//", "redis+socket:///run/redis.sock"])
def test_brokers_that_are_known(loaded: Load, url: str) -> None:
    broker = loaded(f'[broker]\nurl = "{url}"').broker
    assert broker.url.get_secret_value() == url
    assert not broker.in_process


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9000", "http://sandbox:9000", "http://10.0.0.7", "https://a.example"]
)
def test_plain_http_is_for_near_machines(loaded: Load, url: str) -> None:
    text = GARDEN.replace("https://garden.invoiceocean.com/", url)
    assert loaded(text).books["main"].base_url == url


def test_the_environment_overrides_the_file(loaded: Load) -> None:
    settings = loaded(
        GARDEN + "rate = 10\n[web]\nport = 81",
        {
            "COUNTERFOIL_WEB__PORT": "82",
            "COUNTERFOIL_LOG__LEVEL": "",
            "COUNTERFOIL_RETRIES__MAX_AGE": "2d",
            "COUNTERFOIL_SHOPS__GARDEN__POLICY__DUE_DAYS": "14",
            "COUNTERFOIL_SHOPS__GARDEN__POLICY__ISSUE_ON_BY_PAYMENT": '{"transfer": "placed"}',
            "COUNTERFOIL_SHOPS__GARDEN__TAX_NUMBER_FIELDS": "_billing_nip, vat",
            "COUNTERFOIL_BOOKS__MAIN__TAX_RATES": '["23", "8"]',
            "COUNTERFOIL_BOOKS__MAIN__OPTIONS__DEPARTMENT_ID": "7",
        },
    )
    assert settings.web.port == 82
    assert settings.log.level == "info"
    assert settings.retries.max_age == timedelta(days=2)
    assert settings.shops["garden"].policy.due_days == 14
    assert settings.shops["garden"].policy.issue_on_by_payment == {"transfer": "placed"}
    assert settings.shops["garden"].tax_number_fields == ("_billing_nip", "vat")
    assert settings.books["main"].tax_rates == (Decimal(23), Decimal(8))
    assert settings.books["main"].rate == 10
    assert settings.books["main"].options == {"department_id": "7"}


def test_a_whole_shop_can_come_from_the_environment(loaded: Load) -> None:
    shop = {"KIND": "generic", "SECRET": "env:MAIN_TOKEN", "BOOK": "main"}
    settings = loaded(environ={f"COUNTERFOIL_SHOPS__KIOSK__{key}": value for key, value in shop.items()})
    assert settings.shops["kiosk"].kind == "generic"


def test_a_dash_in_a_name_is_an_underscore_in_a_variable(loaded: Load) -> None:
    text = GARDEN.replace("shops.garden", "shops.garden-pl")
    settings = loaded(text, {"COUNTERFOIL_SHOPS__GARDEN_PL__ISSUE_ON": "placed"})
    assert {name: shop.issue_on for name, shop in settings.shops.items()} == {"garden-pl": "placed"}


def test_variables_that_kubernetes_sets_for_a_service_are_not_ours(loaded: Load) -> None:
    assert loaded(environ={"COUNTERFOIL_WEB_PORT": "tcp://10.0.0.1:8080"}).web.port == 8080


def test_the_defaults_are_those_of_the_domain() -> None:
    policy, ours = Policy(), PolicySettings()
    for name in PolicySettings.model_fields:
        assert getattr(ours, name) == getattr(policy, name), name
    retries = Retries()
    for name in RetriesSettings.model_fields:
        assert getattr(RetriesSettings(), name) == getattr(retries, name), name


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (sections.IssueOn, IssueOn),
        (sections.ZeroTotal, ZeroTotal),
        (sections.Untaxed, Untaxed),
        (sections.PaymentKind, PaymentKind),
    ],
)
def test_the_choices_are_those_of_the_domain(ours: object, theirs: type[IssueOn]) -> None:
    assert set(get_args(ours)) == {member.value for member in theirs}


def test_a_missing_file_tells_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cp counterfoil\.example\.toml .*nothere\.toml") as caught:
        load(tmp_path / "nothere.toml", SECRETS_GIVEN)
    assert caught.value.exit_code == 2
