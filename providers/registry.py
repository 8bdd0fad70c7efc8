"""What kinds of shops and providers there are. Adding one is one folder and one line here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from pydantic import BaseModel, ValidationError

from providers.cards import page
from providers.domain.card import Card
from providers.http import Gate
from providers.invoicing import acs, acuinvoice, drupal_invoice, invoiceocean, webparking
from providers.invoicing.acs import sandbox as acs_sandbox
from providers.invoicing.acuinvoice import sandbox as acuinvoice_sandbox
from providers.invoicing.drupal_invoice import sandbox as drupal_sandbox
from providers.invoicing.invoiceocean import sandbox as invoiceocean_sandbox
from providers.invoicing.webparking import sandbox as webparking_sandbox
from providers.ports import InvoicingProvider, Shop
from providers.sandbox import Faults, Sandbox, Traps
from providers.sandbox.traps import NO_TRAPS, HasLists
from providers.shops.generic.shop import GenericShop
from providers.shops.woocommerce.shop import WooCommerceShop


class Misconfigured(ValueError):
    """A book or a shop whose settings its provider or kind does not take. `key` names the setting."""

    def __init__(self, key: str, text: str, remedy: str) -> None:
        super().__init__(f"{key}: {text} {remedy}")
        self.key = key
        self.text = text
        self.remedy = remedy


@runtime_checkable
class HasClient(Protocol):
    """A provider that lets people reach its client."""

    @property
    def client(self) -> object: ...


@dataclass(frozen=True, slots=True)
class ProviderKind:
    """A kind of provider: its card, the options it takes, how it is built, and its sandbox."""

    card: Card
    options: type[BaseModel]
    build: Callable[..., InvoicingProvider]
    sandbox: Callable[..., Sandbox]
    hinted: Callable[[bytes], str] | None = None
    """Reads the provider's own, unsigned webhook: the id of the document that it names, or "". None: it sends none."""


_KINDS = (
    ProviderKind(acs.CARD, acs.Options, acs.build, acs_sandbox.sandbox),
    ProviderKind(acuinvoice.CARD, acuinvoice.Options, acuinvoice.build, acuinvoice_sandbox.sandbox),
    ProviderKind(drupal_invoice.CARD, drupal_invoice.Options, drupal_invoice.build, drupal_sandbox.sandbox),
    ProviderKind(
        invoiceocean.CARD,
        invoiceocean.Options,
        invoiceocean.build,
        invoiceocean_sandbox.sandbox,
        hinted=invoiceocean.hints.document,
    ),
    ProviderKind(webparking.CARD, webparking.Options, webparking.build, webparking_sandbox.sandbox),
)

PROVIDERS: Mapping[str, ProviderKind] = {kind.card.name: kind for kind in _KINDS}
"""Provider name -> its kind."""

CARDS: Mapping[str, Card] = {name: kind.card for name, kind in PROVIDERS.items()}
"""Provider name -> what it can do."""

SHOP_KINDS = ("woocommerce", "generic")


def card(name: str, *, book: str) -> Card:
    """What the provider of a book can do. Raises `Misconfigured` for a provider that there is not."""
    if name not in CARDS:
        known = ", ".join(sorted(CARDS))
        raise Misconfigured(f"books.{book}.provider", f"There is no provider {name!r}.", f"Write one of: {known}.")
    return CARDS[name]


def build_provider(
    name: str,
    *,
    book: str,
    base_url: str,
    token: str,
    options: Mapping[str, Any],
    card: Card,
    connections: int = 10,
    gate: Gate | None = None,
) -> InvoicingProvider:
    """The provider of one book. `card` is the provider's, with what the owner of the book knows better;
    `gate` is passed before every request. Raises `Misconfigured`.
    """
    key = f"books.{book}"
    if not base_url:
        raise Misconfigured(f"{key}.base_url", "The account's address is missing.", "Write the account's own address.")
    try:
        checked = PROVIDERS[name].options.model_validate(dict(options))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        told = ", ".join(sorted(PROVIDERS[name].options.model_fields))
        raise Misconfigured(
            f"{key}.options.{where}", f"{first['msg']}.", f"{name} takes these options: {told}."
        ) from None
    return PROVIDERS[name].build(
        base_url=base_url, token=token, options=checked, card=card, connections=connections, gate=gate
    )


def client_of(provider: InvoicingProvider) -> object:
    """The client behind a provider, whose operations `providers.operations` lists. Raises `TypeError` where the
    provider has no property `client`."""
    if not isinstance(provider, HasClient):
        raise TypeError(f"{type(provider).__name__} has no property `client`: see docs/adding-a-provider.md")
    return provider.client


def build_sandbox(name: str, *, token: str, faults: Faults | None = None, traps: Traps = NO_TRAPS) -> Sandbox:
    """An empty account at a provider that exists on this machine only, and lets `token` in.

    `faults` decide what goes wrong with single requests, `traps` what is wrong with the lists.

    Raises `Misconfigured`.
    """
    if name not in PROVIDERS:
        known = ", ".join(sorted(PROVIDERS))
        raise Misconfigured("provider", f"There is no sandbox of {name!r}.", f"Name one of: {known}.")
    lag = {"list_lag": traps.list_lag} if traps.list_lag and CARDS[name].lists else {}
    sandbox = PROVIDERS[name].sandbox(token=token, faults=faults, **lag)
    if isinstance(sandbox.service, HasLists):
        sandbox.service.trap(traps)
    return sandbox


def build_shop(kind: str, *, name: str, secret: str, tax_number_fields: Sequence[str] = ()) -> Shop:
    """The shop of this kind. No tax number fields means the usual ones. Raises `Misconfigured`."""
    try:
        if kind == "generic":
            return GenericShop(name=name, secret=secret)
        if tax_number_fields:
            return WooCommerceShop(name=name, secret=secret, tax_no_keys=tuple(tax_number_fields))
        return WooCommerceShop(name=name, secret=secret)
    except ValueError as error:
        raise Misconfigured(f"shops.{name}.secret", f"{error}.", "Correct the secret.") from None


if __name__ == "__main__":
    print(page(CARDS[name] for name in sorted(CARDS)), end="")  # noqa: T201  (the page docs/providers.md)
