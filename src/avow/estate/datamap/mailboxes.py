"""Mailboxes in a data map: datasets that are folders of messages, and the views beside them."""

from __future__ import annotations

from enum import StrEnum

from avow.estate.datamap.model import System

MAILBOXES = frozenset({"eml", "imap", "maildir", "mbox"})
"""The kinds of system whose datasets are folders of messages."""
CORRESPONDENT = "correspondent"
"""The view of all addresses in mapped folders."""


class View(StrEnum):
    """What the rows of a dataset of a mailbox are."""

    MESSAGE = "message"
    ADDRESS = "address"
    ATTACHMENT = "attachment"
    CORRESPONDENT = CORRESPONDENT


def parted(name: str) -> tuple[str, View]:
    """The folders that a dataset's name speaks of, and what its rows are."""
    base, _, view = name.rpartition("#")
    if base and view in (View.ADDRESS, View.ATTACHMENT):
        return base, View(view)
    return (name, View.CORRESPONDENT) if name == CORRESPONDENT else (name, View.MESSAGE)


def is_view(system: System, dataset: str) -> bool:
    """Whether the rows of a dataset are made from messages, and go with them. All that they show
    is in the messages, so they need no category of their own."""
    return system.connector in MAILBOXES and parted(dataset)[1] is not View.MESSAGE
