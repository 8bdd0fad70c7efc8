"""Every mistake names its key and the remedy, all of them at once."""

import pytest

from config.problems import ConfigError
from config.settings import load
from tests.unit.config.samples import GARDEN, Load, Problems


def test_all_mistakes_are_told_in_one_go(problems: Problems) -> None:
    found = problems(
        GARDEN.replace('"main"', '"mian"').replace("env:MAIN_TOKEN", "env:NOT_SET") + "rates = 5\n[web]\nport = 'x'",
        {"COUNTERFOIL_WERKER__THREADS": "1"},
    )
    assert set(found) == {
        "shops.garden.book",
        "books.main.token",
        "books.main.rates",
        "web.port",
        "COUNTERFOIL_WERKER__THREADS",
    }


def test_the_text_reads_like_a_list(loaded: Load) -> None:
    with pytest.raises(ConfigError) as caught:
        loaded(GARDEN.replace('"main"', '"mian"'))
    text = str(caught.value).replace(caught.value.where, "counterfoil.toml")
    assert text == (
        "counterfoil.toml: 1 problem\n"
        "\n"
        '  shops.garden.book = "mian"\n'
        "      There is no such book. Books: main.\n"
        '      Write book = "main", or add a table [books.mian].'
    )


@pytest.mark.parametrize(
    ("text", "key", "remedy"),
    [
        ("[ledger]\nurll = 1", "ledger.urll", 'Did you mean "url"?'),
        ("[legder]\nurl = 1", "legder", 'Did you mean "ledger"?'),
        ("[shops.garden]\nsekret = 1", "shops.garden.sekret", 'Did you mean "secret"?'),
        ("[shops.garden.policy]\nuntaxt = 1", "shops.garden.policy.untaxt", 'Did you mean "untaxed"?'),
        ("[log]\nzzz = 1", "log.zzz", "Known here: format, level."),
    ],
)
def test_an_unknown_key_is_answered_with_the_nearest_known_one(
    problems: Problems, text: str, key: str, remedy: str
) -> None:
    found = problems(text)[key]
    assert (found.what, found.remedy, found.value) == ("Unknown key.", remedy, "")


@pytest.mark.parametrize(
    ("text", "key", "value", "what"),
    [
        ("[ledger]\npool_size = 'many'", "ledger.pool_size", '"many"', "whole number"),
        ("[worker]\nthreads = true", "worker.threads", "true", "whole number"),
        ("[worker]\nthreads = 0", "worker.threads", "0", "too small"),
        ("[web]\nport = 70000", "web.port", "70000", "too large"),
        ("[web]\nhost = 5", "web.host", "5", "no text"),
        ("[web]\nbody_limit = '1 parsec'", "web.body_limit", '"1 parsec"', "no size"),
        ("[retries]\nmax_age = 'soon'", "retries.max_age", '"soon"', "no length of time"),
        ("[retries]\nfirst_wait = '2h'", "retries", "", "longer than the longest"),
        ("[log]\nlevel = 'warn'", "log.level", '"warn"', "not one of the choices"),
        ("[ledger]\nurl = 'mysql://db/x'", "ledger.url", '"mysql://db/x"', "no address of a ledger"),
        ("[ledger]\nurl = 'sqlite://'", "ledger.url", '"sqlite://"', "lost at every stop"),
        ("[broker]\nurl = 'kafka://x'", "broker.url", '"kafka://x"', "no address of a broker"),
        ("[web]\npublic_url = 'shop.example.com'", "web.public_url", '"shop.example.com"', "no web address"),
        ("web = 5", "web", "", "no table"),
        ("shops = []", "shops", "", "no table"),
    ],
)
def test_a_wrong_value_is_told_with_its_key(problems: Problems, text: str, key: str, value: str, what: str) -> None:
    found = problems(text)[key]
    assert what in found.what
    assert found.value == value
    assert found.remedy


