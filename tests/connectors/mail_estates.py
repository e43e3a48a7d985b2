"""Made-up mailboxes: messages as bytes, and the data map over them."""

from __future__ import annotations

import imaplib
import mailbox
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from avow.estate.connectors.mail.imap_words import quoted
from avow.estate.datamap.model import Dataset, Identity, Link, LinkWord, Normaliser, System
from tests.faults.small import DECLARATION

IMAP_KEY = ("folder", "uidvalidity", "uid")
FILE_KEY = ("folder", "message_id", "digest")
VIEWS = {"address": ("message", "role", "position"), "attachment": ("message", "position")}
EMAIL = Identity("email", "address", normalise=Normaliser.ASCII_LOWER)
BY_SENDER = Identity("email", "sender", normalise=Normaliser.ASCII_LOWER)
Folders = Mapping[str, Sequence[bytes]]


def message(
    sender: str,
    to: str = "support@firm.example",
    *more: str,
    number: int = 1,
    body: str = "Hello.",
) -> bytes:
    """A message with these fields; `more` are whole lines of its head."""
    head = [f"From: {sender}", f"To: {to}", f"Message-ID: <{number}@firm.example>", *more]
    return "\r\n".join([*head, "", body, ""]).encode()


def mapped(connector: str, url: str, *folders: str, key: tuple[str, ...] = IMAP_KEY) -> System:
    """Folders whose messages belong to who sent them, and are seen by who got them."""
    datasets = {"correspondent": Dataset("correspondent", ("address",), "correspondent")}
    for folder in folders:
        datasets[folder] = Dataset(
            folder, key, links=(Link(LinkWord.OWNED_BY, "correspondent", ("sender",)),),
            rest="contact-message",
        )  # fmt: skip
        for view, key_there in VIEWS.items():
            datasets[f"{folder}#{view}"] = Dataset(f"{folder}#{view}", key_there)
    return System("mail", connector, url, datasets=datasets)


def fill_imap(client: imaplib.IMAP4, folders: Folders, arrived: str | None = None) -> None:
    """Put messages into folders on a server."""
    for name, messages in folders.items():
        client.create(quoted(name))
        for each in messages:
            client.append(quoted(name), "", arrived, each)


def fill_eml(root: Path, folders: Folders) -> None:
    """A file per message, named as people name them."""
    for name, messages in folders.items():
        (root / name).mkdir(parents=True, exist_ok=True)
        for number, each in enumerate(messages):
            (root / name / f"Mail about {number}.eml").write_bytes(each)


def fill_mbox(root: Path, folders: Folders) -> None:
    """A file per folder, written by the standard library."""
    root.mkdir(exist_ok=True)
    for name, messages in folders.items():
        box = mailbox.mbox(root / name)
        for each in messages:
            box.add(each.replace(b"\r\n", b"\n"))
        box.close()


def fill_maildir(root: Path, folders: Folders) -> None:
    """A Maildir with messages that nobody read; each arrived on 1 March 2024, at noon in UTC."""
    for name, messages in folders.items():
        at = root if name == "INBOX" else root / f".{name}"
        for box in ("cur", "new", "tmp"):
            (at / box).mkdir(parents=True)
        for number, each in enumerate(messages):
            file = at / "new" / f"1709294400.{number}.host"
            file.write_bytes(each)
            os.utime(file, (1709294400, 1709294400))


MAILBOX = """\
      correspondent:
        key: [address]
        subject: visitor
        identities: {email: {field: address, normalise: ascii-lower}}
      INBOX:
        key: [folder, uidvalidity, uid]
        owned_by: {correspondent: sender}
        collected_at: door
        rest: visit-log
        events: {visited: arrived}
      Sent:
        key: [folder, uidvalidity, uid]
        collected_at: door
        rest: visit-log
        events: {visited: arrived}
      Sent#address:
        key: [message, role, position]
        owned_by: {to: correspondent, field: address, when: {role: to}}
        owns: {to: Sent, field: message, parent_field: message, when: {role: to}}
"""
WHOLE = DECLARATION[: DECLARATION.index("      person:\n        subject")] + MAILBOX
"""The small declaration of the other tests, over a mailbox."""
