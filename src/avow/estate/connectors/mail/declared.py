"""What is wrong with the declaration of a mailbox, before anybody connects to it."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

from avow.common.findings import Finding
from avow.estate.datamap.mailboxes import View, parted
from avow.estate.datamap.model import System

KEYS = {
    "imap": ("folder", "uidvalidity", "uid"),
    "maildir": ("folder", "message_id", "digest"),
    "mbox": ("folder", "message_id", "digest"),
    "eml": ("folder", "message_id", "digest"),
}
"""The key of a message by the kind of mailbox."""
VIEW_KEYS = {
    View.ADDRESS: ("message", "role", "position"),
    View.ATTACHMENT: ("message", "position"),
    View.CORRESPONDENT: ("address",),
}
"""The keys of what is shown beside messages."""
PRIVATE = "private"
"""The one option of an address: patterns of folders that are never opened."""


def wrong(system: System) -> Finding | None:
    """The first thing that is wrong with a mailbox: AV596, a password in the clear; AV597, an
    option that is none; AV598, a key that does not name one row for ever."""
    return next(_wrong(system), None) if system.connector in KEYS else None


def unknown_options(options: str) -> bool:
    """Whether the options of an address hold another than `private`: a misspelt one would open
    what is private."""
    return bool(options) and set(parse_qs(options, keep_blank_values=True)) != {PRIVATE}


def _wrong(system: System) -> Iterator[Finding]:
    password = urlsplit(system.url).password
    if system.connector == "imap" and password and "${" not in password:
        yield Finding(
            "AV596",
            f"the password of `{system.name}` stands in its address",
            place=system.place,
            because="who may read the declaration may then read the mailbox",
            help="name a variable of the environment: `imaps://user:${MAIL_PASSWORD}@host/`",
        )
    if unknown_options(system.url.partition("?")[2]):
        yield Finding(
            "AV597",
            f"the address of `{system.name}` has an option that is not known",
            place=system.place,
            because="a misspelt `private` would open what is private",
            help="write `?private=PATTERN`, several with `&` between them",
        )
    yield from _wrong_keys(system)


def _wrong_keys(system: System) -> Iterator[Finding]:
    for name, dataset in system.datasets.items():
        view = parted(name)[1]
        key = KEYS[system.connector] if view is View.MESSAGE else VIEW_KEYS[view]
        if dataset.key != key:
            yield Finding(
                "AV598",
                f"the rows of `{system.name}.{name}` have another key",
                place=dataset.place,
                because="a number alone comes to name another message in time",
                help=f"write `key: [{', '.join(key)}]`",
            )