@pytest.mark.parametrize(
    ("before", "after", "key", "what"),
    [
        ('kind = "woocommerce"', 'kind = "shopware"', "shops.garden.kind", "not one of the choices"),
        ('kind = "woocommerce"', 'timezone = "Mars"', "shops.garden.timezone", "no time zone"),
        ('kind = "woocommerce"', "", "shops.garden.kind", "Missing"),
        ('kind = "woocommerce"', 'policy.untaxed = "zero"', "shops.garden.policy.untaxed", "not one of the choices"),
        ("[shops.garden]", "[shops.Garden]", "shops.Garden", "no name"),
        ("[shops.garden]", f"[shops.{'g' * 41}]", f"shops.{'g' * 41}", "no name"),
        ("https://garden", "http://garden", "books.main.base_url", "unencrypted"),
        ("https://garden", "https://me:pw@garden", "books.main.base_url", "more than host and path"),
        ('token = "env:MAIN_TOKEN"', "tax_rates = [300]", "books.main.tax_rates[0]", "too large"),
        ('token = "env:MAIN_TOKEN"', 'tax_rates = ["x"]', "books.main.tax_rates[0]", "no number"),
        ('token = "env:MAIN_TOKEN"', 'tax_rates = "23"', "books.main.tax_rates", "no list"),
    ],
)
def test_a_wrong_shop_or_book_is_told_with_its_key(
    problems: Problems, before: str, after: str, key: str, what: str
) -> None:
    assert what in problems(GARDEN.replace(before, after))[key].what


def test_a_choice_is_answered_with_the_nearest_one(problems: Problems) -> None:
    remedy = problems("[log]\nlevel = 'warn'")["log.level"].remedy
    assert remedy == 'Did you mean "warning"? Choices: debug, info, warning, error.'


def test_a_shop_without_any_book_is_told_to_make_one(problems: Problems) -> None:
    found = problems(GARDEN.partition("[books.main]")[0])["shops.garden.book"]
    assert found.what == "There is no such book. No book is set up."
    assert found.remedy == "Add a table [books.main]."


def test_a_mistake_in_the_environment_names_the_variable(problems: Problems) -> None:
    found = problems(environ={"COUNTERFOIL_WEB__PORT": "http"})
    assert found["COUNTERFOIL_WEB__PORT"].value == '"http"'


def test_an_unknown_section_in_the_environment_is_noticed(problems: Problems) -> None:
    found = problems(environ={"COUNTERFOIL_LEGDER__URL": "x"})["COUNTERFOIL_LEGDER__URL"]
    assert found.remedy == "Did you mean COUNTERFOIL_LEDGER__…?"


def test_an_unknown_key_in_the_environment_is_noticed(problems: Problems) -> None:
    found = problems(environ={"COUNTERFOIL_LEDGER__URI": "x"})["COUNTERFOIL_LEDGER__URI"]
    assert found.remedy == 'Did you mean "url"?'


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[web]\nport = = 5\n", "line 2, column 8: Invalid value.\n\n    port = = 5\n           ^"),
        (
            "[web]\n\tport 5\n",
            "line 2, column 7: Expected '=' after a key in a key/value pair.\n\n    \tport 5\n    \t     ^",
        ),
        ("[web\n", "line 1, column 5"),
        ("[web]\nhost = 'x'\nhost = 'y'\n", "line 3, column 11"),
        ('[web]\nhost = """x\n\n', "line 2, column 12"),
    ],
)
def test_broken_toml_is_told_with_line_and_column(problems: Problems, text: str, place: str) -> None:
    assert place in problems(text)[""].what


def test_a_file_that_is_not_utf8_is_told_with_its_line(loaded: Load, tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("latin") / "counterfoil.toml"
    file.write_bytes("[web]\n# zażółć\nhost = 'ł'".encode("latin2"))
    with pytest.raises(ConfigError, match="Not UTF-8, line 2"):
        load(file, {})


def test_a_folder_is_no_file(tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(ConfigError, match="Cannot be read"):
        load(tmp_path_factory.mktemp("folder"), {})
