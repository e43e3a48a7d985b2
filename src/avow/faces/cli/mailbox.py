"""Reading a mailbox over IMAP (RFC 3501): opened to be read only, so that nothing in it changes."""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from urllib.parse import SplitResult, unquote, urlsplit

from avow.common.errors import AvowError
from avow.common.hosts import is_this_machine
from avow.common.masked import Masked
from avow.duties.requests.intake.reading import LARGEST, Delivery
from avow.duties.requests.intake.receiving import Folder

PATIENCE = 60.0
"""Seconds for one answer of the server."""
_PORTS = {"imap": 143, "imaps": 993}
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_DATE = re.compile(rb'INTERNALDATE "([^"]{1,40})"')
_SIZE = re.compile(rb"RFC822\.SIZE (\d{1,12})")


class MailboxError(AvowError):
    """The mailbox cannot be read (AV691)."""

    code = "AV691"


@contextmanager
def mailbox(text: str, environment: Mapping[str, str]) -> Iterator[imaplib.IMAP4]:
    """A mailbox at `imaps://user:${PASSWORD}@host:993/FOLDER`, opened to be read only.

    Without encryption only on this very machine. A user is written percent-encoded.

    Raises:
        MailboxError: AV691, the address is none or shows a password, nobody answers, or we are
            not let in. No word of the server is quoted: it may hold an address.
    """
    where = _parts(text, environment)
    password = _filled(unquote(where.password or ""), environment)
    client = _connected(where)
    try:
        client.login(_quoted(unquote(where.username or "")), password)
        box = unquote(where.path.strip("/")) or "INBOX"
        answer, _ = client.select(_quoted(box), readonly=True)
        if answer != "OK":
            raise _away("there is no such folder in it")
        yield client
    except (imaplib.IMAP4.error, OSError, ValueError) as error:
        raise _away(f"the session failed ({type(error).__name__})") from None
    finally:
        with suppress(imaplib.IMAP4.error, OSError):
            client.logout()


def _parts(text: str, environment: Mapping[str, str]) -> SplitResult:
    whole = _filled(text, environment) if _VARIABLE.fullmatch(text) else text
    try:
        found = urlsplit(whole)
        _ = found.port
    except ValueError:
        found = urlsplit("")
    if found.scheme not in _PORTS or not found.hostname or not found.username:
        raise _away("its address is none of IMAP")
    if whole == text and found.password and not _VARIABLE.fullmatch(unquote(found.password)):
        raise _away("a password stands in its address; name a variable of the environment")
    return found


def _filled(text: str, environment: Mapping[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        if not environment.get(found[1]):
            raise _away(f"the environment variable `{found[1]}` is not set")
        return environment[found[1]]

    return _VARIABLE.sub(value, text)


def _connected(where: SplitResult) -> imaplib.IMAP4:
    host, port = where.hostname or "", where.port or _PORTS[where.scheme]
    trusted = ssl.create_default_context()
    try:
        if where.scheme == "imaps":
            return imaplib.IMAP4_SSL(host, port, ssl_context=trusted, timeout=PATIENCE)
        client = imaplib.IMAP4(host, port, timeout=PATIENCE)
        if not is_this_machine(host):
            client.starttls(trusted)
    except (imaplib.IMAP4.error, OSError) as error:
        raise _away(f"the connection failed ({type(error).__name__})") from None
    return client


def folder_of(client: imaplib.IMAP4, text: str, environment: Mapping[str, str]) -> Folder | None:
    """Which folder was opened; None where the server gives no numbers that stay."""
    where = _parts(text, environment)
    _, found = client.response("UIDVALIDITY")
    said = found[0] if found else None
    if not isinstance(said, bytes) or not said.isdigit():
        return None
    host = f"{where.hostname}:{where.port or _PORTS[where.scheme]}"
    return Folder(Masked(f"{where.username}\n{host}\n{where.path}"), int(said))


def deliveries(client: imaplib.IMAP4, first: int = 1) -> Iterator[Delivery]:
    """The messages of the folder from a number on, the oldest first, each fetched alone; of one
    that is too large its beginning.

    Raises:
        MailboxError: AV691, the server does not say what lies in it.
    """
    answer, found = client.uid("SEARCH", "UID", f"{first}:*")
    if answer != "OK":
        raise _away("it does not say what lies in it")
    for uid in (found[0] or b"").split() if found else ():
        if int(uid) < first:  # `*` is the last message, whatever its number is
            continue
        parts = f"(INTERNALDATE RFC822.SIZE BODY.PEEK[]<0.{LARGEST}>)"
        answer, got = client.uid("FETCH", uid.decode("ascii"), parts)
        if answer == "OK" and (each := _delivery(got, int(uid))) is not None:
            yield each


def _delivery(got: list[object], uid: int) -> Delivery | None:
    """One message; None when it was deleted meanwhile."""
    heads, body = b"", None
    for piece in got:
        if isinstance(piece, tuple):
            heads, body = heads + bytes(piece[0]), bytes(piece[1])
        elif isinstance(piece, bytes):
            heads += piece
    if body is None:
        return None
    size = _SIZE.search(heads)
    return Delivery(body, _instant(heads), bool(size and int(size[1]) > len(body)), uid)


def _instant(heads: bytes) -> datetime | None:
    found = _DATE.search(heads)
    if found is None:
        return None
    try:
        at = datetime.strptime(found[1].decode("ascii").strip(), "%d-%b-%Y %H:%M:%S %z")
    except ValueError:
        return None
    return at.astimezone(UTC)


def _quoted(text: str) -> str:
    """A quoted string of IMAP. Raises ValueError for what no such string can hold."""
    if not text.isascii() or any(c < " " for c in text):
        raise ValueError("no quoted string")
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _away(because: str) -> MailboxError:
    return MailboxError(
        "the mailbox of requests cannot be read",
        because=because,
        help="no message is lost: what lies there is read the next time",
    )
