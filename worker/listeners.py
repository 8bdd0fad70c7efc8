"""Who hears what a provider knows first, as the settings name them: one target for all shops, or each shop's own."""

from config.sections import NotifySettings
from config.settings import Settings
from providers.notifying import Listener
from providers.registry import Misconfigured
from tasks.notifying import Target

_ALL = "notify"


def targets(settings: Settings) -> tuple[Target, ...]:
    """Every target, with the shops whose notices go there. Raises `Misconfigured` for a secret that is none."""
    own = {name: shop.notify for name, shop in settings.shops.items() if shop.notify.url is not None}
    made = [_target(f"shops.{name}.notify", each, frozenset({name})) for name, each in own.items()]
    others = frozenset(settings.shops.keys() - own.keys())
    if settings.notify.url is not None and others:
        made.append(_target(_ALL, settings.notify, others))
    return tuple(made)


def notified(settings: Settings) -> frozenset[str]:
    """The shops whose notices go anywhere."""
    every = settings.notify.url is not None
    return frozenset(name for name, shop in settings.shops.items() if every or shop.notify.url is not None)


def _target(key: str, settings: NotifySettings, shops: frozenset[str]) -> Target:
    assert settings.url is not None  # noqa: S101  (for the type checker: whoever has an address has a secret)
    assert settings.secret is not None  # noqa: S101
    try:
        listener = Listener(url=settings.url, secret=settings.secret.get_secret_value())
    except ValueError:
        text = "This is no Standard Webhooks secret, whsec_ and the base64 of 24 to 64 bytes."
        remedy = 'Make one: echo "whsec_$(openssl rand -base64 32)"; the receiver gets the same.'
        raise Misconfigured(f"{key}.secret", text, remedy) from None
    return Target(name=key, listener=listener, shops=shops)
