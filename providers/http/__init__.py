"""The one place that talks HTTP: a session per account, the verdict on what came back, no secrets in texts.

::

    session.py     ProviderSession: get (short repeats) and send (never repeated); Answer
    verdict.py     what happened -> the error that says what to do next
    transport.py   a requests adapter whose time-outs bound the whole answer, not each packet
    redaction.py   texts and addresses without secrets
"""

from providers.http.redaction import redact, redact_url
from providers.http.session import Answer, Credentials, Gate, ProviderSession
from providers.http.transport import BoundedAdapter
from providers.http.verdict import NoExplanation, retry_after

__all__ = [
    "Answer",
    "BoundedAdapter",
    "Credentials",
    "Gate",
    "NoExplanation",
    "ProviderSession",
    "redact",
    "redact_url",
    "retry_after",
]
