"""The state machine of a request: one pure function from a state and a step to the next state.

Nothing sets a status: it follows from the steps. A step that the law or the order of things
forbids is refused with a finding's code and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import singledispatch

from avow.common.deadlines import Calendar, Pause, due
from avow.common.errors import AvowError
from avow.duties.requests import steps
from avow.duties.requests.words import (
    SETTLED,
    Channel,
    Ground,
    ItemState,
    Outcome,
    Right,
    Rung,
    Status,
    Voice,
    Waits,
    Way,
)


class StepRefused(AvowError):
    """A step that may not follow (AV684 to AV689)."""

    code = "AV684"


@dataclass(frozen=True, slots=True)
class Entry:
    """A step as it was taken: its number in the request, the instant, the local day, by whom (the
    id of a declared person, `person` for who asks, `avow` for this program)."""

    number: int
    at: datetime
    day: date
    by: str
    step: steps.Steps


@dataclass(frozen=True, slots=True)
class Item:
    """One right of one person, and what became of it."""

    item: int
    person: int
    right: Right
    state: ItemState = ItemState.ASKED
    purpose: str | None = None
    marketing: bool = False
    outcome: Outcome | None = None
    refusals: tuple[steps.Refusal, ...] = ()
    records: tuple[str, ...] = ()
    gaps: int = 0
    retained: int = 0

    @property
    def is_settled(self) -> bool:
        """Whether nothing more has to happen to it."""
        return self.state in SETTLED


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody a request is about: who speaks for them, and how far their identity is settled.
    `doubted`: what they showed, asked for or not, and was not enough."""

    person: int
    voice: Voice = Voice.SELF
    asked: tuple[Rung, ...] = ()
    shown: Rung | None = None
    is_given_up: bool = False
    doubted: frozenset[Rung] = frozenset()

    @property
    def tried_less(self) -> bool:
        """Whether something less than a document was asked for, or shown and not enough."""
        return bool(self.asked or self.doubted - {Rung.DOCUMENT})


@dataclass(frozen=True, slots=True)
class Answer:
    """A letter with what was found and done."""

    answer: str
    digest: str
    final: bool
    is_reviewed: bool = False
    sent: Way | None = None
    is_collected: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """A request as its steps leave it. `day` is the local day of arrival."""

    id: str
    steps: int = 0
    channel: Channel = Channel.OTHER
    language: str = ""
    arrived: datetime | None = None
    day: date | None = None
    persons: Mapping[int, Person] = field(default_factory=dict)
    items: Mapping[int, Item] = field(default_factory=dict)
    links: tuple[str, ...] = ()
    pauses: tuple[tuple[Waits, Pause], ...] = ()
    extended_on: date | None = None
    answers: Mapping[str, Answer] = field(default_factory=dict)
    answered_on: date | None = None
    closed_on: date | None = None

    @property
    def received(self) -> date:
        """The local day of arrival. Raises StepRefused AV684 before it arrived."""
        if self.day is None:
            raise StepRefused(f"`{self.id}` has not arrived")
        return self.day

    @property
    def waits(self) -> frozenset[Waits]:
        """What the term waits for; empty while it runs."""
        return frozenset(waits for waits, pause in self.pauses if pause.until is None)

    @property
    def status(self) -> Status:
        """Where it stands."""
        if self.closed_on is not None:
            return Status.CLOSED
        if self.answered_on is not None:
            return Status.ANSWERED
        open_items = [item for item in self.items.values() if not item.is_settled]
        if self.items and not open_items:
            return Status.ANSWERING
        if any(item.state in (ItemState.ACTING, ItemState.ACCEPTED) for item in open_items):
            return Status.ACTING
        if all(self.is_settled(person) for person in self.persons) and self.items:
            return Status.DECIDING
        return Status.IDENTIFYING

    def is_settled(self, person: int) -> bool:
        """Whether it is settled who a person is, one way or the other."""
        known = self.persons[person]
        return known.shown is not None or known.is_given_up

    def due(self, calendar: Calendar, on: date) -> date:
        """The last day to answer, as it stands on the day `on`."""
        pauses = [pause for _, pause in self.pauses]
        extended = self.extended_on is not None
        return due(self.received, calendar, pauses, on, extended=extended)

    def first_due(self, calendar: Calendar, on: date) -> date:
        """The last day of the first month: until then the person hears of an extension, a refusal
        or that nothing is done (art. 12(3) and (4))."""
        return due(self.received, calendar, [p for _, p in self.pauses], on, extended=False)

    def is_overdue(self, calendar: Calendar, on: date) -> bool:
        """Whether the term ended before the day `on` without an answer."""
        done = self.answered_on or self.closed_on
        return not self.waits and self.due(calendar, done or on) < (done or on)


