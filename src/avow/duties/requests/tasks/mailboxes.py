"""Who is written to about tasks: one sealed address per person, system, recipient or tenant.

Addresses are no part of a declaration: they change without anybody promising anything else.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from avow.common.errors import AvowError
from avow.declaration.model import Declaration
from avow.duties.correspondence.addresses import address
from avow.duties.requests.book import Book

ACCOUNTABLE = "accountable-manager"


class NobodyToAsk(AvowError):
    """Nobody can be written to about something (AV667)."""

    code = "AV667"


class Mailbox(msgspec.Struct, frozen=True, kw_only=True):
    """Where somebody is written to. `may_instruct`: instructions of a controller may come from
    here."""

    who: str
    name: str
    address: str
    language: str = "en"
    may_instruct: bool = False

    def __repr__(self) -> str:
        return f"Mailbox({self.who})"


class _Sealed(msgspec.Struct, frozen=True):
    name: str
    address: str


def put_mailbox(book: Book, mailbox: Mailbox, *, by: str, at: datetime) -> None:
    """Enter where somebody is written to. Raises NobodyToAsk AV667 for what is no address."""
    kind, _, _ = mailbox.who.partition(":")
    if address(mailbox.address) is None or kind not in {"person", "system", "recipient", "tenant"}:
        raise NobodyToAsk(
            f"`{mailbox.who}` cannot be written to like that",
            because="it is no mail address, or not of a person, system, recipient or tenant",
            help="write `avow request mailbox person:ID ADDRESS`",
        )
    plain = msgspec.json.encode(_Sealed(mailbox.name, mailbox.address))
    book.runs.run(
        "mailbox_set",
        who=mailbox.who,
        language=mailbox.language,
        sealed=book.ring.seal(plain, f"mailbox {mailbox.who}"),
        may_instruct=mailbox.may_instruct,
        by=by,
        at=at,
    )


def mailbox_of(book: Book, who: str) -> Mailbox | None:
    """Where somebody is written to; None when nobody said."""
    row = book.runs.one("mailbox_of", who=who)
    if row is None:
        return None
    box = book.ring.open(bytes(row["sealed"]), f"mailbox {who}")
    said = msgspec.json.decode(box, type=_Sealed)
    return Mailbox(
        who=who,
        name=said.name,
        address=said.address,
        language=row["language"],
        may_instruct=row["may_instruct"],
    )


def owner_of(book: Book, system: str) -> str:
    """Who is asked about a system: a mailbox of its own (a processor's), else its declared owner.

    Raises:
        NobodyToAsk: AV667, it has neither.
    """
    own = f"system:{system}"
    if book.runs.one("mailbox_of", who=own) is not None:
        return own
    declared = book.declaration.datamap.systems.get(system)
    if declared is None or declared.owner is None:
        raise NobodyToAsk(
            f"nobody owns `{system}`",
            because="what is asked of it can be given to nobody",
            help="name an `owner` in the data map, or enter a mailbox of the system",
        )
    return f"person:{declared.owner}"


def is_asked(asks: str, person: str) -> bool:
    """Whether who is asked is this declared person, and not a mailbox of a system."""
    return asks == f"person:{person}"


def accountable_of(declaration: Declaration) -> str | None:
    """Who answers for it all: the first declared person with that role; None when nobody has it."""
    people = declaration.people.items()
    found = (f"person:{name}" for name, each in people if ACCOUNTABLE in each.roles)
    return next(found, None)
