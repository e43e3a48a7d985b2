"""Mailboxes as kinds of system: `imap`, `maildir`, `mbox`, `eml`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs

from avow.estate.connectors.address import address
from avow.estate.connectors.base import Access, Refused, Unreachable
from avow.estate.connectors.mail.connection import MailConnection
from avow.estate.connectors.mail.declared import PRIVATE, unknown_options
from avow.estate.connectors.mail.imap_login import ended, opened, options_of, server
from avow.estate.connectors.mail.imap_place import ImapPlace
from avow.estate.connectors.mail.loose_places import EmlPlace, MaildirPlace
from avow.estate.connectors.mail.mbox_place import MboxPlace
from avow.estate.connectors.mail.place import Place
from avow.estate.connectors.mail.rows import Mailbox
from avow.estate.datamap.model import System


@dataclass(frozen=True, slots=True)
class ImapConnector:
    """Opens mailboxes on servers. `wait` is how long one answer may take, in seconds."""

    wait: float = 60.0
    kind: str = "imap"

    def connect(self, system: System, access: Access) -> MailConnection:
        """Log in; Unreachable when nobody answers or we are refused."""
        where = server(system)
        private = excluded(system.name, options_of(system))
        client = opened(system.name, where, self.wait)
        try:
            return _connection(system, access, lambda: ImapPlace(client), private)
        except Unreachable:
            ended(client)
            raise


@dataclass(frozen=True, slots=True)
class MaildirConnector:
    """Opens mailboxes with a file per message, as mail servers keep them."""

    kind: str = "maildir"

    def connect(self, system: System, access: Access) -> MailConnection:
        """Open a folder; Unreachable when there is none, or we may not enter it."""
        return _in_files(system, access, MaildirPlace)


@dataclass(frozen=True, slots=True)
class MboxConnector:
    """Opens mailboxes of many messages in one file."""

    kind: str = "mbox"

    def connect(self, system: System, access: Access) -> MailConnection:
        """Open a file or a folder of files; Unreachable when there is none, or we may not."""
        return _in_files(system, access, MboxPlace)


@dataclass(frozen=True, slots=True)
class EmlConnector:
    """Opens folders with a file per message, as people save them."""

    kind: str = "eml"

    def connect(self, system: System, access: Access) -> MailConnection:
        """Open a folder; Unreachable when there is none, or we may not enter it."""
        return _in_files(system, access, EmlPlace)


def _in_files(system: System, access: Access, place: Callable[[Path], Place]) -> MailConnection:
    written, _, options = address(system).partition("?")
    private = excluded(system.name, options)
    root = Path(written.removeprefix("file://"))
    if not root.exists():
        raise Unreachable(f"the mailbox of `{system.name}` is not there")
    return _connection(system, access, lambda: place(root), private)


def excluded(system: str, options: str) -> tuple[str, ...]:
    """The patterns of private folders, from `?private=Private*&private=HR` of an address.

    Raises:
        Unreachable: there is another option: a misspelt one would open what is private.
    """
    if unknown_options(options):
        raise Unreachable(f"the address of `{system}` has an option that is not known")
    return tuple(parse_qs(options).get(PRIVATE, ()))


def _connection(
    system: System, access: Access, place: Callable[[], Place], private: tuple[str, ...]
) -> MailConnection:
    try:
        return MailConnection(Mailbox(system, place(), private), access)
    except Refused as refused:
        raise Unreachable(f"the mailbox of `{system.name}` cannot be read: {refused}") from None
