"""Requests about data that we hold for others: recognised, handed to who decides, the person told.

Nothing is answered in another controller's name (art. 28(3)(e) GDPR), and nothing of its data is
shown: not what is held, nor whether anything is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from avow.common.calendar import add
from avow.common.errors import AvowError
from avow.common.languages import words
from avow.common.masked import Masked
from avow.duties.correspondence.letters import Draft, Mailing
from avow.duties.correspondence.outbox import write
from avow.duties.correspondence.wording import wording
from avow.duties.requests.book import Book, Person, Said, persons_of, read, take, words_of
from avow.duties.requests.machine import Item, Request
from avow.duties.requests.steps import RightAsked, Transmitted
from avow.duties.requests.tasks import kept
from avow.duties.requests.tasks.instructing import sphere_of
from avow.duties.requests.tasks.kept import Wanted
from avow.duties.requests.tasks.machine import Act
from avow.duties.requests.tasks.mailboxes import Mailbox, mailbox_of
from avow.duties.requests.tasks.making import due_of
from avow.duties.requests.tasks.sending import KEPT
from avow.duties.requests.words import ItemState
from avow.engine.planner.identities import Asked
from avow.engine.planner.making import Estate
from avow.engine.planner.tenants import Holdings, tenants_holding


class NotHandedOver(AvowError):
    """An item that cannot be handed to a controller (AV673)."""

    code = "AV673"


class NotLookedFor(AvowError):
    """Tenants are not looked for before it is settled who the person is (AV676)."""

    code = "AV676"


@dataclass(frozen=True, slots=True)
class HandOver:
    """Which item goes to which tenant. `only`: the item itself goes; else the request goes on for
    our own data and a new item goes."""

    request: str
    item: int
    tenant: str
    only: bool = False


@dataclass(frozen=True, slots=True)
class ByLetter:
    """How the person is written to: the domain of Message-IDs, own words."""

    domain: str
    own: Path | None = None


def tenants_of(book: Book, estate: Estate, request: str) -> Holdings:
    """The tenants in whose spheres the persons of a request may be, as keys and counts.

    Raises:
        NotLookedFor: AV676, it is not settled who one of them is: what they gave may be another's.
    """
    state = read(book, request)
    if any(person.shown is None for person in state.persons.values()):
        raise NotLookedFor(
            f"tenants are not looked for in `{request}`",
            because="it is not settled who a person of it is",
            help="settle it first; a creditor that the person named needs no search",
        )
    return tenants_holding(estate, list(_asked(persons_of(book, request))))


def _asked(people: dict[int, Person]) -> Iterable[Asked]:
    for number, person in people.items():
        for kind, value in dict.fromkeys(person.naming()):
            yield Asked(number, kind, Masked(value))


def tenants_named(book: Book, request: str) -> tuple[str, ...]:
    """The tenants whose names the person wrote, by the names of their mailboxes."""
    said = words_of(book, request, 1).reveal().decode("utf-8", "replace")
    rows = book.runs.run("mailboxes")
    boxes = (mailbox_of(book, row["who"]) for row in rows if row["who"].startswith("tenant:"))
    return tuple(box.who for box in boxes if box is not None and names(said, box.name))


def names(said: str, name: str) -> bool:
    """Whether a text says a name as whole words, whatever its case, accents and spaces."""
    wanted = _plain(name)
    return bool(wanted) and f" {wanted} " in f" {_plain(said)} "


def _plain(text: str) -> str:
    bare = "".join(
        c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c)
    )
    return " ".join(re.findall(r"\w+", bare))


def hand_over(book: Book, what: HandOver, post: ByLetter, *, by: str, at: datetime) -> str:
    """Hand an item to the controller who decides, and tell the person whom to ask.

    Gives the id of the task, which is the proof: the letter to the controller, its page and its
    receipt hang on it. Calling it again for the same item and tenant changes nothing.

    Raises:
        UnknownTenant: AV675. NotHandedOver: AV673.
    """
    sphere_of(book, what.tenant)
    box = mailbox_of(book, what.tenant)
    state = read(book, what.request)
    item = state.items.get(what.item)
    if box is None:
        raise _refused(what, "no mailbox of the tenant is entered")
    if item is None or item.state is not ItemState.ASKED:
        done = _done(book, what, state)
        if done is None:
            raise _refused(what, "the item is not there, or is decided already")
        return done
    if state.persons[item.person].shown is None and what.tenant not in tenants_named(
        book, what.request
    ):
        raise _refused(what, "it is not settled who asks, and they did not name this controller")
    with book.runs.transaction() as tx:
        inside = replace(book, runs=tx)
        task = _done(inside, what, state) or _handed(inside, what, state, item, by=by, at=at)
        _tell_person(inside, post, what, state, item, box, task, at=at)
    return task


def _done(book: Book, what: HandOver, state: Request) -> str | None:
    """The task by which this person's right went to this tenant before."""
    item = state.items.get(what.item)
    for each in kept.of_request(book, what.request):
        same = each.task.act is Act.HAND_OVER and each.task.place == what.tenant
        there = state.items.get(each.item or 0)
        if same and item and there and (there.person, there.right) == (item.person, item.right):
            return each.task.id
    return None


def _handed(
    book: Book, what: HandOver, state: Request, item: Item, *, by: str, at: datetime
) -> str:
    number = item.item if what.only else len(state.items) + 1
    with book.runs.transaction() as tx:
        row = tx.one("request_lock", id=what.request)
        if row is None:
            raise _refused(what, "the request is not there")
        if not what.only:
            asked = RightAsked(
                item=number, person=item.person, right=item.right, purpose=item.purpose,
                marketing=item.marketing,
            )  # fmt: skip
            take(book, what.request, [Said(asked)], by=by, at=at, runs=tx)
        wanted = Wanted(
            Act.HAND_OVER, what.tenant, what.tenant, due_of(book, state, book.day(at)), "tenant",
            row["key"], bytes(row["salt"]), what.request, number, item.person,
        )  # fmt: skip
        task = kept.make(book, tx, wanted, by=by, at=at)
        if task is None:
            raise _refused(what, "it went to this controller before")
        step = Transmitted(item=number, record=task)
        take(book, what.request, [Said(step)], by=by, at=at, runs=tx)
    return task


def _tell_person(
    book: Book,
    post: ByLetter,
    what: HandOver,
    state: Request,
    item: Item,
    box: Mailbox,
    task: str,
    *,
    at: datetime,
) -> None:
    """Write to the person whom to ask; the same letter whatever is held. Written once per task."""
    person = persons_of(book, what.request)[item.person]
    language = person.language or state.language
    spoken = words(language)
    said = wording("whom-to-ask", language, post.own).said(
        {
            "organisation": book.declaration.controller.name,
            "controller": box.name or what.tenant,
            "contact": box.address,
            "day": spoken.day(state.received),
            "passed": spoken.day(book.day(at)),
            "request": what.request,
        }
    )
    draft = Draft(
        Masked(f"{what.request} {item.person}"),
        language,
        said,
        Masked(person.email) if person.email else None,
        Masked(person.postal) if person.postal else None,
    )
    mailing = Mailing("whom-to-ask", task, post.domain, add(book.day(at), KEPT))
    write(book.runs, book.ring, mailing, [draft], at=at, tell=book.tell)


def _refused(what: HandOver, because: str) -> NotHandedOver:
    return NotHandedOver(
        f"item {what.item} of `{what.request}` is not handed over",
        because=because,
        help="`avow request hand-over REQUEST` says which tenants are concerned",
    )
