"""The door for the provider's own webhooks: shut unless it is opened, and it tells nobody anything."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import ANY

import pytest
from structlog.testing import capture_logs

from tests.web.site import SECRETS, Site, open_site

DOOR = f"/hints/main/{SECRETS['HINT']}"
DEAL = json.dumps({"deal": {"external_ids": {"fakturownia": 21552648}}, "app_name": "fakturownia"}).encode()


@pytest.fixture
def opened(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Site]:
    shutil.copy(migrated_sqlite, tmp_path / "ledger.db")
    with open_site(tmp_path, f"sqlite:///{tmp_path}/ledger.db", of_the_book='hint_token = "env:HINT"\n') as made:
        yield made


@pytest.mark.parametrize(
    "body", [DEAL, b"", b"{", b"[]", b"\xff\xfe", b'{"deal": {"external_ids": 7}}', b"x" * 200_000]
)
def test_whatever_is_brought_the_answer_is_the_same(opened: Site, body: bytes) -> None:
    answer = opened.post(DOOR, body, {})
    assert (answer.status_code, answer.content) == (202, b"")
    assert opened.orders == []


@pytest.mark.parametrize(
    "path",
    ["/hints/main/a-hint-token-of-mail", "/hints/main/", "/hints/main", "/hints/other/a-hint-token-of-main"],
)
def test_at_any_other_address_there_is_nothing(opened: Site, path: str) -> None:
    assert opened.post(path, DEAL, {}).status_code == 404


def test_without_a_token_there_is_no_door(site: Site) -> None:
    assert site.post("/hints/main/", DEAL, {}).status_code == 404
    assert site.post(DOOR, DEAL, {}).status_code == 404
    assert not [path for path in site.wired.web().openapi()["paths"] if path.startswith("/hints")]


def test_only_the_document_that_is_named_is_followed(opened: Site) -> None:
    with capture_logs() as lines:
        opened.post(DOOR, DEAL, {})
        opened.post(DOOR, b"{}", {})
    heard = [line for line in lines if line["event"] == "hint.heard"]
    assert heard == [
        {"event": "hint.heard", "log_level": "debug", "book": "main", "remote_id": "21552648", "verdict": ANY},
        {"event": "hint.heard", "log_level": "debug", "book": "main", "remote_id": "", "verdict": ANY},
    ]
    assert [line["verdict"] for line in heard] == ["followed", "nothing"]
    assert SECRETS["HINT"] not in str(lines)
