"""The one place that talks HTTP: a session per account, the verdict on what came back, no secrets in texts.

::

    session.py      ProviderSession: read (short repeats) and write (never repeated); get and send for the usual ones
    call.py         Call: a request in full, with its Body in JSON, as a form or raw
    answer.py       Answer: what came back
    address.py      addresses as they are spelled on the wire
    credentials.py  Credentials: what lets an account in
    verdict.py      what happened -> the error that says what to do next
    transport.py    a requests adapter whose time-outs bound the whole answer, not each packet
    connection.py   its connections
    head.py         the head of an answer, read quickly where it is plain
    body.py         its body, where it has come with the head
    redaction.py    texts and addresses without secrets
"""

from providers.http.answer import Answer
from providers.http.call import Body, Call
from providers.http.credentials import Credentials
from providers.http.redaction import redact, redact_url
from providers.http.session import Gate, ProviderSession
from providers.http.transport import BoundedAdapter
from providers.http.verdict import Classify, NoExplanation, retry_after

__all__ = [
    "Answer",
    "Body",
    "BoundedAdapter",
    "Call",
    "Classify",
    "Credentials",
    "Gate",
    "NoExplanation",
    "ProviderSession",
    "redact",
    "redact_url",
    "retry_after",
]