def new(request: str) -> Request:
    """A request before its first step."""
    return Request(request)


def after(request: Request, entry: Entry, calendar: Calendar) -> Request:
    """The request after one more step.

    Raises:
        StepRefused: AV684 out of order, AV685 identity is not settled, AV686 the term cannot be
            extended any more, AV687 a refusal without ground, or with one that the right does not
            know, AV688 a proof of identity that asks too much, AV689 an answer that may not leave.
    """
    is_first = isinstance(entry.step, steps.Received)
    if is_first != (request.steps == 0) or entry.number != request.steps + 1:
        raise _order(request, "the steps of a request begin with its arrival, in order")
    if request.closed_on is not None and not isinstance(entry.step, _AFTER_CLOSING):
        raise _order(request, "it is closed")
    return replace(_taken(entry.step, request, entry, calendar), steps=entry.number)


def folded(request: str, entries: Iterable[Entry], calendar: Calendar) -> Request:
    """The request after all its steps. Raises StepRefused."""
    state = new(request)
    for entry in entries:
        state = after(state, entry, calendar)
    return state


_AFTER_CLOSING = (steps.AnswerCollected, steps.Noted, steps.Linked)


def _order(request: Request, because: str) -> StepRefused:
    return StepRefused(
        f"the step may not follow in `{request.id}`",
        because=because,
        help="`avow request show` prints the steps taken so far",
    )


@singledispatch
def _taken(step: steps.Step, request: Request, entry: Entry, calendar: Calendar) -> Request:
    """What one step does; every kind of step has its own function below."""
    raise NotImplementedError(type(step).__name__)


@_taken.register
def _(step: steps.Received, request: Request, entry: Entry, calendar: Calendar) -> Request:
    del entry, calendar
    return replace(
        request,
        channel=step.channel,
        language=step.language,
        arrived=step.arrived,
        day=step.day,
    )


@_taken.register
def _(step: steps.PersonNamed, request: Request, entry: Entry, calendar: Calendar) -> Request:
    del entry, calendar
    if step.person != len(request.persons) + 1:
        raise _order(request, "persons are numbered from one, each once")
    return replace(
        request, persons={**request.persons, step.person: Person(step.person, step.voice)}
    )


@_taken.register
def _(step: steps.RightAsked, request: Request, entry: Entry, calendar: Calendar) -> Request:
    del entry, calendar
    _known(request, step.person)
    if step.item != len(request.items) + 1:
        raise _order(request, "items are numbered from one, each once")
    if request.answered_on is not None:
        raise _order(request, "it is answered; what is asked afterwards is a new request")
    item = Item(step.item, step.person, step.right, ItemState.ASKED, step.purpose, step.marketing)
    return replace(request, items={**request.items, step.item: item})


@_taken.register
def _(step: steps.Linked, request: Request, entry: Entry, calendar: Calendar) -> Request:
    del entry, calendar
    if step.other == request.id:
        raise _order(request, "a request is not linked to itself")
    return replace(request, links=(*request.links, step.other))


@_taken.register
def _(step: steps.IdentityAsked, request: Request, entry: Entry, calendar: Calendar) -> Request:
    del calendar
    person = _known(request, step.person)
    if person.shown is not None:
        raise StepRefused(
            f"person {step.person} of `{request.id}` is not asked again",
            because=f"they have shown who they are ({person.shown})",
            help="go on with the request",
            code="AV688",
        )
    if step.rung is Rung.DOCUMENT and not person.tried_less and person.voice is Voice.SELF:
        raise StepRefused(
            f"person {step.person} of `{request.id}` is not asked for a document first",
            because="a copy of a document is asked for only where nothing less will do (12(6))",
            help="write to a known address, or ask for facts that only they know",
            code="AV688",
        )
    changed = replace(person, asked=(*person.asked, step.rung), is_given_up=False)
    request = _with(request, changed)
    if step.pauses and Waits.IDENTITY not in request.waits:
        return _paused(request, Waits.IDENTITY, entry.day)
    return request


