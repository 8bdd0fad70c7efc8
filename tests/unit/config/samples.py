"""A good configuration for tests to spoil, and the types of the fixtures."""

from collections.abc import Callable

from config.problems import Problem
from config.settings import Settings

GARDEN = """
[shops.garden]
kind = "woocommerce"
secret = "env:GARDEN_SECRET"
book = "main"

[books.main]
provider = "invoiceocean"
base_url = "https://garden.invoiceocean.com/"
token = "env:MAIN_TOKEN"
"""
SECRETS_GIVEN = {"GARDEN_SECRET": "a-webhook-secret", "MAIN_TOKEN": "an-api-token"}

Load = Callable[..., Settings]
Problems = Callable[..., dict[str, Problem]]
