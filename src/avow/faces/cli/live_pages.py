"""Read a page over HTTPS, as a visitor would who trusts nothing: what cannot be read says why.

Time, size and redirects are bounded, and a redirect stays on its host. Certificates are verified.
Plain HTTP is read from this machine alone: elsewhere anybody on the way could answer.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Timer
from urllib.parse import SplitResult, urljoin, urlsplit

from avow.common.version import __version__
from avow.duties.notice.live.fetched import Fetched

PATIENCE = 10.0
"""Seconds that one answer may be silent."""
LONGEST = 30.0
"""Seconds that one page may take, redirects included."""
LARGEST = 5_000_000
"""Bytes of a page; a longer one is not read."""
MOST_REDIRECTS = 5
_PIECE = 65_536
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})
_MOVED = frozenset({301, 302, 303, 307, 308})
_HEADERS = {
    "User-Agent": f"avow/{__version__} (compares a published notice)",
    "Accept": "text/html",
    "Accept-Encoding": "identity",
    "Cache-Control": "no-cache",
}


@dataclass(frozen=True, slots=True)
class PageReader:
    """Reads pages. `trust` decides whose certificates count; the machine's authorities by
    default."""

    trust: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    patience: float = PATIENCE
    longest: float = LONGEST
    largest: int = LARGEST

    def __call__(self, address: str) -> Fetched:
        """The page at an address, or why there is none."""
        until, here = time.monotonic() + self.longest, address
        for _ in range(MOST_REDIRECTS + 1):
            found, target = self._asked(here, until)
            if target is None:
                return found
            there = urljoin(here, target)
            if _host(there) != _host(here):
                return Fetched(here, why="the page leads to another host")
            here = there
        return Fetched(here, why=f"the page leads on more than {MOST_REDIRECTS} times")

    def _asked(self, address: str, until: float) -> tuple[Fetched, str | None]:
        """One answer, and where it leads."""
        parts = urlsplit(address)
        refused = _unreadable(parts)
        if refused:
            return Fetched(address, why=refused), None
        try:
            return self._answered(parts, address, until)
        except ssl.SSLCertVerificationError as error:
            return Fetched(address, why=f"its certificate is not valid ({error.verify_code})"), None
        except (OSError, http.client.HTTPException, ValueError) as error:
            # The sentence of the library may quote an answer; its kind says enough.
            return Fetched(address, why=f"it cannot be read ({type(error).__name__})"), None

    def _answered(
        self, parts: SplitResult, address: str, until: float
    ) -> tuple[Fetched, str | None]:
        connection = self._connection(parts)
        watch = Timer(max(0.0, until - time.monotonic()), _cut, [connection])
        watch.daemon = True
        watch.start()  # a server that answers one byte at a time is never silent
        try:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("GET", path, headers=_HEADERS)
            answer = connection.getresponse()
            target = answer.getheader("Location") if answer.status in _MOVED else None
            if target is not None:
                return Fetched(address, answer.status), target
            content = self._content(answer)
        finally:
            watch.cancel()
            connection.close()
        if time.monotonic() > until:
            return Fetched(address, why=f"the page takes more than {self.longest:g} seconds"), None
        if isinstance(content, str):
            return Fetched(address, why=content), None
        return Fetched(address, answer.status, content), None

    def _connection(self, parts: SplitResult) -> http.client.HTTPConnection:
        host = parts.hostname or ""
        if parts.scheme == "http":
            return http.client.HTTPConnection(host, parts.port, timeout=self.patience)
        return http.client.HTTPSConnection(
            host, parts.port, timeout=self.patience, context=self.trust
        )

    def _content(self, answer: http.client.HTTPResponse) -> bytes | str:
        """The bytes, or why they are not read to the end."""
        found = bytearray()
        while piece := answer.read1(_PIECE):
            found += piece
            if len(found) > self.largest:
                return f"the page has more than {self.largest:,} bytes"
        if answer.length:  # fewer bytes came than were announced
            return "the page was cut off"
        return bytes(found)


def _cut(connection: http.client.HTTPConnection) -> None:
    """End a connection that takes too long; whoever reads from it gets an error."""
    with suppress(OSError):
        if connection.sock is not None:
            connection.sock.shutdown(socket.SHUT_RDWR)


def _unreadable(parts: SplitResult) -> str:
    """Why an address is not asked at all; empty when it is."""
    if parts.scheme == "https" and parts.hostname:
        return ""
    if parts.scheme == "http" and parts.hostname in _HERE:
        return ""
    return "it is not an address with https"


def _host(address: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(address)
    try:
        return parts.scheme, parts.hostname, parts.port
    except ValueError:
        return parts.scheme, None, None
