"""The page on notices: its example checks what is really sent, and its table names every notice."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from providers.domain.documents import RemoteState
from providers.domain.facts import Facts, news
from providers.notifying import Listener
from tests.builders import NOON
from tests.unit.providers.http_wire import Wire

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "notices.md").read_text(encoding="utf-8")
SECRET = "whsec_" + "QUJD" * 8
EXAMPLE = re.search(r"```json\n(.*?)```", PAGE, re.DOTALL)
RECEIVER = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)


def sent(body: str) -> tuple[dict[str, str], bytes]:
    """Headers and body of a notice, as they go out now."""
    wire = Wire((204, {}, b""))
    Listener(url="https://shop.example/hooks", secret=SECRET, adapter=wire).tell("notice_1", body, at=datetime.now(UTC))
    (request,) = wire.requests
    assert isinstance(request.body, bytes)
    return dict(request.headers), request.body


def test_the_receiver_of_the_page_takes_a_notice_once_and_refuses_a_forged_one() -> None:
    assert EXAMPLE is not None
    assert RECEIVER is not None
    shown: list[str] = []
    names: dict[str, Any] = {"show": lambda kind, _data: shown.append(kind)}
    exec(RECEIVER[1], names)
    headers, body = sent(EXAMPLE[1])
    assert [names["receive"](headers, body, SECRET) for _ in range(2)] == [204, 204]
    assert shown == ["invoice.paid"]
    assert names["receive"](headers, body + b" ", SECRET) == 401
    assert names["receive"](headers, body, "whsec_" + "REVG" * 8) == 401


def test_the_page_names_every_notice() -> None:
    everything = Facts(overdue=True, emailed_at=NOON, viewed_at=NOON, tax_office="ok")
    names = {name for state in RemoteState for name in news(None, replace(everything, state=state))}
    assert set(re.findall(r"^\| `(invoice\.\w+)` \|", PAGE, re.MULTILINE)) == names


def test_the_page_names_every_member_of_a_notice() -> None:
    assert EXAMPLE is not None
    told = json.loads(EXAMPLE[1])
    assert set(told) == {"type", "timestamp", "data"}
    source = (ROOT / "tasks" / "ledger" / "news.py").read_text(encoding="utf-8")
    members = re.search(r"data = \{\n(.*?)\n    \}", source, re.DOTALL)
    assert members is not None
    assert list(told["data"]) == re.findall(r'^        "(\w+)":', members[1], re.MULTILINE)
