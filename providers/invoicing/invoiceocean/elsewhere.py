"""Files that the service keeps on another host.

A PDF may come by a redirect (observed; where to is not known). The session follows redirects within the account's
host only, since it would take the token along. Here a file is fetched from elsewhere without it.
"""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import BaseAdapter

_FILES: Final = (".pdf", "/attachment", "/attachments_zip.json")
_MOVED: Final = frozenset({301, 302, 303, 307, 308})


class FilesElsewhere(BaseAdapter):
    """Goes in front of another adapter. Only files are fetched from elsewhere, once, and never over a line that is
    less safe than the account's own."""

    def __init__(self, network: BaseAdapter) -> None:
        super().__init__()
        self._network = network

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: FBT001, FBT002 - the signature is requests' own
        timeout: Any = None,
        verify: bool | str = True,  # noqa: FBT001, FBT002
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        rest: dict[str, Any] = {"stream": stream, "timeout": timeout, "verify": verify, "cert": cert}
        response = self._network.send(request, **rest, proxies=proxies)
        target = _elsewhere(request, response)
        if not target:
            return response
        response.close()
        agent = request.headers.get("User-Agent", "")
        plain = requests.Request("GET", target, headers={"User-Agent": agent, "Accept": "*/*"}).prepare()
        return self._network.send(plain, **rest, proxies=proxies)

    def close(self) -> None:
        self._network.close()


def _elsewhere(request: requests.PreparedRequest, response: requests.Response) -> str:
    """Where the file is; empty unless it is a file, at another host, over a line that is as safe."""
    url = request.url or ""
    here = urlsplit(url)
    location = response.headers.get("Location", "")
    if request.method != "GET" or response.status_code not in _MOVED or not here.path.endswith(_FILES):
        return ""
    target = urljoin(url, location)
    there = urlsplit(target)
    if not there.hostname or there.netloc == here.netloc or there.scheme not in {"https", here.scheme}:
        return ""
    return target
