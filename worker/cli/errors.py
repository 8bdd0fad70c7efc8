"""Expected errors, told so that the person at the keyboard can put them right: what, and the remedy."""

from dataclasses import dataclass

from config.redaction import SECRETS, redact_shapes


class Complaint(Exception):
    """Something that whoever typed the command can put right. `exit_code` 2 means: wrong usage or configuration."""

    def __init__(self, text: str, *, remedy: str = "", exit_code: int = 2) -> None:
        super().__init__(text)
        self.text = text
        self.remedy = remedy
        self.exit_code = exit_code


@dataclass(frozen=True, slots=True)
class Told:
    """A text for standard error and the exit code that goes with it."""

    text: str
    exit_code: int


def explained(error: Exception) -> Told | None:
    """The error as people should see it; None for one that nobody expected, and for the frame's own signals."""
    from config.problems import ConfigError

    match error:
        case Complaint():
            return _told(error.text, error.remedy, error.exit_code)
        case ConfigError():
            return Told(clean(str(error)), error.exit_code)
    kind = {f"{each.__module__}.{each.__qualname__}" for each in type(error).__mro__}
    for name, remedy in _ATTENTION.items():
        if name in kind:
            return _told(str(error), remedy, 1)
    return None


def clean(text: str) -> str:
    """The text without secrets."""
    return redact_shapes(SECRETS.redact(text))


def _told(text: str, remedy: str, exit_code: int) -> Told:
    lines = [f"counterfoil: {text}", *(f"  {line}" for line in remedy.splitlines())]
    return Told(clean("\n".join(lines)), exit_code)


_ATTENTION = {
    "worker.web.server.CannotListen": "Free the address, or set another one: host and port in [web].",
    "worker.embedded.AlreadyRunning": "Stop that one first, or set another file: url in [ledger].",
    "tasks.ledger.store.LedgerUnavailable": "See that the ledger's database runs and that url in [ledger] is right.",
    "kombu.exceptions.OperationalError": "See that the broker runs and that url in [broker] is right.",
    "providers.domain.errors.AccessDenied": "Check the book's token, plan and address: counterfoil check.",
    "providers.domain.errors.ProviderError": "See whether the provider can be reached: counterfoil check.",
    "tasks.reconcile.reconciler.NotProvable": "Take the ledger along: counterfoil reconcile BOOK --csv FILE.",
    "worker.demo.stage.StageFailed": "",
}
"""Errors by name, for importing them would take longer than most commands; a test finds each of them."""
