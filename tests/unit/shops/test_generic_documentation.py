"""The page and the schema say what the shop does."""

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from providers.domain.money import ZERO
from providers.ports import Snapshot
from providers.shops.generic.schema import canonical_order_schema
from providers.shops.generic.shop import GenericShop
from tests.unit.shops.samples import canonical_order

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "generic-shop.md").read_text(encoding="utf-8")
SCHEMA = json.loads((DOCS / "canonical-order.schema.json").read_text(encoding="utf-8"))
SHOP = GenericShop(name="own", secret="whsec_" + "a" * 32)


def example() -> Any:
    block = re.search(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert block
    return json.loads(block.group(1))


def accepts(order: Any) -> bool:
    return jsonschema.Draft202012Validator(SCHEMA).is_valid(order)


def test_the_published_schema_is_up_to_date() -> None:
    written = (DOCS / "canonical-order.schema.json").read_text(encoding="utf-8")
    remedy = "python -m providers.shops.generic.schema > docs/canonical-order.schema.json"
    assert written == canonical_order_schema(), f"run {remedy}"


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_the_pages_example_validates() -> None:
    jsonschema.Draft202012Validator(SCHEMA).validate(example()["data"])


def test_the_pages_example_is_read_and_adds_up() -> None:
    content = SHOP.read({}, json.dumps(example()).encode()).content
    assert isinstance(content, Snapshot)
    assert sum((line.gross for line in content.order.lines), ZERO) == content.order.total == Decimal("134.69")
    assert content.order.paid_at is not None


def test_the_page_names_every_way_of_paying_and_kind_of_untaxed_line() -> None:
    for definition in ("PaymentKind", "TaxCategory"):
        assert all(f"`{word}`" in PAGE for word in SCHEMA["$defs"][definition]["enum"])


def test_the_page_names_every_required_member() -> None:
    assert all(f"`{member}`" in PAGE for member in SCHEMA["required"])


@pytest.mark.parametrize(
    "changes",
    [
        {"total": "lots"},
        {"unheard_of": 1},
        {"lines": [{"name": "x"}]},
        {"lines": [{"name": "x", "gross": "1.00"}]},
        {"lines": [{"name": "x", "gross": "1.00", "tax_category": "rated"}]},
        {"order_id": ""},
        {"payment_kind": "shells"},
    ],
)
def test_the_schema_refuses_what_the_shop_refuses(changes: dict[str, Any]) -> None:
    assert not accepts(canonical_order(**changes))


def test_the_schema_takes_texts_and_numbers() -> None:
    assert accepts(canonical_order())
    assert accepts(canonical_order(total=24.6, lines=[{"name": "x", "gross": 24.6, "tax_category": "exempt"}]))