@_taken.register
def _(step: steps.IdentityShown, request: Request, entry: Entry, calendar: Calendar) -> Request:
    del calendar
    person = _known(request, step.person)
    request = _with(request, replace(person, shown=step.rung, is_given_up=False))
    return _heard(request, entry.day)


@_taken.register
def _(step: steps.IdentityDoubted, request: Request, entry: Entry, calendar: Calendar) -> Request:
    del calendar
    person = _known(request, step.person)
    doubted = person.doubted | {step.rung}
    person = replace(person, shown=None, is_given_up=step.final, doubted=doubted)
    request = _with(request, person)
    return _heard(request, entry.day) if step.final else request


@_taken.register
def _(step: steps.Paused, request: Request, entry: Entry, calendar: Calendar) -> Request:
    del calendar
    if step.waits in request.waits:
        raise _order(request, "the term waits for that already")
    return _paused(request, step.waits, entry.day)


@_taken.register
def _(step: steps.Resumed, request: Request, entry: Entry, calendar: Calendar) -> Request:
    del calendar
    if step.waits not in request.waits:
        raise _order(request, "the term does not wait for that")
    return _resumed(request, step.waits, entry.day)


@_taken.register
def _(step: steps.Extended, request: Request, entry: Entry, calendar: Calendar) -> Request:
    del step
    if request.extended_on is not None:
        raise _too_late(request, "it was extended before, and may be once only")
    if request.answered_on is not None:
        raise _too_late(request, "it is answered")
    if entry.day > request.first_due(calendar, entry.day):
        raise _too_late(request, "the first month is over, in which the person must hear of it")
    return replace(request, extended_on=entry.day)


@_taken.register
def _(step: steps.Decided, request: Request, entry: Entry, calendar: Calendar) -> Request:
    del entry, calendar
    item = _item(request, step.item, ItemState.ASKED, ItemState.ACCEPTED)
    grounds = {refusal.ground for refusal in step.refusals}
    if (step.outcome is Outcome.ACCEPTED) == bool(grounds):
        raise _groundless(request, item, "what is not given in full names its grounds, and only it")
    wrong = sorted(grounds - grounds_of(item))
    if wrong:
        raise _groundless(request, item, f"the right knows no such ground: {', '.join(wrong)}")
    may_lack = step.outcome is Outcome.REFUSED and grounds <= _WITHOUT_IDENTITY
    if not may_lack:
        _needs_identity(request, item)
    refused = step.outcome is Outcome.REFUSED
    state = ItemState.REFUSED if refused else ItemState.ACCEPTED
    return _changed(
        request, replace(item, state=state, outcome=step.outcome, refusals=step.refusals)
    )


@_taken.register
def _(step: steps.Begun, request: Request, entry: Entry, calendar: Calendar) -> Request:
    del entry, calendar
    item = _item(request, step.item, ItemState.ACCEPTED, ItemState.ACTING)
    _needs_identity(request, item)
    records = (*item.records, step.record)
    return _changed(request, replace(item, state=ItemState.ACTING, records=records))


@_taken.register
def _(step: steps.Done, request: Request, entry: Entry, calendar: Calendar) -> Request:
    del entry, calendar
    item = _item(request, step.item, ItemState.ACCEPTED, ItemState.ACTING)
    if item.right is Right.ERASURE and not item.records:
        raise _order(request, f"no plan and no task was made for item {item.item}")
    return _changed(
        request, replace(item, state=ItemState.DONE, gaps=step.gaps, retained=step.retained)
    )


@_taken.register
def _(step: steps.BroughtBack, request: Request, entry: Entry, calendar: Calendar) -> Request:
    del entry, calendar
    item = _item(request, step.item, ItemState.ACTING, ItemState.DONE)
    if item.right is not Right.ERASURE:
        raise _order(request, "only an erasure can be taken back")
    if request.answered_on is not None:
        raise _order(request, "it is answered; the person was told that it is final")
    for name in step.drafts:
        _unsent(request, name)
    answers = {n: answer for n, answer in request.answers.items() if n not in step.drafts}
    again = Item(item.item, item.person, item.right, purpose=item.purpose, records=item.records)
    return _changed(replace(request, answers=answers), again)


