"""What a letter is: its words, whom it goes to, and what may become of it.

This room knows no law and no clause: a duty above it writes a letter of some kind about some
record, and asks later what became of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

import msgspec

from avow.common.masked import Masked

PATIENCE = timedelta(days=5)
"""How long a letter is tried after a server first put it off (RFC 5321, 4.5.4.1: four to five days
at least). That our own server is away is no reason to give a letter up."""


class State(StrEnum):
    """What became of a letter. Waiting, sending and printed ones have not come to their end."""

    WAITING = "waiting"
    SENDING = "sending"
    PRINTED = "printed"
    SENT = "sent"
    BOUNCED = "bounced"
    FAILED = "failed"
    GIVEN_UP = "given-up"
    UNREACHABLE = "unreachable"


class Channel(StrEnum):
    """How a letter goes."""

    MAIL = "mail"
    PAPER = "paper"
    NONE = "none"


class Reason(StrEnum):
    """Why a letter did not arrive. The whole list: nothing else is ever written."""

    NO_ADDRESS = "no-address"
    INVALID_ADDRESS = "invalid-address"
    NO_SUCH_ADDRESS = "no-such-address"
    MAILBOX_CLOSED = "mailbox-closed"
    MAILBOX_FULL = "mailbox-full"
    REFUSED = "refused"
    TOO_LARGE = "too-large"
    NOT_SUPPORTED = "not-supported"
    PUT_OFF = "put-off"
    NO_ANSWER = "no-answer"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Words:
    """The subject (one line) and the text of a letter."""

    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter to one person. `person` names them where there is no address: the same reference
    never gets the same letter twice. Without a mail address a postal one is used."""

    person: Masked[str]
    language: str
    words: Words = field(repr=False)
    address: Masked[str] | None = None
    postal: Masked[str] | None = None
    is_canary: bool = False


@dataclass(frozen=True, slots=True)
class Mailing:
    """Letters of one kind about one record of ours (`about` is its id).

    `sphere`: whose persons they are. `forget_on`: the last day on which anything of the letters
    can be read. `domain`: what Message-IDs end in. `person_key`: the key of the ring that derives
    ids; the current one unless a mailing is taken up again.
    """

    kind: str
    about: str
    domain: str
    forget_on: date
    sphere: str = "controller"
    person_key: str = ""


class Content(msgspec.Struct, frozen=True):
    """What is sealed of a letter."""

    to: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter that was taken out of the box to be sent or printed."""

    id: str
    kind: str
    about: str
    language: str
    message_id: str
    made_at: datetime
    content: Content = field(repr=False)
    attempts: int = 0
    give_up_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """How many letters of a kind have come how far."""

    kind: str
    language: str
    channel: Channel
    state: State
    reason: str
    letters: int


def total(counted: Iterable[Counted], *states: State) -> int:
    """The letters in these states, of all when none is given."""
    return sum(each.letters for each in counted if not states or each.state in states)
