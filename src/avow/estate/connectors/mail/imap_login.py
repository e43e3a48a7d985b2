"""Opening a connection to an IMAP server: the address, the password, the encryption."""

from __future__ import annotations

import imaplib
import os
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from urllib.parse import SplitResult, unquote, urlsplit

from avow.common.hosts import is_this_machine
from avow.estate.connectors.address import address
from avow.estate.connectors.base import Unreachable
from avow.estate.connectors.mail.imap_words import quoted_text
from avow.estate.datamap.model import System

SCHEMES = ("imap", "imaps")
_LACKING = "the address of `{}` lacks a user or a password"
_PORTS = {"imap": 143, "imaps": 993}


def options_of(system: System) -> str:
    """What stands behind the question mark of an address, where no password can be mistaken for
    it."""
    written = system.url if urlsplit(system.url).scheme in SCHEMES else address(system)
    return written.partition("?")[2]


@dataclass(frozen=True, slots=True)
class Server:
    """Where a mailbox is and who we are there. `is_sealed`: TLS from the first byte (RFC 8314)."""

    host: str
    port: int
    user: str
    password: str
    is_sealed: bool

    @property
    def is_here(self) -> bool:
        """Whether it is this machine, so that nothing leaves it in the clear."""
        return is_this_machine(self.host)


def server(system: System, environment: Mapping[str, str] | None = None) -> Server:
    """The server of a system, from `imaps://user:${PASSWORD}@host:port/`.

    An address is taken apart before names of the environment are filled in, so that a password may
    hold any character; where the whole address is such a name, its parts are percent-encoded.

    Raises:
        Unreachable: the address is none of IMAP, lacks a part, or shows a password in the clear.
    """
    known = os.environ if environment is None else environment
    written = urlsplit(system.url)
    if written.scheme not in SCHEMES:
        return _server(system, urlsplit(address(system, known)))
    if not written.password:
        raise Unreachable(_LACKING.format(system.name))
    if "${" not in written.password:
        raise Unreachable(f"the password of `{system.name}` stands in its address")
    password = address(replace(system, url=unquote(written.password)), known)
    found = _server(system, urlsplit(address(_nameless(system, written), known)))
    return replace(found, password=password)


def _nameless(system: System, written: SplitResult) -> System:
    """The system with an address whose password is not filled in."""
    user, _, host = written.netloc.rpartition("@")
    netloc = f"{user.partition(':')[0]}:-@{host}"
    return replace(system, url=written._replace(netloc=netloc).geturl())


def _server(system: System, found: SplitResult) -> Server:
    if found.scheme not in SCHEMES or not found.hostname:
        raise Unreachable(f"`{system.name}` has no address of IMAP: `imaps://user@host/`")
    if not found.username or not found.password:
        raise Unreachable(_LACKING.format(system.name))
    try:
        port = found.port or _PORTS[found.scheme]
    except ValueError:
        raise Unreachable(f"the address of `{system.name}` has no such port") from None
    sealed = found.scheme == "imaps"
    return Server(found.hostname, port, unquote(found.username), unquote(found.password), sealed)


def opened(name: str, where: Server, wait: float) -> imaplib.IMAP4:
    """A connection that is logged in.

    Raises:
        Unreachable: nobody answers, the certificate is not good, or we are refused; without a word
            of the server, which may hold our name.
    """
    client = _client(name, where, wait)
    try:
        client.login(quoted_text(where.user), where.password)
    except (imaplib.IMAP4.error, OSError, ValueError):
        ended(client)
        raise Unreachable(f"the mail server of `{name}` refuses us") from None
    return client


def _client(name: str, where: Server, wait: float) -> imaplib.IMAP4:
    trusted = ssl.create_default_context()
    try:
        if where.is_sealed:
            return imaplib.IMAP4_SSL(where.host, where.port, ssl_context=trusted, timeout=wait)
        client = imaplib.IMAP4(where.host, where.port, timeout=wait)
        return client if where.is_here else _sealed(client, trusted)
    except ssl.SSLCertVerificationError:
        raise Unreachable(f"the certificate of `{name}` is not trusted") from None
    except (imaplib.IMAP4.error, OSError):
        raise Unreachable(f"the mail server of `{name}` does not answer, or not in TLS") from None


def _sealed(client: imaplib.IMAP4, trusted: ssl.SSLContext) -> imaplib.IMAP4:
    """The connection in TLS from here on; one that cannot is closed, and no password was sent."""
    try:
        client.starttls(trusted)
    except BaseException:
        ended(client)
        raise
    return client


def ended(client: imaplib.IMAP4) -> None:
    """Close a connection, whatever state it is in, also once more."""
    try:
        client.logout()
    except (imaplib.IMAP4.error, OSError):
        with suppress(OSError):
            client.shutdown()