@_taken.register
def _(step: steps.Transmitted, request: Request, entry: Entry, calendar: Calendar) -> Request:
    del entry, calendar
    item = _item(request, step.item, ItemState.ASKED)
    records = (*item.records, step.record)
    return _changed(request, replace(item, state=ItemState.TRANSMITTED, records=records))


@_taken.register
def _(step: steps.WithdrawnByPerson, request: Request, entry: Entry, calendar: Calendar) -> Request:
    del entry, calendar
    for number in step.items:
        item = _item(request, number, ItemState.ASKED, ItemState.ACCEPTED, ItemState.ACTING)
        request = _changed(request, replace(item, state=ItemState.WITHDRAWN))
    return request


@_taken.register
def _(step: steps.AnswerDrafted, request: Request, entry: Entry, calendar: Calendar) -> Request:
    del entry, calendar
    if step.answer in request.answers:
        raise _order(request, "the answer is drafted already")
    if step.final and not all(item.is_settled for item in request.items.values()):
        raise _may_not_leave(request, "a final answer needs every item settled")
    answer = Answer(step.answer, step.digest, step.final)
    return replace(request, answers={**request.answers, step.answer: answer})


@_taken.register
def _(step: steps.AnswerEdited, request: Request, entry: Entry, calendar: Calendar) -> Request:
    del entry, calendar
    answer = _unsent(request, step.answer, step.before)
    return _answered(request, replace(answer, digest=step.digest, is_reviewed=False))


@_taken.register
def _(step: steps.AnswerReviewed, request: Request, entry: Entry, calendar: Calendar) -> Request:
    del entry, calendar
    answer = _unsent(request, step.answer, step.digest)
    return _answered(request, replace(answer, is_reviewed=True))


@_taken.register
def _(step: steps.AnswerSent, request: Request, entry: Entry, calendar: Calendar) -> Request:
    del calendar
    answer = _unsent(request, step.answer)
    if not answer.is_reviewed:
        raise _may_not_leave(request, "nobody has looked through it as it is now")
    if answer.final and not all(item.is_settled for item in request.items.values()):
        raise _may_not_leave(request, "a final answer needs every item settled")
    request = _answered(request, replace(answer, sent=step.way))
    return replace(request, answered_on=entry.day) if answer.final else request


@_taken.register
def _(step: steps.AnswerCollected, request: Request, entry: Entry, calendar: Calendar) -> Request:
    del entry, calendar
    answer = request.answers.get(step.answer)
    if answer is None or answer.sent is None:
        raise _may_not_leave(request, "only what was sent can be fetched")
    return _answered(request, replace(answer, is_collected=True))


@_taken.register
def _(step: steps.Noted, request: Request, entry: Entry, calendar: Calendar) -> Request:
    del step, entry, calendar
    return request


@_taken.register
def _(step: steps.Closed, request: Request, entry: Entry, calendar: Calendar) -> Request:
    del step, calendar
    is_moot = all(i.state is ItemState.WITHDRAWN for i in request.items.values())
    if request.answered_on is None and not is_moot:
        raise _order(request, "it is closed when it is answered, or when all of it was taken back")
    return replace(request, closed_on=entry.day)


_WITHOUT_IDENTITY = frozenset(
    {Ground.IDENTITY, Ground.UNFOUNDED, Ground.EXCESSIVE, Ground.NOT_OURS}
)
"""Grounds that say nothing of whether anything is known of the person."""

_ANY = _WITHOUT_IDENTITY | {Ground.NOTHING_HELD}
_COPY = frozenset({Ground.OTHERS_RIGHTS, Ground.PRIVILEGE, Ground.SECRET})
_KEEPING = frozenset(
    {
        Ground.LEGAL_DUTY,
        Ground.LEGAL_CLAIMS,
        Ground.EXPRESSION,
        Ground.PUBLIC_HEALTH,
        Ground.RESEARCH,
    }
)
_GROUNDS: Mapping[Right, frozenset[Ground]] = {
    Right.INFORMATION: frozenset(),
    Right.ACCESS: _COPY,
    Right.PORTABILITY: _COPY | {Ground.NO_SUCH_BASIS},
    Right.RECTIFICATION: frozenset({Ground.ACCURATE}),
    Right.ERASURE: _KEEPING | {Ground.CONTRACT, Ground.NO_SUCH_BASIS, Ground.OTHERS_RIGHTS},
    Right.RESTRICTION: frozenset({Ground.LEGAL_CLAIMS, Ground.NO_SUCH_BASIS}),
    Right.OBJECTION: frozenset({Ground.COMPELLING, Ground.LEGAL_CLAIMS, Ground.NO_SUCH_BASIS}),
    Right.WITHDRAWAL: frozenset({Ground.NO_SUCH_BASIS}),
    Right.AUTOMATED_DECISION: frozenset({Ground.CONTRACT, Ground.NO_SUCH_BASIS}),
}


