"""Single documents, read at the provider by their id or their reference."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from providers.domain.documents import DocumentKind, RemoteDocument, RemoteState
from providers.domain.equality import is_another
from providers.domain.errors import Refused
from providers.ports import InvoicingProvider

Find: TypeAlias = Callable[[str, DocumentKind], Sequence[RemoteDocument]]
"""Every document of the kind with this reference."""


def read(provider: InvoicingProvider, remote_id: str) -> RemoteDocument | None:
    """The document, or None where it does not exist (any more). Raises the provider's read errors."""
    try:
        return provider.read(remote_id)
    except Refused as error:
        if error.missing:
            return None
        raise


def read_again(provider: InvoicingProvider, remote_id: str, reference: str) -> RemoteDocument | None:
    """As `read`, and None also where another document has been given the id meanwhile."""
    there = read(provider, remote_id)
    return None if there is None or is_another(there, reference) else there


def alive_there(remote: RemoteDocument) -> bool:
    """Whether it counts: it was not cancelled."""
    return remote.state is not RemoteState.CANCELLED
