"""The published JSON Schema of the canonical order: `python -m providers.shops.generic.schema > docs/…`."""

import json
import sys

from providers.shops.generic.payload import CanonicalOrder


def canonical_order_schema() -> str:
    """The schema as it stands in docs/canonical-order.schema.json."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:counterfoil:canonical-order",
        **CanonicalOrder.model_json_schema(mode="validation"),
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(canonical_order_schema())