def grounds_of(item: Item) -> frozenset[Ground]:
    """The grounds on which an item may be refused or limited: art. 12(5), 15(4), 17(3), 21(1).

    A compelling interest limits an objection, never an erasure; nothing limits an objection to
    direct marketing (art. 21(3)), not even a doubt about its extent.
    """
    if item.right is Right.OBJECTION and item.marketing:
        return frozenset({Ground.IDENTITY, Ground.NOT_OURS, Ground.NOTHING_HELD})
    return _ANY | _GROUNDS[item.right]


def _known(request: Request, person: int) -> Person:
    if person not in request.persons:
        raise _order(request, f"it has no person {person}")
    return request.persons[person]


def _item(request: Request, number: int, *states: ItemState) -> Item:
    item = request.items.get(number)
    if item is None or item.state not in states:
        state = "not there" if item is None else str(item.state)
        raise _order(request, f"item {number} is {state}")
    return item


def _needs_identity(request: Request, item: Item) -> None:
    """An objection to direct marketing asks for no identity: it binds the address it names, tells
    nothing of what is held, and nothing may stand before it (art. 21(3))."""
    if item.right is Right.OBJECTION and item.marketing:
        return
    if request.persons[item.person].shown is None:
        raise StepRefused(
            f"item {item.item} of `{request.id}` cannot go on",
            because=f"it is not settled who person {item.person} is",
            help="ask them to show it, with as little as will do",
            code="AV685",
        )


def _with(request: Request, person: Person) -> Request:
    return replace(request, persons={**request.persons, person.person: person})


def _changed(request: Request, item: Item) -> Request:
    return replace(request, items={**request.items, item.item: item})


def _answered(request: Request, answer: Answer) -> Request:
    return replace(request, answers={**request.answers, answer.answer: answer})


def _paused(request: Request, waits: Waits, day: date) -> Request:
    return replace(request, pauses=(*request.pauses, (waits, Pause(day))))


def _resumed(request: Request, waits: Waits, day: date) -> Request:
    return replace(
        request,
        pauses=tuple(
            (w, replace(p, until=day) if w is waits and p.until is None else p)
            for w, p in request.pauses
        ),
    )


def _heard(request: Request, day: date) -> Request:
    """The term runs again when nobody is left who has to show who they are."""
    waiting = any(p.asked and not request.is_settled(n) for n, p in request.persons.items())
    if waiting or Waits.IDENTITY not in request.waits:
        return request
    return _resumed(request, Waits.IDENTITY, day)


def _unsent(request: Request, name: str, digest: str = "") -> Answer:
    answer = request.answers.get(name)
    if answer is None or answer.sent is not None:
        raise _may_not_leave(request, "there is no such draft")
    if digest and digest != answer.digest:
        raise _may_not_leave(request, "the draft was changed in between")
    return answer


def _may_not_leave(request: Request, because: str) -> StepRefused:
    return StepRefused(
        f"an answer to `{request.id}` cannot be sent or changed",
        because=because,
        help="settle what is open, and draft it again",
        code="AV689",
    )


def _too_late(request: Request, because: str) -> StepRefused:
    return StepRefused(
        f"the term of `{request.id}` is not extended",
        because=because,
        help="answer what can be answered, and say what is missing",
        code="AV686",
    )


def _groundless(request: Request, item: Item, because: str) -> StepRefused:
    return StepRefused(
        f"item {item.item} of `{request.id}` ({item.right}) is not decided so",
        because=because,
        help="name a ground that the article knows, with its law and, where it has one, its end",
        code="AV687",
    )
