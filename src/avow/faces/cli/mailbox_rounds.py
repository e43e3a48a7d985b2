"""Reading the mailbox of requests again and again, and the daily message of our own to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from avow.duties.requests.book import Book
from avow.duties.requests.identity.proving import answered_from
from avow.duties.requests.intake import receiving
from avow.duties.requests.intake.entering import IntakeError
from avow.duties.requests.intake.probing import mailbox_of, send_probe
from avow.duties.requests.intake.reading import Message, Trust, own_addresses
from avow.duties.requests.machine import Request
from avow.engine.db.store import Runs
from avow.faces.cli.desk import Desk
from avow.faces.cli.mailbox import deliveries, folder_of, mailbox

MAILBOX, SERVERS = "AVOW_MAILBOX_URL", "AVOW_MAIL_SERVERS"
AUTHSERV, OURS = "AVOW_MAIL_AUTHSERV", "AVOW_MAIL_OURS"


def trusted(desk: Desk, servers: Sequence[str], authserv: str, ours: Sequence[str]) -> Trust:
    """Whom messages are believed. Nobody asks anything from the mailbox itself, the address of the
    controller, or one that our letters leave by."""
    try:
        box = str(mailbox_of(desk.declaration))
    except IntakeError:
        box = ""
    own = own_addresses([box, desk.declaration.controller.email, *ours])
    return Trust(tuple(servers), authserv, own)


def read_round(desk: Desk, environment: Mapping[str, str]) -> str:
    """Read the mailbox that the environment names; counts of what its messages were.

    Raises:
        MailboxError: AV691.
    """
    trust = trusted(
        desk,
        environment.get(SERVERS, "").split(),
        environment.get(AUTHSERV, ""),
        [environment.get("AVOW_LETTERS_FROM", ""), *environment.get(OURS, "").split()],
    )
    how = receiving.Desk(desk.book, trust, hears=heard(desk.now()))
    found = read_at(how, environment[MAILBOX], environment, desk.now())
    new = [(what, count) for what, count in found.counts if what != "known"]
    return ", ".join(f"{count} {what}" for what, count in new) or "nothing new"


def heard(at: datetime) -> receiving.Hears:
    """What hears replies: one to our letter, from the address it went to, shows who somebody is."""

    def hears(book: Book, runs: Runs, request: Request, message: Message) -> None:
        if message.sender is not None:
            answered_from(book, runs, request, str(message.sender), message.answers, at=at)

    return hears


def read_at(
    how: receiving.Desk, url: str, environment: Mapping[str, str], at: datetime
) -> receiving.Tally:
    """Read what is new in the mailbox at an address. Raises MailboxError AV691."""
    with mailbox(url, environment) as client:
        folder = folder_of(client, url, environment)
        first = receiving.read_up_to(how.book, folder) if folder else 1
        return receiving.read_mailbox(how, deliveries(client, first), at=at, folder=folder)


def probe_round(desk: Desk) -> str:
    """Give the daily message of our own to the outbox. Raises IntakeError AV693."""
    send_probe(desk.book, at=desk.now())
    return "1 written"
