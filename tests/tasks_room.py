"""An office with a system that people look into, somebody who owns it, and a way to write."""

from __future__ import annotations

from dataclasses import replace

from avow.common.masked import Masked
from avow.declaration.model import Member
from avow.duties.correspondence.outbox import letters_to, take
from avow.duties.requests import steps
from avow.duties.requests.machine import Request
from avow.duties.requests.tasks.kept import read
from avow.duties.requests.tasks.mailboxes import Mailbox, put_mailbox
from avow.duties.requests.tasks.sending import Post
from avow.duties.requests.words import Outcome, Right, Rung
from avow.engine.db.store import Store
from avow.estate.datamap.model import DataMap, System
from tests.requests_room import SMALL, Office

ARCHIVE = System("archive", "by-hand", owner="marc")
PEOPLE = {
    "marc": Member("marc", "Marc", frozenset({"system-owner"})),
    "paula": Member("paula", "Paula", frozenset({"accountable-manager"})),
}
POST = Post("https://ask.example", "example.be")
MARC, PAULA = "marc@example.be", "paula@example.be"


def room(store: Store, *systems: System) -> Office:
    """An office whose archive is looked into by hand; Marc owns it, Paula answers for it all."""
    found = {s.name: s for s in systems or (ARCHIVE,)}
    office = Office(store, replace(SMALL, people=PEOPLE, datamap=DataMap(found)))
    writes_to(office, "person:marc", MARC)
    writes_to(office, "person:paula", PAULA)
    return office


def writes_to(office: Office, who: str, address: str, *, may_instruct: bool = False) -> None:
    """Enter a mailbox."""
    box = Mailbox(who=who, name=who.partition(":")[2], address=address, may_instruct=may_instruct)
    put_mailbox(office.book, box, by="claire", at=office.clock.now())


def known(office: Office, *rights: Right, accepted: bool = False) -> Request:
    """A request of somebody who has shown who they are; its items accepted when asked so."""
    request = office.arrive(*rights)
    request = office.take(request, steps.IdentityShown(person=1, rung=Rung.KNOWN_ADDRESS))
    if accepted:
        for item in request.items:
            decided = steps.Decided(item=item, outcome=Outcome.ACCEPTED)
            request = office.take(request, decided)
    return request


def mail_to(office: Office, who: str, address: str) -> list[str]:
    """The subjects and texts of every letter about tasks to somebody."""
    letters = letters_to(office.store, office.ring, f"task {who}", [Masked(address)])
    return [f"{each.content.subject}\n{each.content.text}" for each in letters]


def came_back(office: Office, task: str) -> None:
    """Send every letter, and let the last one about a task come back: no such address."""
    now, about = office.clock.now(), read(office.book, task).task.letters[-1]
    for letter in take(office.store, office.ring, "lease", 100, now):
        office.store.run(
            "letter_answered", id=letter.id, lease="lease", state="sent", reason="", code=250,
            not_before=now, give_up_at=None, at=now,
        )  # fmt: skip
        if about == letter.about:
            office.store.run("letter_returned", id=letter.id, reason="no-such-address", at=now)
