"""The round trip of the privacy mailbox: a letter of our own that must come in as a request.

It goes the way of everybody's mail: out by the relay, in by the mailbox, through intake to a
request of our own. What breaks anywhere on that way shows by its not coming back.
"""

from __future__ import annotations

import re
from datetime import datetime

from avow.common.calendar import Period, add
from avow.common.ids import new_id
from avow.common.masked import Masked
from avow.declaration.model import Declaration
from avow.duties.correspondence.addresses import Address, address
from avow.duties.correspondence.letters import Draft, Mailing, Words
from avow.duties.correspondence.outbox import write
from avow.duties.requests.book import PROGRAM, Arrival, Book, Said, open_request, take
from avow.duties.requests.intake.entering import IntakeError
from avow.duties.requests.intake.reading import Message
from avow.duties.requests.steps import Closed
from avow.duties.requests.words import Channel
from avow.engine.db.store import Runs

KIND = "mailbox-probe"
_TOKEN = re.compile(r"\bprobe-[a-z2-7]{26}\b")
_KEPT = Period(days=30)


def mailbox_of(declaration: Declaration) -> Address:
    """The address that persons write to.

    Raises:
        IntakeError: AV693, the declaration names none.
    """
    found = address(declaration.mailbox)
    if found is not None:
        return found
    raise IntakeError(
        "the declaration names no mailbox for requests",
        because="neither `requests: {mailbox: …}` nor the right `exercise-by-email` has an address",
        help="write the address that persons write to",
        code="AV693",
    )


def send_probe(book: Book, *, at: datetime) -> str:
    """Give a message of our own to the outbox; gives the token that it carries.

    Raises:
        IntakeError: AV693, there is no mailbox.
    """
    to, token = mailbox_of(book.declaration), new_id("probe")
    mailing = Mailing(KIND, token, to.domain, add(book.day(at), _KEPT))
    words = Words(
        f"{token}",
        f"{token}\n\nThis message was sent by avow to see whether what persons write to this "
        "mailbox is read. Nobody has to answer it.\n",
    )
    draft = Draft(Masked(token), "en", words, Masked(str(to)), is_canary=True)
    with book.runs.transaction() as tx:
        tx.run("intake_probe_add", id=token, at=at)
        write(tx, book.ring, mailing, [draft], at=at, tell=book.tell)
    return token


def found(
    book: Book, runs: Runs, message: Message, *, arrived: datetime, at: datetime
) -> str | None:
    """The request of our own that a message of our own became; None for every other message.

    Only a token that waits counts, and it only once: whoever quotes an old one is a person.
    """
    for token in dict.fromkeys(_TOKEN.findall(f"{message.subject}\n{message.text}")):
        if runs.one("intake_probe_waiting", id=token) is None:
            continue
        came = Arrival(Channel.EMAIL, arrived, "en", (), is_canary=True)
        request = open_request(book, came, by=PROGRAM, at=at)
        take(book, request.id, [Said(Closed())], by=PROGRAM, at=at, runs=runs)
        runs.run("intake_probe_found", id=token, at=at, request=request.id)
        return request.id
    return None
