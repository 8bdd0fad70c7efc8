"""From a payment gateway's id to a way of paying.

WooCommerce brings bacs, cheque and cod (includes/gateways/); every other id belongs to a plug-in, and is
known by its name at best. The id decides, never the title: the title is translated and edited.
"""

from functools import lru_cache

from providers.domain.orders import PaymentKind

_BY_ID = {
    "bacs": PaymentKind.TRANSFER,
    "cheque": PaymentKind.OTHER,
    "cod": PaymentKind.CASH_ON_DELIVERY,
    "woocommerce_payments": PaymentKind.CARD,
    "ppcp-gateway": PaymentKind.PAYPAL,
    "paypal": PaymentKind.PAYPAL,
    "pos_cash": PaymentKind.CASH,
}

# In this order: "ppcp-credit-card-gateway" takes cards although PayPal runs it, "stripe_sepa" takes none.
_BY_PART = (
    ("card", PaymentKind.CARD),
    ("sepa", PaymentKind.TRANSFER),
    ("banktransfer", PaymentKind.TRANSFER),
    ("bank_transfer", PaymentKind.TRANSFER),
    ("klarna", PaymentKind.OTHER),
    ("p24", PaymentKind.TRANSFER),
    ("przelewy24", PaymentKind.TRANSFER),
    ("ideal", PaymentKind.TRANSFER),
    ("paypal", PaymentKind.PAYPAL),
    ("ppcp", PaymentKind.PAYPAL),
    ("ppec", PaymentKind.PAYPAL),
    ("stripe", PaymentKind.CARD),
    ("woocommerce_payments", PaymentKind.CARD),
    ("authorize_net", PaymentKind.CARD),
    ("worldpay", PaymentKind.CARD),
    ("square", PaymentKind.CARD),
)


@lru_cache(maxsize=256)
def payment_kind(gateway: str) -> PaymentKind:
    """The way of paying for a gateway's id; OTHER for one that nobody can tell."""
    gateway = gateway.strip().lower()
    if gateway in _BY_ID:
        return _BY_ID[gateway]
    return next((kind for part, kind in _BY_PART if part in gateway), PaymentKind.OTHER)
