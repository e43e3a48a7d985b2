"""Writing to those who are given tasks: a letter holds a link and a day, never a person's data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from avow.common.calendar import Period, add
from avow.common.ids import new_id
from avow.common.languages import mark, words
from avow.common.masked import Masked
from avow.duties.correspondence.letters import Draft, Mailing
from avow.duties.correspondence.outbox import write
from avow.duties.correspondence.wording import wording
from avow.duties.requests.book import PROGRAM, Book
from avow.duties.requests.tasks import kept
from avow.duties.requests.tasks.kept import Kept
from avow.duties.requests.tasks.machine import (
    TOLD,
    Act,
    Asked,
    CameBack,
    Escalated,
    Next,
    Reminded,
    State,
    Task,
    next_of,
)
from avow.duties.requests.tasks.mailboxes import Mailbox, accountable_of, mailbox_of
from avow.engine.db.store import Runs
from avow.engine.evidence.invitations import Kind, Wanted, invite

SPARE = timedelta(days=30)
"""How long a page works after the last day: who is late can still answer."""
KEPT = Period(months=6)
"""How long a letter about a task is kept."""
LOST = frozenset({"bounced", "failed", "given-up", "unreachable"})
"""States of a letter that never arrived."""
SAYS: Mapping[Act, str] = {
    Act.LOOK: mark("look for a person's data and say what is there"),
    Act.ERASE: mark("erase a person's data"),
    Act.CORRECT: mark("correct a person's data"),
    Act.RESTRICT: mark("keep a person's data unused"),
    Act.STOP: mark("stop using a person's data for a purpose"),
    Act.TELL_ERASED: mark("take note that a person's data were erased, and erase them too"),
    Act.TELL_CORRECTED: mark("take note that a person's data were corrected, and correct them too"),
    Act.TELL_RESTRICTED: mark("take note that a person's data are restricted"),
    Act.HAND_OVER: mark("take over a request of a person whose data we hold for you"),
    Act.CONFIRM: mark("confirm an instruction about your data"),
    Act.INSTRUCTED: mark("carry out an instruction of a controller"),
    Act.FETCH: mark("fetch the copy of your data that you asked for"),
}
"""What is to be done, in words."""


class TaskPage(msgspec.Struct, frozen=True):
    """What an invitation to a task holds: its id. Whose data it is about is read when the page is
    opened, and dies with the request."""

    task: str


@dataclass(frozen=True, slots=True)
class Post:
    """How letters go: the address of the pages, the domain of Message-IDs, own words."""

    base: str
    domain: str
    own: Path | None = field(default=None)


@dataclass(slots=True)
class Went:
    """What a round did, as counts; `nobody` are those who have no mailbox."""

    asked: int = 0
    reminded: int = 0
    escalated: int = 0
    came_back: int = 0
    nobody: dict[str, None] = field(default_factory=dict)


def send_round(book: Book, post: Post, *, at: datetime) -> Went:
    """Do what is due about every open task: ask, remind, follow what came back, tell who answers
    for it all. Each letter and its step are a transaction; killed and run again it goes on. What
    another round wrote meanwhile, or the owner answered, is due no more."""
    went = Went()
    for each in kept.open_tasks(book):
        task = _follow(book, each, went, at)
        for what in next_of(task, book.day(at)):
            if what is Next.ESCALATE:
                _escalate(book, post, each, went, at)
            else:
                _ask(book, post, each, what, went, at)
    return went


def _follow(book: Book, each: Kept, went: Went, at: datetime) -> Task:
    """A letter that came back is no answer, and no silence either."""
    task = each.task
    if task.state is not State.ASKED or not task.letters:
        return task
    rows = book.runs.run("task_letters", abouts=[task.letters[-1]])
    lost = [row for row in rows if row["state"] in LOST]
    if not lost or len(lost) < len(rows):
        return task
    reason = lost[0]["reason"] or lost[0]["state"]
    with book.runs.transaction() as tx:
        if kept.locked(tx, task.id) != task:
            return task  # the next round sees what was said of it meanwhile
        after = kept.take(book, task.id, CameBack(reason=reason), by=PROGRAM, at=at, runs=tx)
    went.came_back += 1
    return after


def _ask(book: Book, post: Post, each: Kept, what: Next, went: Went, at: datetime) -> None:
    box = mailbox_of(book, each.task.asks)
    if box is None:
        went.nobody[each.task.asks] = None
        return
    about, is_again = new_id("asking"), what is Next.REMIND
    step = Reminded(letter=about) if is_again else Asked(letter=about)
    with book.runs.transaction() as tx:
        now = _still(book, tx, each, what, at)
        if now is None:
            return
        inside = replace(book, runs=tx)
        link = _linked(inside, post, now, box, at)
        _write(inside, post, now, box, about, _kind(now.task.act), link, at=at, again=is_again)
        kept.take(inside, now.task.id, step, by=PROGRAM, at=at)
    if is_again:
        went.reminded += 1
    else:
        went.asked += 1


def _escalate(book: Book, post: Post, each: Kept, went: Went, at: datetime) -> None:
    who = accountable_of(book.declaration)
    box = mailbox_of(book, who) if who else None
    about = new_id("asking")
    if box is None:
        went.nobody[who or "person:accountable-manager"] = None
        return
    with book.runs.transaction() as tx:
        now = _still(book, tx, each, Next.ESCALATE, at)
        if now is None:
            return
        inside = replace(book, runs=tx)
        _write(inside, post, now, box, about, "task-escalation", post.base, at=at)
        kept.take(inside, now.task.id, Escalated(letter=about), by=PROGRAM, at=at)
    went.escalated += 1


def _still(book: Book, runs: Runs, each: Kept, what: Next, at: datetime) -> Kept | None:
    """The task as it stands, locked before anything else is; None where that is due no more."""
    task = kept.locked(runs, each.task.id)
    is_due = task is not None and what in next_of(task, book.day(at))
    return replace(each, task=task) if task is not None and is_due else None


def _kind(act: Act) -> str:
    if act in TOLD:
        return "task-recipient"
    return "task-controller" if act in {Act.HAND_OVER, Act.CONFIRM, Act.FETCH} else "task"


def _linked(book: Book, post: Post, each: Kept, box: Mailbox, at: datetime) -> str:
    """A new address of the page; one that was sent before works no more."""
    wanted = Wanted(Kind.TASK, each.task.id, box.who, msgspec.json.encode(TaskPage(each.task.id)))
    late = max(timedelta(), each.task.due - book.day(at))
    _, token = invite(
        book.runs,
        book.ring,
        wanted,
        at=at,
        note=lambda body, when: book.tell([body], when, book.runs),
        term=late + SPARE,
    )
    return f"{post.base.rstrip('/')}/{box.language}/task/{token.reveal()}"


def _write(
    book: Book,
    post: Post,
    each: Kept,
    box: Mailbox,
    about: str,
    kind: str,
    link: str,
    *,
    at: datetime,
    again: bool = False,
) -> None:
    spoken = words(box.language)
    values = {
        "organisation": book.declaration.controller.name,
        "name": box.name,
        "what": spoken.say(SAYS[each.task.act]),
        "place": place_in_words(book, each.task.place),
        "task": each.task.id,
        "due": spoken.day(each.task.due),
        "link": link,
        "again": again,
        "late": each.task.is_overdue(book.day(at)),
        "state": str(each.task.state),
    }
    said = wording(kind, box.language, post.own).said(values)
    draft = Draft(Masked(box.who), box.language, said, Masked(box.address))
    forget = add(book.day(at), KEPT)
    mailing = Mailing(kind, about, post.domain, forget, sphere=f"task {box.who}")
    write(book.runs, book.ring, mailing, [draft], at=at, tell=book.tell)


def place_in_words(book: Book, place: str) -> str:
    """Where something is to be done: the id of a system, the name of a recipient."""
    kind, _, name = place.partition(":")
    recipient = book.declaration.recipients.get(name) if kind == "recipient" else None
    if recipient is not None:
        return recipient.name
    box = mailbox_of(book, place) if kind == "tenant" else None
    return box.name if box is not None and box.name else name
