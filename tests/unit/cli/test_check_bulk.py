"""`bulk = true` where it can have no effect is told by `counterfoil check`, with why."""

import pytest

from tests.unit.cli.desk import TOML, Desk

ACS = TOML.replace('provider = "invoiceocean"', 'provider = "acs"')
BULK = "\n[shops.garden.policy]\nbulk = true\n"
PROVED = "[books.main.options]\nlist_proves_absence = true\n"


@pytest.fixture(autouse=True)
def _sockets(socket_enabled: None) -> None:
    """`check` asks the book's provider, where here nobody listens."""


@pytest.mark.parametrize(
    ("toml", "why"),
    [
        (TOML + BULK, "takes documents one by one"),
        (ACS + BULK, "cannot be asked what a lost call made"),
        (ACS + "look_first = true\n" + PROVED + BULK, "look_first is set"),
    ],
    ids=["one by one", "no looking up", "looked for first"],
)
def test_no_effect_is_told_with_why(desk: Desk, toml: str, why: str) -> None:
    desk.configure(toml)
    (line,) = (line for line in desk.type("check", "--json").json if "bulk" in line["text"])
    assert (line["check"], line["result"]) == ("shop garden", "warn")
    assert why in line["text"]
    assert "shops.garden.policy" in line["remedy"]


def test_where_it_has_an_effect_nothing_is_told(desk: Desk) -> None:
    desk.configure(ACS + PROVED + BULK)
    assert not [line for line in desk.type("check", "--json").json if "bulk" in line["text"]]
